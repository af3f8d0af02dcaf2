// A k-d tree over numbers and categories: rows that are near each other lie in one leaf, and every node knows a box
// around its rows. Only the search's speed depends on it, never what it finds.
#pragma once

#include <cstdint>
#include <vector>

#include "job.h"

namespace verisim {

constexpr int64_t neighbourBlock = 32;  // rows of data in one block
constexpr int64_t neighbourTile = 64;   // rows of a leaf at most
constexpr int64_t boxPadding = 16;      // boxes are whole vectors of floats

/// Rows as the tree and the filter see them: data and queries moved to one centre, scaled and turned alike.
struct NeighbourRows {
  const float* values;  // [count x dimensions]
  const double* norms;  // [count]: of the whole row, though `values` may hold its first axes only
  const int32_t* codes;  // [count x categories]
  int64_t count, dimensions, categories;
  const float* weights;  // [categories], in the units of the metric's sum
  bool squared;

  int64_t stride() const { return (dimensions + boxPadding - 1) / boxPadding * boxPadding; }
};

struct NeighbourNode {
  int32_t begin, end;           // in NeighbourTree::order
  int32_t left = -1, right = -1;  // -1 for a leaf
  double norm = 0;              // of its largest row
};

struct NeighbourTree {
  std::vector<int32_t> order;
  std::vector<NeighbourNode> nodes;  // parents before children; the first is the root
  std::vector<int32_t> leaves;
  int64_t stride = 0, categories = 0;
  std::vector<float> boxes;      // per node: low [stride], high [stride]
  std::vector<uint64_t> codes;   // per node and category column: bit (code & 63) of each code there is

  const float* low(int64_t node) const { return boxes.data() + node * 2 * stride; }
  const float* high(int64_t node) const { return low(node) + stride; }
  const uint64_t* codesOf(int64_t node) const { return codes.data() + node * categories; }
};

NeighbourTree neighbourTree(const NeighbourRows& rows, Job& job);

}  // namespace verisim
