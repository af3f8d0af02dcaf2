// Cuts a group into tiles and lays its values out in registers.
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

bool isScalar(const Layout& layout) { return layout.rank == 1 && layout.strides[0] == 0; }
bool rowsRepeat(const Group& group, const int64_t (&strides)[maxRank]) {
  return std::all_of(strides, strides + group.split, [](int64_t stride) { return stride == 0; });
}
bool colsRepeat(const Group& group, const int64_t (&strides)[maxRank]) {
  return std::all_of(strides + group.split, strides + group.rank, [](int64_t stride) { return stride == 0; });
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

/// Whether every tile is one stretch of the operand.
bool flatOverTiles(const TilePlan& plan, const Layout& layout) {
  const int last = layout.rank - 1;
  return layout.strides[last] == 1 &&
         (layout.rank == 1 || layout.dims[last] % (plan.tileRows * plan.group.cols) == 0);
}

/// Lays out one variant: when each input is loaded, which register each value has while it is needed, and when outputs
/// leave. Positions: 0 is the start, op k is at 2k + 2 and outputs leave after it at 2k + 3 (or at 1).
class Layouter {
 public:
  Layouter(TilePlan& plan, bool ragged) : plan_(plan), group_(plan.group), ragged_(ragged) {}

  int32_t registers = 0;

  TileVariant run() {
    homes_.assign(static_cast<size_t>(group_.firstOp()) + group_.ops.size(), Home{});
    findUses();
    for (size_t o = 0; o < group_.outputs.size(); o++)
      if (leaveAt_[o] == 1) leave(o, 1);
    release(1);
    for (size_t k = 0; k < group_.ops.size(); k++)
      if (needed_[k]) compute(k);
    return std::move(variant_);
  }

 private:
  struct Home {
    int32_t at = -1, step = lineWords;
    int32_t reg = -1;
    int64_t until = -1;  // the last position that reads it
  };

  size_t valueOf(size_t op) const { return static_cast<size_t>(group_.firstOp()) + op; }
  int32_t outputAt(size_t o) const { return group_.firstOp() + static_cast<int32_t>(o); }
  int32_t registerAt(int32_t reg) const { return outputAt(group_.outputs.size()) + reg; }
  static int64_t position(size_t op) { return 2 * static_cast<int64_t>(op) + 2; }
  const Operand& inputOperand(size_t i) const { return group_.inputs[i].operand; }
  bool overlap(size_t o, size_t i) const {
    return group_.outputs[o].operand.data == inputOperand(i).data && inputOperand(i).length > 0;
  }

  void findUses() {
    needed_.assign(group_.ops.size(), false);
    for (const Group::Output& output : group_.outputs)
      if (output.value >= group_.firstOp()) needed_[static_cast<size_t>(output.value - group_.firstOp())] = true;
    std::vector<int64_t> lastRead(homes_.size(), 0);
    for (size_t k = group_.ops.size(); k-- > 0;) {
      if (!needed_[k]) continue;
      for (const int32_t value : group_.ops[k].inputs) {
        if (value < 0) continue;
        if (value >= group_.firstOp()) needed_[static_cast<size_t>(value - group_.firstOp())] = true;
        int64_t& last = lastRead[static_cast<size_t>(value)];
        last = std::max(last, position(k));
      }
    }
    // An output leaves once its value is there and no op reads the input any more that lies where it goes.
    leaveAt_.assign(group_.outputs.size(), 0);
    for (size_t o = 0; o < group_.outputs.size(); o++) {
      const int32_t value = group_.outputs[o].value;
      int64_t free = 0;
      for (size_t i = 0; i < group_.inputs.size(); i++)
        if (overlap(o, i)) free = std::max(free, lastRead[i]);
      freeAt_.push_back(free);
      const int64_t made = value < group_.firstOp() ? 0 : position(static_cast<size_t>(value - group_.firstOp()));
      leaveAt_[o] = std::max(made, free) + 1;
    }
    for (size_t v = 0; v < homes_.size(); v++) homes_[v].until = lastRead[v];
    for (size_t o = 0; o < group_.outputs.size(); o++) {
      int64_t& until = homes_[static_cast<size_t>(group_.outputs[o].value)].until;
      until = std::max(until, leaveAt_[o]);
    }
    for (size_t i = 0; i < group_.inputs.size(); i++) placeInput(i);
    for (size_t c = 0; c < group_.constants.size(); c++) {
      Home& home = homes_[group_.inputs.size() + c];
      home.at = static_cast<int32_t>(group_.inputs.size() + c);
      home.step = 0;
    }
    // An input that leaves as it is while its place is written by another output is taken into a register first.
    for (size_t o = 0; o < group_.outputs.size(); o++) {
      const int32_t value = group_.outputs[o].value;
      if (!group_.isInput(value) || homes_[static_cast<size_t>(value)].step == 0) continue;
      for (size_t other = 0; other < group_.outputs.size(); other++)
        if (other != o && overlap(other, static_cast<size_t>(value))) {
          Home& home = homes_[static_cast<size_t>(value)];
          if (home.reg >= 0) continue;
          auto& inPlace = variant_.inputsInPlace;
          inPlace.erase(std::remove(inPlace.begin(), inPlace.end(), value), inPlace.end());
          load(value, registerFor(static_cast<size_t>(value)));
        }
    }
  }

  /// Where an input is read without a load in each tile; otherwise it has no home yet.
  void placeInput(size_t i) {
    Home& home = homes_[i];
    if (home.until <= 0) return;
    const Layout& layout = plan_.inputLayouts[i];
    const auto& strides = group_.inputs[i].strides;
    const auto address = static_cast<int32_t>(i);
    if (isScalar(layout)) {
      home.at = address, home.step = 0;
    } else if (plan_.tileRows > 1 && rowsRepeat(group_, strides)) {
      home.at = address;
    } else if (plan_.tileRows == 1 && colsRepeat(group_, strides)) {
      home.at = address, home.step = 0;
      variant_.splats.push_back(address);
    } else if (flatOverTiles(plan_, layout) && (!ragged_ || mayReadBeyond(i))) {
      home.at = address;
      variant_.inputsInPlace.push_back(address);
    }
  }

  /// Whether whole lines may be read at the end of any tile: nobody writes there, and the operand does not end.
  bool mayReadBeyond(size_t i) const {
    for (size_t o = 0; o < group_.outputs.size(); o++)
      if (overlap(o, i)) return false;
    const Layout& layout = plan_.inputLayouts[i];
    return layout.offsetOf(group_.rows * group_.cols - 1) + lineWords <= inputOperand(i).length;
  }

  int32_t takeRegister() {
    if (!free_.empty()) {
      const auto lowest = std::min_element(free_.begin(), free_.end());
      const int32_t reg = *lowest;
      free_.erase(lowest);
      return reg;
    }
    return registers++;
  }

  /// An output that value `v` may be made in right away at `now`.
  int32_t placeFor(size_t v, int64_t now) {
    if (!ragged_)
      for (size_t o = 0; o < group_.outputs.size(); o++) {
        const Group::Output& output = group_.outputs[o];
        if (static_cast<size_t>(output.value) != v || output.mode != Mode::every || freeAt_[o] > now) continue;
        if (!flatOverTiles(plan_, plan_.outputLayouts[o])) continue;
        variant_.outputsInPlace.push_back(static_cast<int32_t>(o));
        left_.push_back(o);
        return outputAt(o);
      }
    return registerFor(v);
  }

  int32_t registerFor(size_t v) {
    homes_[v].reg = takeRegister();
    return registerAt(homes_[v].reg);
  }

  void load(int32_t value, int32_t to) {
    homes_[static_cast<size_t>(value)].at = to;
    TileAction action = {TileAction::load, value, {}};
    action.op.out = to;
    variant_.actions.push_back(action);
  }

  void ensure(int32_t value, int64_t now) {
    const auto v = static_cast<size_t>(value);
    if (homes_[v].at < 0) load(value, placeFor(v, now));
  }

  void release(int64_t now) {
    for (Home& home : homes_)
      if (home.reg >= 0 && home.until <= now) {
        free_.push_back(home.reg);
        home.reg = -1;
      }
  }

  void compute(size_t k) {
    const Group::Op& op = group_.ops[k];
    const int64_t now = position(k);
    for (const int32_t value : op.inputs)
      if (value >= 0) ensure(value, now - 1);  // where the op still reads it must not be overwritten
    release(now);  // a loop reads a line before it writes it: the result may take the register of an input
    Home& home = homes_[valueOf(k)];
    home.at = placeFor(valueOf(k), now);
    TileAction action = {TileAction::compute, 0, {}};
    action.op.loop = plan_.kernels->loops[op.pointwise];
    action.op.out = home.at;
    const auto read = [&](int32_t value, int32_t& at, int32_t& step) {
      const Home& from = homes_[static_cast<size_t>(value < 0 ? op.inputs[0] : value)];
      at = from.at, step = from.step;
    };
    read(op.inputs[0], action.op.a, action.op.stepA);
    read(op.inputs[1], action.op.b, action.op.stepB);
    read(op.inputs[2], action.op.c, action.op.stepC);
    variant_.actions.push_back(action);
    for (size_t o = 0; o < group_.outputs.size(); o++)
      if (leaveAt_[o] == now + 1) leave(o, now + 1);
    release(now + 1);
  }

  void copy(int32_t from, int32_t step, int32_t to) {
    TileAction action = {TileAction::compute, 0, {plan_.kernels->copy, to, from, from, from, step, step, step}};
    variant_.actions.push_back(action);
  }

  void leave(size_t o, int64_t now) {
    const Group::Output& output = group_.outputs[o];
    ensure(output.value, now);
    if (std::find(left_.begin(), left_.end(), o) != left_.end()) return;
    const Home& home = homes_[static_cast<size_t>(output.value)];
    if (!ragged_ && output.mode == Mode::every && flatOverTiles(plan_, plan_.outputLayouts[o])) {
      variant_.outputsInPlace.push_back(static_cast<int32_t>(o));
      copy(home.at, home.step, outputAt(o));
      return;
    }
    TileAction action = {output.mode == Mode::every ? TileAction::store : TileAction::reduce,
                         static_cast<int32_t>(o), {}};
    action.op.a = home.at;
    if (home.step == 0) {  // one number for the tile is spread out first
      const int32_t reg = takeRegister();
      action.op.a = registerAt(reg);
      copy(home.at, 0, action.op.a);
      free_.push_back(reg);
    }
    variant_.actions.push_back(action);
  }

  TilePlan& plan_;
  const Group& group_;
  const bool ragged_;
  TileVariant variant_;
  std::vector<Home> homes_;
  std::vector<bool> needed_;
  std::vector<int64_t> leaveAt_, freeAt_;
  std::vector<size_t> left_;  // outputs whose value was made in place
  std::vector<int32_t> free_;
};

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
    Layouter forWhole(*this, false), forRagged(*this, true);
    whole = forWhole.run();
    ragged = forRagged.run();
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
