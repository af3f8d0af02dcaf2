// Joins ops into loops: an op that is used once, by an op with which it has a loop in common, is made on the way there and
// never stored.
#include <algorithm>

#include "tile_plan.h"

namespace verisim {
namespace {

class Joiner {
 public:
  Joiner(const Group& group, const TileKernels& kernels) : group_(group), kernels_(kernels) {}

  std::vector<Pass> run() {
    countUses();
    std::vector<const TileTree*> trees(group_.ops.size(), nullptr);
    for (size_t k = 0; k < group_.ops.size(); k++) {
      if (uses_[k] == 0) continue;
      trees[k] = largestTree(k);
      if (trees[k] == nullptr) continue;
      joins_[k] = true;
      for (int i = 0; i < 3; i++)
        if (trees[k]->inputs[i] != TileTree::leaf) joined_[opOf(group_.ops[k].inputs[i])] = true;
    }
    std::vector<Pass> passes;
    for (size_t k = 0; k < group_.ops.size(); k++)
      if (uses_[k] > 0 && !joined_[k]) passes.push_back(passOf(k, trees[k]));
    return passes;
  }

 private:
  size_t opOf(int32_t value) const { return static_cast<size_t>(value - group_.firstOp()); }
  bool isOp(int32_t value) const { return value >= group_.firstOp(); }

  /// Uses of each op by outputs and by ops that are used themselves; an output counts twice, it must be stored.
  void countUses() {
    uses_.assign(group_.ops.size(), 0);
    joins_.assign(group_.ops.size(), false);
    joined_.assign(group_.ops.size(), false);
    for (const Group::Output& output : group_.outputs)
      if (isOp(output.value)) uses_[opOf(output.value)] += 2;
    for (size_t k = group_.ops.size(); k-- > 0;)
      if (uses_[k] > 0)
        for (const int32_t value : group_.ops[k].inputs)
          if (isOp(value)) uses_[opOf(value)]++;
  }

  /// Whether input `i` of op k can be made by op `wanted` on the way.
  bool canJoin(size_t k, int i, int32_t wanted) const {
    const int32_t value = group_.ops[k].inputs[i];
    if (!isOp(value)) return false;
    const size_t op = opOf(value);
    return group_.ops[op].pointwise == wanted && uses_[op] == 1 && !joins_[op];
  }

  const TileTree* largestTree(size_t k) const {
    const TileTree* best = nullptr;
    int most = 0;
    for (const TileTree& tree : kernels_.trees) {
      if (tree.root != group_.ops[k].pointwise) continue;
      int joined = 0;
      bool fits = true;
      for (int i = 0; i < 3; i++) {
        if (tree.inputs[i] == TileTree::leaf) continue;
        fits = fits && canJoin(k, i, tree.inputs[i]);
        joined++;
      }
      if (fits && joined > most) best = &tree, most = joined;
    }
    return best;
  }

  Pass passOf(size_t k, const TileTree* tree) const {
    const Group::Op& op = group_.ops[k];
    Pass pass = {static_cast<int32_t>(k), tree == nullptr ? kernels_.loops[op.pointwise] : tree->loop, 0, {}};
    const auto add = [&](int32_t value) {
      if (value >= 0) pass.leaves[pass.leafCount++] = value;
    };
    for (int i = 0; i < 3; i++) {
      if (tree == nullptr || tree->inputs[i] == TileTree::leaf)
        add(op.inputs[i]);
      else
        for (const int32_t value : group_.ops[opOf(op.inputs[i])].inputs) add(value);
    }
    return pass;
  }

  const Group& group_;
  const TileKernels& kernels_;
  std::vector<int32_t> uses_;
  std::vector<bool> joins_, joined_;  // ops with another op in their loop; ops in another's loop
};

}  // namespace

std::vector<Pass> passesOf(const Group& group, const TileKernels& kernels) { return Joiner(group, kernels).run(); }

}  // namespace verisim
