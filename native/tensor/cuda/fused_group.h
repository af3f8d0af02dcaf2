// A fused instruction, read and cut into launches. One launch reduces along columns or along rows, or writes every index;
// a group with outputs of several kinds takes several launches, each of which computes only what its outputs need.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "device_layout.h"
#include "program/kernel.h"
#include "program/pointwise.h"

namespace verisim {

using Strides = std::array<int32_t, 6>;

struct FusedGroup {
  struct Input {
    Strides strides;
    DType dtype;
  };
  struct Op {
    int32_t op;
    std::array<int32_t, 3> from;  // values, -1 where it takes fewer
  };
  struct Output {
    int32_t value, mode;
    Strides strides;
  };
  int32_t rank = 0;
  std::array<uint32_t, 6> dims = {1, 1, 1, 1, 1, 1};
  int64_t rows = 1, columns = 1;
  std::vector<Input> inputs;
  std::vector<int32_t> constants;
  std::vector<Op> ops;
  std::vector<Output> outputs;

  int32_t firstConstant() const { return static_cast<int32_t>(inputs.size()); }
  int32_t firstOp() const { return firstConstant() + static_cast<int32_t>(constants.size()); }
};

/// Modes of outputs (docs/design/tensor-program.md).
enum : int32_t { everyIndex = 0, rowSum = 1, rowMax = 2, columnSum = 3, columnMax = 4 };
inline bool isMaximum(int32_t mode) { return mode == rowMax || mode == columnMax; }

struct FusedLaunch {
  device::Frame frame = {};
  int64_t chunks = 1;                // of frame.inner
  std::vector<int32_t> stores;       // outputs of every index
  std::vector<int32_t> reductions;   // outputs that are reduced, 8 at most
  std::vector<int32_t> values;       // needed, ascending
};

/// The group as the processor decodes and simplifies it (program/group.h).
/// Throws ArgumentError, or CodedError where the group is too large for this device.
FusedGroup readGroup(const Instruction& instruction);

/// Reductions come first, since outputs of every index may overwrite inputs.
std::vector<FusedLaunch> planGroup(const FusedGroup& group);

/// The launch as a kernel's text: `VS_KERNEL name(Frame f, inputs..., stores..., partials...)`, addresses of all inputs
/// of the launch in order of `values`, then of its stores, then of its partial results.
std::string writeKernel(const FusedGroup& group, const FusedLaunch& launch, const std::string& name);

/// The launch as words for the interpreter (fused.cu).
struct Interpreted {
  device::Group group = {};
  std::vector<int32_t> code, strides;
  std::vector<int32_t> operands;  // addresses that the code counts, as operands of the instruction
  bool large = false;             // takes fused_large
};
Interpreted interpret(const FusedGroup& group, const FusedLaunch& launch);

}  // namespace verisim
