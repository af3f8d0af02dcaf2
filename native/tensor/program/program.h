// A program as its words say (docs/design/tensor-program.md), decoded and checked: every count fits the words, every
// operand lies inside its slot or the arena, and nothing that is written overlaps anything else of its instruction in
// part. What the numbers of an instruction mean is checked where its kernel is bound.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernel.h"

namespace verisim {

/// State that lives as long as the program.
struct Slot {
  DType dtype;
  int64_t words;
};

/// An operand before it has an address.
struct Place {
  static constexpr int32_t arena = -1;
  int32_t space;  // arena, or a slot
  int64_t offset, length;
  DType dtype;
  bool written;
};

/// One instruction; the spans point into the program's own copies.
struct Command {
  const KernelRow* kernel;
  std::span<const Place> operands;
  std::span<const int32_t> ints;
  std::span<const float> floats;
};

struct Entry {
  std::vector<Place> outputs;
  std::vector<Command> commands;
};

/// Moves, but cannot be copied: commands point into it.
struct Program {
  Program() = default;
  Program(Program&&) = default;
  Program& operator=(Program&&) = default;

  std::vector<Slot> slots;
  int64_t arenaWords = 0;
  std::vector<Entry> entries;

  // What commands point into: a vector that moves keeps its memory.
  std::vector<Place> places;
  std::vector<int32_t> ints;
  std::vector<float> floats;
};

/// Kernels by number (kernels.cc).
std::span<const KernelRow> kernelTable();

/// Throws CodedError VERISIM_PROGRAM_INVALID.
Program decodeProgram(std::span<const int32_t> words);

Step bindOperands(const Command& command, std::span<const Operand> operands);

/// Binds a command to memory: `address(place)` is where an operand begins. A device without addresses of its own for
/// the CPU's kernels gives any that are not null, to have the instruction checked.
/// Throws CodedError VERISIM_PROGRAM_INVALID where the kernel refuses the instruction.
template <class Address>
Step bindCommand(const Command& command, Address&& address) {
  std::vector<Operand> operands;
  operands.reserve(command.operands.size());
  for (const Place& place : command.operands)
    operands.push_back({address(place), place.length, place.dtype, place.written});
  return bindOperands(command, operands);
}

}  // namespace verisim
