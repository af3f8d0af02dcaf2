// Scores of rows, which trees add to, and what they mean: probabilities of classes and the slopes of the loss.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace verisim {

/// The least probability that a row is counted with.
inline constexpr float leastProbability = 1e-12f;

/// Scores per row and class, each row filled up to a multiple of four numbers; with two classes there is one score.
struct ClassScores {
  size_t classes = 0;
  /// Numbers from a row to the next.
  size_t stride = 0;
  std::vector<float> scores;

  /// A row's numbers beyond its classes: no class is less likely.
  static constexpr float beyond = -1e30f;
  static size_t strideOf(size_t outputs) { return outputs == 1 ? 1 : (outputs + 3) / 4 * 4; }
};

/// Scores of leaves, each filled up with zeros to the stride. @param values `outputs` numbers per leaf
std::vector<float> filledLeaves(const float* values, size_t leaves, size_t outputs);

/// With more than two classes a tree's splits are chosen by so many random sums of the classes' slopes (Iosipoi and Vakhrushev,
/// SketchBoost, 2022, section 3.3), so that their cost does not grow with the classes.
inline constexpr size_t sketched = 3;

/// Writes per row the slopes of its classes (`stride` numbers each) and `sketched` sums of them by signs (four numbers each: the
/// last one is 0). @param signs four per class, the last one 0; @returns the sum of the rows' second derivatives at their classes
double classSlopes(const ClassScores& own, const std::vector<uint32_t>& rows, const int32_t* classOf, const float* signs,
                   float* slopes, float* sketch);

/// Sum of the rows' log-likelihoods, in nats.
double classLikelihood(const ClassScores& own, const std::vector<uint32_t>& rows, const int32_t* classOf);

/// Adds rows' slopes to the sums of their leaves: per leaf `stride` first derivatives, then as many second ones.
void addSlopes(const std::vector<uint32_t>& rows, const uint8_t* leaf, const int32_t* classOf, size_t stride, float* slopes,
               double* sums);

/// Leaf of each of `rows` rows in an oblivious tree. @param placed places of the rows, per level's column
void findLeaves(const std::vector<const uint8_t*>& placed, const uint8_t* thresholds, size_t rows, uint8_t* leaf);

/// Adds the scores of each row's leaf. @param wide numbers per row and per leaf: 1 or a multiple of four
void addLeafScores(const float* values, const uint8_t* leaf, size_t rows, size_t wide, float* scores);

}  // namespace verisim
