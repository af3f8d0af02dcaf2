// Growing by information gain over classes of the outcome. Ordered outcomes fall into classes by their rank inside of the
// node that is split, so that deep nodes are cut as finely as their own values allow.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "donor_tree.h"

namespace verisim {

inline constexpr int maxClasses = 64;
/// Classes that outcomes share which are not frequent enough for one of their own.
inline constexpr int sharedClasses = 8;

/// The class of the outcome at a place by frequency, of `different` outcomes: the frequent ones alone, the others in groups.
inline uint8_t classByFrequency(int64_t place, int64_t different) {
  constexpr int64_t alone = maxClasses - sharedClasses;
  if (different <= maxClasses || place < alone) return static_cast<uint8_t>(place);
  return static_cast<uint8_t>(alone + (place - alone) * sharedClasses / (different - alone));
}
inline constexpr int maxBins = 256;

/// Classes of all codes, for outcomes without an order and for the score of held-out rows: even shares, frequent codes alone.
std::vector<uint8_t> globalClasses(const Outcomes& outcomes, int& classes);

/// c ln c for whole c.
class EntropyTable {
 public:
  explicit EntropyTable(int64_t rows) : table_(static_cast<size_t>(std::min<int64_t>(rows, 1 << 17)) + 2) {
    for (size_t c = 2; c < table_.size(); c++) table_[c] = static_cast<double>(c) * std::log(static_cast<double>(c));
  }
  double operator()(int64_t c) const {
    if (c < static_cast<int64_t>(table_.size())) return table_[static_cast<size_t>(c)];
    return static_cast<double>(c) * std::log(static_cast<double>(c));
  }

 private:
  std::vector<double> table_;
};

struct Split {
  double gain = 0;
  int feature = -1;
  int threshold = -1;
  bool nominal = false;
  std::array<uint32_t, 8> mask{};
};

class Grower {
 public:
  Grower(const std::vector<BinnedColumn>& columns, const Outcomes& outcomes, const TreeSettings& settings, Abort abort)
      : columns_(columns), outcomes_(outcomes), settings_(settings), abort_(abort), entropy_(outcomes.rows) {
    classOf_ = globalClasses(outcomes, classes_);
  }

  int classes() const { return classes_; }
  const std::vector<uint8_t>& classOf() const { return classOf_; }

  /// @param minSplit fewest rows of a node that is split
  DonorTree grow(std::vector<uint32_t>& rows, int64_t minSplit) {
    DonorTree tree;
    const auto count = static_cast<int64_t>(rows.size());
    local_.resize(rows.size());
    sorted_.resize(rows.size());
    scratch_.resize(rows.size());
    add(tree, 0, count);
    struct Open {
      int32_t node;
      int depth;
    };
    std::vector<Open> open{{0, 0}};
    while (!open.empty()) {
      throwIfAborted(abort_);
      const Open now = open.back();
      open.pop_back();
      const auto node = static_cast<size_t>(now.node);
      const int64_t begin = tree.start[node], end = tree.end[node];
      if (end - begin < std::max(minSplit, 2 * settings_.minLeaf) || now.depth >= settings_.maxDepth) continue;
      const Split split = best(rows, begin, end);
      if (split.feature < 0) continue;
      const int64_t middle = partition(rows, begin, end, split);
      tree.feature[node] = split.feature;
      if (split.nominal) {
        tree.threshold[node] = -1 - static_cast<int32_t>(tree.masks.size() / 8);
        tree.masks.insert(tree.masks.end(), split.mask.begin(), split.mask.end());
      } else {
        tree.threshold[node] = split.threshold;
      }
      const auto left = static_cast<int32_t>(tree.feature.size());
      tree.left[node] = left;
      add(tree, begin, middle);
      add(tree, middle, end);
      open.push_back({left + 1, now.depth + 1});
      open.push_back({left, now.depth + 1});
    }
    tree.donors.resize(rows.size());
    for (size_t i = 0; i < rows.size(); i++) tree.donors[i] = outcomes_.codes[rows[i]];
    for (size_t node = 0; node < tree.feature.size(); node++)
      if (tree.feature[node] < 0)
        std::sort(tree.donors.begin() + tree.start[node], tree.donors.begin() + tree.end[node]);
    return tree;
  }

 private:
  static void add(DonorTree& tree, int64_t begin, int64_t end) {
    tree.feature.push_back(-1);
    tree.threshold.push_back(0);
    tree.left.push_back(0);
    tree.start.push_back(static_cast<int32_t>(begin));
    tree.end.push_back(static_cast<int32_t>(end));
  }

  static bool goesLeft(const Split& split, uint8_t bin) {
    return split.nominal ? (split.mask[bin >> 5] >> (bin & 31) & 1u) != 0 : bin <= split.threshold;
  }

  int64_t partition(std::vector<uint32_t>& rows, int64_t begin, int64_t end, const Split& split) {
    const uint8_t* const bins = columns_[static_cast<size_t>(split.feature)].bins;
    int64_t left = begin, right = 0;
    for (int64_t i = begin; i < end; i++) {
      const uint32_t row = rows[static_cast<size_t>(i)];
      if (goesLeft(split, bins[row])) rows[static_cast<size_t>(left++)] = row;
      else scratch_[static_cast<size_t>(right++)] = row;
    }
    std::copy(scratch_.begin(), scratch_.begin() + right, rows.begin() + left);
    return left;
  }

  /// Writes the class of each row of the node to local_; returns the number of classes.
  int classify(const std::vector<uint32_t>& rows, int64_t begin, int64_t end) {
    const int64_t count = end - begin;
    if (!outcomes_.ordered && outcomes_.count > maxClasses) return classifyMany(rows, begin, count);
    if (!outcomes_.ordered) {
      std::array<int16_t, maxClasses> dense;
      dense.fill(-1);
      int next = 0;
      for (int64_t i = 0; i < count; i++) {
        const uint8_t c = classOf_[static_cast<size_t>(outcomes_.codes[rows[static_cast<size_t>(begin + i)]])];
        if (dense[c] < 0) dense[c] = static_cast<int16_t>(next++);
        local_[static_cast<size_t>(i)] = static_cast<uint8_t>(dense[c]);
      }
      return next;
    }
    values_.resize(static_cast<size_t>(count));
    for (int64_t i = 0; i < count; i++) values_[static_cast<size_t>(i)] = outcomes_.codes[rows[static_cast<size_t>(begin + i)]];
    ranked_ = values_;
    std::sort(ranked_.begin(), ranked_.end());
    const int64_t wanted = count >= 1024 ? 12 : count >= 256 ? 8 : count >= 96 ? 6 : 4;
    const int64_t share = std::max<int64_t>(1, count / wanted);
    // The first value of each class; values with a class's share of the rows are classes of their own.
    cuts_.clear();
    int64_t inside = 0;
    for (int64_t i = 0; i < count;) {
      int64_t next = i;
      const int32_t value = ranked_[static_cast<size_t>(i)];
      while (next < count && ranked_[static_cast<size_t>(next)] == value) next++;
      const int64_t same = next - i;
      const bool apart = same >= share || (value == 0 && outcomes_.zeroApart);
      if (cuts_.empty() || inside >= share || (apart && inside > 0)) {
        cuts_.push_back(value);
        inside = 0;
      }
      inside += apart ? std::max(same, share) : same;
      i = next;
    }
    while (cuts_.size() > static_cast<size_t>(maxClasses)) cuts_.pop_back();
    for (int64_t i = 0; i < count; i++) {
      const auto above = std::upper_bound(cuts_.begin(), cuts_.end(), values_[static_cast<size_t>(i)]);
      local_[static_cast<size_t>(i)] = static_cast<uint8_t>(std::max<int64_t>(0, above - cuts_.begin() - 1));
    }
    return static_cast<int>(cuts_.size());
  }

  /// Outcomes without an order, more than there are classes: those that are frequent in this node alone, the others in groups.
  int classifyMany(const std::vector<uint32_t>& rows, int64_t begin, int64_t count) {
    found_.clear();
    counts_.resize(static_cast<size_t>(outcomes_.count));
    for (int64_t i = 0; i < count; i++) {
      const int32_t code = outcomes_.codes[rows[static_cast<size_t>(begin + i)]];
      if (counts_[static_cast<size_t>(code)]++ == 0) found_.push_back(code);
    }
    const auto frequent = [&](int32_t a, int32_t b) {
      const int32_t ofA = counts_[static_cast<size_t>(a)], ofB = counts_[static_cast<size_t>(b)];
      return ofA != ofB ? ofA > ofB : a < b;
    };
    std::sort(found_.begin(), found_.end(), frequent);
    const auto different = static_cast<int64_t>(found_.size());
    place_.resize(static_cast<size_t>(outcomes_.count));
    for (int64_t at = 0; at < different; at++) {
      const auto code = static_cast<size_t>(found_[static_cast<size_t>(at)]);
      counts_[code] = 0;
      place_[code] = classByFrequency(at, different);
    }
    for (int64_t i = 0; i < count; i++)
      local_[static_cast<size_t>(i)] = place_[static_cast<size_t>(outcomes_.codes[rows[static_cast<size_t>(begin + i)]])];
    return static_cast<int>(std::min<int64_t>(different, maxClasses));
  }

  Split best(const std::vector<uint32_t>& rows, int64_t begin, int64_t end) {
    Split best;
    const int64_t count = end - begin;
    const int classes = classify(rows, begin, end);
    if (classes < 2) return best;
    std::fill(total_.begin(), total_.begin() + classes, 0);
    for (int64_t i = 0; i < count; i++) total_[local_[static_cast<size_t>(i)]]++;
    double whole = -entropy_(count);
    for (int k = 0; k < classes; k++) whole += entropy_(total_[static_cast<size_t>(k)]);
    const double chance = 0.5 * (classes - 1) + std::log1p(static_cast<double>(columns_.size()));
    double bestExcess = 0;
    for (size_t f = 0; f < columns_.size(); f++)
      tryColumn(rows, begin, count, static_cast<int>(f), classes, whole, chance, best, bestExcess);
    return best;
  }

  void tryColumn(const std::vector<uint32_t>& rows, int64_t begin, int64_t count, int f, int classes, double whole,
                 double chance, Split& best, double& bestExcess) {
    const BinnedColumn& column = columns_[static_cast<size_t>(f)];
    std::array<int32_t, maxBins + 1> first{};
    for (int64_t i = 0; i < count; i++) first[column.bins[rows[static_cast<size_t>(begin + i)]] + 1u]++;
    // Present bins in their order.
    int present = 0;
    std::array<uint8_t, maxBins> order;
    for (int b = 0; b < column.count; b++)
      if (first[static_cast<size_t>(b) + 1] > 0) order[static_cast<size_t>(present++)] = static_cast<uint8_t>(b);
    if (present < 2) return;
    for (int b = 0; b < column.count; b++) first[static_cast<size_t>(b) + 1] += first[static_cast<size_t>(b)];
    std::array<int32_t, maxBins> next;
    for (int b = 0; b < column.count; b++) next[static_cast<size_t>(b)] = first[static_cast<size_t>(b)];
    for (int64_t i = 0; i < count; i++)
      sorted_[static_cast<size_t>(next[column.bins[rows[static_cast<size_t>(begin + i)]]]++)] = local_[static_cast<size_t>(i)];
    double extra = 0;
    if (column.nominal && present > 2) {
      orderBins(first, order, present, classes);
      // A set of bins chosen by the outcome: half a unit for each bin that could be moved.
      extra = 0.5 * std::min(present - 2, 16);
    }
    std::array<int32_t, maxClasses> left{};
    std::array<int32_t, maxClasses> right;
    for (int k = 0; k < classes; k++) right[static_cast<size_t>(k)] = total_[static_cast<size_t>(k)];
    double sumLeft = 0, sumRight = 0;
    for (int k = 0; k < classes; k++) sumRight += entropy_(right[static_cast<size_t>(k)]);
    int64_t inLeft = 0;
    const double bar = settings_.penalty * (chance + extra);
    double top = -std::numeric_limits<double>::infinity();
    int at = -1;
    for (int place = 0; place + 1 < present; place++) {
      const size_t b = order[static_cast<size_t>(place)];
      for (int32_t i = first[b]; i < first[b + 1]; i++) {
        const size_t k = sorted_[static_cast<size_t>(i)];
        sumLeft += entropy_(left[k] + 1) - entropy_(left[k]);
        sumRight += entropy_(right[k] - 1) - entropy_(right[k]);
        left[k]++;
        right[k]--;
      }
      inLeft += first[b + 1] - first[b];
      if (inLeft < settings_.minLeaf) continue;
      if (count - inLeft < settings_.minLeaf) break;
      const double gain = sumLeft - entropy_(inLeft) + sumRight - entropy_(count - inLeft) - whole;
      if (gain > top) {
        top = gain;
        at = place;
      }
    }
    if (at < 0 || top - bar <= bestExcess) return;
    bestExcess = top - bar;
    best.gain = top;
    best.feature = f;
    best.nominal = column.nominal;
    if (column.nominal) {
      best.mask.fill(0);
      for (int place = 0; place <= at; place++) {
        const uint8_t b = order[static_cast<size_t>(place)];
        best.mask[b >> 5] |= 1u << (b & 31);
      }
    } else {
      best.threshold = order[static_cast<size_t>(at)];
    }
  }

  /// Sorts bins by the mean score of their rows; the scores of classes without an order are those that bins tell apart best.
  void orderBins(const std::array<int32_t, maxBins + 1>& first, std::array<uint8_t, maxBins>& order, int present,
                 int classes) {
    std::array<double, maxClasses> score;
    std::array<double, maxBins> mean;
    for (int k = 0; k < classes; k++) score[static_cast<size_t>(k)] = k;
    if (!outcomes_.ordered && classes > 2) {
      // A frequent class against the rest is a start that is not even in all.
      int largest = 0;
      for (int k = 1; k < classes; k++)
        if (total_[static_cast<size_t>(k)] > total_[static_cast<size_t>(largest)]) largest = k;
      for (int k = 0; k < classes; k++) score[static_cast<size_t>(k)] = (k == largest ? 1 : 0) + 1e-3 * k;
    }
    const int passes = outcomes_.ordered || classes == 2 ? 1 : 4;
    for (int pass = 0; pass < passes; pass++) {
      if (pass > 0) rescore(first, order, present, classes, mean, score);
      for (int place = 0; place < present; place++) {
        const size_t b = order[static_cast<size_t>(place)];
        double sum = 0;
        for (int32_t i = first[b]; i < first[b + 1]; i++) sum += score[sorted_[static_cast<size_t>(i)]];
        mean[b] = sum / (first[b + 1] - first[b]);
      }
    }
    std::stable_sort(order.begin(), order.begin() + present, [&](uint8_t a, uint8_t b) { return mean[a] < mean[b]; });
  }

  /// Scores of classes from the means of bins, centred and scaled: one step of reciprocal averaging.
  void rescore(const std::array<int32_t, maxBins + 1>& first, const std::array<uint8_t, maxBins>& order, int present,
               int classes, const std::array<double, maxBins>& mean, std::array<double, maxClasses>& score) {
    std::array<double, maxClasses> sum{};
    for (int place = 0; place < present; place++) {
      const size_t b = order[static_cast<size_t>(place)];
      for (int32_t i = first[b]; i < first[b + 1]; i++) sum[sorted_[static_cast<size_t>(i)]] += mean[b];
    }
    double centre = 0, rows = 0;
    for (int k = 0; k < classes; k++) {
      const auto c = static_cast<size_t>(k);
      centre += sum[c];
      rows += total_[c];
    }
    centre /= rows;
    double largest = 0;
    for (int k = 0; k < classes; k++) {
      const auto c = static_cast<size_t>(k);
      score[c] = sum[c] / total_[c] - centre;
      largest = std::max(largest, std::abs(score[c]));
    }
    if (largest > 0)
      for (int k = 0; k < classes; k++) score[static_cast<size_t>(k)] /= largest;
  }

  const std::vector<BinnedColumn>& columns_;
  const Outcomes& outcomes_;
  const TreeSettings& settings_;
  Abort abort_;
  EntropyTable entropy_;
  int classes_ = 0;
  std::vector<uint8_t> classOf_;
  std::vector<uint8_t> local_, sorted_;
  std::vector<uint32_t> scratch_;
  std::vector<int32_t> values_, ranked_, cuts_;
  std::vector<int32_t> counts_, found_;
  std::vector<uint8_t> place_;
  std::array<int32_t, maxClasses> total_{};
};

}  // namespace verisim
