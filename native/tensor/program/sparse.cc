// The kernels `gatherSum` and `scatterSum`: a sparse matrix, given as bags of row numbers, times a dense one, and its
// transpose. A scatter first sorts its picks by the row they go to (stable, by counting); then a row of the result is a
// sum of gathered rows, held in registers, written once and by one thread: no clearing, no atomics.
#include <cstring>
#include <memory>

#include "cpu/isa.h"
#include "kernels.h"
#include "scatter.h"
#include "work.h"

namespace verisim {
namespace {

struct SparseKernels {
  /// out = the sum, in order, of weights[i] rows[i] (weights may be null), begun with out where fromOut.
  void (*sumRows)(const float* const* rows, const float* weights, int64_t count, int64_t width, bool fromOut, float* out);
  void (*addRow)(const float* row, const float* weight, int64_t width, float* out);
};

}  // namespace
}  // namespace verisim

#define VERISIM_KERNELS "program/sparse_kernels.h"
#include "cpu/each_isa.h"

namespace verisim {
namespace {

constexpr int64_t chunk = 256;  // picks summed at once

/// The picks of one result row, collected without branches, summed a chunk at a time.
class Picks {
 public:
  Picks(const SparseKernels& kernels, int64_t width, bool weighted, bool accumulate, float* out)
      : kernels_(kernels), width_(width), weighted_(weighted), fromOut_(accumulate), out_(out) {}

  /// `row` counts only where `valid`; it is not read otherwise.
  void add(const float* row, float weight, bool valid) {
    rows_[count_] = row;
    weights_[count_] = weight;
    count_ += valid ? 1 : 0;
    if (count_ == chunk) flush();
  }

  void flush() {
    kernels_.sumRows(rows_, weighted_ ? weights_ : nullptr, count_, width_, fromOut_, out_);
    fromOut_ = true;
    count_ = 0;
  }

  /// Call at the end: a row without picks becomes zeros.
  void end() {
    if (count_ > 0 || !fromOut_) flush();
  }

 private:
  const SparseKernels& kernels_;
  int64_t width_, count_ = 0;
  bool weighted_, fromOut_;
  float* out_;
  const float* rows_[chunk + 1];
  float weights_[chunk + 1];
};

double costOfPick(int64_t width) { return 2 + 0.06 * static_cast<double>(width); }

/// Picks sorted by row: those of row r are [ends[r - 1], ends[r]).
struct Sorted {
  Sorted(int64_t rows, int64_t picks, bool weighted)
      : ends(static_cast<size_t>(rows)), sources(static_cast<size_t>(picks)), weights(weighted ? static_cast<size_t>(picks) : 0) {}
  Scratch<int32_t> ends, sources;
  Scratch<float> weights;
};

void sortByRow(const Scatter& s, Sorted& sorted) {
  int32_t* const ends = sorted.ends.data();
  std::fill(ends, ends + s.rows, 0);
  const int64_t picks = s.count * s.bag;
  for (int64_t i = 0; i < picks; i++) {
    const int64_t row = s.indices[i];
    if (row >= 0 && row < s.rows) ends[row]++;
  }
  int32_t total = 0;
  for (int64_t row = 0; row < s.rows; row++) {
    const int32_t begin = total;
    total += ends[row];
    ends[row] = begin;
  }
  // Each pick goes to its row's next place, which so becomes the row's end.
  int64_t pick = 0;
  for (int64_t i = 0; i < s.count; i++) {
    for (const int64_t stop = pick + s.bag; pick < stop; pick++) {
      const int64_t row = s.indices[pick];
      if (row < 0 || row >= s.rows) continue;
      const int32_t place = ends[row]++;
      if (place >= picks) continue;  // only where the indices are being written to
      sorted.sources[static_cast<size_t>(place)] = static_cast<int32_t>(i);
      if (s.weights != nullptr) sorted.weights[static_cast<size_t>(place)] = s.weights[pick];
    }
  }
}

/// In place, pick by pick: for narrow rows, and where almost all rows stay as they are.
Step scatterDirectly(const Scatter& s) {
  const SparseKernels& kernels = VERISIM_PICK(sparseKernels);
  return [=, &kernels](Job& job, const RunState&) {
    if (!s.accumulate) std::memset(s.out, 0, static_cast<size_t>(s.rows * s.width) * sizeof(float));
    for (int64_t i = 0; i < s.count; i++) {
      if (i % 65536 == 0) job.check();
      for (int64_t j = 0; j < s.bag; j++) {
        const int64_t row = s.indices[i * s.bag + j];
        if (row < 0 || row >= s.rows) continue;
        const float* const weight = s.weights == nullptr ? nullptr : s.weights + i * s.bag + j;
        float* const to = s.out + row * s.width;
        const float* const from = s.g + i * s.width;
        if (s.width == 1)
          *to += weight == nullptr ? *from : *weight * *from;
        else
          kernels.addRow(from, weight, s.width, to);
      }
    }
  };
}

Step scatterSorted(const Scatter& s) {
  const SparseKernels& kernels = VERISIM_PICK(sparseKernels);
  const int64_t picks = s.count * s.bag;
  const auto sorted = std::make_shared<Sorted>(s.rows, picks, s.weights != nullptr);
  return [=, &kernels](Job& job, const RunState&) {
    sortByRow(s, *sorted);
    const int32_t* const ends = sorted->ends.data();
    const auto rowsOf = [&, s](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; row++) {
        const int64_t first = row == 0 ? 0 : ends[row - 1], last = ends[row];
        Picks sum(kernels, s.width, s.weights != nullptr, s.accumulate, s.out + row * s.width);
        for (int64_t i = first; i < last; i++) {
          const int64_t source = sorted->sources[static_cast<size_t>(i)];
          sum.add(s.g + source * s.width, s.weights == nullptr ? 1.0f : sorted->weights[static_cast<size_t>(i)], true);
        }
        sum.end();
      }
    };
    const double work = static_cast<double>(picks) * costOfPick(s.width) + 0.1 * static_cast<double>(s.rows * s.width);
    Job sized = sizedJob(job, work);
    // Rows cost as many picks as they have: tiles end where a fair share of picks and rows is reached.
    const int64_t tiles = std::clamp<int64_t>(static_cast<int64_t>(work / pieceOfWork), 1, s.rows);
    const auto boundary = [&](int64_t tile) {
      const double target = static_cast<double>(tile) / static_cast<double>(tiles) * static_cast<double>(picks + s.rows);
      int64_t low = 0, high = s.rows;
      while (low < high) {
        const int64_t middle = (low + high) / 2;
        (static_cast<double>(ends[middle] + middle + 1) <= target ? low = middle + 1 : high = middle);
      }
      return low;
    };
    sized.run(tiles, [&](int64_t tile, int) { rowsOf(boundary(tile), tile + 1 == tiles ? s.rows : boundary(tile + 1)); });
  };
}

}  // namespace

Step scatterStep(const Scatter& s) {
  if (s.rows == 0 || s.width == 0) return [](Job&, const RunState&) {};
  const int64_t picks = s.count * s.bag;
  const bool direct = s.width < 4 || picks == 0 || (s.accumulate && picks < s.rows / 16);
  return direct ? scatterDirectly(s) : scatterSorted(s);
}

Step bindScatterSum(const Instruction& instruction) {
  Reader in("scatterSum", instruction);
  Scatter s = {};
  s.rows = in.integer("rows");
  s.width = in.integer("width");
  s.count = in.integer("count");
  s.bag = in.integer("bag");
  const bool weighted = in.flag("weighted");
  s.accumulate = in.flag("accumulate");
  const int64_t picks = in.product(s.count, s.bag);
  s.g = in.input(DType::f32, in.product(s.count, s.width)).f32();
  s.indices = in.input(DType::i32, picks).i32();
  if (weighted) s.weights = in.input(DType::f32, picks).f32();
  s.out = in.output(DType::f32, in.product(s.rows, s.width)).f32();
  in.end();
  return scatterStep(s);
}

Step bindGatherSum(const Instruction& instruction) {
  Reader in("gatherSum", instruction);
  const int64_t rows = in.integer("rows"), width = in.integer("width"), count = in.integer("count");
  const int64_t bag = in.integer("bag");
  const bool weighted = in.flag("weighted"), accumulate = in.flag("accumulate");
  const int64_t picks = in.product(count, bag);
  const float* const table = in.input(DType::f32, in.product(rows, width)).f32();
  const int32_t* const indices = in.input(DType::i32, picks).i32();
  const float* const weights = weighted ? in.input(DType::f32, picks).f32() : nullptr;
  float* const out = in.output(DType::f32, in.product(count, width)).f32();
  in.end();
  const SparseKernels& kernels = VERISIM_PICK(sparseKernels);
  const double cost = static_cast<double>(bag) * costOfPick(width) + 0.1 * static_cast<double>(width);
  return [=, &kernels](Job& job, const RunState&) {
    if (width == 0) return;
    overUnits(job, count, cost, 1, [=, &kernels](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) {
        Picks sum(kernels, width, weighted, accumulate, out + i * width);
        for (int64_t pick = i * bag; pick < (i + 1) * bag; pick++) {
          const int64_t index = indices[pick];
          const bool valid = index >= 0 && index < rows;
          sum.add(table + (valid ? index : 0) * width, weighted ? weights[pick] : 1.0f, valid);
        }
        sum.end();
      }
    });
  };
}

}  // namespace verisim
