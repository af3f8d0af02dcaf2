// Search of many numbers in one ascending list: no branch on the data, and a table that leads near the place.
#pragma once

#include <cstdint>
#include <vector>

namespace verisim {

constexpr int64_t searchBlock = 512;  // numbers searched at once: their arrays fit in L1

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

using SearchKernel = void (*)(const Guide& guide, const double* z, int64_t count, int32_t* codes);

/// Owns what a Guide points to.
class Thresholds {
 public:
  /// Ascending thresholds without NaN, to be searched for about `numbers` numbers.
  Thresholds(const double* thresholds, int64_t count, int64_t numbers);
  Thresholds(const Thresholds&) = delete;
  Thresholds& operator=(const Thresholds&) = delete;

  /// codes[i] = the number of thresholds <= z[i], for NaN anything from 0 to their number; count <= searchBlock.
  void search(const double* z, int64_t count, int32_t* codes) const { kernel_(guide_, z, count, codes); }

 private:
  SearchKernel kernel_;
  Guide guide_{};
  std::vector<int32_t> cells_;
  std::vector<double> padded_;
};

}  // namespace verisim
