// Down a tree to the leaf of a row, and up again to the donor that a uniform number falls on.
#pragma once

#include <algorithm>

#include "chain.h"
#include "philox.h"

namespace verisim {

struct Draw {
  double first = 0;
  double second = 0;
};

inline Draw drawsOf(StreamKey key, uint64_t row, uint32_t attempt) {
  const auto words = rowWords(key, row, attempt, 0);
  const double first = uniformOf(words[0], words[1]);
  return {attempt == 0 ? stratifiedUniform(key, row, first) : first, uniformOf(words[2], words[3])};
}

/// The leaf of a row. @param bins of the chain's columns, `stride` apart
inline int32_t leafOf(const ChainColumn& column, const uint8_t* bins, int64_t stride) {
  const ChainNode* const nodes = column.nodes.data();
  int32_t node = 0;
  while (nodes[node].column >= 0) {
    const uint8_t bin = bins[nodes[node].column * stride];
    const int32_t threshold = nodes[node].threshold;
    const bool left =
        threshold >= 0 ? bin <= threshold
                       : (column.masks[static_cast<size_t>(-1 - threshold) * 8 + (bin >> 5)] >> (bin & 31) & 1u) != 0;
    node = nodes[node].left + (left ? 0 : 1);
  }
  return node;
}

/// The donor that a uniform falls on: of the leaf, or of a node above it.
inline int32_t donorOf(const ChainColumn& column, int32_t node, double uniform) {
  const ChainNode* const nodes = column.nodes.data();
  for (;;) {
    const double rows = nodes[node].end - nodes[node].start;
    if (nodes[node].parent >= 0) {
      const double up = nodes[node].up;
      if (uniform < up) {
        uniform /= up;
        node = nodes[node].parent;
        continue;
      }
      uniform = (uniform - up) / (1 - up);
    }
    const auto place = std::min(static_cast<int64_t>(uniform * rows), static_cast<int64_t>(rows) - 1);
    return column.donors[static_cast<size_t>(nodes[node].start + std::max<int64_t>(0, place))];
  }
}

template <class T>
int64_t pick(const T* weights, int64_t count, double uniform) {
  double total = 0;
  for (int64_t i = 0; i < count; i++) total += weights[i];
  double left = uniform * total;
  int64_t last = 0;
  for (int64_t i = 0; i < count; i++) {
    if (!(weights[i] > 0)) continue;
    last = i;
    left -= weights[i];
    if (left < 0) break;
  }
  return last;
}

}  // namespace verisim
