// Cuts a group into tiles and tasks.
#include "tile_plan.h"

#include <algorithm>
#include <numeric>

namespace verisim {
namespace {

constexpr int64_t tileWords = 1024, leastTileWords = 256;
constexpr int64_t registerGap = 3 * lineWords;  // registers a page apart would share the sets of the cache
constexpr int64_t cacheWords = 6144;     // what registers and panels may fill: 24 of 32 KiB
constexpr int64_t transposedWords = 128;  // tiles of groups that read columns: their lines stay in the cache for 16 rows
constexpr double taskNanoseconds = 8000, threadsFromNanoseconds = 15000;
constexpr int64_t mostBlocks = 64, leastReducedRows = 256;
constexpr int64_t mostPartialWords = int64_t{1} << 27;

int64_t ceilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t roundUp(int64_t a, int64_t unit) { return ceilDivide(a, unit) * unit; }

Layout layoutOf(const Group& group, const int64_t (&strides)[maxRank]) {
  Layout layout;
  for (int d = 0; d < group.rank; d++) {
    const int last = layout.rank - 1;
    if (layout.rank > 0 && layout.strides[last] == strides[d] * group.dims[d]) {
      layout.dims[last] *= group.dims[d];
      layout.strides[last] = strides[d];
    } else {
      layout.dims[layout.rank] = group.dims[d];
      layout.strides[layout.rank++] = strides[d];
    }
  }
  if (layout.rank == 0) layout.dims[layout.rank++] = 1;
  return layout;
}

/// The longest tile that no operand's layout forbids is not sought: `most` words, a whole number of lines if possible.
void cutTiles(TilePlan& plan, int64_t most) {
  const int64_t rows = plan.group.rows, cols = plan.group.cols;
  const int64_t unit = lineWords / std::gcd(cols, lineWords);  // rows that are whole lines
  plan.tileRows = 1;
  plan.tileCols = cols;
  if (cols > most) {
    plan.tileCols = roundUp(ceilDivide(cols, ceilDivide(cols, most)), lineWords);
  } else {
    const int64_t fit = most / cols;
    plan.tileRows = fit >= unit ? fit / unit * unit : unit * cols <= most + most / 2 ? unit : fit;
    plan.tileRows = std::min(plan.tileRows, rows);
  }
  plan.chunks = ceilDivide(cols, plan.tileCols);
  plan.registerWords = roundUp(plan.tileRows * plan.tileCols, lineWords) + registerGap;
}

/// A rough time of one number through all ops and operands.
double costOf(const Group& group) {
  double cost = 0.05 * static_cast<double>(group.inputs.size() + group.outputs.size());
  for (const Group::Op& op : group.ops) cost += pointwiseOps()[static_cast<size_t>(op.pointwise)].dear ? 0.5 : 0.05;
  return cost;
}

/// Tasks depend on the group alone, so that the order of every sum does too.
void cutTasks(TilePlan& plan) {
  const Group& group = plan.group;
  const double rowCost = costOf(group) * static_cast<double>(group.cols);
  const bool reducesRows = std::any_of(group.outputs.begin(), group.outputs.end(),
                                       [](const Group::Output& output) { return overRows(output.mode); });
  int64_t rows = std::max(static_cast<int64_t>(std::min(1e9, taskNanoseconds / rowCost)), ceilDivide(group.rows, mostBlocks));
  if (reducesRows && plan.chunks > 1) rows = std::max(rows, leastReducedRows);  // few partial rows, however long
  plan.taskRows = std::min(roundUp(std::max<int64_t>(1, rows), plan.tileRows), roundUp(group.rows, plan.tileRows));
  const double taskCost = rowCost * static_cast<double>(std::min(plan.taskRows, group.rows));
  const auto parts = static_cast<int64_t>(std::clamp(taskCost / taskNanoseconds, 1.0, static_cast<double>(mostBlocks)));
  plan.taskChunks = ceilDivide(plan.chunks, std::min(parts, plan.chunks));
  plan.taskCount = ceilDivide(group.rows, plan.taskRows) * ceilDivide(plan.chunks, plan.taskChunks);
  plan.worthThreads = plan.taskCount > 1 && rowCost * static_cast<double>(group.rows) > threadsFromNanoseconds;
}

}  // namespace

bool isScalar(const Layout& layout) { return layout.rank == 1 && layout.strides[0] == 0; }
bool rowsRepeat(const Group& group, const int64_t (&strides)[maxRank]) {
  return std::all_of(strides, strides + group.split, [](int64_t stride) { return stride == 0; });
}
bool colsRepeat(const Group& group, const int64_t (&strides)[maxRank]) {
  return std::all_of(strides + group.split, strides + group.rank, [](int64_t stride) { return stride == 0; });
}

bool TilePlan::flatOverTiles(const Layout& layout) const {
  const int last = layout.rank - 1;
  return layout.strides[last] == 1 && (layout.rank == 1 || layout.dims[last] % (tileRows * group.cols) == 0);
}

int64_t Layout::offsetOf(int64_t index) const {
  int64_t offset = 0;
  for (int d = rank - 1; d > 0; d--) {
    const int64_t outer = index / dims[d];
    offset += (index - outer * dims[d]) * strides[d];
    index = outer;
  }
  return offset + index * strides[0];
}

TilePlan::TilePlan(Group&& decoded, const TileKernels& kernels_) : group(std::move(decoded)), kernels(&kernels_) {
  passes = passesOf(group, kernels_);
  bool transposed = false;
  for (const Group::Input& input : group.inputs) inputLayouts.push_back(layoutOf(group, input.strides));
  for (const Group::Output& output : group.outputs) outputLayouts.push_back(layoutOf(group, output.strides));
  for (const Layout& layout : inputLayouts) transposed = transposed || layout.strides[layout.rank - 1] > 1;
  for (const Layout& layout : outputLayouts) transposed = transposed || layout.strides[layout.rank - 1] > 1;
  for (const int32_t word : group.constants)
    for (int64_t i = 0; i < lineWords; i++) constants.push_back(__builtin_bit_cast(float, word));

  for (int64_t words = transposed && group.cols > transposedWords ? transposedWords : tileWords;; words /= 2) {
    cutTiles(*this, words);
    scalars.clear(), panels.clear();
    for (size_t i = 0; i < group.inputs.size(); i++) {
      if (isScalar(inputLayouts[i]))
        scalars.push_back(static_cast<int32_t>(i));
      else if (tileRows > 1 && rowsRepeat(group, group.inputs[i].strides))
        panels.push_back(static_cast<int32_t>(i));
    }
    Laid forWhole = layOut(*this, false), forRagged = layOut(*this, true);
    whole = std::move(forWhole.variant);
    ragged = std::move(forRagged.variant);
    registers = std::max(forWhole.registers, forRagged.registers);
    if (words <= leastTileWords || (registers + static_cast<int64_t>(panels.size())) * registerWords <= cacheWords) break;
  }
  cutTasks(*this);
  tailsApart = std::all_of(group.outputs.begin(), group.outputs.end(), [&](const Group::Output& output) {
    return output.mode == Mode::every || (overRows(output.mode) && tileRows == 1);
  });

  paddedCols = roundUp(group.cols, lineWords);
  const int64_t blocks = ceilDivide(group.rows, taskRows);
  for (const Group::Output& output : group.outputs) {
    const bool overlaps = std::any_of(group.inputs.begin(), group.inputs.end(), [&](const Group::Input& input) {
      return input.operand.data == output.operand.data;
    });
    int64_t words = 0;
    if (overRows(output.mode)) words = blocks * paddedCols;
    if (overCols(output.mode) && (chunks > 1 || overlaps)) words = group.rows * chunks;
    if (words > mostPartialWords) throw ArgumentError("[fused] Expected a smaller group of reductions");
    partials.emplace_back(static_cast<size_t>(words));
  }
}

int64_t TilePlan::frameWords() const {
  return lineWords * static_cast<int64_t>(group.inputs.size()) +
         registerWords * (registers + static_cast<int64_t>(panels.size()));
}

}  // namespace verisim
