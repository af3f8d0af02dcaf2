// Drawing from boosted trees: rows by the thousand, tree by tree, so that every loop runs over rows.
#include <algorithm>
#include <cmath>

#include "bin_places.h"
#include "boosted_classes.h"
#include "class_scores.h"
#include "exponential.h"
#include "wide.h"

namespace verisim {

void BoostedClasses::fillUp() {
  const auto own = static_cast<size_t>(outputs());
  filled = filledLeaves(leaves.data(), leaves.size() / own, own);
}

VERISIM_WIDE void classWeights(const BoostedClasses& model, const std::vector<const uint8_t*>& bins, int64_t count,
                               float* out) {
  constexpr int64_t chunk = 1024;
  const auto outputs = static_cast<size_t>(model.outputs());
  const auto classes = static_cast<size_t>(model.classes);
  const size_t wide = ClassScores::strideOf(outputs);
  const auto depth = static_cast<size_t>(model.depth);
  const auto trees = static_cast<size_t>(model.trees());
  const size_t leaves = size_t{1} << depth;
  const auto most = static_cast<size_t>(std::min(chunk, count));
  std::vector<bool> isUsed(bins.size());
  for (const int32_t feature : model.feature) isUsed[static_cast<size_t>(feature)] = true;
  std::vector<uint8_t> placed(bins.size() * most);
  std::vector<uint8_t> leaf(most);
  std::vector<const uint8_t*> used(depth);
  std::vector<float> scores(most * wide);
  for (int64_t begin = 0; begin < count; begin += chunk) {
    const auto rows = static_cast<size_t>(std::min(chunk, count - begin));
    for (size_t f = 0; f < bins.size(); f++) {
      if (!isUsed[f]) continue;
      const uint8_t* const table = model.order.data() + f * tableSize;
      uint8_t* const own = placed.data() + f * most;
      for (size_t row = 0; row < rows; row++) own[row] = table[bins[f][static_cast<size_t>(begin) + row]];
    }
    for (size_t row = 0; row < rows; row++)
      for (size_t o = 0; o < wide; o++) scores[row * wide + o] = o < outputs ? model.start[o] : 0;
    for (size_t tree = 0; tree < trees; tree++) {
      for (size_t level = 0; level < depth; level++)
        used[level] = placed.data() + static_cast<size_t>(model.feature[tree * depth + level]) * most;
      findLeaves(used, model.threshold.data() + tree * depth, rows, leaf.data());
      addLeafScores(model.filled.data() + tree * leaves * wide, leaf.data(), rows, wide, scores.data());
    }
    float* const weights = out + static_cast<size_t>(begin) * classes;
    for (size_t row = 0; row < rows; row++) {
      float* const own = weights + row * classes;
      const float* const score = scores.data() + row * wide;
      if (outputs == 1) {
        own[0] = 1;
        own[1] = exponential(std::min(80.0f, score[0]));
        continue;
      }
      float largest = score[0];
      for (size_t k = 1; k < classes; k++) largest = std::max(largest, score[k]);
      for (size_t k = 0; k < classes; k++) own[k] = exponential(score[k] - largest);
    }
  }
}

}  // namespace verisim
