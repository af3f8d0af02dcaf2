// A fused group as words for the interpreter. Slots are given out from first to last use, so that few are needed; stores
// come last, since an output may overwrite an input that a later load would read.
#include <algorithm>
#include <limits>

#include "fused_group.h"
#include "program/coded_error.h"

namespace verisim {
namespace {

// As in fused.cu.
enum : int32_t { load = -1, constant = -2, store = -3, reduce = -4 };
constexpr int32_t smallSlots = 24, largeSlots = 384;

class Slots {
 public:
  int32_t take() {
    if (free_.empty()) return count_++;
    const int32_t slot = free_.back();
    free_.pop_back();
    return slot;
  }
  void give(int32_t slot) { free_.push_back(slot); }
  int32_t count() const { return count_; }

 private:
  std::vector<int32_t> free_;
  int32_t count_ = 0;
};

}  // namespace

Interpreted interpret(const FusedGroup& group, const FusedLaunch& launch) {
  Interpreted result;
  const int32_t firstConstant = group.firstConstant(), firstOp = group.firstOp();
  const size_t count = static_cast<size_t>(firstOp) + group.ops.size();
  // The last op that reads a value; values that are stored stay to the end.
  std::vector<int32_t> lastUse(count, -1), slot(count, -1);
  for (const int32_t value : launch.values)
    if (value >= firstOp)
      for (const int32_t from : group.ops[static_cast<size_t>(value - firstOp)].from)
        if (from >= 0) lastUse[static_cast<size_t>(from)] = value;
  for (const int32_t output : launch.stores)
    lastUse[static_cast<size_t>(group.outputs[static_cast<size_t>(output)].value)] = std::numeric_limits<int32_t>::max();

  Slots slots;
  const auto emit = [&](int32_t op, int32_t target, int32_t a = 0, int32_t b = 0, int32_t c = 0) {
    result.code.insert(result.code.end(), {op, target, a, b, c});
  };
  /// A load or a store: which address, and where its strides begin.
  const auto emitPlace = [&](int32_t op, int32_t target, int32_t operand, const Strides& strides) {
    emit(op, target, static_cast<int32_t>(result.operands.size()), static_cast<int32_t>(result.strides.size()));
    result.operands.push_back(operand);
    result.strides.insert(result.strides.end(), strides.begin(), strides.end());
  };
  const auto reduceFrom = [&](int32_t value) {
    for (size_t r = 0; r < launch.reductions.size(); r++)
      if (group.outputs[static_cast<size_t>(launch.reductions[r])].value == value)
        emit(reduce, slot[static_cast<size_t>(value)], static_cast<int32_t>(r));
    if (lastUse[static_cast<size_t>(value)] < 0) slots.give(slot[static_cast<size_t>(value)]);
  };
  // Inputs and constants are brought in where they are first read.
  const auto bring = [&](int32_t value) {
    if (value < 0 || slot[static_cast<size_t>(value)] >= 0) return;
    const int32_t target = slot[static_cast<size_t>(value)] = slots.take();
    if (value < firstConstant)
      emitPlace(load, target, value, group.inputs[static_cast<size_t>(value)].strides);
    else
      emit(constant, target, group.constants[static_cast<size_t>(value - firstConstant)]);
    reduceFrom(value);
  };
  for (const int32_t value : launch.values) {
    if (value < firstOp) {
      if (lastUse[static_cast<size_t>(value)] < 0 || lastUse[static_cast<size_t>(value)] == std::numeric_limits<int32_t>::max())
        bring(value);
      continue;
    }
    const FusedGroup::Op& op = group.ops[static_cast<size_t>(value - firstOp)];
    for (const int32_t from : op.from) bring(from);
    int32_t read[3] = {0, 0, 0};
    for (size_t i = 0; i < 3; i++)
      if (op.from[i] >= 0) read[i] = slot[static_cast<size_t>(op.from[i])];
    for (size_t i = 0; i < 3; i++) {
      const int32_t from = op.from[i];
      const bool again = i > 0 && (from == op.from[0] || (i > 1 && from == op.from[1]));
      if (from >= 0 && !again && lastUse[static_cast<size_t>(from)] == value) slots.give(slot[static_cast<size_t>(from)]);
    }
    const int32_t target = slot[static_cast<size_t>(value)] = slots.take();
    emit(op.op, target, read[0], read[1], read[2]);
    reduceFrom(value);
  }
  for (const int32_t output : launch.stores) {
    const FusedGroup::Output& row = group.outputs[static_cast<size_t>(output)];
    emitPlace(store, slot[static_cast<size_t>(row.value)], group.firstConstant() + output, row.strides);
  }
  if (slots.count() > largeSlots)
    throw CodedError("VERISIM_PROGRAM_INVALID",
                     "[fused] Expected a group of at most " + std::to_string(largeSlots) +
                         " values at a time for a CUDA device without NVRTC but received " + std::to_string(slots.count()));
  result.large = slots.count() > smallSlots;
  result.group.rank = group.rank;
  for (size_t d = 0; d < 6; d++) result.group.dims[d] = group.dims[d];
  result.group.instructions = static_cast<int32_t>(result.code.size() / 5);
  result.group.reductions = static_cast<int32_t>(launch.reductions.size());
  for (size_t r = 0; r < launch.reductions.size(); r++)
    if (isMaximum(group.outputs[static_cast<size_t>(launch.reductions[r])].mode)) result.group.maxima |= 1u << r;
  return result;
}

}  // namespace verisim
