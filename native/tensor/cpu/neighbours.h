// Exact nearest neighbours over numbers and categories.
#pragma once

#include <cstdint>

#include "job.h"

namespace verisim {

enum class Metric { euclidean, manhattan };

template <class T>
struct Neighbours {
  const T* queries;  // [queryCount x dimensions]
  int64_t queryCount;
  const T* data;  // [dataCount x dimensions]
  int64_t dataCount;
  int64_t dimensions;
  const int32_t* queryCodes;  // [queryCount x categories]
  const int32_t* dataCodes;   // [dataCount x categories]
  const double* weights;      // [categories]
  int64_t categories;
  const int32_t* selves;  // per query the row of data that it is and may not find, or -1; or null
  int64_t k;
  Metric metric;
};

/// The k nearest rows of data for each query, nearest first; equal distances by row number. Codes that differ add their
/// column's weight, to the sum of squares where the metric is Euclidean. Distances are summed in double from the
/// differences in an order of their own, so that they are the same bits on every machine.
/// Throws ArgumentError for numbers that are not finite or beyond 1e150.
template <class T>
void nearestNeighbours(const Neighbours<T>& problem, int32_t* indices, double* distances, Job& job);

}  // namespace verisim
