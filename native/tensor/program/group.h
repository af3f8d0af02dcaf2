// One `fused` instruction as its numbers say: a group of pointwise ops over one index space. Decoding checks everything;
// what comes out is simplified: no dims of one, neighbours merged wherever every operand allows it, and reductions only
// where there is something to reduce.
#pragma once

#include <cstdint>
#include <vector>

#include "kernel.h"
#include "pointwise.h"

namespace verisim {

constexpr int maxRank = 6;

enum class Mode : int8_t { every = 0, rowSum = 1, rowMax = 2, colSum = 3, colMax = 4 };

struct Group {
  struct Input {
    Operand operand;
    int64_t strides[maxRank];
  };
  struct Op {
    int32_t pointwise;
    int32_t inputs[3];  // values; -1 beyond the arity
  };
  struct Output {
    Operand operand;
    int32_t value;
    Mode mode;
    int64_t strides[maxRank];
  };

  int rank = 0, split = 0;  // dims before split are rows; in a simplified group without reductions, all but the last
  int64_t dims[maxRank] = {};
  int64_t rows = 1, cols = 1;
  std::vector<Input> inputs;
  std::vector<int32_t> constants;
  std::vector<Op> ops;
  std::vector<Output> outputs;

  int32_t firstOp() const { return static_cast<int32_t>(inputs.size() + constants.size()); }
  bool isInput(int32_t value) const { return value < static_cast<int32_t>(inputs.size()); }
  bool empty() const { return rows == 0 || cols == 0; }
};

inline bool isSum(Mode mode) { return mode == Mode::rowSum || mode == Mode::colSum; }
inline bool overRows(Mode mode) { return mode == Mode::colSum || mode == Mode::colMax; }
inline bool overCols(Mode mode) { return mode == Mode::rowSum || mode == Mode::rowMax; }

/// Throws ArgumentError for anything that is not as docs/design/tensor-program.md says.
Group decodeGroup(const Instruction& instruction);

}  // namespace verisim
