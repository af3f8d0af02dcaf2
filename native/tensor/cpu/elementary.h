// Elementary functions of float32 vectors, lane by lane: what the rows of ops.def call. Included once per instruction set,
// after vector.h (each_isa.h). Errors stay within the few units in the last place that docs/design/native.md states, over
// the whole range, denormals included. Polynomials were fitted for this file (weighted minimax, in 200 bits).

typedef int32_t I32 __attribute__((vector_size(VERISIM_LANE_BYTES)));
typedef uint32_t U32 __attribute__((vector_size(VERISIM_LANE_BYTES)));

VERISIM_INLINE I32 loadI32(const float* p) { I32 v; __builtin_memcpy(&v, p, sizeof v); return v; }
VERISIM_INLINE void storeI32(float* p, I32 v) { __builtin_memcpy(p, &v, sizeof v); }
VERISIM_INLINE U32 allBits32(uint32_t x) { return x - U32{}; }
VERISIM_INLINE U32 bitsOf(F32 x) { return (U32)x; }
VERISIM_INLINE F32 fromBits(U32 x) { return (F32)x; }
VERISIM_INLINE F32 choose(I32 mask, F32 yes, F32 no) { return mask ? yes : no; }
VERISIM_INLINE U32 signOf(F32 x) { return bitsOf(x) & allBits32(0x80000000u); }
VERISIM_INLINE F32 vx_abs(F32 x) { return fromBits(bitsOf(x) & allBits32(0x7fffffffu)); }
/// |magnitude| with the sign of x.
VERISIM_INLINE F32 signed_(F32 magnitude, F32 x) { return fromBits(bitsOf(magnitude) | signOf(x)); }

#if defined(__x86_64__) && VERISIM_LANE_BYTES == 64
VERISIM_INLINE F32 vs_sqrt(F32 x) { return (F32)_mm512_sqrt_ps((__m512)x); }
VERISIM_INLINE F32 vx_floor(F32 x) { return (F32)_mm512_roundscale_ps((__m512)x, _MM_FROUND_TO_NEG_INF); }
// These give the second input where one is NaN or both are zeros.
VERISIM_INLINE F32 larger(F32 a, F32 b) { return (F32)_mm512_max_ps((__m512)a, (__m512)b); }
VERISIM_INLINE F32 smaller(F32 a, F32 b) { return (F32)_mm512_min_ps((__m512)a, (__m512)b); }
#elif defined(__x86_64__) && VERISIM_LANE_BYTES == 32
VERISIM_INLINE F32 vs_sqrt(F32 x) { return (F32)_mm256_sqrt_ps((__m256)x); }
VERISIM_INLINE F32 vx_floor(F32 x) { return (F32)_mm256_floor_ps((__m256)x); }
VERISIM_INLINE F32 larger(F32 a, F32 b) { return (F32)_mm256_max_ps((__m256)a, (__m256)b); }
VERISIM_INLINE F32 smaller(F32 a, F32 b) { return (F32)_mm256_min_ps((__m256)a, (__m256)b); }
#else
#if defined(__x86_64__)
VERISIM_INLINE F32 vs_sqrt(F32 x) { return (F32)_mm_sqrt_ps((__m128)x); }
VERISIM_INLINE F32 larger(F32 a, F32 b) { return (F32)_mm_max_ps((__m128)a, (__m128)b); }
VERISIM_INLINE F32 smaller(F32 a, F32 b) { return (F32)_mm_min_ps((__m128)a, (__m128)b); }
#else
#if defined(__aarch64__)
VERISIM_INLINE F32 vs_sqrt(F32 x) { return (F32)vsqrtq_f32((float32x4_t)x); }
#else
VERISIM_INLINE F32 vs_sqrt(F32 x) {
  return F32{__builtin_sqrtf(x[0]), __builtin_sqrtf(x[1]), __builtin_sqrtf(x[2]), __builtin_sqrtf(x[3])};
}
#endif
VERISIM_INLINE F32 larger(F32 a, F32 b) { return choose(a > b, a, b); }
VERISIM_INLINE F32 smaller(F32 a, F32 b) { return choose(a < b, a, b); }
#endif
VERISIM_INLINE F32 vx_floor(F32 x) {
  const F32 whole = __builtin_convertvector(__builtin_convertvector(x, I32), F32);
  const F32 below = whole - choose(whole > x, all(1.0f), F32{});
  return choose(vx_abs(x) < all(8388608.0f), signed_(below, x), x);  // 2^23 and beyond are whole
}
#endif

VERISIM_INLINE F32 vx_max(F32 a, F32 b) { return choose(a == a, larger(a, b), a); }
VERISIM_INLINE F32 vx_min(F32 a, F32 b) { return choose(a == a, smaller(a, b), a); }
VERISIM_INLINE F32 vx_fma(F32 a, F32 b, F32 c) { return fma(a, b, c); }
VERISIM_INLINE F32 vx_where(F32 a, F32 b, F32 c) { return choose(a != F32{}, b, c); }
VERISIM_INLINE F32 oneWhere(I32 mask) { return (F32)(mask & (I32)all(1.0f)); }
VERISIM_INLINE F32 vx_less(F32 a, F32 b) { return oneWhere(a < b); }
VERISIM_INLINE F32 vx_equal(F32 a, F32 b) { return oneWhere(a == b); }
VERISIM_INLINE F32 vx_sign(F32 x) { return choose((x < F32{}) | (x > F32{}), signed_(all(1.0f), x), x); }

VERISIM_INLINE I32 vx_add_i32(I32 a, I32 b) { return (I32)((U32)a + (U32)b); }
VERISIM_INLINE I32 vx_sub_i32(I32 a, I32 b) { return (I32)((U32)a - (U32)b); }
VERISIM_INLINE I32 vx_mul_i32(I32 a, I32 b) { return (I32)((U32)a * (U32)b); }
VERISIM_INLINE F32 vx_relu(F32 a) { return a < all(0.0f) ? all(0.0f) : a; }
VERISIM_INLINE I32 vx_max_i32(I32 a, I32 b) { return a > b ? a : b; }
VERISIM_INLINE I32 vx_min_i32(I32 a, I32 b) { return a < b ? a : b; }
VERISIM_INLINE F32 vx_less_i32(I32 a, I32 b) { return oneWhere(a < b); }
VERISIM_INLINE F32 vx_equal_i32(I32 a, I32 b) { return oneWhere(a == b); }
VERISIM_INLINE F32 vx_to_f32(I32 a) { return __builtin_convertvector(a, F32); }
VERISIM_INLINE I32 vx_to_i32(F32 a) {
  const I32 whole = __builtin_convertvector(a, I32) & (a == a);
  return a >= all(2147483648.0f) ? (I32)allBits32(0x7fffffffu) : whole;  // too small gives the smallest by itself
}

template <int count>
VERISIM_INLINE F32 series(const float (&coefficients)[count], F32 x) {
  F32 p = all(coefficients[count - 1]);
#pragma GCC unroll 16
  for (int i = count - 2; i >= 0; i--) p = fma(p, x, all(coefficients[i]));
  return p;
}

template <int count>
VERISIM_INLINE F64 series(const double (&coefficients)[count], F64 x) {
  F64 p = all(coefficients[count - 1]);
#pragma GCC unroll 16
  for (int i = count - 2; i >= 0; i--) p = fma(p, x, all(coefficients[i]));
  return p;
}

/// ln 2 in two parts: the first has 9 bits, so that its products with exponents are exact.
constexpr float ln2High = 0.693359375f, ln2Low = -2.12194440e-4f;
VERISIM_INLINE F32 powerOfTwo(I32 n) { return fromBits((U32)(n + 127) << 23); }

/// exp(x) = 2^n (1 + p), p in [1/sqrt 2 - 1, sqrt 2 - 1]; for |x| <= 110.
struct Exponential {
  I32 n;
  F32 p;
};
VERISIM_INLINE Exponential exponential(F32 x) {
  constexpr float q[] = {0.5f, 0.166665435f, 0.0416664556f, 0.00836653728f, 0.00139357592f};
  const F32 magic = all(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer and leaves it in the low bits
  const F32 shifted = fma(x, all(1.44269504f), magic);
  const F32 n = shifted - magic;
  const F32 r = fma(n, all(-ln2Low), fma(n, all(-ln2High), x));
  return {(I32)(bitsOf(shifted) - bitsOf(magic)), fma(series(q, r), r * r, r)};
}

VERISIM_INLINE F32 vs_exp(F32 x) {
  // The bounded forms keep a NaN: it comes second. Beyond them the result is infinite or zero.
  const Exponential e = exponential(larger(all(-104.0f), smaller(all(89.0f), x)));
  // 2^n in two factors, each a normal number, so that denormal results round once.
  const I32 half = e.n >> 1;
  return (e.p + 1.0f) * powerOfTwo(half) * powerOfTwo(e.n - half);
}

/// For x in [-80, 0], NaN stays.
VERISIM_INLINE F32 expModerate(F32 x) {
  const Exponential e = exponential(x);
  return (e.p + 1.0f) * powerOfTwo(e.n);
}

/// For x in [-20, 89]: 2^n (1 + p) - 1, with half of everything where 2^n might be infinite.
VERISIM_INLINE F32 expm1Moderate(F32 x) {
  const Exponential e = exponential(x);
  const F32 half = powerOfTwo(e.n - 1);
  const F32 result = fma(half, e.p, half - 0.5f);
  return result + result;
}

VERISIM_INLINE F32 vs_expm1(F32 x) {
  const F32 result = expm1Moderate(larger(all(-20.0f), smaller(all(89.0f), x)));
  return choose(vx_abs(x) < all(1e-9f), x, result);
}

/// -t / (t + 2) with t = expm1(-2 |x|): one branch that is exact near 0 and reaches 1.
VERISIM_INLINE F32 vs_tanh(F32 x) {
  const F32 t = expm1Moderate(smaller(all(10.0f), vx_abs(x)) * -2.0f);
  return signed_(fromBits(bitsOf(t / (t + 2.0f)) & allBits32(0x7fffffffu)), x);
}

VERISIM_INLINE F32 vs_sigmoid(F32 x) {
  const F32 e = vs_exp(fromBits(bitsOf(x) | allBits32(0x80000000u)));
  return choose(x < F32{}, e, all(1.0f)) / (e + 1.0f);
}

/// log(1 + f) + k ln 2 + rest for f in [sqrt(1/2) - 1, sqrt 2 - 1].
VERISIM_INLINE F32 logOf(F32 f, F32 k, F32 rest) {
  constexpr float q[] = {0.333333105f, -0.249999866f, 0.200022236f, -0.166692466f, 0.142187133f,
                         -0.123844825f, 0.118727379f, -0.117888317f, 0.0691460967f};
  const F32 square = f * f;
  const F32 tail = fma(series(q, f), square * f, fma(k, all(ln2Low), rest));
  return fma(k, all(ln2High), f + fma(square, all(-0.5f), tail));
}

/// k with x / 2^k in [sqrt(1/2), sqrt 2), x positive and normal.
VERISIM_INLINE I32 exponentOf(F32 x) { return (I32)(bitsOf(x) - allBits32(0x3f3504f3u)) >> 23; }

VERISIM_INLINE F32 logEnds(F32 x, F32 low, F32 result) {
  const F32 atMost = choose(x == low, all(-__builtin_inff()), all(__builtin_nanf("")));
  return choose(x > low, choose(x < all(__builtin_inff()), result, x), atMost);
}

VERISIM_INLINE F32 vs_log(F32 x) {
  const I32 tiny = x < all(1.17549435e-38f);  // denormals are lifted into the normal range
  const F32 lifted = choose(tiny, x * 8388608.0f, x);
  const I32 k = exponentOf(lifted);
  const F32 m = fromBits(bitsOf(lifted) - ((U32)k << 23));
  const F32 exponent = __builtin_convertvector(k, F32) - choose(tiny, all(23.0f), F32{});
  return logEnds(x, F32{}, logOf(m - 1.0f, exponent, F32{}));
}

/// log(u) with u = 1 + x rounded, and what the rounding lost over u; where u is near 1, x itself is what is above 1.
VERISIM_INLINE F32 vs_log1p(F32 x) {
  const F32 u = x + 1.0f;
  const F32 lost = choose(x < all(1.0f), x - (u - 1.0f), 1.0f - (u - x));
  const I32 k = exponentOf(u);
  const I32 near = k == I32{};
  const F32 f = choose(near, x, fromBits(bitsOf(u) - ((U32)k << 23)) - 1.0f);
  const F32 result = logOf(f, __builtin_convertvector(k, F32), choose(near, F32{}, lost / u));
  return choose(x == F32{}, x, logEnds(x, all(-1.0f), result));
}

/// x + x P(x^2) near 0, 1 - exp(-Q(|x|)) beyond.
VERISIM_INLINE F32 vs_erf(F32 x) {
  constexpr float p[] = {0.128379151f, -0.376124889f, 0.11281731f, -0.0267629661f, 0.00498735253f, -0.00059595838f};
  constexpr float q[] = {-0.000206957979f, -1.12762761f, -0.637265384f, -0.10385672f,
                         0.0221899599f, -0.00303374394f, 0.000194952721f};
  const F32 t = smaller(all(4.0f), vx_abs(x));
  const F32 inner = fma(series(p, t * t), t, t);
  const F32 outer = 1.0f - expModerate(series(q, t));
  return signed_(choose(t < all(0.925f), inner, outer), x);
}

/// The halves of a vector as doubles and back.
typedef float HalfF32 __attribute__((vector_size(VERISIM_LANE_BYTES / 2)));
typedef uint32_t HalfU32 __attribute__((vector_size(VERISIM_LANE_BYTES / 2)));
VERISIM_INLINE F64 widen(F32 x, int half) {
  HalfF32 halves[2];
  __builtin_memcpy(halves, &x, sizeof x);
  return __builtin_convertvector(halves[half], F64);
}
VERISIM_INLINE F32 narrow(F64 low, F64 high) {
  const HalfF32 halves[2] = {__builtin_convertvector(low, HalfF32), __builtin_convertvector(high, HalfF32)};
  F32 x;
  __builtin_memcpy(&x, halves, sizeof x);
  return x;
}
VERISIM_INLINE U32 narrow(U64 low, U64 high) {
  const HalfU32 halves[2] = {__builtin_convertvector(low, HalfU32), __builtin_convertvector(high, HalfU32)};
  U32 x;
  __builtin_memcpy(&x, halves, sizeof x);
  return x;
}

constexpr double roundingMagic = 6755399441055744.0;  // 1.5 * 2^52

/// sin r and cos r for |r| <= pi / 4, square = r r.
VERISIM_INLINE F32 sineNear0(F32 r, F32 square) {
  constexpr float s[] = {-0.166666672f, 0.00833338033f, -0.000198535097f, 2.83748795e-06f};
  return fma(series(s, square) * square, r, r);
}
VERISIM_INLINE F32 cosineNear0(F32 square) {
  constexpr float c[] = {0.0416666456f, -0.00138873106f, 2.44325638e-05f};
  return fma(series(c, square), square * square, fma(square, all(-0.5f), all(1.0f)));
}

/// sin(x + quarters pi / 2). The multiple of pi / 2 is taken off in doubles, in three parts of which the first has 33
/// bits: right to the last place to |x| = 1e6 on every set; beyond 2^48, where floats are 2^25 apart, x counts as 0.
VERISIM_INLINE F32 sine(F32 x, uint32_t quarters) {
  const F32 bounded = choose(vx_abs(x) > all(281474976710656.0f), x * 0.0f, x);
  F64 rest[2];
  U64 turns[2];
#pragma GCC unroll 2
  for (int half = 0; half < 2; half++) {
    const F64 wide = widen(bounded, half), magic = all(roundingMagic);
    const F64 shifted = fma(wide, all(0.6366197723675814), magic);
    const F64 n = shifted - magic;
    rest[half] = fma(n, all(-1.5707963267341256), wide);
    rest[half] = fma(n, all(-6.077100506303966e-11), rest[half]);
    rest[half] = fma(n, all(-2.0222662487959506e-21), rest[half]);
    turns[half] = bitsOf(shifted);
  }
  const F32 r = narrow(rest[0], rest[1]);
  const U32 turn = narrow(turns[0], turns[1]) + quarters;
  const F32 square = r * r;
  const F32 value = choose((I32)((turn & 1u) != U32{}), cosineNear0(square), sineNear0(r, square));
  return fromBits(bitsOf(value) ^ ((turn & 2u) << 30));
}
VERISIM_INLINE F32 vs_sin(F32 x) { return choose(x == F32{}, x, sine(x, 0)); }
VERISIM_INLINE F32 vs_cos(F32 x) { return sine(x, 1); }

/// 2^(y log2 |x|) in doubles, 1e-9 at worst; rounded once, so denormals are right too.
VERISIM_INLINE F64 powerOf(F64 magnitude, F64 y) {
  constexpr double l[] = {2.8853900817900273, 0.96179667332829877, 0.57708359018734712, 0.41167236010338143,
                          0.34073699813538871};
  constexpr double e[] = {0.99999999991919175, 0.69314720670968322, 0.2402265150388376, 0.055503272157072063,
                          0.0096179946412003094, 0.0013400431689922791, 0.00015477970516366641};
  const F64 magic = all(roundingMagic), infinite = all(__builtin_inf());
  const I64 k = (I64)(bitsOf(magnitude) - allBits(0x3fe6a09e667f3bcdull)) >> 52;
  const F64 m = fromBits(bitsOf(magnitude) - ((U64)k << 52));
  const F64 s = (m - 1.0) / (m + 1.0);
  const F64 exponent = fromBits((U64)k + bitsOf(magic)) - magic;
  F64 log2 = fma(s, series(l, s * s), exponent);
  log2 = choose(magnitude < infinite, log2, magnitude);
  log2 = choose(magnitude == F64{}, -infinite, log2);
  F64 product = y * log2;
  product = choose(product > all(160.0), all(160.0), product);
  product = choose(product < all(-160.0), all(-160.0), product);
  const F64 shifted = product + magic;
  const F64 r = product - (shifted - magic);
  return series(e, r) * fromBits((U64)((I64)(bitsOf(shifted) - bitsOf(magic)) + 1023) << 52);
}

VERISIM_INLINE F32 vs_pow(F32 x, F32 y) {
  const F32 size = vx_abs(x), half = y * 0.5f;
  F32 result = narrow(powerOf(widen(size, 0), widen(y, 0)), powerOf(widen(size, 1), widen(y, 1)));
  const I32 odd = (vx_floor(y) == y) & (vx_floor(half) != half);
  result = choose(odd, fromBits(bitsOf(result) | signOf(x)), result);
  const I32 finite = size < all(__builtin_inff());
  result = choose((x < F32{}) & finite & (vx_floor(y) != y), all(__builtin_nanf("")), result);
  return choose(y == F32{}, all(1.0f), result);
}
