// Where the search looks before it measures: rows moved near the origin, scaled into a float's middle, and where the
// metric is Euclidean turned to their principal axes, of which the first few hold most of every distance.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "neighbour_tree.h"
#include "neighbours.h"

namespace verisim {

class NeighbourSpace {
 public:
  /// Throws ArgumentError for numbers that are not finite or beyond 1e150.
  template <class T>
  NeighbourSpace(const Neighbours<T>& problem, Job& job);

  /// [count x axes] and, per row, the norm of the whole row.
  template <class T>
  void place(const T* rows, int64_t count, float* values, double* norms, Job& job) const;

  int64_t axes() const { return axes_; }
  /// Of a distance as the metric sums it, from the user's numbers to this space.
  double unit() const { return squared_ ? scale_ * scale_ : scale_; }
  const float* weights() const { return weights_.data(); }
  double weightSum() const { return weightSum_; }

 private:
  template <class T>
  void chooseAxes(const Neighbours<T>& problem, Job& job);

  bool squared_;
  int64_t dimensions_, axes_;
  double scale_ = 1, weightSum_ = 0;
  std::vector<double> center_;
  std::vector<double> turn_;  // [dimensions x axes], or empty: as they are
  std::vector<float> weights_;
};

}  // namespace verisim
