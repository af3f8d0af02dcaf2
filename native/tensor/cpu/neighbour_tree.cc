// Splits rows level by level in the column that varies most, at the median or at the step between two values beside it.
#include "neighbour_tree.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace verisim {
namespace {

constexpr int64_t samples = 128;  // rows that a split looks at to choose its column

using Key = std::pair<float, int32_t>;

/// The column that spreads a node's rows most: a number's is its index, a category's comes after them; -1 where the
/// sample is one point.
int64_t widestColumn(const NeighbourRows& rows, const int32_t* order, int64_t count) {
  const int64_t step = std::max<int64_t>(1, count / samples), seen = (count + step - 1) / step;
  int64_t best = -1;
  double most = 0;
  std::vector<double> sums(static_cast<size_t>(2 * rows.dimensions), 0.0);
  double* const squares = sums.data() + rows.dimensions;
  for (int64_t i = 0; i < count; i += step) {
    const float* const row = rows.values + order[i] * rows.dimensions;
    for (int64_t d = 0; d < rows.dimensions; d++) {
      const double x = row[d];
      sums[static_cast<size_t>(d)] += x;
      squares[d] += x * x;
    }
  }
  const auto n = static_cast<double>(seen);
  for (int64_t d = 0; d < rows.dimensions; d++) {
    const double mean = sums[static_cast<size_t>(d)] / n;
    const double variance = std::max(0.0, squares[d] / n - mean * mean);
    const double spread = rows.squared ? variance : std::sqrt(variance);
    if (spread > most) {
      most = spread;
      best = d;
    }
  }
  for (int64_t c = 0; c < rows.categories; c++) {
    double counts[64] = {};
    for (int64_t i = 0; i < count; i += step) counts[rows.codes[order[i] * rows.categories + c] & 63] += 1;
    double equal = 0;
    for (const double part : counts) equal += part * part;
    const double spread = static_cast<double>(rows.weights[c]) * (1 - equal / (n * n)) / 2;
    if (spread > most) {
      most = spread;
      best = rows.dimensions + c;
    }
  }
  return best;
}

/// Reorders the rows and returns how many go left: at least one and not all.
int64_t split(const NeighbourRows& rows, int32_t* order, int64_t count) {
  const int64_t blocks = (count + neighbourBlock - 1) / neighbourBlock;
  const int64_t middle = blocks / 2 * neighbourBlock;
  const int64_t column = widestColumn(rows, order, count);
  if (column < 0) return middle;
  std::vector<Key> keys(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; i++) {
    const int64_t row = order[i];
    const float key = column < rows.dimensions
                          ? rows.values[row * rows.dimensions + column]
                          : static_cast<float>(rows.codes[row * rows.categories + column - rows.dimensions]);
    keys[static_cast<size_t>(i)] = {key, order[i]};
  }
  std::nth_element(keys.begin(), keys.begin() + middle, keys.end());
  int64_t left = middle;
  // Between two values rather than through one, where that leaves a quarter on either side: both boxes get smaller.
  const float median = keys[static_cast<size_t>(middle)].first;
  const auto below = [&](const Key& key) { return key.first < median; };
  const auto upTo = [&](const Key& key) { return key.first <= median; };
  const int64_t less = std::count_if(keys.begin(), keys.begin() + middle, below);
  const int64_t lessEqual = middle + std::count_if(keys.begin() + middle, keys.end(), upTo);
  if (less < middle && lessEqual > less + 1) {
    const bool cutBelow = middle - less <= lessEqual - middle;
    const int64_t cut = cutBelow ? less : lessEqual;
    if (cut >= count / 4 && cut <= count - count / 4 && cut > 0 && cut < count) {
      left = cut;
      if (cutBelow)
        std::partition(keys.begin(), keys.begin() + middle, below);
      else
        std::partition(keys.begin() + middle, keys.end(), upTo);
    }
  }
  for (int64_t i = 0; i < count; i++) order[i] = keys[static_cast<size_t>(i)].second;
  return left;
}

void leafBox(const NeighbourRows& rows, NeighbourTree& tree, int64_t index) {
  NeighbourNode& node = tree.nodes[static_cast<size_t>(index)];
  float* const low = tree.boxes.data() + index * 2 * tree.stride;
  float* const high = low + tree.stride;
  uint64_t* const codes = tree.codes.data() + index * tree.categories;
  std::fill_n(low, rows.dimensions, std::numeric_limits<float>::infinity());
  std::fill_n(high, rows.dimensions, -std::numeric_limits<float>::infinity());
  for (int64_t i = node.begin; i < node.end; i++) {
    const int64_t row = tree.order[static_cast<size_t>(i)];
    const float* const values = rows.values + row * rows.dimensions;
    for (int64_t d = 0; d < rows.dimensions; d++) {
      low[d] = std::min(low[d], values[d]);
      high[d] = std::max(high[d], values[d]);
    }
    node.norm = std::max(node.norm, rows.norms[row]);
    for (int64_t c = 0; c < rows.categories; c++)
      codes[c] |= uint64_t{1} << (rows.codes[row * rows.categories + c] & 63);
  }
}

void uniteBoxes(NeighbourTree& tree, int64_t index) {
  NeighbourNode& node = tree.nodes[static_cast<size_t>(index)];
  float* const low = tree.boxes.data() + index * 2 * tree.stride;
  float* const high = low + tree.stride;
  for (int64_t d = 0; d < tree.stride; d++) {
    low[d] = std::min(tree.low(node.left)[d], tree.low(node.right)[d]);
    high[d] = std::max(tree.high(node.left)[d], tree.high(node.right)[d]);
  }
  for (int64_t c = 0; c < tree.categories; c++)
    tree.codes[static_cast<size_t>(index * tree.categories + c)] =
        tree.codesOf(node.left)[c] | tree.codesOf(node.right)[c];
  node.norm = std::max(tree.nodes[static_cast<size_t>(node.left)].norm, tree.nodes[static_cast<size_t>(node.right)].norm);
}

}  // namespace

NeighbourTree neighbourTree(const NeighbourRows& rows, Job& job) {
  NeighbourTree tree;
  tree.stride = rows.stride();
  tree.categories = rows.categories;
  tree.order.resize(static_cast<size_t>(rows.count));
  for (int64_t i = 0; i < rows.count; i++) tree.order[static_cast<size_t>(i)] = static_cast<int32_t>(i);
  tree.nodes.push_back({0, static_cast<int32_t>(rows.count)});
  for (size_t first = 0; first < tree.nodes.size();) {
    const size_t end = tree.nodes.size();
    std::vector<int64_t> lefts(end - first, 0);
    job.run(static_cast<int64_t>(end - first), [&](int64_t i, int) {
      const NeighbourNode& node = tree.nodes[first + static_cast<size_t>(i)];
      const int64_t count = node.end - node.begin;
      if (count > neighbourTile) lefts[static_cast<size_t>(i)] = split(rows, tree.order.data() + node.begin, count);
    });
    for (size_t i = first; i < end; i++) {
      const int64_t left = lefts[i - first];
      if (left == 0) {
        tree.leaves.push_back(static_cast<int32_t>(i));
        continue;
      }
      const auto begin = tree.nodes[i].begin, stop = tree.nodes[i].end;
      const auto cut = static_cast<int32_t>(begin + left);
      tree.nodes[i].left = static_cast<int32_t>(tree.nodes.size());
      tree.nodes[i].right = tree.nodes[i].left + 1;
      tree.nodes.push_back({begin, cut});
      tree.nodes.push_back({cut, stop});
    }
    first = end;
  }
  tree.boxes.assign(tree.nodes.size() * static_cast<size_t>(2 * tree.stride), 0.0f);
  tree.codes.assign(tree.nodes.size() * static_cast<size_t>(tree.categories), 0);
  job.run(static_cast<int64_t>(tree.leaves.size()),
          [&](int64_t i, int) { leafBox(rows, tree, tree.leaves[static_cast<size_t>(i)]); });
  for (auto i = static_cast<int64_t>(tree.nodes.size()) - 1; i >= 0; i--)
    if (tree.nodes[static_cast<size_t>(i)].left >= 0) uniteBoxes(tree, i);
  return tree;
}

}  // namespace verisim
