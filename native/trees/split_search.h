// The split of an oblivious tree's level: of all columns and places the one that lowers the loss most in all leaves together.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "bin_places.h"

namespace verisim {

class SplitSearch {
 public:
  struct Settings {
    int depth = 6;
    /// Added to the second derivatives of a leaf.
    float l2 = 1;
    /// Fewest rows on each side of a split.
    int64_t minLeaf = 20;
    /// First derivatives per row: 1 or 3. A second one follows them.
    size_t sums = 1;
  };

  struct Split {
    size_t feature = 0;
    /// Rows of places up to this go left.
    int threshold = 0;
  };

  /// @param placed place per row, per column; they stay where they are
  SplitSearch(const std::vector<std::vector<uint8_t>>& placed, size_t rows, const Settings& settings);

  /// Begins a tree. @param rows that it is grown from and @param slopes of all rows, `sums` + 1 each: both stay where they are
  void begin(const std::vector<uint32_t>& rows, const float* slopes);

  /// Whether any split helps; levels are asked one after another, each once. @throws Aborted
  bool find(Split& best, Abort abort);

  /// Splits every leaf.
  void divide(const Split& split);

  /// Leaf per row that the tree is grown from.
  const uint8_t* leaves() const { return leaf_.data(); }

 private:
  const Settings settings_;
  const std::vector<std::vector<uint8_t>>& placed_;
  /// Places of each column that any row has, up to the last one, and where its sums begin: [leaf][place][sums + 1].
  std::vector<size_t> widths_, starts_;
  const std::vector<uint32_t>* rows_ = nullptr;
  const float* slopes_ = nullptr;
  int level_ = 0;
  /// Rows of each half of the last split.
  std::vector<uint32_t> left_, right_;
  /// Rows per place of each column.
  std::vector<int32_t> counts_;
  /// Sums per leaf.
  std::vector<float> whole_;
  std::vector<float> histogram_;
  std::vector<uint8_t> leaf_;
};

}  // namespace verisim
