// Numbers of a chain: an outcome and how far along its stretch a number lies are its value, and its score on a normal scale,
// which other numbers are guessed from and which a guess and a residual add up to.
#pragma once

#include <algorithm>

#include "chain.h"

namespace verisim {

/// A number's outcome and how far along its stretch it lies, 0 to 1.
struct Place {
  int32_t code = 0;
  double along = 0;
};

inline double valueOf(const ChainColumn& column, Place place) {
  const auto c = static_cast<size_t>(place.code);
  return column.low[c] + place.along * (column.high[c] - column.low[c]);
}

/// How far along the stretch of its outcome a number lies.
inline double alongOf(const ChainColumn& column, int32_t code, double value) {
  const double low = column.low[static_cast<size_t>(code)], high = column.high[static_cast<size_t>(code)];
  return low < high ? std::clamp((value - low) / (high - low), 0.0, 1.0) : 0;
}

/// The score of a number; a missing cell has the mean score.
inline double scoreOf(const ChainColumn& column, Place place) {
  const int32_t s = place.code - column.firstNumber();
  if (s < 0) return 0;
  const double from = column.edges[static_cast<size_t>(s)], to = column.edges[static_cast<size_t>(s) + 1];
  // A single value has one score, as whoever learnt from it saw it.
  const bool isSingle = !(column.low[static_cast<size_t>(place.code)] < column.high[static_cast<size_t>(place.code)]);
  return from + (isSingle ? 0.5 : place.along) * (to - from);
}

/// @param scores of the chain's columns, `stride` apart
inline double guessOf(const ChainGuess& guess, const double* scores, int64_t stride) {
  double sum = guess.start;
  for (size_t k = 0; k < guess.places.size(); k++) sum += guess.weights[k] * scores[guess.places[k] * stride];
  return sum;
}

inline int32_t codeOf(const ChainGuess& guess, double score) {
  return static_cast<int32_t>(std::upper_bound(guess.limits.begin(), guess.limits.end(), score) - guess.limits.begin());
}

/// @param score NaN: the missing cell
inline Place placeOf(const ChainColumn& column, double score) {
  const int32_t first = column.firstNumber();
  if (score != score) return {0, 0};
  const auto inner = column.edges.begin() + 1, last = column.edges.end() - 1;
  const auto s = static_cast<size_t>(std::upper_bound(inner, last, score) - inner);
  const double from = column.edges[s], to = column.edges[s + 1];
  const double along = to > from ? std::clamp((score - from) / (to - from), 0.0, 1.0) : 0.5;
  return {static_cast<int32_t>(s) + first, along};
}

}  // namespace verisim
