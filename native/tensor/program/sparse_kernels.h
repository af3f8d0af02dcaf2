// Sums of picked rows. Included once per instruction set (cpu/each_isa.h).
// Every sum is one chain in order of the picks, kept in registers over a block of columns; neither the blocks nor the
// rows of a call change a bit. Blocks are the inner loop: as the outer one, with tables of a power of two columns, each
// would fill one part of the cache and leave the others empty.

#include "program/lanes.h"

alignas(64) constexpr float zeroRow[8 * lanes32] = {};

/// The sum of picks [begin, end) in `vectors` vectors of columns from `column` on, or in `part` columns where vectors
/// is 0. A pick that is not there reads zeros with weight 0.
template <int vectors, bool weighted>
VERISIM_INLINE void sumBlock(const PickedRows& p, int64_t begin, int64_t end, int64_t column, int part, float* out) {
  constexpr int length = vectors == 0 ? 1 : vectors;
  const auto load = [&](const float* from, int v) __attribute__((always_inline)) {
    return vectors == 0 ? loadFirst(from, part) : loadF32(from + v * lanes32);
  };
  F32 sums[length];
#pragma GCC unroll 8
  for (int v = 0; v < length; v++) sums[v] = p.accumulate ? load(out + column, v) : F32{};
  for (int64_t i = begin; i < end; i++) {
    const int64_t pick = p.picks[i];
    const bool there = static_cast<uint64_t>(pick) < static_cast<uint64_t>(p.rowCount);
    const float* const row = there ? p.rows + pick * p.width + column : zeroRow;
    if (weighted) {
      const F32 weight = all(there ? p.weights[i] : 0.0f);
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

/// One sum per row [begin, end) of the result.
template <bool sorted, bool weighted>
static void sumRows(const PickedRows& p, int64_t begin, int64_t end) {
  constexpr int block = 8 * lanes32;
  const int64_t whole = p.width / block * block;
  const int rest = static_cast<int>(p.width - whole);
  int64_t first = sorted ? (begin == 0 ? 0 : p.ends[begin - 1]) : begin * p.bag;
  float* out = p.out + begin * p.width;
  for (int64_t row = begin; row < end; row++, out += p.width) {
    const int64_t last = sorted ? p.ends[row] : first + p.bag;
    // Most rows of a wide table get nothing: what is there stays, unread.
    if (sorted && p.accumulate && first == last) continue;
    int64_t column = 0;
    for (; column < whole; column += block) sumBlock<8, weighted>(p, first, last, column, 0, out);
    if (rest >= 4 * lanes32) {
      sumBlock<4, weighted>(p, first, last, column, 0, out);
      column += 4 * lanes32;
    }
    if (rest % (4 * lanes32) >= 2 * lanes32) {
      sumBlock<2, weighted>(p, first, last, column, 0, out);
      column += 2 * lanes32;
    }
    if (rest % (2 * lanes32) >= lanes32) {
      sumBlock<1, weighted>(p, first, last, column, 0, out);
      column += lanes32;
    }
    if (rest % lanes32 > 0) sumBlock<0, weighted>(p, first, last, column, rest % lanes32, out);
    first = last;
  }
}

static void sumAll(const PickedRows& p, int64_t begin, int64_t end) {
  if (p.ends != nullptr)
    p.weights != nullptr ? sumRows<true, true>(p, begin, end) : sumRows<true, false>(p, begin, end);
  else
    p.weights != nullptr ? sumRows<false, true>(p, begin, end) : sumRows<false, false>(p, begin, end);
}

const SparseKernels sparseKernels = {&sumAll};
