// Loops over the classes of a row, four at a time. Sums over classes keep their order.
#include "class_scores.h"

#include <algorithm>
#include <cmath>

#include "exponential.h"
#include "wide.h"

namespace verisim {
namespace {

/// Probabilities of a row's classes.
VERISIM_INSIDE void probabilities(const float* __restrict scores, size_t classes, size_t fours, float* __restrict out) {
  float largest = scores[0];
  for (size_t k = 1; k < classes; k++) largest = std::max(largest, scores[k]);
  for (size_t i = 0; i < fours; i++)
    reinterpret_cast<Four*>(out)[i] = exponential(reinterpret_cast<const Four*>(scores)[i] - largest);
  float total = 0;
  for (size_t k = 0; k < classes; k++) total += out[k];
  const float scale = 1 / total;
  for (size_t i = 0; i < fours; i++) reinterpret_cast<Four*>(out)[i] *= scale;
}

/// Adds the scores of each row's leaf, `fours` times four of them; where their number is known, the loop over them is unrolled.
template <size_t known>
VERISIM_INSIDE void addFours(const float* values, const uint8_t* leaf, size_t rows, size_t fours, float* scores) {
  const size_t width = known > 0 ? known : fours;
  for (size_t row = 0; row < rows; row++) {
    const Four* const value = reinterpret_cast<const Four*>(values) + leaf[row] * width;
    Four* const score = reinterpret_cast<Four*>(scores) + row * width;
    for (size_t i = 0; i < width; i++) score[i] += value[i];
  }
}

/// Adds the score of each row's leaf.
VERISIM_INSIDE void addOnes(const float* values, const uint8_t* leaf, size_t rows, float* scores) {
  for (size_t row = 0; row < rows; row++) scores[row] += values[leaf[row]];
}

/// Sets a bit of the leaves of rows that go right. A loop of its own: together with that over levels it would not be widened.
VERISIM_WIDE void addLevel(const uint8_t* __restrict placed, uint8_t threshold, uint8_t bit, size_t rows,
                           uint8_t* __restrict leaf) {
  for (size_t row = 0; row < rows; row++) leaf[row] = static_cast<uint8_t>(leaf[row] | (placed[row] > threshold ? bit : 0));
}

}  // namespace

std::vector<float> filledLeaves(const float* values, size_t leaves, size_t outputs) {
  const size_t stride = ClassScores::strideOf(outputs);
  std::vector<float> filled(leaves * stride);
  for (size_t leaf = 0; leaf < leaves; leaf++)
    std::copy_n(values + leaf * outputs, outputs, filled.data() + leaf * stride);
  return filled;
}

VERISIM_WIDE double classSlopes(const ClassScores& own, const std::vector<uint32_t>& rows, const int32_t* classOf,
                                const float* signs, float* slopes, float* sketch) {
  const size_t stride = own.stride;
  double curvature = 0;
  for (const uint32_t row : rows) {
    float* const p = slopes + row * stride;
    probabilities(own.scores.data() + row * stride, own.classes, stride / 4, p);
    const auto label = static_cast<size_t>(classOf[row]);
    p[label] -= 1;
    Four sums = {0, 0, 0, 0};
    for (size_t k = 0; k < own.classes; k++) sums += reinterpret_cast<const Four*>(signs)[k] * p[k];
    *reinterpret_cast<Four*>(sketch + row * 4) = sums;
    const float miss = p[label];
    curvature += -miss * (1 + miss) * 2;
  }
  return curvature;
}

VERISIM_WIDE double classLikelihood(const ClassScores& own, const std::vector<uint32_t>& rows, const int32_t* classOf) {
  std::vector<float> p(own.stride);
  double sum = 0;
  for (const uint32_t row : rows) {
    probabilities(own.scores.data() + row * own.stride, own.classes, own.stride / 4, p.data());
    sum += std::log(std::max(leastProbability, p[static_cast<size_t>(classOf[row])]));
  }
  return sum;
}

VERISIM_WIDE void addSlopes(const std::vector<uint32_t>& rows, const uint8_t* leaf, const int32_t* classOf, size_t stride,
                            float* slopes, double* sums) {
  for (const uint32_t row : rows) {
    float* const __restrict slope = slopes + row * stride;
    double* const __restrict first = sums + leaf[row] * stride * 2;
    double* const __restrict second = first + stride;
    for (size_t k = 0; k < stride; k++) first[k] += slope[k];
    // Of the row's own class the slope is its probability less one.
    const auto label = static_cast<size_t>(classOf[row]);
    const float kept = slope[label];
    slope[label] = kept + 1;
    for (size_t k = 0; k < stride; k++) second[k] += slope[k] * (1 - slope[k]);
    slope[label] = kept;
  }
}

void findLeaves(const std::vector<const uint8_t*>& placed, const uint8_t* thresholds, size_t rows, uint8_t* leaf) {
  std::fill(leaf, leaf + rows, uint8_t{0});
  for (size_t level = 0; level < placed.size(); level++)
    addLevel(placed[level], thresholds[level], static_cast<uint8_t>(1u << level), rows, leaf);
}

VERISIM_WIDE void addLeafScores(const float* values, const uint8_t* leaf, size_t rows, size_t wide, float* scores) {
  switch (wide) {
    case 1: return addOnes(values, leaf, rows, scores);
    case 4: return addFours<1>(values, leaf, rows, 1, scores);
    case 8: return addFours<2>(values, leaf, rows, 2, scores);
    case 12: return addFours<3>(values, leaf, rows, 3, scores);
    case 16: return addFours<4>(values, leaf, rows, 4, scores);
    default: return addFours<0>(values, leaf, rows, wide / 4, scores);
  }
}

}  // namespace verisim
