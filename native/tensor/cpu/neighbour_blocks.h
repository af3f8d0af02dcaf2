// What the search reads of the data: rows in its space, and the tree's leaves laid out block by block for the filters.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "job.h"
#include "neighbour_space.h"
#include "neighbour_tree.h"
#include "neighbours.h"

namespace verisim {

constexpr double neighbourRoundoff = 0x1p-24;
/// Of a squared distance, beside both squared norms, by turning to the axes.
constexpr double neighbourTurnError = 0x1p-33;

/// Rows in the search's space with their tree.
struct Side {
  Scratch<float> values;
  Scratch<double> norms;
  NeighbourRows rows;
  NeighbourTree tree;

  template <class T>
  Side(const T* from, const int32_t* codes, int64_t count, const Neighbours<T>& p, const NeighbourSpace& space, Job& job)
      : values(static_cast<size_t>(count * space.axes())),
        norms(static_cast<size_t>(count)),
        rows{values.data(),   norms.data(),      codes, count, space.axes(), p.categories,
             space.weights(), p.metric == Metric::euclidean} {
    space.place(from, count, values.data(), norms.data(), job);
    tree = neighbourTree(rows, job);
  }
};

/// How rows become bytes: whole steps of each axis, cut off beyond 127 of them.
class ByteRows {
 public:
  ByteRows(const NeighbourRows& rows, bool wanted);

  bool used() const { return step_ > 0; }
  double step() const { return step_; }
  int64_t steps() const { return (axes_ + 3) / 4; }

  /// Calls `put(axis, byte)` for every axis; returns what the row of this norm lost, in steps, rounded up: to bytes, and
  /// before to floats.
  template <class Put>
  double bytesOf(const float* row, double norm, Put&& put) const {
    double lost = 0;
    for (int64_t d = 0; d < axes_; d++) {
      const double x = static_cast<double>(row[d]) / step_;
      const double byte = std::clamp(std::nearbyint(x), -127.0, 127.0);
      lost += (x - byte) * (x - byte);
      put(d, static_cast<int32_t>(byte));
    }
    return std::sqrt(lost) * (1 + 1e-12) + 4 * neighbourRoundoff * norm / step_;
  }

 private:
  int64_t axes_;
  double step_ = 0;
};

/// The data's leaves, block by block, as the filter reads them.
struct Blocks {
  std::vector<int64_t> first;  // per node that is a leaf: its first block
  Scratch<float> values, start;
  Scratch<int32_t> codes;
  Scratch<int8_t> bytes;
  Scratch<int32_t> byteStart;
  std::vector<float> lost;  // per block: the most that one of its rows lost as bytes, in steps

  /// @param slack what rounding can add to a distance, beside both norms
  Blocks(const Side& side, double slack, const ByteRows& byteRows, Job& job);

 private:
  Blocks(const Side& side, int64_t count, double slack, const ByteRows& byteRows, Job& job);
  /// Row -1 fills a block up: it is infinitely far.
  void put(const Side& side, int64_t place, int64_t row, double slack, const ByteRows& byteRows);
  void putBytes(const Side& side, int64_t place, int64_t row, const ByteRows& byteRows);
};

}  // namespace verisim
