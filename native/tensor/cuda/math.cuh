// The functions that rows of ops.def call, for one float or int. vs_* are series, vx_* a few instructions; NaN wins in
// vx_max and vx_min, and vs_pow is Math.pow.

VS_INLINE float vx_abs(float a) { return fabsf(a); }
VS_INLINE float vx_sign(float a) { return a > 0.0f ? 1.0f : a < 0.0f ? -1.0f : a; }
VS_INLINE float vx_floor(float a) { return floorf(a); }
VS_INLINE float vx_max(float a, float b) { return a != a || a > b ? a : b; }
VS_INLINE float vx_min(float a, float b) { return a != a || a < b ? a : b; }
VS_INLINE float vx_less(float a, float b) { return a < b ? 1.0f : 0.0f; }
VS_INLINE float vx_equal(float a, float b) { return a == b ? 1.0f : 0.0f; }
VS_INLINE float vx_fma(float a, float b, float c) { return fmaf(a, b, c); }
VS_INLINE int vx_where(float a, int b, int c) { return a != 0.0f ? b : c; }

VS_INLINE float vs_sqrt(float a) { return sqrtf(a); }
VS_INLINE float vs_exp(float a) { return expf(a); }
VS_INLINE float vs_expm1(float a) { return expm1f(a); }
VS_INLINE float vs_log(float a) { return logf(a); }
VS_INLINE float vs_log1p(float a) { return log1pf(a); }
VS_INLINE float vs_tanh(float a) { return tanhf(a); }
VS_INLINE float vs_sigmoid(float a) { return 1.0f / (1.0f + expf(-a)); }
VS_INLINE float vs_erf(float a) { return erff(a); }
VS_INLINE float vs_sin(float a) { return sinf(a); }
VS_INLINE float vs_cos(float a) { return cosf(a); }
// C says 1 for pow(1, NaN) and pow(-1, infinity), JavaScript NaN.
VS_INLINE float vs_pow(float a, float b) {
  if (b != b || (fabsf(a) == 1.0f && fabsf(b) == infinity())) return __int_as_float(0x7fc00000);
  return powf(a, b);
}

// Whole numbers wrap around; unsigned arithmetic says so.
VS_INLINE int vx_add_i32(int a, int b) { return (int)((u32)a + (u32)b); }
VS_INLINE int vx_sub_i32(int a, int b) { return (int)((u32)a - (u32)b); }
VS_INLINE int vx_mul_i32(int a, int b) { return (int)((u32)a * (u32)b); }
VS_INLINE float vx_relu(float a) { return a < 0.0f ? 0.0f : a; }
VS_INLINE int vx_max_i32(int a, int b) { return a > b ? a : b; }
VS_INLINE int vx_min_i32(int a, int b) { return a < b ? a : b; }
VS_INLINE float vx_less_i32(int a, int b) { return a < b ? 1.0f : 0.0f; }
VS_INLINE float vx_equal_i32(int a, int b) { return a == b ? 1.0f : 0.0f; }
VS_INLINE float vx_to_f32(int a) { return (float)a; }
VS_INLINE int vx_to_i32(float a) { return __float2int_rz(a); }
