// Fused groups: launches that are written kernels or words for the interpreter, and the joining of reductions.
#include "cuda/fused_group.h"
#include "lowering.h"

namespace verisim::cuda {
namespace {

bool overlaps(const Operand& a, const Operand& b) {
  const Address aBegin = addressOf(a), bBegin = addressOf(b);
  return aBegin < bBegin + static_cast<Address>(b.length) * 4 && bBegin < aBegin + static_cast<Address>(a.length) * 4;
}

/// Whether a reduction may be written before the other launches of the group have read their inputs.
bool writesEarly(const FusedGroup& group, const Instruction& in, size_t output) {
  const size_t inputs = group.inputs.size();
  for (size_t i = 0; i < inputs; i++)
    if (overlaps(in.operands[i], in.operands[inputs + output])) return false;
  return true;
}

}  // namespace

void lowerFused(const Instruction& in, Lowering& out) {
  const FusedGroup group = readGroup(in);
  const size_t inputs = group.inputs.size();
  const auto outputAddress = [&](int32_t output) { return addressOf(in.operands[inputs + static_cast<size_t>(output)]); };
  struct Join {
    Address from, to;
    int64_t count;
    int32_t chunks, maximum;
  };
  std::vector<Join> joins;
  for (const FusedLaunch& launch : planGroup(group)) {
    std::vector<Address> partials;
    for (const int32_t output : launch.reductions) {
      const bool direct = launch.chunks == 1 && writesEarly(group, in, static_cast<size_t>(output));
      partials.push_back(direct ? outputAddress(output) : out.scratch(launch.chunks * launch.frame.outer * 4));
      if (!direct)
        joins.push_back({partials.back(), outputAddress(output), launch.frame.outer, static_cast<int32_t>(launch.chunks),
                         isMaximum(group.outputs[static_cast<size_t>(output)].mode) ? 1 : 0});
    }
    const int64_t blocks = launch.chunks * launch.frame.outerBlocks;
    // A kernel takes 4 KiB of arguments.
    const bool written = out.text() != nullptr && launch.values.size() + group.outputs.size() < 480;
    if (written) {
      const std::string name = "group" + std::to_string(out.nextKernel());
      *out.text() += writeKernel(group, launch, name);
      std::vector<Address> addresses;
      for (const int32_t value : launch.values)
        if (value < group.firstConstant()) addresses.push_back(addressOf(in.operands[value]));
      for (const int32_t output : launch.stores) addresses.push_back(outputAddress(output));
      addresses.insert(addresses.end(), partials.begin(), partials.end());
      out.launchGenerated(name, blocks, launch.frame, addresses);
    } else {
      const Interpreted words = interpret(group, launch);
      std::vector<Address> addresses;
      for (const int32_t operand : words.operands) addresses.push_back(addressOf(in.operands[operand]));
      out.launch(words.large ? "fused_large" : "fused_small", blocks, 1, 128, launch.frame, words.group,
                 out.table(words.code), out.table(words.strides), out.table(addresses), out.table(partials));
    }
  }
  for (const Join& join : joins)
    out.launchOver("fused_join", join.count, join.from, join.to, device::i64{join.count}, join.chunks, join.maximum);
}

}  // namespace verisim::cuda
