// Normal distribution function and its inverse, lane by lane, and the random numbers made of them.
// Included once per instruction set (each_isa.h).

/// exp(x) for x <= 0, correct to about one unit in the last place, into the denormals.
/// x = n ln2 + r with |r| <= ln2/2; the Taylor series of degree 13 has a relative error below 5e-18 there.
VERISIM_INLINE F64 expNegative(F64 x) {
  const F64 magic = all(6755399441055744.0);  // 1.5 * 2^52: adding it rounds to an integer and leaves it in the low bits
  x = choose(x < all(-800.0), all(-800.0), x);
  const F64 shifted = fma(x, all(1.4426950408889634), magic);
  const F64 n = shifted - magic;
  F64 r = fma(n, all(-0.6931471803691238), x);
  r = fma(n, all(-1.9082149292705877e-10), r);
  F64 p = all(1.6059043836821613e-10);
  p = fma(p, r, all(2.08767569878681e-09));
  p = fma(p, r, all(2.505210838544172e-08));
  p = fma(p, r, all(2.755731922398589e-07));
  p = fma(p, r, all(2.7557319223985893e-06));
  p = fma(p, r, all(2.48015873015873e-05));
  p = fma(p, r, all(1.984126984126984e-04));
  p = fma(p, r, all(1.388888888888889e-03));
  p = fma(p, r, all(8.333333333333333e-03));
  p = fma(p, r, all(4.1666666666666664e-02));
  p = fma(p, r, all(1.6666666666666666e-01));
  p = fma(p, r, all(0.5));
  p = fma(p * r, r, r) + 1.0;
  // 2^n in two factors, each a normal number, so that results below 2^-1022 round once.
  const I64 exponent = (I64)(bitsOf(shifted) - bitsOf(magic));
  const I64 half = exponent >> 1;
  const F64 first = fromBits((U64)((half + 1023) << 52));
  const F64 second = fromBits((U64)((exponent - half + 1023) << 52));
  return p * first * second;
}

/// log(x) for normal positive x, relative error about one unit in the last place away from 1.
/// x = 2^k m, m in [sqrt(1/2), sqrt(2)); log m = 2 atanh(s), s = (m - 1) / (m + 1), |s| <= 0.1716.
VERISIM_INLINE F64 logPositive(F64 x) {
  const U64 offset = bitsOf(x) - allBits(0x3fe6a09e667f3bcdull);  // sqrt(1/2)
  const I64 k = (I64)offset >> 52;
  const F64 m = fromBits(bitsOf(x) - ((U64)k << 52));
  const F64 f = m - 1.0;
  const F64 s = f / (f + 2.0);
  const F64 z = s * s;
  F64 p = all(1.0 / 23);
  p = fma(p, z, all(1.0 / 21));
  p = fma(p, z, all(1.0 / 19));
  p = fma(p, z, all(1.0 / 17));
  p = fma(p, z, all(1.0 / 15));
  p = fma(p, z, all(1.0 / 13));
  p = fma(p, z, all(1.0 / 11));
  p = fma(p, z, all(1.0 / 9));
  p = fma(p, z, all(1.0 / 7));
  p = fma(p, z, all(1.0 / 5));
  p = fma(p, z, all(1.0 / 3));
  // k as a double: its low 52 bits on top of 1.5 * 2^52.
  const F64 magic = all(6755399441055744.0);
  const F64 kd = fromBits((U64)k + bitsOf(magic)) - magic;
  // log m = 2 s + 2 s z p, and 2 s = f - s f.
  const F64 tail = fma(s, fma(z * p, all(2.0), -f), kd * all(1.9082149292705877e-10));
  return fma(kd, all(0.6931471803691238), f + tail);
}

/// Phi(x). For a = |x|: Phi(-a) = exp(-a^2 / 2) P(t) / (1 + a) with t = (a - 5) / (a + 5), P the Chebyshev expansion of
/// degree 24 of Mills' ratio (error below 5e-18; computed for this file in 80 digits).
VERISIM_INLINE F64 cdf(F64 x) {
  const F64 a = magnitude(x);
  const F64 bounded = choose(a < all(40.0), a, all(40.0));
  const F64 t = (bounded - 5.0) / (bounded + 5.0);
  const double coefficients[] = {
      2.5086998016985133e-11,  -3.815816262632953e-10,  -4.327297110082094e-10,  4.4011596227599254e-09,
      4.022493382168717e-09,   -3.095201755804207e-08,  -2.688202129280215e-08,  1.9627809920091187e-07,
      1.284479710649634e-07,   -1.3074486019237587e-06, -7.070628846317715e-08,  9.05982468125664e-06,
      -9.895946159334735e-06,  -5.36075811148722e-05,   0.00018233410307611755,  7.791597409338999e-06,
      -0.0016760723371645697,  0.006522000667783896,    -0.015170415403281224,   0.024536963243678652,
      -0.026401042966267253,   0.010002352385229382,    0.031030368425962847,    -0.09155228183400904,
      0.46151582985003775};
  F64 p = all(coefficients[0]);
#pragma GCC unroll 24
  for (int i = 1; i < 25; i++) p = fma(p, t, all(coefficients[i]));
  // a^2 in two parts: the exponential would magnify the rounding of the square by a^2 / 2.
  const F64 square = bounded * bounded;
  const F64 rest = squareRest(bounded, square);
  const F64 e = expNegative(square * -0.5);
  const F64 lower = fma(e, rest * -0.5, e) * (p / (bounded + 1.0));
  const F64 result = choose(x > all(0.0), 1.0 - lower, lower);
  return choose(x == x, result, x);
}

template <int count>
VERISIM_INLINE F64 polynomial(const double (&coefficients)[count], F64 x) {
  F64 p = all(coefficients[count - 1]);
#pragma GCC unroll 16
  for (int i = count - 2; i >= 0; i--) p = fma(p, x, all(coefficients[i]));
  return p;
}

/// The inverse of Phi is that of Wichura's PPND16 (Algorithm AS 241, Applied Statistics 37, 1988), relative error about
/// 1e-16: a rational function of (p - 1/2)^2 in the middle, of sqrt(-log p) in the tails. 0 and 1 give infinities,
/// anything outside [0, 1] NaN.
VERISIM_INLINE F64 centralQuantile(F64 p) {
  constexpr double a[] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                          1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                          3.3430575583588128105e4, 2.5090809287301226727e3};
  constexpr double b[] = {1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
                          2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
                          5.2264952788528545610e3};
  const F64 q = p - 0.5;
  const F64 r = fma(-q, q, all(0.180625));
  return q * polynomial(a, r) / polynomial(b, r);
}

VERISIM_INLINE bool isTail(double p) { return __builtin_fabs(p - 0.5) > 0.425; }

VERISIM_INLINE F64 tailQuantile(F64 p) {
  const F64 q = p - 0.5;
  const F64 low = choose(q < all(0.0), p, 1.0 - p);
  // Denormals are lifted into the normal range for the logarithm: 2^54 is 54 ln 2 more.
  const I64 tiny = low < all(2.2250738585072014e-308);
  const F64 lifted = choose(tiny, low * 18014398509481984.0, low);
  const F64 logarithm = logPositive(lifted) - choose(tiny, all(37.429947750237048), all(0.0));
  const F64 s = root(-logarithm);
  constexpr double c[] = {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
                          3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
                          2.27238449892691845833e-2, 7.74545014278341407640e-4};
  constexpr double d[] = {1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
                          1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
                          1.05075007164441684324e-9};
  const F64 near = s - 1.6;
  F64 tail = polynomial(c, near) / polynomial(d, near);
  const I64 far = s > all(5.0);
  if (any(far)) {
    constexpr double e[] = {6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
                            2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                            2.71155556874348757815e-5, 2.01033439929228813265e-7};
    constexpr double f[] = {1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
                            7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
                            2.04426310338993978564e-15};
    const F64 beyond = s - 5.0;
    tail = choose(far, polynomial(e, beyond) / polynomial(f, beyond), tail);
  }
  tail = choose(low > all(0.0), tail, all(__builtin_inf()));
  tail = choose(low < all(0.0), all(__builtin_nan("")), tail);
  return choose(q < all(0.0), -tail, tail);
}

constexpr int64_t blockLength = 512;  // numbers worked on at once: a few arrays of it fit in L1

/// The middle for all, then the tails (15 of 100) gathered into vectors of their own: no branch to mispredict.
/// `out` may be `p`. Reads and writes whole vectors: `count` is rounded up, the buffers must have the room.
static void quantileBlock(const double* p, double* out, int64_t count) {
  int32_t where[blockLength + lanes64];
  double tails[blockLength + lanes64];
  int64_t found = 0;
  for (int64_t i = 0; i < count; i++) {
    where[found] = static_cast<int32_t>(i);
    tails[found] = p[i];
    found += isTail(p[i]) ? 1 : 0;
  }
  for (int64_t i = 0; i < count; i += lanes64) storeF64(out + i, centralQuantile(loadF64(p + i)));
  for (int64_t i = 0; i < lanes64; i++) tails[found + i] = 0.01;
  for (int64_t i = 0; i < found; i += lanes64) storeF64(tails + i, tailQuantile(loadF64(tails + i)));
  for (int64_t i = 0; i < found; i++) out[where[i]] = tails[i];
}

/// The ten round keys of Philox, each in every lane.
struct RoundKeys {
  U64 word0[10], word1[10];
};

VERISIM_INLINE RoundKeys roundKeys(const RandomStream& stream) {
  RoundKeys keys;
  uint32_t k0 = stream.key0, k1 = stream.key1;
  for (int round = 0; round < 10; round++) {
    keys.word0[round] = allBits(k0);
    keys.word1[round] = allBits(k1);
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
  return keys;
}

/// Philox4x32-10 (Salmon et al. 2011, section 3.3), one counter per 64-bit lane with a word in its low half; the upper
/// halves hold leftovers that no multiplication reads. Gives words 0 and 1 of each block as a uniform in (0, 1):
/// the same bits as core's rowUniform.
VERISIM_INLINE F64 uniform(U64 rows, U64 attempt, U64 block, const RoundKeys& keys) {
  const U64 m0 = allBits(0xd2511f53u), m1 = allBits(0xcd9e8d57u);
  U64 c0 = rows, c1 = rows >> 32, c2 = attempt, c3 = block;
#pragma GCC unroll 10
  for (int round = 0; round < 10; round++) {
    const U64 p0 = multiplyLow32(m0, c0);
    const U64 p1 = multiplyLow32(m1, c2);
    c0 = (p1 >> 32) ^ (c1 ^ keys.word0[round]);
    c2 = (p0 >> 32) ^ (c3 ^ keys.word1[round]);
    c1 = p1;
    c3 = p0;
  }
  // 26 bits of each word, so that the half is never rounded away, each turned into a double by laying them under the exponent of 2^52.
  const U64 under = allBits(0x4330000000000000ull);
  const F64 high = fromBits(((c0 & allBits(0xffffffffull)) >> 6) | under) - 4503599627370496.0;
  const F64 low = fromBits(((c1 & allBits(0xffffffffull)) >> 6) | under) - 4503599627370496.0;
  return (high * 67108864.0 + low + 0.5) * 2.220446049250313e-16;
}

template <bool normal>
static void fill(double* out, int64_t count, uint64_t row, const RandomStream& stream) {
  const RoundKeys keys = roundKeys(stream);
  const U64 attempt = allBits(stream.attempt), block = allBits(stream.block);
  U64 rows = allBits(row);
  for (int i = 0; i < lanes64; i++) rows[i] += static_cast<uint64_t>(i);
  double buffer[blockLength];
  for (int64_t start = 0; start < count; start += blockLength) {
    const int64_t length = std::min(blockLength, count - start);
    double* const to = length == blockLength ? out + start : buffer;
    for (int64_t i = 0; i < length; i += lanes64, rows += allBits(lanes64))
      storeF64(to + i, uniform(rows, attempt, block, keys));
    if (normal) quantileBlock(to, to, length);
    if (to == buffer) std::copy(buffer, buffer + length, out + start);
  }
}

template <bool inverse>
static void map(const double* x, double* out, int64_t count) {
  double buffer[blockLength];
  for (int64_t start = 0; start < count; start += blockLength) {
    const int64_t length = std::min(blockLength, count - start);
    const double* from = x + start;
    double* to = out + start;
    if (length < blockLength) {
      std::copy(from, from + length, buffer);
      std::fill(buffer + length, buffer + blockLength, 0.5);
      from = to = buffer;
    }
    if (inverse)
      quantileBlock(from, to, length);
    else
      for (int64_t i = 0; i < length; i += lanes64) storeF64(to + i, cdf(loadF64(from + i)));
    if (to == buffer) std::copy(buffer, buffer + length, out + start);
  }
}

const NormalKernels normalKernels = {&map<false>, &map<true>, &fill<false>, &fill<true>};
