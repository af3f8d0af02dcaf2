// Statistics of columns: correlation, histogram, contingency table, Kolmogorov-Smirnov distance.
#pragma once

#include <cstdint>

#include "job.h"

namespace verisim {

/// Pearson correlation of each pair of columns over the rows where both are numbers; NaN where one is constant there.
/// correlation and counts are row-major [columnCount x columnCount].
void correlation(const double* const* columns, int64_t columnCount, int64_t rows, double* correlation, double* counts,
                 Job& job);

/// numpy.histogram's counts: bins [edge, next edge), the last one closed; NaN and values outside are left out.
void histogram(const double* values, int64_t count, const double* edges, int64_t edgeCount, double* counts, Job& job);

/// counts[a * cardinalityB + b]; rows with a negative code are left out, a code beyond its cardinality is an error.
void contingency(const int32_t* a, int64_t cardinalityA, const int32_t* b, int64_t cardinalityB, int64_t rows,
                 double* counts, Job& job);

/// Largest distance between the two empirical distribution functions; the inputs are ascending and without NaN.
double ksStatistic(const double* a, int64_t countA, const double* b, int64_t countB, Job& job);

}  // namespace verisim
