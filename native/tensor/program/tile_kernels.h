// The loops over tiles: one per pointwise op, and the sums and maxima of rows and columns. Included once per instruction
// set (cpu/each_isa.h). Sums run in chains whose number does not depend on the set, so every set with fused
// multiply-add gives the same bits.
#include "cpu/elementary.h"

namespace {

constexpr int lineVectors = static_cast<int>(lineWords) / lanes32;

template <class V> VERISIM_INLINE V loadAs(const float* p) { V v; __builtin_memcpy(&v, p, sizeof v); return v; }
template <class V> VERISIM_INLINE void storeAs(float* p, V v) { __builtin_memcpy(p, &v, sizeof v); }

// Each loop reads a line of every input before it writes one: a result may lie where an input does.

template <class Op, class A>
static void map1(const TileOp& op, float* const* at, int64_t n) {
  float* out = at[op.out];
  const float* a = at[op.a];
  const int64_t stepA = op.stepA;
  for (int64_t i = 0; i < n; i += lineWords, out += lineWords, a += stepA) {
    A va[lineVectors];
#pragma GCC unroll 4
    for (int v = 0; v < lineVectors; v++) va[v] = loadAs<A>(a + v * lanes32);
#pragma GCC unroll 4
    for (int v = 0; v < lineVectors; v++) storeAs(out + v * lanes32, Op::apply(va[v]));
  }
}

template <class Op, class A, class B>
static void map2(const TileOp& op, float* const* at, int64_t n) {
  float* out = at[op.out];
  const float *a = at[op.a], *b = at[op.b];
  const int64_t stepA = op.stepA, stepB = op.stepB;
  for (int64_t i = 0; i < n; i += lineWords, out += lineWords, a += stepA, b += stepB) {
    A va[lineVectors];
    B vb[lineVectors];
#pragma GCC unroll 4
    for (int v = 0; v < lineVectors; v++) va[v] = loadAs<A>(a + v * lanes32), vb[v] = loadAs<B>(b + v * lanes32);
#pragma GCC unroll 4
    for (int v = 0; v < lineVectors; v++) storeAs(out + v * lanes32, Op::apply(va[v], vb[v]));
  }
}

template <class Op>
static void map3(const TileOp& op, float* const* at, int64_t n) {
  float* out = at[op.out];
  const float *a = at[op.a], *b = at[op.b], *c = at[op.c];
  const int64_t stepA = op.stepA, stepB = op.stepB, stepC = op.stepC;
  for (int64_t i = 0; i < n; i += lineWords, out += lineWords, a += stepA, b += stepB, c += stepC) {
    F32 va[lineVectors], vb[lineVectors], vc[lineVectors];
#pragma GCC unroll 4
    for (int v = 0; v < lineVectors; v++) {
      va[v] = loadF32(a + v * lanes32);
      vb[v] = loadF32(b + v * lanes32);
      vc[v] = loadF32(c + v * lanes32);
    }
#pragma GCC unroll 4
    for (int v = 0; v < lineVectors; v++) storeF32(out + v * lanes32, Op::apply(va[v], vb[v], vc[v]));
  }
}

struct copyOp { VERISIM_INLINE F32 apply(F32 a) { return a; } };

#define OP1(name, expression) struct name##Op { VERISIM_INLINE F32 apply(F32 a) { return expression; } };
#define OP2(name, expression) struct name##Op { VERISIM_INLINE F32 apply(F32 a, F32 b) { return expression; } };
#define OP3(name, expression) struct name##Op { VERISIM_INLINE F32 apply(F32 a, F32 b, F32 c) { return expression; } };
#define OPSELECT(name, expression) OP3(name, expression)
#define OPI2(name, expression) struct name##Op { VERISIM_INLINE I32 apply(I32 a, I32 b) { return expression; } };
#define OPIF1(name, expression) struct name##Op { VERISIM_INLINE F32 apply(I32 a) { return expression; } };
#define OPIF2(name, expression) struct name##Op { VERISIM_INLINE F32 apply(I32 a, I32 b) { return expression; } };
#define OPFI1(name, expression) struct name##Op { VERISIM_INLINE I32 apply(F32 a) { return expression; } };
#include "ops.def"

const TileLoop loops[] = {
#define OP1(name, expression) &map1<name##Op, F32>,
#define OP2(name, expression) &map2<name##Op, F32, F32>,
#define OP3(name, expression) &map3<name##Op>,
#define OPSELECT(name, expression) &map3<name##Op>,
#define OPI2(name, expression) &map2<name##Op, I32, I32>,
#define OPIF1(name, expression) &map1<name##Op, I32>,
#define OPIF2(name, expression) &map2<name##Op, I32, I32>,
#define OPFI1(name, expression) &map1<name##Op, F32>,
#include "ops.def"
};

/// The first `count` words of p, the others `fill`; reads no more.
VERISIM_INLINE F32 loadFirst(const float* p, int64_t count, F32 fill) {
#if defined(__x86_64__) && VERISIM_LANE_BYTES == 64
  return (F32)_mm512_mask_loadu_ps((__m512)fill, static_cast<__mmask16>((1u << count) - 1), p);
#elif defined(__x86_64__) && VERISIM_LANE_BYTES == 32
  const I32 mask = I32{0, 1, 2, 3, 4, 5, 6, 7} < ((I32){} + static_cast<int32_t>(count));
  return choose(mask, (F32)_mm256_maskload_ps(p, (__m256i)mask), fill);
#else
  float part[lanes32];
  storeF32(part, fill);
  for (int64_t i = 0; i < count; i++) part[i] = p[i];
  return loadF32(part);
#endif
}

struct Sum {
  static constexpr float none = 0;
  VERISIM_INLINE F32 join(F32 a, F32 b) { return a + b; }
  VERISIM_INLINE float join(float a, float b) { return a + b; }
};
struct Maximum {
  static constexpr float none = -__builtin_inff();
  VERISIM_INLINE F32 join(F32 a, F32 b) { return vx_max(a, b); }
  VERISIM_INLINE float join(float a, float b) { return a > b || a != a ? a : b; }
};

/// Joins lanes i and i + 8, then i and i + 4, and so on.
template <class Reduce>
VERISIM_INLINE float fold(F32 x) {
  float lane[lanes32];
  storeF32(lane, x);
#pragma GCC unroll 4
  for (int half = lanes32 / 2; half > 0; half /= 2)
#pragma GCC unroll 8
    for (int i = 0; i < half; i++) lane[i] = Reduce::join(lane[i], lane[i + half]);
  return lane[0];
}

/// One row in `vectors` vectors of chains. Chains that a short row leaves empty change nothing, so short rows may take
/// half of them.
template <class Reduce, int vectors>
VERISIM_INLINE float rowOf(const float* x, int64_t cols) {
  F32 chain[vectors];
#pragma GCC unroll 8
  for (int v = 0; v < vectors; v++) chain[v] = all(Reduce::none);
  int64_t i = 0;
  for (; i + vectors * lanes32 <= cols; i += vectors * lanes32) {
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) chain[v] = Reduce::join(chain[v], loadF32(x + i + v * lanes32));
  }
#pragma GCC unroll 8
  for (int v = 0; v < vectors; v++, i += lanes32) {
    if (i >= cols) break;
    const F32 more = i + lanes32 <= cols ? loadF32(x + i) : loadFirst(x + i, cols - i, all(Reduce::none));
    chain[v] = Reduce::join(chain[v], more);
  }
#pragma GCC unroll 3
  for (int half = vectors / 2; half > 0; half /= 2)
#pragma GCC unroll 4
    for (int v = 0; v < half; v++) chain[v] = Reduce::join(chain[v], chain[v + half]);
  return fold<Reduce>(chain[0]);
}

template <class Reduce>
static void rows(const float* x, int64_t rows, int64_t cols, float* out, int64_t outStep) {
  if (cols <= lineWords) {
    for (int64_t r = 0; r < rows; r++) out[r * outStep] = rowOf<Reduce, lineVectors>(x + r * cols, cols);
  } else {
    for (int64_t r = 0; r < rows; r++) out[r * outStep] = rowOf<Reduce, 2 * lineVectors>(x + r * cols, cols);
  }
}

/// The rows of one vector of columns in four chains, then onto what is there.
template <class Reduce, class Load>
VERISIM_INLINE void column(int64_t rows, float* out, Load load) {
  F32 total = loadF32(out);
  int64_t r = 0;
  if (rows >= 4) {
    F32 chain[4];
#pragma GCC unroll 4
    for (int k = 0; k < 4; k++) chain[k] = load(k);
    for (r = 4; r + 4 <= rows; r += 4) {
#pragma GCC unroll 4
      for (int k = 0; k < 4; k++) chain[k] = Reduce::join(chain[k], load(r + k));
    }
    total = Reduce::join(total, Reduce::join(Reduce::join(chain[0], chain[1]), Reduce::join(chain[2], chain[3])));
  }
  for (; r < rows; r++) total = Reduce::join(total, load(r));
  storeF32(out, total);
}

template <class Reduce>
static void columns(const float* x, int64_t rows, int64_t cols, float* out) {
  int64_t c = 0;
  for (; c + lanes32 <= cols; c += lanes32)
    column<Reduce>(rows, out + c, [&](int64_t r) __attribute__((always_inline)) { return loadF32(x + r * cols + c); });
  if (c < cols)
    column<Reduce>(rows, out + c, [&](int64_t r) __attribute__((always_inline)) {
      return loadFirst(x + r * cols + c, cols - c, all(Reduce::none));
    });
}

}  // namespace

const TileKernels tileKernels = {loops, &map1<copyOp, F32>, &rows<Sum>, &rows<Maximum>, &columns<Sum>, &columns<Maximum>};
