// What a condition leaves of a column: how much of a node it is, and what is drawn of it.
#pragma once

#include <algorithm>

#include "chain_walk.h"

namespace verisim {

inline double massOf(const ChainNode& node, const std::vector<double>& prefix) {
  const double rows = node.end - node.start;
  const double sum = prefix[static_cast<size_t>(node.end)] - prefix[static_cast<size_t>(node.start)];
  return rows > 0 && sum > 0 ? std::min(1.0, sum / rows) : 0;
}

inline int32_t within(const ChainColumn& column, const ChainNode& node, const std::vector<double>& prefix,
                      const AllowedOutcomes& allowed, double uniform) {
  const double begin = prefix[static_cast<size_t>(node.start)], end = prefix[static_cast<size_t>(node.end)];
  const auto first = prefix.begin() + node.start, last = prefix.begin() + node.end;
  auto place = std::upper_bound(first, last, begin + uniform * (end - begin)) - prefix.begin() - 1;
  place = std::clamp<int64_t>(place, node.start, node.end - 1);
  // Rounding at an end may fall on a donor that is not allowed.
  const auto ok = [&](int64_t at) {
    return allowed.share[static_cast<size_t>(column.donors[static_cast<size_t>(at)])] > 0;
  };
  int64_t at = place;
  while (at < node.end && !ok(at)) at++;
  if (at == node.end) {
    at = place;
    while (!ok(at)) at--;
  }
  return column.donors[static_cast<size_t>(at)];
}

/// Nothing that is allowed was ever drawn: all of it alike.
inline int32_t anyAllowed(const AllowedOutcomes& allowed, double uniform) {
  return static_cast<int32_t>(pick(allowed.share.data(), static_cast<int64_t>(allowed.share.size()), uniform));
}

inline double allowedValue(const ChainColumn& column, const AllowedOutcomes& allowed, int32_t code, double uniform) {
  const auto first = static_cast<size_t>(allowed.first[static_cast<size_t>(code)]);
  const auto last = static_cast<size_t>(allowed.first[static_cast<size_t>(code) + 1]);
  if (first == last) return column.low[static_cast<size_t>(code)];
  double length = 0;
  for (size_t p = first; p < last; p++) length += allowed.high[p] - allowed.low[p];
  if (!(length > 0)) return allowed.low[first + std::min(last - first - 1, static_cast<size_t>(uniform * static_cast<double>(last - first)))];
  double left = uniform * length;
  for (size_t p = first; p < last; p++) {
    const double own = allowed.high[p] - allowed.low[p];
    if (left < own) return allowed.low[p] + left;
    left -= own;
  }
  return allowed.high[last - 1];
}

/// Whether a number is what a condition leaves.
inline bool isAllowed(const AllowedOutcomes& allowed, int32_t code, double value) {
  const auto c = static_cast<size_t>(code);
  if (!(allowed.share[c] > 0)) return false;
  const auto first = static_cast<size_t>(allowed.first[c]), last = static_cast<size_t>(allowed.first[c + 1]);
  if (first == last) return true;
  for (size_t p = first; p < last; p++)
    if (value >= allowed.low[p] && value <= allowed.high[p]) return true;
  return false;
}

}  // namespace verisim
