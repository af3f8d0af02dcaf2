// Sums of picked rows. Included once per instruction set (cpu/each_isa.h).
// Every sum is one chain in order of the picks, kept in registers over a block of columns; where the blocks and the
// chunks of picks end changes no bit.

#include "program/lanes.h"

/// Columns [0, vectors * lanes32) of the sum, or `part` columns where vectors is 0.
template <int vectors, bool weighted>
VERISIM_INLINE void sumBlock(const float* const* rows, const float* weights, int64_t count, int64_t column, int part,
                             bool fromOut, float* out) {
  constexpr int length = vectors == 0 ? 1 : vectors;
  const auto load = [&](const float* p, int v) __attribute__((always_inline)) {
    return vectors == 0 ? loadFirst(p, part) : loadF32(p + v * lanes32);
  };
  F32 sums[length];
#pragma GCC unroll 8
  for (int v = 0; v < length; v++) sums[v] = fromOut ? load(out + column, v) : F32{};
  for (int64_t i = 0; i < count; i++) {
    const float* const row = rows[i] + column;
    if (weighted) {
      const F32 weight = all(weights[i]);
#pragma GCC unroll 8
      for (int v = 0; v < length; v++) sums[v] = fma(weight, load(row, v), sums[v]);
    } else {
#pragma GCC unroll 8
      for (int v = 0; v < length; v++) sums[v] += load(row, v);
    }
  }
#pragma GCC unroll 8
  for (int v = 0; v < length; v++) {
    if (vectors == 0)
      storeFirst(out + column, sums[v], part);
    else
      storeF32(out + column + v * lanes32, sums[v]);
  }
}

template <bool weighted>
static void sumColumns(const float* const* rows, const float* weights, int64_t count, int64_t width, bool fromOut,
                       float* out) {
  int64_t at = 0;
  for (; at + 8 * lanes32 <= width; at += 8 * lanes32) sumBlock<8, weighted>(rows, weights, count, at, 0, fromOut, out);
  if (at + 4 * lanes32 <= width) {
    sumBlock<4, weighted>(rows, weights, count, at, 0, fromOut, out);
    at += 4 * lanes32;
  }
  if (at + 2 * lanes32 <= width) {
    sumBlock<2, weighted>(rows, weights, count, at, 0, fromOut, out);
    at += 2 * lanes32;
  }
  if (at + lanes32 <= width) {
    sumBlock<1, weighted>(rows, weights, count, at, 0, fromOut, out);
    at += lanes32;
  }
  if (at < width) sumBlock<0, weighted>(rows, weights, count, at, static_cast<int>(width - at), fromOut, out);
}

static void sumRows(const float* const* rows, const float* weights, int64_t count, int64_t width, bool fromOut,
                    float* out) {
  if (weights != nullptr)
    sumColumns<true>(rows, weights, count, width, fromOut, out);
  else
    sumColumns<false>(rows, nullptr, count, width, fromOut, out);
}

static void addRow(const float* row, const float* weight, int64_t width, float* out) {
  sumRows(&row, weight, 1, width, true, out);
}

const SparseKernels sparseKernels = {&sumRows, &addRow};
