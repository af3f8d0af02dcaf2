// Every row of ops.def as a function, for written kernels of fused groups.

#define OP1(name, expression) VS_INLINE float op_##name(float a) { return expression; }
#define OP2(name, expression) VS_INLINE float op_##name(float a, float b) { return expression; }
#define OP3(name, expression) VS_INLINE float op_##name(float a, float b, float c) { return expression; }
#define OPI2(name, expression) VS_INLINE int op_##name(int a, int b) { return expression; }
#define OPIF1(name, expression) VS_INLINE float op_##name(int a) { return expression; }
#define OPIF2(name, expression) VS_INLINE float op_##name(int a, int b) { return expression; }
#define OPFI1(name, expression) VS_INLINE int op_##name(float a) { return expression; }
#define OPSELECT(name, expression) VS_INLINE int op_##name(float a, int b, int c) { return expression; }
#include "ops.def"
