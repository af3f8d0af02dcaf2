// Reading of fused groups and the shape of their launches.
#include "fused_group.h"

#include <algorithm>

#include "program/coded_error.h"
#include "program/group.h"

namespace verisim {
namespace {

constexpr int64_t blockThreads = 128;
/// Blocks that keep a large GPU busy; chunks are cut so that reductions have about as many.
constexpr int64_t wantedBlocks = 512;
constexpr int64_t mostChunks = 256;
constexpr size_t mostReductions = 8;

int64_t blocksOf(int64_t count, int64_t size) { return (count + size - 1) / size; }

int32_t powerUpTo(int64_t count, int32_t most) {
  int32_t power = 1;
  while (power < most && power < count) power *= 2;
  return power;
}

std::vector<int32_t> needed(const FusedGroup& group, const FusedLaunch& launch) {
  const int32_t firstOp = group.firstOp();
  std::vector<bool> marked(static_cast<size_t>(firstOp) + group.ops.size(), false);
  for (const int32_t output : launch.stores) marked[static_cast<size_t>(group.outputs[output].value)] = true;
  for (const int32_t output : launch.reductions) marked[static_cast<size_t>(group.outputs[output].value)] = true;
  std::vector<int32_t> values;
  for (int32_t value = static_cast<int32_t>(marked.size()) - 1; value >= 0; value--) {
    if (!marked[static_cast<size_t>(value)]) continue;
    values.push_back(value);
    if (value < firstOp) continue;
    for (const int32_t from : group.ops[static_cast<size_t>(value - firstOp)].from)
      if (from >= 0) marked[static_cast<size_t>(from)] = true;
  }
  std::reverse(values.begin(), values.end());
  return values;
}

FusedLaunch frameOf(const FusedGroup& group, std::vector<int32_t> stores, std::vector<int32_t> reductions, bool alongRows) {
  FusedLaunch launch;
  launch.stores = std::move(stores);
  launch.reductions = std::move(reductions);
  launch.values = needed(group, launch);
  device::Frame& f = launch.frame;
  if (launch.reductions.empty()) {
    // Nothing to put together: one long line of indices.
    f = {1, group.rows * group.columns, blockThreads * 4, 0, 1, blockThreads, 0, 1};
    launch.chunks = blocksOf(f.inner, f.chunk);
    return launch;
  }
  if (alongRows) {
    // Neighbouring threads take neighbouring columns.
    const int32_t across = powerUpTo(group.columns, 32);
    f = {group.columns, group.rows, 0, 1, group.columns, static_cast<int32_t>(blockThreads) / across, 1, 0};
  } else {
    f = {group.rows, group.columns, 0, group.columns, 1, powerUpTo(group.columns, blockThreads), 0, 0};
  }
  const int64_t outerBlocks = blocksOf(f.outer, blockThreads / f.innerThreads);
  const int64_t grain = f.innerThreads * 8;
  launch.chunks = std::clamp<int64_t>(blocksOf(wantedBlocks, std::max<int64_t>(1, outerBlocks)), 1,
                                      std::max<int64_t>(1, std::min(mostChunks, blocksOf(f.inner, grain))));
  // Whole rounds of the block's threads, so that only the last one is short.
  f.chunk = std::max<int64_t>(1, blocksOf(blocksOf(f.inner, launch.chunks), grain)) * grain;
  launch.chunks = std::max<int64_t>(1, blocksOf(f.inner, f.chunk));
  f.outerBlocks = static_cast<uint32_t>(outerBlocks);
  return launch;
}

}  // namespace

FusedGroup readGroup(const Instruction& instruction) {
  const Group read = decodeGroup(instruction);
  // Bounded, so that the number of an index fits 32 bits on the device.
  if (read.rows >= int64_t{1} << 31 || read.cols >= int64_t{1} << 31 || read.rows * read.cols >= int64_t{1} << 31)
    throw CodedError("VERISIM_PROGRAM_INVALID", "[fused] Expected fewer than 2^31 indices for a CUDA device");
  FusedGroup group;
  group.rank = read.rank;
  group.rows = read.rows;
  group.columns = read.cols;
  const auto stridesOf = [&](const int64_t* strides) {
    Strides result = {};
    for (int32_t d = 0; d < read.rank; d++) result[static_cast<size_t>(d)] = static_cast<int32_t>(strides[d]);
    return result;
  };
  for (int32_t d = 0; d < read.rank; d++) group.dims[static_cast<size_t>(d)] = static_cast<uint32_t>(read.dims[d]);
  for (const Group::Input& input : read.inputs) group.inputs.push_back({stridesOf(input.strides), input.operand.dtype});
  group.constants = read.constants;
  for (const Group::Op& op : read.ops) group.ops.push_back({op.pointwise, {op.inputs[0], op.inputs[1], op.inputs[2]}});
  for (const Group::Output& output : read.outputs)
    group.outputs.push_back({output.value, static_cast<int32_t>(output.mode), stridesOf(output.strides)});
  return group;
}

std::vector<FusedLaunch> planGroup(const FusedGroup& group) {
  std::vector<int32_t> stores, alongColumns, alongRows;
  for (size_t i = 0; i < group.outputs.size(); i++) {
    const int32_t mode = group.outputs[i].mode;
    (mode == everyIndex ? stores : mode <= rowMax ? alongColumns : alongRows).push_back(static_cast<int32_t>(i));
  }
  if (group.rows * group.columns == 0) stores.clear();
  std::vector<FusedLaunch> launches;
  const auto reduce = [&](const std::vector<int32_t>& outputs, bool rows, bool last) {
    for (size_t begin = 0; begin < outputs.size(); begin += mostReductions) {
      const size_t end = std::min(outputs.size(), begin + mostReductions);
      const bool withStores = last && end == outputs.size();
      launches.push_back(frameOf(group, withStores ? std::exchange(stores, {}) : std::vector<int32_t>{},
                                 {outputs.begin() + static_cast<int64_t>(begin), outputs.begin() + static_cast<int64_t>(end)}, rows));
    }
  };
  if (group.columns > 0) reduce(alongRows, true, alongColumns.empty());
  if (group.rows > 0) reduce(alongColumns, false, true);
  if (!stores.empty()) launches.push_back(frameOf(group, std::move(stores), {}, false));
  return launches;
}

}  // namespace verisim
