// Decodes and simplifies `fused` instructions.
#include "group.h"

#include <algorithm>
#include <limits>

namespace verisim {
namespace {

constexpr int64_t anyWord = std::numeric_limits<int32_t>::min();
constexpr int64_t mostOperands = 1024, mostOps = 4096;  // binding takes quadratic time in them

void readStrides(Reader& reader, const Group& group, int64_t (&strides)[maxRank]) {
  for (int d = 0; d < group.rank; d++) strides[d] = reader.integer("a stride");
}

/// How many words an operand with these strides needs.
int64_t extent(const Reader& reader, const Group& group, const int64_t (&strides)[maxRank]) {
  if (group.empty()) return 0;
  int64_t last = 0;
  for (int d = 0; d < group.rank; d++) last += reader.product(group.dims[d] - 1, strides[d]);
  return last + 1;
}

Holds heldBy(const Operand& operand) { return operand.dtype == DType::f32 ? Holds::f32 : Holds::i32; }
bool fits(Holds value, Holds wanted) { return value == wanted || value == Holds::any || wanted == Holds::any; }

/// What op `op` yields; checks that its inputs come before it and hold what it reads.
Holds resultOf(const Reader& reader, const Group::Op& op, const std::vector<Holds>& values) {
  const PointwiseOp& row = pointwiseOps()[static_cast<size_t>(op.pointwise)];
  const bool select = row.result == Holds::any;
  Holds selected = Holds::any;
  for (int i = 0; i < 3; i++) {
    if (i >= row.arity) {
      reader.expect(op.inputs[i] == -1, "Expected -1 where a pointwise op takes no more values");
      continue;
    }
    reader.expect(op.inputs[i] >= 0, "Expected a value for each input of a pointwise op");
    const Holds value = values[static_cast<size_t>(op.inputs[i])];
    reader.expect(fits(value, select && i > 0 ? selected : row.input), "Expected a value of another dtype");
    if (select && i > 0 && selected == Holds::any) selected = value;
  }
  return select ? selected : row.result;
}

/// Where rows (or columns) are single, reducing over them does nothing; where columns are single, reducing over the rows
/// is reducing all there is: one row of many columns, the case with the better loops.
void simplifyReductions(Group& group) {
  const auto becomeDense = [&](Mode sum, int begin, int end) {
    for (Group::Output& output : group.outputs) {
      if (output.mode != sum && static_cast<int>(output.mode) != static_cast<int>(sum) + 1) continue;
      output.mode = Mode::every;
      std::fill(std::begin(output.strides), std::end(output.strides), 0);
      int64_t stride = 1;
      for (int d = end - 1; d >= begin; stride *= group.dims[d], d--) output.strides[d] = stride;
    }
  };
  if (group.cols == 1) becomeDense(Mode::rowSum, 0, group.split);
  if (group.rows == 1) becomeDense(Mode::colSum, group.split, group.rank);
  if (group.cols == 1 && group.rows > 1) {
    group.split = 0;
    std::swap(group.rows, group.cols);
    for (Group::Output& output : group.outputs) {
      if (output.mode == Mode::colSum) output.mode = Mode::rowSum;
      if (output.mode == Mode::colMax) output.mode = Mode::rowMax;
    }
  }
}

template <class Change>
void eachStrides(Group& group, Change change) {
  for (Group::Input& input : group.inputs) change(input.strides);
  for (Group::Output& output : group.outputs) change(output.strides);
}

void dropDim(Group& group, int d) {
  eachStrides(group, [&](int64_t* strides) { std::copy(strides + d + 1, strides + group.rank, strides + d); });
  std::copy(group.dims + d + 1, group.dims + group.rank, group.dims + d);
  group.rank--;
  if (d < group.split) group.split--;
}

void simplifyDims(Group& group, bool reduces) {
  for (int d = group.rank - 1; d >= 0; d--)
    if (group.dims[d] == 1) dropDim(group, d);
  for (int d = group.rank - 2; d >= 0; d--) {
    if (reduces && d + 1 == group.split) continue;
    bool follows = true;
    eachStrides(group, [&](const int64_t* strides) {
      follows = follows && strides[d] == strides[d + 1] * group.dims[d + 1];
    });
    if (!follows) continue;
    group.dims[d + 1] *= group.dims[d];
    dropDim(group, d);
  }
  if (reduces) return;
  group.split = std::max(0, group.rank - 1);
  group.rows = group.cols = 1;
  for (int d = 0; d < group.rank; d++) (d < group.split ? group.rows : group.cols) *= group.dims[d];
}

}  // namespace

Group decodeGroup(const Instruction& instruction) {
  Reader reader("fused", instruction);
  Group group;
  group.rank = static_cast<int>(reader.integer("rank", 1, maxRank));
  for (int d = 0; d < group.rank; d++) group.dims[d] = reader.integer("a dim");
  group.split = static_cast<int>(reader.integer("split", 0, group.rank));
  for (int d = 0; d < group.rank; d++) {
    int64_t& part = d < group.split ? group.rows : group.cols;
    part = reader.product(part, group.dims[d]);
  }
  reader.product(group.rows, group.cols);

  std::vector<Holds> values;
  const int64_t inputCount = reader.integer("a number of inputs", 0, mostOperands);
  for (int64_t i = 0; i < inputCount; i++) {
    Group::Input input = {};
    readStrides(reader, group, input.strides);
    input.operand = reader.anyInput(extent(reader, group, input.strides));
    values.push_back(heldBy(input.operand));
    group.inputs.push_back(input);
  }
  const int64_t constantCount = reader.integer("a number of constants", 0, mostOperands);
  for (int64_t i = 0; i < constantCount; i++) {
    group.constants.push_back(static_cast<int32_t>(reader.integer("a constant", anyWord)));
    values.push_back(Holds::any);
  }
  const int64_t opCount = reader.integer("a number of ops", 0, mostOps);
  for (int64_t i = 0; i < opCount; i++) {
    Group::Op op = {};
    op.pointwise = static_cast<int32_t>(
        reader.integer("a pointwise op", 0, static_cast<int64_t>(pointwiseOps().size()) - 1));
    for (int32_t& value : op.inputs)
      value = static_cast<int32_t>(reader.integer("an earlier value", -1, static_cast<int64_t>(values.size()) - 1));
    values.push_back(resultOf(reader, op, values));
    group.ops.push_back(op);
  }
  const int64_t outputCount = reader.integer("a number of outputs", 1, mostOperands);
  for (int64_t i = 0; i < outputCount; i++) {
    Group::Output output = {};
    output.value = static_cast<int32_t>(reader.integer("a value", 0, static_cast<int64_t>(values.size()) - 1));
    output.mode = static_cast<Mode>(reader.integer("a mode", 0, 4));
    readStrides(reader, group, output.strides);
    const bool every = output.mode == Mode::every;
    if (!every)
      for (int d = 0; d < group.rank; d++) reader.expect(output.strides[d] == 0, "Expected strides of 0 for a reduction");
    output.operand = reader.anyOutput(every                  ? extent(reader, group, output.strides)
                                      : overRows(output.mode) ? group.cols
                                                              : group.rows);
    const Holds value = values[static_cast<size_t>(output.value)];
    reader.expect(fits(value, heldBy(output.operand)), "Expected an output of the dtype of its value");
    reader.expect(every || output.operand.dtype == DType::f32, "Expected f32 for a reduction");
    group.outputs.push_back(output);
  }
  reader.end();

  if (group.empty()) return group;
  simplifyReductions(group);
  const bool reduces = std::any_of(group.outputs.begin(), group.outputs.end(),
                                   [](const Group::Output& output) { return output.mode != Mode::every; });
  simplifyDims(group, reduces);
  return group;
}

}  // namespace verisim
