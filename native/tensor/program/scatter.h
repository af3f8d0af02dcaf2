// Sums of rows at given places: what `scatterAdd` and `scatterSum` are.
#pragma once

#include "kernel.h"

namespace verisim {

/// out (rows x width), cleared unless `accumulate`, += weights[i, j] g[i] at row indices[i, j], in order of i, then j.
struct Scatter {
  int64_t rows, width, count, bag;
  const float* g;  // count x width
  const int32_t* indices;
  const float* weights;  // null: all 1
  float* out;
  bool accumulate;
};

Step scatterStep(const Scatter& scatter);

}  // namespace verisim
