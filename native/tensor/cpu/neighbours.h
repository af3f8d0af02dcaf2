// Exact nearest neighbours by brute force.
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
  int64_t dimensions, k;
  Metric metric;
};

/// The k nearest rows of data for each query, nearest first; equal distances by row number. A distance that is NaN
/// counts as infinite.
template <class T>
void nearestNeighbours(const Neighbours<T>& problem, int32_t* indices, double* distances, Job& job);

}  // namespace verisim
