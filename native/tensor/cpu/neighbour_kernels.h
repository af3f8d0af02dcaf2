// The search's three inner loops: which rows of a block may be near, how far a box is at least, and exact distances.
// Included once per instruction set (each_isa.h).

#if VERISIM_LANE_BYTES == 64
constexpr int filterRows = 12;  // 24 of 32 registers hold sums
#else
constexpr int filterRows = 6;  // 12 of 16 registers hold sums
#endif
static_assert(neighbourBlock % (2 * lanes32) == 0 && boxPadding % lanes32 == 0);

typedef int32_t I32 __attribute__((vector_size(VERISIM_LANE_BYTES)));

VERISIM_INLINE I32 loadI32(const int32_t* p) { I32 v; __builtin_memcpy(&v, p, sizeof v); return v; }
VERISIM_INLINE F32 magnitude32(F32 x) { return (F32)((I32)x & (0x7fffffff - I32{})); }
VERISIM_INLINE F32 larger(F32 a, F32 b) { return a > b ? a : b; }

/// Bit i is set where a[i] <= b[i].
VERISIM_INLINE uint32_t atMost(F32 a, F32 b) {
#if defined(__x86_64__) && VERISIM_LANE_BYTES == 64
  return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LE_OQ);
#elif defined(__x86_64__) && VERISIM_LANE_BYTES == 32
  return static_cast<uint32_t>(_mm256_movemask_ps(_mm256_cmp_ps((__m256)a, (__m256)b, _CMP_LE_OQ)));
#elif defined(__x86_64__)
  return static_cast<uint32_t>(_mm_movemask_ps(_mm_cmple_ps((__m128)a, (__m128)b)));
#else
  uint32_t bits = 0;
  for (int i = 0; i < lanes32; i++) bits |= static_cast<uint32_t>(a[i] <= b[i]) << i;
  return bits;
#endif
}

/// A register block of `rows` queries by two vectors of data. A sum starts from the row's own part and ends as the
/// distance less the query's own part, so that nothing but a comparison is left to do.
template <bool squared, int rows>
static void filterPart(const NeighbourFilter& in, int64_t part) {
  F32 sum[rows][2];
  const F32 s0 = loadF32(in.start + part), s1 = loadF32(in.start + part + lanes32);
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++) {
    sum[r][0] = s0;
    sum[r][1] = s1;
  }
  const float* value[rows];
  const int32_t* code[rows];
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++) {
    value[r] = in.values + in.queries[r] * in.stride;
    code[r] = in.codes + in.queries[r] * in.categories;
  }
  const float* data = in.data + part;
  for (int64_t d = 0; d < in.dimensions; d++, data += neighbourBlock) {
    const F32 b0 = loadF32(data), b1 = loadF32(data + lanes32);
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
      const F32 x = all(value[r][d]);
      if constexpr (squared) {
        sum[r][0] = fma(x, b0, sum[r][0]);
        sum[r][1] = fma(x, b1, sum[r][1]);
      } else {
        sum[r][0] += magnitude32(b0 - x);
        sum[r][1] += magnitude32(b1 - x);
      }
    }
  }
  const int32_t* dataCodes = in.dataCodes + part;
  for (int64_t c = 0; c < in.categories; c++, dataCodes += neighbourBlock) {
    const I32 b0 = loadI32(dataCodes), b1 = loadI32(dataCodes + lanes32);
    const F32 weight = all(in.weights[c]);
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
      const I32 x = code[r][c] - I32{};
      sum[r][0] += (F32)((b0 != x) & (I32)weight);
      sum[r][1] += (F32)((b1 != x) & (I32)weight);
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++) {
    const F32 limit = all(in.limits[in.queries[r]]);
    in.near[r] |= (atMost(sum[r][0], limit) | atMost(sum[r][1], limit) << lanes32) << part;
  }
}

template <bool squared, int rows>
static void filterRowsOf(int count, const NeighbourFilter& in) {
  if constexpr (rows > 1) {
    if (count < rows) return filterRowsOf<squared, rows - 1>(count, in);
  }
  for (int64_t part = 0; part < neighbourBlock; part += 2 * lanes32) filterPart<squared, rows>(in, part);
}

template <bool squared>
static void filter(const NeighbourFilter& in, int count) {
  NeighbourFilter group = in;
  // Evenly: a last group of few rows would leave half the pipeline idle.
  const int groups = (count + filterRows - 1) / filterRows;
  for (int g = 0; g < groups; g++) {
    const int rows = count / groups + (g < count % groups ? 1 : 0);
    filterRowsOf<squared, filterRows>(rows, group);
    group.queries += rows;
    group.near += rows;
  }
}

/// At least how far each query of a tile is from a box; values: [dimensions x neighbourTile].
template <bool squared>
static void pointGaps(const float* values, const float* low, const float* high, int64_t dimensions, float* gaps) {
  for (int64_t q = 0; q < neighbourTile; q += 2 * lanes32) {
    F32 sum0 = {}, sum1 = {};
    for (int64_t d = 0; d < dimensions; d++) {
      const F32 least = all(low[d]), most = all(high[d]);
      const F32 x0 = loadF32(values + d * neighbourTile + q), x1 = loadF32(values + d * neighbourTile + q + lanes32);
      const F32 gap0 = larger(larger(least - x0, x0 - most), F32{}), gap1 = larger(larger(least - x1, x1 - most), F32{});
      if constexpr (squared) {
        sum0 = fma(gap0, gap0, sum0);
        sum1 = fma(gap1, gap1, sum1);
      } else {
        sum0 += gap0;
        sum1 += gap1;
      }
    }
    storeF32(gaps + q, sum0);
    storeF32(gaps + q + lanes32, sum1);
  }
}

/// At least how far two boxes are from each other.
template <bool squared>
static float boxGap(const float* low, const float* high, const float* otherLow, const float* otherHigh, int64_t stride) {
  F32 sum = {};
  for (int64_t d = 0; d < stride; d += lanes32) {
    const F32 gap = larger(larger(loadF32(low + d) - loadF32(otherHigh + d), loadF32(otherLow + d) - loadF32(high + d)),
                           F32{});
    if constexpr (squared)
      sum = fma(gap, gap, sum);
    else
      sum += gap;
  }
  float total = 0;
  for (int i = 0; i < lanes32; i++) total += sum[i];
  return total;
}

/// Eight sums, one per column number modulo eight, without fused steps: the same order and roundings on every machine.
template <class T, bool squared>
static double distance(const T* a, const T* b, int64_t dimensions) {
  constexpr int parts = 8 / lanes64;
  typedef T Lanes __attribute__((vector_size(lanes64 * sizeof(T))));
  F64 sum[parts] = {};
  int64_t d = 0;
  for (; d + 8 <= dimensions; d += 8) {
#pragma GCC unroll 4
    for (int p = 0; p < parts; p++) {
      Lanes x, y;
      __builtin_memcpy(&x, a + d + p * lanes64, sizeof x);
      __builtin_memcpy(&y, b + d + p * lanes64, sizeof y);
      const F64 difference = __builtin_convertvector(x, F64) - __builtin_convertvector(y, F64);
      sum[p] += squared ? difference * difference : magnitude(difference);
    }
  }
  double sums[8];
  for (int p = 0; p < parts; p++) storeF64(sums + p * lanes64, sum[p]);
  for (int i = 0; d < dimensions; d++, i++) {
    const double difference = static_cast<double>(a[d]) - static_cast<double>(b[d]);
    sums[i] += squared ? difference * difference : difference < 0 ? -difference : difference;
  }
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

const NeighbourKernels kernels = {
    {&filter<true>, &pointGaps<true>, &boxGap<true>, &distance<float, true>, &distance<double, true>},
    {&filter<false>, &pointGaps<false>, &boxGap<false>, &distance<float, false>, &distance<double, false>},
};
