// Vectors of a kernel's rows: parts of vectors at the end of a row, sums and maxima across lanes.
// Included by kernel files, once per instruction set (cpu/each_isa.h); no include guard on purpose.

#include "cpu/elementary.h"

/// Lanes below `count` (0 to lanes32).
VERISIM_INLINE I32 firstLanes(int count) {
  static constexpr int32_t steps[2 * lanes32] = {
#if VERISIM_LANE_BYTES == 64
      -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1
#elif VERISIM_LANE_BYTES == 32
      -1, -1, -1, -1, -1, -1, -1, -1
#else
      -1, -1, -1, -1
#endif
  };
  I32 mask;
  __builtin_memcpy(&mask, steps + lanes32 - count, sizeof mask);
  return mask;
}

/// The first `count` numbers at p (1 to lanes32, no byte beyond them is touched), zeros behind them.
VERISIM_INLINE F32 loadFirst(const float* p, int count) {
#if defined(__x86_64__) && VERISIM_LANE_BYTES == 64
  return (F32)_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), p);
#elif defined(__x86_64__) && VERISIM_LANE_BYTES == 32
  return (F32)_mm256_maskload_ps(p, (__m256i)firstLanes(count));
#else
  F32 v = {};
  for (int i = 0; i < count; i++) v[i] = p[i];
  return v;
#endif
}

VERISIM_INLINE void storeFirst(float* p, F32 v, int count) {
#if defined(__x86_64__) && VERISIM_LANE_BYTES == 64
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << count) - 1), (__m512)v);
#elif defined(__x86_64__) && VERISIM_LANE_BYTES == 32
  _mm256_maskstore_ps(p, (__m256i)firstLanes(count), (__m256)v);
#else
  for (int i = 0; i < count; i++) p[i] = v[i];
#endif
}

template <int distance, class V, int... lane>
VERISIM_INLINE V exchange(V v, std::integer_sequence<int, lane...>) {
  return __builtin_shufflevector(v, v, (lane ^ distance)...);
}

/// All lanes put together by `combine`, in every lane.
template <class Combine>
VERISIM_INLINE F32 acrossLanes(F32 v, Combine combine) {
  constexpr auto order = std::make_integer_sequence<int, lanes32>();
  if constexpr (lanes32 > 8) v = combine(v, exchange<8 % lanes32>(v, order));
  if constexpr (lanes32 > 4) v = combine(v, exchange<4 % lanes32>(v, order));
  v = combine(v, exchange<2>(v, order));
  return combine(v, exchange<1>(v, order));
}

/// One bit per lane, lane 0 the lowest.
VERISIM_INLINE uint32_t laneBits(I32 mask) {
#if defined(__x86_64__) && VERISIM_LANE_BYTES == 64
  return _mm512_movepi32_mask((__m512i)mask);
#elif defined(__x86_64__) && VERISIM_LANE_BYTES == 32
  return static_cast<uint32_t>(_mm256_movemask_ps((__m256)mask));
#elif defined(__x86_64__)
  return static_cast<uint32_t>(_mm_movemask_ps((__m128)mask));
#else
  uint32_t bits = 0;
  for (int i = 0; i < lanes32; i++) bits |= (mask[i] & 1u) << i;
  return bits;
#endif
}

/// Vectors in a row of `count` numbers, one by one: `whole(i)` at full vectors, then `part(i, length)`.
template <class Whole, class Part>
VERISIM_INLINE void overVectors(int64_t count, Whole whole, Part part) {
  int64_t i = 0;
  for (; i + lanes32 <= count; i += lanes32) whole(i);
  if (i < count) part(i, static_cast<int>(count - i));
}
