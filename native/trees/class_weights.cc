// Drawing from boosted trees: rows by the thousand, tree by tree, so that every loop runs over rows.
#include <algorithm>
#include <cmath>

#include "bin_places.h"
#include "boosted_classes.h"
#include "exponential.h"

// Compiled for wider vectors too, chosen at load; no operation is fused, so that results are the same.
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define VERISIM_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define VERISIM_WIDE
#endif

namespace verisim {

void BoostedClasses::fillUp() {
  const auto own = static_cast<size_t>(outputs());
  const size_t wide = own == 1 ? 1 : (own + 3) / 4 * 4;
  const size_t count = leaves.size() / own;
  filled.assign(count * wide, 0.0f);
  for (size_t leaf = 0; leaf < count; leaf++)
    std::copy(leaves.begin() + static_cast<int64_t>(leaf * own), leaves.begin() + static_cast<int64_t>((leaf + 1) * own),
              filled.begin() + static_cast<int64_t>(leaf * wide));
}

namespace {

/// Four numbers that are added at once, wherever they lie.
using Four = float __attribute__((vector_size(16), aligned(4), may_alias));

/// Adds the scores of each row's leaf, `fours` times four of them; where their number is known, the loop over them is unrolled.
template <size_t known>
inline __attribute__((always_inline)) void addFours(const float* values, const uint8_t* leaf, size_t rows, size_t fours,
                                                    float* scores) {
  const size_t width = known > 0 ? known : fours;
  for (size_t row = 0; row < rows; row++) {
    const Four* const value = reinterpret_cast<const Four*>(values) + leaf[row] * width;
    Four* const score = reinterpret_cast<Four*>(scores) + row * width;
    for (size_t i = 0; i < width; i++) score[i] += value[i];
  }
}

/// Adds the score of each row's leaf.
inline __attribute__((always_inline)) void addOnes(const float* values, const uint8_t* leaf, size_t rows, float* scores) {
  for (size_t row = 0; row < rows; row++) scores[row] += values[leaf[row]];
}

VERISIM_WIDE void addScores(const float* values, const uint8_t* leaf, size_t rows, size_t wide, float* scores) {
  switch (wide) {
    case 1: return addOnes(values, leaf, rows, scores);
    case 4: return addFours<1>(values, leaf, rows, 1, scores);
    case 8: return addFours<2>(values, leaf, rows, 2, scores);
    case 12: return addFours<3>(values, leaf, rows, 3, scores);
    case 16: return addFours<4>(values, leaf, rows, 4, scores);
    default: return addFours<0>(values, leaf, rows, wide / 4, scores);
  }
}

}  // namespace

VERISIM_WIDE void classWeights(const BoostedClasses& model, const std::vector<const uint8_t*>& bins, int64_t count,
                               float* out) {
  constexpr int64_t chunk = 1024;
  const auto outputs = static_cast<size_t>(model.outputs());
  const auto classes = static_cast<size_t>(model.classes);
  const size_t wide = outputs == 1 ? 1 : (outputs + 3) / 4 * 4;
  const auto depth = static_cast<size_t>(model.depth);
  const auto trees = static_cast<size_t>(model.trees());
  const size_t leaves = size_t{1} << depth;
  const auto most = static_cast<size_t>(std::min(chunk, count));
  std::vector<bool> isUsed(bins.size());
  for (const int32_t feature : model.feature) isUsed[static_cast<size_t>(feature)] = true;
  std::vector<uint8_t> placed(bins.size() * most);
  std::vector<uint8_t> leaf(most);
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
      uint8_t* const at = leaf.data();
      std::fill(at, at + rows, uint8_t{0});
      for (size_t level = 0; level < depth; level++) {
        const uint8_t* const own = placed.data() + static_cast<size_t>(model.feature[tree * depth + level]) * most;
        const uint8_t threshold = model.threshold[tree * depth + level];
        const auto bit = static_cast<uint8_t>(1u << level);
        for (size_t row = 0; row < rows; row++) at[row] = static_cast<uint8_t>(at[row] | (own[row] > threshold ? bit : 0));
      }
      addScores(model.filled.data() + tree * leaves * wide, at, rows, wide, scores.data());
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
