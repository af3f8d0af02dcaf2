// Lays the values of a group out in registers, and joins ops into loops.
#include <algorithm>

#include "tile_plan.h"

namespace verisim {
namespace {

/// Lays out one variant: when each input is loaded, which register each value has while it is needed, and when outputs
/// leave. Positions: 0 is the start, op k is at 2k + 2 and outputs leave after it at 2k + 3 (or at 1).
class Layouter {
 public:
  Layouter(const TilePlan& plan, bool ragged) : plan_(plan), group_(plan.group), ragged_(ragged) {}

  Laid run() {
    homes_.assign(static_cast<size_t>(group_.firstOp()) + group_.ops.size(), Home{});
    findUses();
    placeInputs();
    for (size_t o = 0; o < group_.outputs.size(); o++)
      if (leaveAt_[o] == 1) leave(o, 1);
    release(1);
    for (const Pass& pass : plan_.passes) compute(pass);
    return {std::move(variant_), registers_};
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
    std::vector<int64_t> lastRead(homes_.size(), 0);
    for (const Pass& pass : plan_.passes)
      for (int32_t i = 0; i < pass.leafCount; i++)
        lastRead[static_cast<size_t>(pass.leaves[i])] = position(static_cast<size_t>(pass.op));
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
  }

  void placeInputs() {
    for (size_t i = 0; i < group_.inputs.size(); i++) placeInput(i);
    for (size_t c = 0; c < group_.constants.size(); c++) {
      Home& home = homes_[group_.inputs.size() + c];
      home.at = static_cast<int32_t>(group_.inputs.size() + c);
      home.step = 0;
    }
    for (size_t i = 0; i < group_.inputs.size(); i++)
      if (homes_[i].step != 0 && leavesFromWrittenPlace(i)) {
        auto& inPlace = variant_.inputsInPlace;
        inPlace.erase(std::remove(inPlace.begin(), inPlace.end(), static_cast<int32_t>(i)), inPlace.end());
        load(static_cast<int32_t>(i), registerFor(i));
      }
  }

  /// Whether an input leaves as it is while another output goes to its place: it is taken into a register first.
  bool leavesFromWrittenPlace(size_t i) const {
    for (size_t o = 0; o < group_.outputs.size(); o++)
      for (size_t other = 0; other < group_.outputs.size(); other++)
        if (other != o && static_cast<size_t>(group_.outputs[o].value) == i && overlap(other, i)) return true;
    return false;
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
    } else if (plan_.flatOverTiles(layout) && (!ragged_ || mayReadBeyond(i))) {
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
    return registers_++;
  }

  /// An output that value `v` may be made in right away at `now`.
  int32_t placeFor(size_t v, int64_t now) {
    if (!ragged_)
      for (size_t o = 0; o < group_.outputs.size(); o++) {
        const Group::Output& output = group_.outputs[o];
        if (static_cast<size_t>(output.value) != v || output.mode != Mode::every || freeAt_[o] > now) continue;
        if (!plan_.flatOverTiles(plan_.outputLayouts[o])) continue;
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

  void compute(const Pass& pass) {
    const auto k = static_cast<size_t>(pass.op);
    const int64_t now = position(k);
    for (int32_t i = 0; i < pass.leafCount; i++)
      ensure(pass.leaves[i], now - 1);  // where the loop still reads it must not be overwritten
    release(now);  // a loop reads a line before it writes it: the result may take the register of an input
    Home& home = homes_[valueOf(k)];
    home.at = placeFor(valueOf(k), now);
    TileAction action = {TileAction::compute, 0, {pass.loop, home.at, {}, {}}};
    for (int32_t i = 0; i < pass.leafCount; i++) {
      const Home& from = homes_[static_cast<size_t>(pass.leaves[i])];
      action.op.in[i] = from.at;
      action.op.step[i] = from.step;
    }
    variant_.actions.push_back(action);
    for (size_t o = 0; o < group_.outputs.size(); o++)
      if (leaveAt_[o] == now + 1) leave(o, now + 1);
    release(now + 1);
  }

  void copy(int32_t from, int32_t step, int32_t to) {
    variant_.actions.push_back({TileAction::compute, 0, {plan_.kernels->copy, to, {from}, {step}}});
  }

  void leave(size_t o, int64_t now) {
    const Group::Output& output = group_.outputs[o];
    ensure(output.value, now);
    if (std::find(left_.begin(), left_.end(), o) != left_.end()) return;
    const Home& home = homes_[static_cast<size_t>(output.value)];
    if (!ragged_ && output.mode == Mode::every && plan_.flatOverTiles(plan_.outputLayouts[o])) {
      variant_.outputsInPlace.push_back(static_cast<int32_t>(o));
      copy(home.at, home.step, outputAt(o));
      return;
    }
    TileAction action = {output.mode == Mode::every ? TileAction::store : TileAction::reduce,
                         static_cast<int32_t>(o), {}};
    action.op.in[0] = home.at;
    if (home.step == 0) {  // one number for the tile is spread out first
      const int32_t reg = takeRegister();
      action.op.in[0] = registerAt(reg);
      copy(home.at, 0, action.op.in[0]);
      free_.push_back(reg);
    }
    variant_.actions.push_back(action);
  }

  const TilePlan& plan_;
  const Group& group_;
  const bool ragged_;
  TileVariant variant_;
  std::vector<Home> homes_;
  std::vector<int64_t> leaveAt_, freeAt_;
  std::vector<size_t> left_;  // outputs whose value was made in place
  std::vector<int32_t> free_;
  int32_t registers_ = 0;
};

}  // namespace

Laid layOut(const TilePlan& plan, bool ragged) { return Layouter(plan, ragged).run(); }

}  // namespace verisim
