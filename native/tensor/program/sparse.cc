// The kernels `gatherSum` and `scatterSum`: a sparse matrix, given as bags of row numbers, times a dense one, and its
// transpose. A scatter first sorts its picks by the row they go to (stable, by counting); then a row of the result is a
// sum of gathered rows, held in registers, written once and by one thread: no clearing, no atomics.
#include <cstring>
#include <memory>
#include <type_traits>

#include "cpu/isa.h"
#include "kernels.h"
#include "scatter.h"
#include "work.h"

namespace verisim {
namespace {

/// out[r] (plus itself where it accumulates) = the sum over its picks of weights[i] rows[picks[i]].
struct PickedRows {
  const float* rows;  // rowCount x width
  int64_t rowCount, width;
  const int32_t* picks;
  const float* weights;  // null: all 1
  const int32_t* ends;   // picks of row r end at ends[r]; null: each has `bag`
  int64_t bag;
  bool accumulate;
  float* out;
};

struct SparseKernels {
  /// Rows [begin, end) of the result.
  void (*sumRows)(const PickedRows& picked, int64_t begin, int64_t end);
};

}  // namespace
}  // namespace verisim

#define VERISIM_KERNELS "program/sparse_kernels.h"
#include "cpu/each_isa.h"

namespace verisim {
namespace {

double costOfPick(int64_t width) { return 2 + 0.06 * static_cast<double>(width); }

/// Picks sorted by row: those of row r are [ends[r - 1], ends[r]).
struct Sorted {
  Sorted(int64_t rows, int64_t picks, bool weighted)
      : ends(static_cast<size_t>(rows)),
        sources(static_cast<size_t>(picks)),
        weights(weighted ? static_cast<size_t>(picks) : 0) {}
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
  return [=](Job& job, const RunState&) {
    if (!s.accumulate) std::memset(s.out, 0, static_cast<size_t>(s.rows * s.width) * sizeof(float));
    for (int64_t i = 0; i < s.count; i++) {
      if (i % 65536 == 0) job.check();
      const float* const from = s.g + i * s.width;
      for (int64_t pick = i * s.bag; pick < (i + 1) * s.bag; pick++) {
        const int64_t row = s.indices[pick];
        if (row < 0 || row >= s.rows) continue;
        float* const to = s.out + row * s.width;
        const float weight = s.weights == nullptr ? 1.0f : s.weights[pick];
        for (int64_t j = 0; j < s.width; j++) to[j] += weight * from[j];
      }
    }
  };
}

Step scatterSorted(const Scatter& s) {
  const SparseKernels& kernels = VERISIM_PICK(sparseKernels);
  const int64_t picks = s.count * s.bag;
  const auto sorted = std::make_shared<Sorted>(s.rows, picks, s.weights != nullptr);
  const float* const weights = s.weights == nullptr ? nullptr : sorted->weights.data();
  const PickedRows picked = {s.g,     s.count, s.width, sorted->sources.data(), weights, sorted->ends.data(), 0,
                             s.accumulate, s.out};
  const double work = static_cast<double>(picks) * costOfPick(s.width) + 0.1 * static_cast<double>(s.rows * s.width);
  const int64_t tiles = std::clamp<int64_t>(static_cast<int64_t>(work / pieceOfWork), 1, s.rows);
  return [=, &kernels](Job& job, const RunState&) {
    sortByRow(s, *sorted);
    Job sized = sizedJob(job, work);
    if (sized.threads == 1 && work < longestPiece) return kernels.sumRows(picked, 0, s.rows);
    // Rows cost as many picks as they have: tiles end where a fair share of picks and rows is reached.
    const auto boundary = [&](int64_t tile) {
      const double share = static_cast<double>(tile) / static_cast<double>(tiles);
      const double target = share * static_cast<double>(picks + s.rows);
      int64_t low = 0, high = s.rows;
      while (low < high) {
        const int64_t middle = (low + high) / 2;
        (static_cast<double>(picked.ends[middle] + middle + 1) <= target ? low = middle + 1 : high = middle);
      }
      return low;
    };
    sized.run(tiles, [&](int64_t tile, int) {
      kernels.sumRows(picked, boundary(tile), tile + 1 == tiles ? s.rows : boundary(tile + 1));
    });
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
  const PickedRows picked = {table, rows, width, indices, weights, nullptr, bag, accumulate, out};
  const double cost = static_cast<double>(bag) * costOfPick(width) + 0.1 * static_cast<double>(width);
  return [=, &kernels](Job& job, const RunState&) {
    if (width == 0) return;
    overUnits(job, count, cost, 1, [&](int64_t begin, int64_t end) { kernels.sumRows(picked, begin, end); });
  };
}

}  // namespace verisim
