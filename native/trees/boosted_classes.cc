// Boosting: softmax loss with second derivatives, one vector of leaf scores per tree, four fifths of the rows per tree, and as many
// trees as the held-out rows want.
#include "boosted_classes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "bin_places.h"
#include "exponential.h"
#include "philox.h"

namespace verisim {
namespace {

/// Share of the rows that a tree is grown from.
constexpr uint32_t sampled = 0xd0000000u;
/// What held-out rows must gain, in nats per row, for boosting with more than two classes to go on; with two, trees cost
/// little and anything is worth it.
constexpr double leastGain = 3e-4;
/// Learnt rows that are asked what they are likelier by, at least.
constexpr size_t fewestLearnt = 1000;
/// After so many trees, boosting that has not gained this share of what it must gain is given up.
constexpr int earlyTrees = 30;
constexpr double earlyShare = 0.5;
/// Rows that a tree is grown from at most.
constexpr size_t mostSampled = 40'000;
/// With more than two classes a tree's splits are chosen by so many random sums of the classes' slopes (Iosipoi and Vakhrushev,
/// SketchBoost, 2022, section 3.3), so that their cost does not grow with the classes.
constexpr size_t sketched = 3;

class Booster {
 public:
  Booster(const std::vector<BinnedColumn>& columns, const std::vector<int32_t>& classOf, int classes,
          const BoostSettings& settings, Abort abort)
      : settings_(settings), abort_(abort) {
    model_.classes = classes;
    model_.depth = settings.depth;
    outputs_ = static_cast<size_t>(model_.outputs());
    // Rows that are learnt or held, numbered anew: what is kept per row costs nothing for the others.
    std::vector<bool> isHeld(classOf.size());
    for (const uint32_t row : settings.held) isHeld[row] = true;
    std::vector<uint32_t> rows;
    for (size_t row = 0; row < classOf.size(); row++) {
      if (classOf[row] < 0) continue;
      (isHeld[row] ? held_ : learnt_).push_back(static_cast<uint32_t>(rows.size()));
      rows.push_back(static_cast<uint32_t>(row));
      classOf_.push_back(classOf[row]);
    }
    rows_ = rows.size();
    const size_t asked = std::min(learnt_.size(), std::max(held_.size(), fewestLearnt));
    for (size_t i = 0; i < asked; i++) asked_.push_back(learnt_[i * learnt_.size() / asked]);
    model_.order.assign(columns.size() * tableSize, 0);
    std::vector<uint8_t> bins(rows_);
    for (size_t f = 0; f < columns.size(); f++) {
      for (size_t i = 0; i < rows_; i++) bins[i] = columns[f].bins[rows[i]];
      uint8_t* const table = model_.order.data() + f * tableSize;
      placeBins({bins.data(), columns[f].count, columns[f].nominal}, learnt_, classOf_, classes, table);
      std::vector<uint8_t>& placed = placed_.emplace_back(rows_);
      for (size_t i = 0; i < rows_; i++) placed[i] = table[bins[i]];
    }
  }

  BoostedClasses run() {
    begin();
    double held = meanLikelihood(held_);
    double best = worthOf(held);
    const double first = held;
    double bestHeld = held;
    double mark = best;
    int bestTrees = 0, markTree = 0;
    for (int tree = 0; tree < settings_.maxTrees && tree - markTree < settings_.patience; tree++) {
      throwIfAborted(abort_);
      if (!grow(tree)) break;
      held = meanLikelihood(held_);
      const double worth = worthOf(held);
      if (worth > best) {
        best = worth;
        bestHeld = held;
        bestTrees = tree + 1;
      }
      if (tree == earlyTrees && held - first < earlyShare * (settings_.toBeat - first)) break;
      if (worth > mark + (outputs_ == 1 ? 0 : leastGain)) {
        mark = worth;
        markTree = tree + 1;
      }
    }
    const int againTrees = bestTrees + bestTrees / 2;
    if (outputs_ == 1 && bestTrees > 0) {
      // Half as many trees again, from all rows: models that are trained on drawn rows gain by it (measured on Adult: 0.920 to
      // 0.921), for smoothed probabilities are noisier labels.
      learnt_.insert(learnt_.end(), held_.begin(), held_.end());
      std::sort(learnt_.begin(), learnt_.end());
      model_.feature.clear();
      model_.threshold.clear();
      model_.leaves.clear();
      begin();
      for (int tree = 0; tree < againTrees && grow(tree); tree++) throwIfAborted(abort_);
    }
    model_.heldScore = bestHeld;
    model_.worth = best;
    const int keptTrees = outputs_ == 1 ? againTrees : bestTrees;
    const auto depth = static_cast<size_t>(settings_.depth);
    const size_t kept = std::min(static_cast<size_t>(keptTrees), model_.feature.size() / depth);
    model_.feature.resize(kept * depth);
    model_.threshold.resize(kept * depth);
    model_.leaves.resize(kept * (size_t{1} << depth) * outputs_);
    return std::move(model_);
  }

 private:
  void begin() {
    std::vector<double> counts(static_cast<size_t>(model_.classes), 0.5);
    for (const uint32_t row : learnt_) counts[static_cast<size_t>(classOf_[row])]++;
    model_.start.resize(outputs_);
    if (model_.classes == 2) model_.start[0] = static_cast<float>(std::log(counts[1] / counts[0]));
    else
      for (size_t k = 0; k < outputs_; k++) model_.start[k] = static_cast<float>(std::log(counts[k]));
    scores_.resize(rows_ * outputs_);
    for (size_t row = 0; row < rows_; row++)
      std::copy(model_.start.begin(), model_.start.end(), scores_.begin() + static_cast<int64_t>(row * outputs_));
    slopes_.resize(rows_ * std::max<size_t>(2, outputs_));
    if (outputs_ > 1) sketch_.resize(rows_ * (sketched + 1));
    leaf_.resize(rows_);
  }

  /// Mean log-likelihood of held-out rows less the price of what learnt ones are likelier by.
  double worthOf(double held) {
    if (settings_.leakPrice == 0) return held;
    return held - settings_.leakPrice * (meanLikelihood(asked_) - held);
  }

  double meanLikelihood(const std::vector<uint32_t>& rows) {
    double sum = 0;
    chances_.resize(outputs_);
    for (const uint32_t row : rows) {
      const float* const own = scores_.data() + row * outputs_;
      if (outputs_ == 1) {
        const float p = 1.0f / (1.0f + exponential(std::min(80.0f, -own[0])));
        sum += std::log(std::max(1e-12f, classOf_[row] == 1 ? p : 1 - p));
      } else {
        probabilities(own, chances_.data());
        sum += std::log(std::max(1e-12f, chances_[static_cast<size_t>(classOf_[row])]));
      }
    }
    return sum / static_cast<double>(std::max<size_t>(1, rows.size()));
  }

  /// The rows of a tree and their slopes: first and second derivative per output; with more than two classes also what
  /// splits are chosen by.
  void sampleRows(int tree) {
    used_.clear();
    const StreamKey key{static_cast<uint32_t>(settings_.seed), static_cast<uint32_t>(settings_.seed >> 32)};
    const bool all = learnt_.size() < 2000;
    const auto bar = static_cast<uint32_t>(std::min<double>(
        sampled, 4294967296.0 * static_cast<double>(mostSampled) / static_cast<double>(std::max<size_t>(1, learnt_.size()))));
    std::array<uint32_t, 4> words{};
    for (size_t i = 0; i < learnt_.size(); i++) {
      if ((i & 3) == 0) words = rowWords(key, i >> 2, static_cast<uint32_t>(tree), 7);
      if (all || words[i & 3] < bar) used_.push_back(learnt_[i]);
    }
    if (outputs_ == 1) {
      for (const uint32_t row : used_) {
        const float p = 1.0f / (1.0f + exponential(std::min(80.0f, -scores_[row])));
        slopes_[row * 2] = p - static_cast<float>(classOf_[row]);
        slopes_[row * 2 + 1] = std::max(1e-6f, p * (1 - p));
        leaf_[row] = 0;
      }
      return;
    }
    std::vector<float> signs(outputs_ * sketched);
    for (size_t i = 0; i < signs.size(); i++) {
      if ((i & 3) == 0) words = rowWords(key, i >> 2, static_cast<uint32_t>(tree), 8);
      // As few classes as sums: each has its own.
      signs[i] = outputs_ <= sketched ? (i / sketched == i % sketched ? 1.0f : 0.0f) : (words[i & 3] & 1) != 0 ? 1.0f : -1.0f;
    }
    double curvature = 0;
    for (const uint32_t row : used_) {
      float* const p = slopes_.data() + row * outputs_;
      probabilities(scores_.data() + row * outputs_, p);
      p[static_cast<size_t>(classOf_[row])] -= 1;
      std::array<float, sketched + 1> sums{};
      for (size_t k = 0; k < outputs_; k++)
        for (size_t d = 0; d < sketched; d++) sums[d] += signs[k * sketched + d] * p[k];
      const float miss = p[static_cast<size_t>(classOf_[row])];
      curvature += -miss * (1 + miss) * 2;
      sums[sketched] = 1;
      std::copy(sums.begin(), sums.end(), sketch_.begin() + static_cast<int64_t>(row * (sketched + 1)));
      leaf_[row] = 0;
    }
    // One curvature for all rows: that of the classes that they have.
    const auto mean = static_cast<float>(std::max(1e-3, curvature / static_cast<double>(std::max<size_t>(1, used_.size()))));
    for (const uint32_t row : used_) sketch_[row * (sketched + 1) + sketched] = mean;
  }

  void probabilities(const float* scores, float* out) const {
    float largest = scores[0];
    for (size_t k = 1; k < outputs_; k++) largest = std::max(largest, scores[k]);
    float total = 0;
    for (size_t k = 0; k < outputs_; k++) {
      out[k] = exponential(scores[k] - largest);
      total += out[k];
    }
    const float scale = 1 / total;
    for (size_t k = 0; k < outputs_; k++) out[k] *= scale;
  }

  bool grow(int tree) {
    sampleRows(tree);
    counts_.assign(placed_.size() * places, 0);
    for (size_t f = 0; f < placed_.size(); f++)
      for (const uint32_t row : used_) counts_[f * places + placed_[f][row]]++;
    const auto depth = static_cast<size_t>(settings_.depth);
    std::vector<int32_t> features;
    std::vector<uint8_t> thresholds;
    for (size_t level = 0; level < depth; level++) {
      int feature = -1;
      int threshold = 0;
      if (!bestSplit(size_t{1} << level, feature, threshold)) {
        if (level == 0) return false;
        // No split helps: one that sends every row left keeps the tree's shape.
        feature = features[0];
        threshold = places - 1;
      }
      features.push_back(feature);
      thresholds.push_back(static_cast<uint8_t>(threshold));
      const std::vector<uint8_t>& placed = placed_[static_cast<size_t>(feature)];
      for (const uint32_t row : used_)
        leaf_[row] = static_cast<uint8_t>(leaf_[row] | (placed[row] > threshold ? 1u << level : 0u));
    }
    const size_t leaves = size_t{1} << depth;
    std::vector<double> sums(leaves * outputs_ * 2);
    for (const uint32_t row : used_) {
      double* const sum = sums.data() + leaf_[row] * outputs_ * 2;
      if (outputs_ == 1) {
        sum[0] += slopes_[row * 2];
        sum[1] += slopes_[row * 2 + 1];
        continue;
      }
      const float* const slope = slopes_.data() + row * outputs_;
      for (size_t k = 0; k < outputs_; k++) {
        const float g = slope[k];
        const float p = g < 0 && k == static_cast<size_t>(classOf_[row]) ? g + 1 : g;
        sum[2 * k] += g;
        sum[2 * k + 1] += p * (1 - p);
      }
    }
    const size_t before = model_.leaves.size();
    for (size_t i = 0; i < leaves * outputs_; i++)
      model_.leaves.push_back(
          static_cast<float>(-settings_.learningRate * sums[2 * i] / (sums[2 * i + 1] + settings_.l2)));
    model_.feature.insert(model_.feature.end(), features.begin(), features.end());
    model_.threshold.insert(model_.threshold.end(), thresholds.begin(), thresholds.end());
    addTree(features, thresholds, model_.leaves.data() + before);
    return true;
  }

  /// Adds the scores of the tree that was grown last to all rows. Bytes may lie over anything: restricted pointers let the
  /// loops be widened.
  void addTree(const std::vector<int32_t>& features, const std::vector<uint8_t>& thresholds, const float* values) {
    const size_t rows = rows_;
    uint8_t* const __restrict leaf = leaf_.data();
    std::fill(leaf, leaf + rows, uint8_t{0});
    for (size_t level = 0; level < features.size(); level++) {
      const uint8_t* const __restrict placed = placed_[static_cast<size_t>(features[level])].data();
      const uint8_t threshold = thresholds[level];
      const auto bit = static_cast<uint8_t>(1u << level);
      for (size_t row = 0; row < rows; row++) leaf[row] = static_cast<uint8_t>(leaf[row] | (placed[row] > threshold ? bit : 0));
    }
    const size_t outputs = outputs_;
    float* const __restrict scores = scores_.data();
    if (outputs == 1)
      for (size_t row = 0; row < rows; row++) scores[row] += values[leaf[row]];
    else
      for (size_t row = 0; row < rows; row++)
        for (size_t o = 0; o < outputs; o++) scores[row * outputs + o] += values[leaf[row] * outputs + o];
  }

  bool bestSplit(size_t leaves, int& bestFeature, int& bestThreshold) {
    return outputs_ == 1 ? bestSplitBy<1>(slopes_.data(), leaves, bestFeature, bestThreshold)
                         : bestSplitBy<sketched>(sketch_.data(), leaves, bestFeature, bestThreshold);
  }

  /// Adds rows up by leaf and place. @param sums `leaves` x places x width, empty
  template <size_t width>
  void addRows(const std::vector<uint32_t>& rows, const uint8_t* __restrict placed, const float* __restrict slopes,
               uint8_t mask, float* __restrict sums) const {
    const uint8_t* const __restrict leaf = leaf_.data();
    for (const uint32_t row : rows) {
      float* const sum = sums + (static_cast<size_t>(leaf[row] & mask) * places + placed[row]) * width;
      const float* const slope = slopes + row * width;
      for (size_t i = 0; i < width; i++) sum[i] += slope[i];
    }
  }

  /// The split that lowers the loss most in all leaves together. @param slopes `sums` first derivatives and a second one per row
  template <size_t sums>
  bool bestSplitBy(const float* slopes, size_t leaves, int& bestFeature, int& bestThreshold) {
    constexpr size_t width = sums + 1;
    double best = 1e-9;
    const size_t room = (size_t{1} << settings_.depth) / 2 * places * width;
    histogram_.resize(placed_.size() * room);
    // Of the two halves that the last split made of every leaf, the side with fewer rows is added up, the other is the rest.
    const auto last = static_cast<uint8_t>(leaves / 2);
    bool smallIsRight = true;
    if (leaves > 1) {
      smaller_.clear();
      size_t right = 0;
      for (const uint32_t row : used_) right += (leaf_[row] & last) != 0 ? 1 : 0;
      smallIsRight = 2 * right <= used_.size();
      for (const uint32_t row : used_)
        if (((leaf_[row] & last) != 0) == smallIsRight) smaller_.push_back(row);
    }
    std::vector<float> whole(leaves * width);
    for (const uint32_t row : used_) {
      const float* const slope = slopes + row * width;
      float* const sum = whole.data() + leaf_[row] * width;
      for (size_t i = 0; i < width; i++) sum[i] += slope[i];
    }
    const auto l2 = static_cast<float>(settings_.l2);
    const auto worth = [&](const float* sum) {
      float squares = 0;
      for (size_t i = 0; i < sums; i++) squares += sum[i] * sum[i];
      return squares / (std::max(0.0f, sum[sums]) + l2);
    };
    double base = 0;
    for (size_t leaf = 0; leaf < leaves; leaf++) base += worth(whole.data() + leaf * width);
    std::array<double, places> gains;
    for (size_t f = 0; f < placed_.size(); f++) {
      throwIfAborted(abort_);
      const uint8_t* const placed = placed_[f].data();
      float* const histogram = histogram_.data() + f * room;
      const size_t half = leaves / 2 * places * width;
      if (leaves == 1) {
        std::fill(histogram, histogram + places * width, 0.0f);
        addRows<width>(used_, placed, slopes, 0, histogram);
      } else {
        std::fill(histogram + half, histogram + 2 * half, 0.0f);
        addRows<width>(smaller_, placed, slopes, static_cast<uint8_t>(last - 1), histogram + half);
        for (size_t i = 0; i < half; i++) {
          const float small = histogram[half + i];
          const float rest = histogram[i] - small;
          histogram[i] = smallIsRight ? rest : small;
          histogram[half + i] = smallIsRight ? small : rest;
        }
      }
      gains.fill(0.0);
      for (size_t leaf = 0; leaf < leaves; leaf++) {
        std::array<float, width> left{}, right;
        const float* const all = whole.data() + leaf * width;
        for (size_t place = 0; place + 1 < places; place++) {
          const float* const sum = histogram + (leaf * places + place) * width;
          for (size_t i = 0; i < width; i++) {
            left[i] += sum[i];
            right[i] = all[i] - left[i];
          }
          gains[place] += worth(left.data()) + worth(right.data());
        }
      }
      int64_t inLeft = 0;
      const auto total = static_cast<int64_t>(used_.size());
      for (size_t place = 0; place + 1 < places; place++) {
        const int64_t own = counts_[f * places + place];
        inLeft += own;
        if (own == 0 || inLeft < settings_.minLeaf || total - inLeft < settings_.minLeaf) continue;
        if (gains[place] - base > best) {
          best = gains[place] - base;
          bestFeature = static_cast<int>(f);
          bestThreshold = static_cast<int>(place);
        }
      }
    }
    return bestFeature >= 0;
  }

  std::vector<int32_t> classOf_;
  const BoostSettings& settings_;
  Abort abort_;
  BoostedClasses model_;
  size_t outputs_ = 1;
  size_t rows_ = 0;
  std::vector<uint32_t> held_, learnt_, asked_, used_, smaller_;
  std::vector<int32_t> counts_;
  std::vector<std::vector<uint8_t>> placed_;
  std::vector<float> scores_, slopes_, sketch_, histogram_, chances_;
  std::vector<uint8_t> leaf_;
};

}  // namespace

BoostedClasses boostClasses(const std::vector<BinnedColumn>& columns, const std::vector<int32_t>& classOf, int classes,
                            const BoostSettings& settings, Abort abort) {
  return Booster(columns, classOf, classes, settings, abort).run();
}

}  // namespace verisim
