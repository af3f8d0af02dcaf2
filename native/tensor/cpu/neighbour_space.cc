// Every row is scaled by a power of two; axes are those of a sample, and any orthogonal ones would do.
#include "neighbour_space.h"

#include <algorithm>
#include <cmath>

#include "linalg.h"

namespace verisim {
namespace {

constexpr int64_t grain = 1024;
constexpr int64_t sampleRows = 4096;
constexpr int64_t mostTurned = 512;  // dimensions: beyond, axes cost more than they save
constexpr double kept = 0.95;        // share of the squared distances that the first axes hold

template <class T>
double largestNumber(const T* values, int64_t count, const double* center, int64_t dimensions, Job& job) {
  std::vector<double> parts(static_cast<size_t>((count + grain - 1) / grain), 0.0);
  job.range(count, grain, [&](int64_t begin, int64_t end) {
    double largest = 0;
    bool allowed = true;
    for (int64_t row = begin; row < end; row++)
      for (int64_t d = 0; d < dimensions; d++) {
        const double x = values[row * dimensions + d];
        allowed &= std::abs(x) <= 1e150;
        largest = std::max(largest, std::abs(x - center[d]));
      }
    if (!allowed) throw ArgumentError("Expected finite numbers, none beyond 1e150");
    parts[static_cast<size_t>(begin / grain)] = largest;
  });
  return parts.empty() ? 0 : *std::max_element(parts.begin(), parts.end());
}

}  // namespace

template <class T>
NeighbourSpace::NeighbourSpace(const Neighbours<T>& p, Job& job)
    : squared_(p.metric == Metric::euclidean), dimensions_(p.dimensions), axes_(p.dimensions) {
  // Any centre will do; one near the mean keeps the rounding of a product small beside the distances.
  center_.assign(static_cast<size_t>(dimensions_), 0.0);
  const int64_t step = std::max<int64_t>(1, p.dataCount / sampleRows), seen = (p.dataCount + step - 1) / step;
  for (int64_t row = 0; row < p.dataCount; row += step)
    for (int64_t d = 0; d < dimensions_; d++)
      center_[static_cast<size_t>(d)] += static_cast<double>(p.data[row * dimensions_ + d]) / static_cast<double>(seen);
  for (double& center : center_)
    if (!(std::abs(center) <= 1e150)) throw ArgumentError("Expected finite numbers, none beyond 1e150");
  double largest = std::max(largestNumber(p.data, p.dataCount, center_.data(), dimensions_, job),
                            largestNumber(p.queries, p.queryCount, center_.data(), dimensions_, job));
  for (int64_t c = 0; c < p.categories; c++)
    largest = std::max(largest, squared_ ? std::sqrt(p.weights[c]) : p.weights[c]);
  // The largest number at 2^40: squares, and sums of 2^20 of them, stay far from both ends of a float.
  if (largest > 1e-150) scale_ = std::ldexp(1.0, 40 - std::ilogb(largest));
  for (int64_t c = 0; c < p.categories; c++) {
    weights_.push_back(static_cast<float>(p.weights[c] * unit() * (1 - 0x1p-22)));
    weightSum_ += p.weights[c] * unit();
  }
  if (squared_ && dimensions_ >= 3 && dimensions_ <= mostTurned) chooseAxes(p, job);
}

template <class T>
void NeighbourSpace::chooseAxes(const Neighbours<T>& p, Job& job) {
  const auto n = static_cast<double>(dimensions_);
  const auto rows = static_cast<double>(p.dataCount), queries = static_cast<double>(p.queryCount);
  if (rows * queries < 10 * (10 * n * n + (rows + queries + sampleRows) * n)) return;
  const int64_t step = std::max<int64_t>(1, p.dataCount / sampleRows), seen = (p.dataCount + step - 1) / step;
  std::vector<double> sample(static_cast<size_t>(seen * dimensions_));
  std::vector<double> covariance(static_cast<size_t>(dimensions_ * dimensions_), 0.0);
  for (int64_t i = 0; i < seen; i++)
    for (int64_t d = 0; d < dimensions_; d++)
      sample[static_cast<size_t>(i * dimensions_ + d)] =
          (static_cast<double>(p.data[i * step * dimensions_ + d]) - center_[static_cast<size_t>(d)]) * scale_;
  job.run(dimensions_, [&](int64_t d, int) {
    double* const out = covariance.data() + d * dimensions_;
    for (int64_t i = 0; i < seen; i++) {
      const double* const row = sample.data() + i * dimensions_;
      for (int64_t e = 0; e < dimensions_; e++) out[e] += row[d] * row[e];
    }
  });
  for (int64_t d = 0; d < dimensions_; d++)
    for (int64_t e = 0; e < d; e++)
      covariance[static_cast<size_t>(d * dimensions_ + e)] = covariance[static_cast<size_t>(e * dimensions_ + d)];
  std::vector<double> values(static_cast<size_t>(dimensions_));
  if (!symmetricEigen(covariance.data(), values.data(), dimensions_, job)) return;
  // Ascending; each column of the result is an axis.
  double total = 0, held = 0;
  for (const double value : values) total += std::max(0.0, value);
  int64_t first = dimensions_;
  while (first > 0 && held < kept * total) held += std::max(0.0, values[static_cast<size_t>(--first)]);
  axes_ = dimensions_ - first;
  if (axes_ == 0 || 10 * axes_ > 8 * dimensions_) axes_ = dimensions_;
  turn_.resize(static_cast<size_t>(dimensions_ * axes_));
  for (int64_t d = 0; d < dimensions_; d++)
    for (int64_t axis = 0; axis < axes_; axis++)
      turn_[static_cast<size_t>(d * axes_ + axis)] =
          covariance[static_cast<size_t>(d * dimensions_ + dimensions_ - 1 - axis)];
}

template <class T>
void NeighbourSpace::place(const T* rows, int64_t count, float* values, double* norms, Job& job) const {
  job.range(count, grain, [&](int64_t begin, int64_t end) {
    std::vector<double> moved(static_cast<size_t>(dimensions_)), turned(static_cast<size_t>(axes_));
    for (int64_t row = begin; row < end; row++) {
      const T* const from = rows + row * dimensions_;
      float* const to = values + row * axes_;
      double norm = 0;
      for (int64_t d = 0; d < dimensions_; d++) {
        double x = (static_cast<double>(from[d]) - center_[static_cast<size_t>(d)]) * scale_;
        // Shared memory may have changed since it was checked: an order over NaN would be none.
        if (!(std::abs(x) <= 0x1p42)) x = 0;
        moved[static_cast<size_t>(d)] = x;
        norm += squared_ ? x * x : std::abs(x);
      }
      norms[row] = squared_ ? std::sqrt(norm) : norm;
      if (turn_.empty()) {
        for (int64_t d = 0; d < dimensions_; d++) to[d] = static_cast<float>(moved[static_cast<size_t>(d)]);
        continue;
      }
      std::fill(turned.begin(), turned.end(), 0.0);
      for (int64_t d = 0; d < dimensions_; d++) {
        const double x = moved[static_cast<size_t>(d)];
        if (x == 0) continue;
        const double* const axis = turn_.data() + d * axes_;
        for (int64_t a = 0; a < axes_; a++) turned[static_cast<size_t>(a)] += x * axis[a];
      }
      for (int64_t a = 0; a < axes_; a++) to[a] = static_cast<float>(turned[static_cast<size_t>(a)]);
    }
  });
}

template NeighbourSpace::NeighbourSpace(const Neighbours<float>& problem, Job& job);
template NeighbourSpace::NeighbourSpace(const Neighbours<double>& problem, Job& job);
template void NeighbourSpace::place(const float* rows, int64_t count, float* values, double* norms, Job& job) const;
template void NeighbourSpace::place(const double* rows, int64_t count, float* values, double* norms, Job& job) const;

}  // namespace verisim
