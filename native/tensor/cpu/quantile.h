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

/// One piece of a marginal, side by side for one read per number.
struct Piece {
  double low, high, from, width;  // width 0: an atom, or a piece without probability
};

/// out[i] = the cell of z[i] with segment codes[i] and u[i] = Phi(z[i]), rounded to multiples of 1 / scale unless that
/// is 0; count <= searchBlock, whole vectors of u are read.
using PlaceKernel = void (*)(const Piece* pieces, double scale, const double* z, const double* u, const int32_t* codes,
                             int64_t count, double* out);

}  // namespace verisim
