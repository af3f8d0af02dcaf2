// Vectors of VERISIM_LANE_BYTES bytes as GCC and Clang vector types, and the few operations that need the set's own
// instructions. Included by each_isa.h inside one namespace per instruction set; no include guard on purpose.
// Every operation works lane by lane, so a value never depends on the lane or the batch it sits in.

typedef double F64 __attribute__((vector_size(VERISIM_LANE_BYTES)));
typedef float F32 __attribute__((vector_size(VERISIM_LANE_BYTES)));
typedef int64_t I64 __attribute__((vector_size(VERISIM_LANE_BYTES)));
typedef uint64_t U64 __attribute__((vector_size(VERISIM_LANE_BYTES)));

#define VERISIM_INLINE static inline __attribute__((always_inline))

constexpr int lanes64 = VERISIM_LANE_BYTES / 8;
constexpr int lanes32 = VERISIM_LANE_BYTES / 4;

VERISIM_INLINE F64 loadF64(const double* p) { F64 v; __builtin_memcpy(&v, p, sizeof v); return v; }
VERISIM_INLINE F32 loadF32(const float* p) { F32 v; __builtin_memcpy(&v, p, sizeof v); return v; }
VERISIM_INLINE void storeF64(double* p, F64 v) { __builtin_memcpy(p, &v, sizeof v); }
VERISIM_INLINE void storeF32(float* p, F32 v) { __builtin_memcpy(p, &v, sizeof v); }
// x - 0 is x for every x, a negative zero too; the compiler makes it one broadcast.
VERISIM_INLINE F64 all(double x) { return x - F64{}; }
VERISIM_INLINE F32 all(float x) { return x - F32{}; }
VERISIM_INLINE U64 allBits(uint64_t x) { return x - U64{}; }
VERISIM_INLINE U64 bitsOf(F64 x) { return (U64)x; }
VERISIM_INLINE F64 fromBits(U64 x) { return (F64)x; }
VERISIM_INLINE F64 choose(I64 mask, F64 yes, F64 no) { return mask ? yes : no; }
VERISIM_INLINE F64 magnitude(F64 x) { return fromBits(bitsOf(x) & allBits(0x7fffffffffffffffull)); }

#if defined(__x86_64__) && VERISIM_LANE_BYTES == 64
VERISIM_INLINE F64 fma(F64 a, F64 b, F64 c) { return (F64)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c); }
VERISIM_INLINE F32 fma(F32 a, F32 b, F32 c) { return (F32)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
VERISIM_INLINE F64 root(F64 x) { return (F64)_mm512_sqrt_pd((__m512d)x); }
VERISIM_INLINE U64 multiplyLow32(U64 a, U64 b) { return (U64)_mm512_mul_epu32((__m512i)a, (__m512i)b); }
VERISIM_INLINE bool any(I64 mask) { return _mm512_movepi64_mask((__m512i)mask) != 0; }
VERISIM_INLINE bool every(I64 mask) { return _mm512_movepi64_mask((__m512i)mask) == 0xff; }
#elif defined(__x86_64__) && VERISIM_LANE_BYTES == 32
VERISIM_INLINE F64 fma(F64 a, F64 b, F64 c) { return (F64)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c); }
VERISIM_INLINE F32 fma(F32 a, F32 b, F32 c) { return (F32)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
VERISIM_INLINE F64 root(F64 x) { return (F64)_mm256_sqrt_pd((__m256d)x); }
VERISIM_INLINE U64 multiplyLow32(U64 a, U64 b) { return (U64)_mm256_mul_epu32((__m256i)a, (__m256i)b); }
VERISIM_INLINE bool any(I64 mask) { return _mm256_movemask_pd((__m256d)mask) != 0; }
VERISIM_INLINE bool every(I64 mask) { return _mm256_movemask_pd((__m256d)mask) == 0xf; }
#elif defined(__x86_64__)
// No fused multiply-add in the baseline: two roundings. Another kind of machine, as law 1 allows.
#define VERISIM_UNFUSED
VERISIM_INLINE F64 fma(F64 a, F64 b, F64 c) { return a * b + c; }
VERISIM_INLINE F32 fma(F32 a, F32 b, F32 c) { return a * b + c; }
VERISIM_INLINE F64 root(F64 x) { return (F64)_mm_sqrt_pd((__m128d)x); }
VERISIM_INLINE U64 multiplyLow32(U64 a, U64 b) { return (U64)_mm_mul_epu32((__m128i)a, (__m128i)b); }
VERISIM_INLINE bool any(I64 mask) { return _mm_movemask_pd((__m128d)mask) != 0; }
VERISIM_INLINE bool every(I64 mask) { return _mm_movemask_pd((__m128d)mask) == 3; }
#elif defined(__aarch64__)
VERISIM_INLINE F64 fma(F64 a, F64 b, F64 c) { return (F64)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b); }
VERISIM_INLINE F32 fma(F32 a, F32 b, F32 c) { return (F32)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b); }
VERISIM_INLINE F64 root(F64 x) { return (F64)vsqrtq_f64((float64x2_t)x); }
VERISIM_INLINE U64 multiplyLow32(U64 a, U64 b) {
  return (U64)vmull_u32(vmovn_u64((uint64x2_t)a), vmovn_u64((uint64x2_t)b));
}
VERISIM_INLINE bool any(I64 mask) { return (mask[0] | mask[1]) != 0; }
VERISIM_INLINE bool every(I64 mask) { return (mask[0] & mask[1]) != 0; }
#else
#define VERISIM_UNFUSED
VERISIM_INLINE F64 fma(F64 a, F64 b, F64 c) { return a * b + c; }
VERISIM_INLINE F32 fma(F32 a, F32 b, F32 c) { return a * b + c; }
VERISIM_INLINE F64 root(F64 x) { return F64{__builtin_sqrt(x[0]), __builtin_sqrt(x[1])}; }
VERISIM_INLINE U64 multiplyLow32(U64 a, U64 b) { return (a & 0xffffffffull) * (b & 0xffffffffull); }
VERISIM_INLINE bool any(I64 mask) { return (mask[0] | mask[1]) != 0; }
VERISIM_INLINE bool every(I64 mask) { return (mask[0] & mask[1]) != 0; }
#endif

/// x^2 - square, exact where `square` is x^2 rounded.
#if defined(VERISIM_UNFUSED)
VERISIM_INLINE F64 squareRest(F64 x, F64 square) {
  const F64 high = fromBits(bitsOf(x) & allBits(0xfffffffff8000000ull)), low = x - high;  // 26 and 27 bits
  return ((high * high - square) + 2.0 * high * low) + low * low;
}
#undef VERISIM_UNFUSED
#else
VERISIM_INLINE F64 squareRest(F64 x, F64 square) { return fma(x, x, -square); }
#endif

/// A partial vector: the first `count` entries, the rest `fill`.
VERISIM_INLINE F64 loadPart(const double* p, int count, double fill) {
  double part[lanes64];
  for (int i = 0; i < lanes64; i++) part[i] = i < count ? p[i] : fill;
  return loadF64(part);
}
VERISIM_INLINE void storePart(double* p, F64 v, int count) {
  double part[lanes64];
  storeF64(part, v);
  for (int i = 0; i < count; i++) p[i] = part[i];
}
