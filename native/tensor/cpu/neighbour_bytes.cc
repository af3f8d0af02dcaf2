// Four bytes of a row times four of a query add up in one lane: a quarter of the float filter's steps.
#include "neighbour_bytes.h"

#include "isa.h"
#include "neighbour_tree.h"

namespace verisim {

#if defined(__x86_64__)

bool hasByteFilter() {
  static const bool has = isa() == Isa::avx512 && __builtin_cpu_supports("avx512vnni");
  return has;
}

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512vnni,prefer-vector-width=512")
#endif
namespace {

constexpr int rowsAtOnce = 12;

template <int rows>
inline void filterRows(const ByteFilter& in) {
  static_assert(neighbourBlock == 32);
  __m512i sum[rows][2];
  const __m512i s0 = _mm512_loadu_si512(in.start), s1 = _mm512_loadu_si512(in.start + 16);
  const uint8_t* value[rows];
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++) {
    sum[r][0] = s0;
    sum[r][1] = s1;
    value[r] = in.values + in.queries[r] * in.steps * 4;
  }
  const int8_t* data = in.data;
  for (int64_t step = 0; step < in.steps; step++, data += neighbourBlock * 4) {
    const __m512i b0 = _mm512_loadu_si512(data), b1 = _mm512_loadu_si512(data + 64);
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
      int32_t four;
      __builtin_memcpy(&four, value[r] + step * 4, sizeof four);
      const __m512i x = _mm512_set1_epi32(four);
      sum[r][0] = _mm512_dpbusd_epi32(sum[r][0], x, b0);
      sum[r][1] = _mm512_dpbusd_epi32(sum[r][1], x, b1);
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++) {
    const __m512i limit = _mm512_set1_epi32(in.limits[in.queries[r]]);
    in.near[r] = static_cast<uint32_t>(_mm512_cmpge_epi32_mask(sum[r][0], limit)) |
                 static_cast<uint32_t>(_mm512_cmpge_epi32_mask(sum[r][1], limit)) << 16;
  }
}

template <int rows>
inline void filterGroup(int count, const ByteFilter& in) {
  if constexpr (rows > 1) {
    if (count < rows) return filterGroup<rows - 1>(count, in);
  }
  filterRows<rows>(in);
}

}  // namespace

void filterBytes(const ByteFilter& block, int count) {
  ByteFilter group = block;
  const int groups = (count + rowsAtOnce - 1) / rowsAtOnce;
  for (int g = 0; g < groups; g++) {
    const int rows = count / groups + (g < count % groups ? 1 : 0);
    filterGroup<rowsAtOnce>(rows, group);
    group.queries += rows;
    group.near += rows;
  }
}
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#else

bool hasByteFilter() { return false; }
void filterBytes(const ByteFilter&, int) {}

#endif

}  // namespace verisim
