// Sorting and ranking of doubles by radix.
#pragma once

#include <cstdint>

#include "job.h"

namespace verisim {

/// The values that are not NaN, ascending, at the beginning of out[count]; returns how many. -0 comes before 0.
int64_t sortNumbers(const double* values, int64_t count, double* out, Job& job);

/// Average ranks from 1 among the values that are not NaN; NaN stays NaN. -0 and 0 are equal.
void ranks(const double* values, int64_t count, double* out, Job& job);

}  // namespace verisim
