// From normal scores to cells: thresholds to codes, and piecewise linear quantile functions.
#pragma once

#include <cstdint>

#include "job.h"

namespace verisim {

/// out[i] = labels[c] (or c without labels), c the number of thresholds <= z[i]; -1 for NaN.
void bucketize(const double* z, int64_t count, const double* thresholds, int64_t thresholdCount, const int32_t* labels,
               int32_t* out, Job& job);

/// A marginal of `segments` pieces: see packages/tensor, quantileMap.
struct Marginal {
  const double* thresholds;  // segments - 1, ascending
  const double* cumulative;  // segments + 1, ascending
  const double* low;         // segments
  const double* high;        // segments
  int64_t segments;
  int decimals;  // negative: not rounded
};

void quantileMap(const double* z, int64_t count, const Marginal& marginal, double* out, Job& job);

/// Thresholds prepared for many searches. Equal cells of the line between the first and the last finite threshold hold
/// how many thresholds lie in the cells before; inside a cell at most `perCell` remain to be compared.
struct Guide {
  const double* thresholds;  // followed by at least `perCell` infinities
  int32_t count;
  const int32_t* cells;  // null: compare with every threshold (few) or search by halves (perCell is then the count)
  int32_t cellCount;
  double low, scale;
  int32_t perCell;
};

/// One piece of a marginal, side by side for one read per number.
struct Piece {
  double low, high, from, width;  // width 0: an atom, or a piece without probability
};

struct QuantileKernels {
  /// codes[i] = number of thresholds <= z[i], anything for NaN; count <= quantileBlock.
  void (*search)(const Guide& guide, const double* z, int64_t count, int32_t* codes);
  /// out[i] = the cell of z[i] with segment codes[i] and u[i] = Phi(z[i]); all buffers quantileBlock long.
  void (*place)(const Piece* pieces, double scale, const double* z, const double* u, const int32_t* codes,
                int64_t count, double* out);
};

constexpr int64_t quantileBlock = 512;

}  // namespace verisim
