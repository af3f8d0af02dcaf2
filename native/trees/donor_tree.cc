// How deep a tree goes and how much a draw goes up from its leaf: what makes held-out rows likeliest, less the price of what
// learnt rows are likelier by. Splits are learnt from a bounded number of rows, leaves are filled from all.
#include "donor_tree.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "philox.h"
#include "tree_grower.h"

namespace verisim {
namespace {

constexpr std::array<double, 7> smoothings = {0.02, 0.1, 0.3, 0.8, 2, 5, 12};
/// The least likelihood that a held-out row is counted with: a class that a pure leaf never had is no certain loss.
constexpr double leastLikelihood = 1e-5;
/// Learnt rows that are asked what they are likelier by, at least.
constexpr size_t fewestLearnt = 1000;
/// Rows that splits are learnt from at most: a table of millions of rows takes no longer than a part of it that fills its leaves.
constexpr double mostSplitRows = 1 << 17;
/// Deals rows to those that splits are learnt from.
constexpr StreamKey splitRows = {0x5eed, 0x70e5};

/// What held-out rows say: the depth (as the fewest rows of a node that is split) and the smoothing that suit them best.
struct Verdict {
  double minSplit = 0;
  double smoothing = 0.3;
  double score = -std::numeric_limits<double>::infinity();
  double root = 0;
  double worth = 0;
};

/// Class counts of every node, from its donors, `classes` of them each.
std::vector<int32_t> classCounts(const DonorTree& tree, const std::vector<uint8_t>& classOf, int classes) {
  const size_t nodes = tree.feature.size();
  const auto width = static_cast<size_t>(classes);
  std::vector<int32_t> counts(nodes * width);
  for (size_t node = nodes; node-- > 0;) {
    int32_t* const own = counts.data() + node * width;
    if (tree.feature[node] < 0) {
      for (int32_t i = tree.start[node]; i < tree.end[node]; i++)
        own[classOf[static_cast<size_t>(tree.donors[static_cast<size_t>(i)])]]++;
    } else {
      const int32_t* const left = counts.data() + static_cast<size_t>(tree.left[node]) * width;
      for (size_t k = 0; k < width; k++) own[k] = left[k] + left[width + k];
    }
  }
  return counts;
}

/// Classes in a node beyond the first, per row: what is not seen in a node is the likelier the more it varies (Witten and
/// Bell 1991), and a node without variation is taken at its word.
double varietyOf(const int32_t* counts, size_t width) {
  int different = 0;
  for (size_t k = 0; k < width; k++) different += counts[k] > 0 ? 1 : 0;
  return different - 1;
}

/// The left or the right child that a row goes to.
size_t childOf(const DonorTree& tree, size_t node, const std::vector<BinnedColumn>& columns, uint32_t row) {
  const uint8_t bin = columns[static_cast<size_t>(tree.feature[node])].bins[row];
  const int32_t threshold = tree.threshold[node];
  const bool goesLeft =
      threshold >= 0 ? bin <= threshold
                     : (tree.masks[static_cast<size_t>(-1 - threshold) * 8 + (bin >> 5)] >> (bin & 31) & 1u) != 0;
  return static_cast<size_t>(tree.left[node] + (goesLeft ? 0 : 1));
}

/// Those of the rows that splits are learnt from: all, or each with the same chance, for rows may come in turns.
std::vector<uint32_t> sampleRows(const std::vector<uint32_t>& rows) {
  const double share = mostSplitRows / static_cast<double>(std::max<size_t>(1, rows.size()));
  if (share >= 1) return rows;
  std::vector<uint32_t> sample;
  for (const uint32_t row : rows) {
    const auto words = rowWords(splitRows, row, 0, 0);
    if (uniformOf(words[0], words[1]) < share) sample.push_back(row);
  }
  return sample;
}

/// Puts the outcomes of all rows into the leaves, in the order that the leaves have.
void fillLeaves(DonorTree& tree, const std::vector<BinnedColumn>& columns, const Outcomes& outcomes,
                const std::vector<uint32_t>& rows) {
  const size_t nodes = tree.feature.size();
  std::vector<int32_t> counts(nodes), leaf(rows.size());
  for (size_t i = 0; i < rows.size(); i++) {
    size_t node = 0;
    while (tree.feature[node] >= 0) node = childOf(tree, node, columns, rows[i]);
    leaf[i] = static_cast<int32_t>(node);
    counts[node]++;
  }
  std::vector<size_t> leaves;
  for (size_t node = 0; node < nodes; node++)
    if (tree.feature[node] < 0) leaves.push_back(node);
  std::sort(leaves.begin(), leaves.end(), [&](size_t a, size_t b) { return tree.start[a] < tree.start[b]; });
  int32_t next = 0;
  for (const size_t node : leaves) {
    tree.start[node] = tree.end[node] = next;
    next += counts[node];
  }
  tree.donors.resize(rows.size());
  for (size_t i = 0; i < rows.size(); i++)
    tree.donors[static_cast<size_t>(tree.end[static_cast<size_t>(leaf[i])]++)] = outcomes.codes[rows[i]];
  for (const size_t node : leaves)
    std::sort(tree.donors.begin() + tree.start[node], tree.donors.begin() + tree.end[node]);
  // Children come after their parents.
  for (size_t node = nodes; node-- > 0;) {
    if (tree.feature[node] < 0) continue;
    const auto left = static_cast<size_t>(tree.left[node]);
    tree.start[node] = tree.start[left];
    tree.end[node] = tree.end[left + 1];
  }
}

/// Rows at even distances, at most `most`.
std::vector<uint32_t> evenly(const std::vector<uint32_t>& rows, size_t most) {
  if (rows.size() <= most) return rows;
  std::vector<uint32_t> some(most);
  for (size_t i = 0; i < most; i++) some[i] = rows[i * rows.size() / most];
  return some;
}

/// What held-out rows say of each depth and smoothing: sums of their log-likelihoods, and of as many learnt rows'.
class Judge {
 public:
  explicit Judge(const TreeSettings& settings) : leakPrice_(settings.leakPrice) {
    for (double m = 2.0 * static_cast<double>(settings.minLeaf); splits_.size() < 8; m *= 2) splits_.push_back(m);
    splits_.push_back(std::numeric_limits<double>::infinity());
    held_.resize(splits_.size() * smoothings.size());
    learnt_.resize(held_.size());
  }

  /// Hears a fold that the tree was not grown from. @param learnt the rows that it was
  void hear(const DonorTree& tree, const std::vector<BinnedColumn>& columns, const Outcomes& outcomes,
            const std::vector<uint8_t>& classOf, int classes, const std::vector<uint32_t>& fold,
            const std::vector<uint32_t>& learnt) {
    const std::vector<int32_t> counts = classCounts(tree, classOf, classes);
    const auto sumsOf = [&](const std::vector<uint32_t>& rows) {
      std::vector<double> sums(held_.size());
      for (const uint32_t row : rows)
        if (outcomes.codes[row] >= 0)
          add(tree, columns, row, classOf[static_cast<size_t>(outcomes.codes[row])], counts, classes, sums);
      return sums;
    };
    const std::vector<double> own = sumsOf(fold);
    for (size_t i = 0; i < own.size(); i++) held_[i] += own[i];
    if (first_.empty()) {
      first_ = own;
      firstRows_ = static_cast<double>(std::max<size_t>(1, fold.size()));
    }
    rows_ += static_cast<double>(fold.size());
    if (leakPrice_ == 0) return;
    const std::vector<uint32_t> some = evenly(learnt, std::max(fold.size(), fewestLearnt));
    const std::vector<double> known = sumsOf(some);
    const double share = static_cast<double>(fold.size()) / static_cast<double>(std::max<size_t>(1, some.size()));
    for (size_t i = 0; i < known.size(); i++) learnt_[i] += share * known[i];
  }

  Verdict verdict() const {
    Verdict verdict;
    if (first_.empty()) return verdict;
    std::vector<double> worth = held_;
    if (leakPrice_ > 0)
      for (size_t i = 0; i < worth.size(); i++) worth[i] -= leakPrice_ * (learnt_[i] - held_[i]);
    const auto best = static_cast<size_t>(std::max_element(worth.begin(), worth.end()) - worth.begin());
    verdict.minSplit = splits_[best / smoothings.size()];
    verdict.smoothing = smoothings[best % smoothings.size()];
    verdict.score = first_[best] / firstRows_;
    verdict.root = first_[(splits_.size() - 1) * smoothings.size()] / firstRows_;
    verdict.worth = verdict.score;
    if (leakPrice_ > 0) verdict.worth -= leakPrice_ * (learnt_[best] - held_[best]) / std::max(1.0, rows_);
    return verdict;
  }

 private:
  /// Adds a row's log-likelihood at every depth and smoothing.
  void add(const DonorTree& tree, const std::vector<BinnedColumn>& columns, uint32_t row, size_t k,
           const std::vector<int32_t>& counts, int classes, std::vector<double>& sums) const {
    const auto width = static_cast<size_t>(classes);
    std::array<double, smoothings.size()> p;
    p.fill(1.0 / static_cast<double>(classes));
    size_t node = 0;
    size_t left = splits_.size();
    for (;;) {
      const double n = tree.end[node] - tree.start[node];
      const double variety = varietyOf(counts.data() + node * width, width);
      for (size_t a = 0; a < smoothings.size(); a++) {
        const double above = smoothings[a] * variety;
        p[a] = (counts[node * width + k] + above * p[a]) / (n + above);
      }
      // Depths for which this node is a leaf.
      while (left > 0 && (tree.feature[node] < 0 || n < splits_[left - 1])) {
        left--;
        for (size_t a = 0; a < smoothings.size(); a++)
          sums[left * smoothings.size() + a] += std::log(std::max(leastLikelihood, p[a]));
      }
      if (left == 0) return;
      node = childOf(tree, node, columns, row);
    }
  }

  double leakPrice_;
  /// Fewest rows of a node that is split, per depth.
  std::vector<double> splits_;
  /// Per depth and smoothing: of all folds, of as many learnt rows, and of the first fold.
  std::vector<double> held_, learnt_, first_;
  double rows_ = 0, firstRows_ = 1;
};

}  // namespace

DonorTree growDonorTree(const std::vector<BinnedColumn>& columns, const Outcomes& outcomes, const TreeSettings& settings,
                        Abort abort) {
  Grower grower(columns, outcomes, settings, abort);
  std::vector<uint32_t> all;
  for (int64_t row = 0; row < outcomes.rows; row++)
    if (outcomes.codes[row] >= 0) all.push_back(static_cast<uint32_t>(row));
  std::vector<uint32_t> rows = sampleRows(all);
  Judge judge(settings);
  double share = 1;
  for (const std::vector<uint32_t>& fold : settings.folds) {
    std::vector<bool> isHeld(static_cast<size_t>(outcomes.rows));
    for (const uint32_t row : fold) isHeld[row] = true;
    std::vector<uint32_t> others;
    for (const uint32_t row : all)
      if (!isHeld[row]) others.push_back(row);
    if (others.empty()) continue;
    others = sampleRows(others);
    share = static_cast<double>(others.size()) / static_cast<double>(rows.size());
    judge.hear(grower.grow(others, 0), columns, outcomes, grower.classOf(), grower.classes(), fold, others);
  }
  const Verdict verdict = judge.verdict();
  const bool isDeepest = !(verdict.minSplit > 2.0 * static_cast<double>(settings.minLeaf));
  const double minSplit = isDeepest ? 0 : verdict.minSplit / share;
  const double most = static_cast<double>(outcomes.rows) + 1;
  DonorTree tree = grower.grow(rows, static_cast<int64_t>(std::min(minSplit, most)));
  if (rows.size() < all.size()) fillLeaves(tree, columns, outcomes, all);
  const std::vector<int32_t> counts = classCounts(tree, grower.classOf(), grower.classes());
  const auto width = static_cast<size_t>(grower.classes());
  tree.smoothing = verdict.smoothing;
  tree.up.resize(tree.feature.size());
  for (size_t node = 1; node < tree.up.size(); node++) {
    const double above = verdict.smoothing * varietyOf(counts.data() + node * width, width);
    tree.up[node] = static_cast<float>(above / (tree.end[node] - tree.start[node] + above));
  }
  tree.classOf = grower.classOf();
  tree.heldScore = verdict.score;
  tree.heldRoot = verdict.root;
  tree.worth = verdict.worth;
  return tree;
}

}  // namespace verisim
