// A tree over binned columns whose leaves keep the outcomes of their rows: an outcome is drawn by taking one of them. Every
// node is a run of the same list, so that a draw may go up to any node above its leaf.
#pragma once

#include <cstdint>
#include <vector>

#include "training.h"

namespace verisim {

/// A column that trees split on: one byte per row, 0 for missing cells where the column has any.
struct BinnedColumn {
  const uint8_t* bins = nullptr;
  /// Bins are below this, at most 256.
  int count = 0;
  /// True: bins have no order of their own.
  bool nominal = false;
};

struct TreeSettings {
  /// Fewest rows of a leaf, at least 1.
  int64_t minLeaf = 20;
  /// What a split must gain, as a multiple of what chance gives.
  double penalty = 1;
  /// What a nat costs by which learnt rows are likelier than held-out ones, at least 0.
  double leakPrice = 0;
  int maxDepth = 48;
  /// Folds of rows to choose depth and smoothing by: each is held out in its turn from a tree that the others grow.
  std::vector<std::vector<uint32_t>> folds;
};

struct DonorTree {
  /// Place of the split column; -1: a leaf.
  std::vector<int32_t> feature;
  /// Bins up to this go left; -1 - m: those in mask m do.
  std::vector<int32_t> threshold;
  /// The left child; the right one follows it.
  std::vector<int32_t> left;
  /// The node's donors are [start, end).
  std::vector<int32_t> start;
  std::vector<int32_t> end;
  /// Eight words of 32 bins per mask.
  std::vector<uint32_t> masks;
  /// Outcomes of all rows, sorted inside of each leaf.
  std::vector<int32_t> donors;
  /// Probability that a draw which comes to the node goes on to the one above it.
  std::vector<float> up;
  /// Rows that the node above counts as, per class of the node beyond the first.
  double smoothing = 0;
  /// Class per outcome, as held-out rows are judged by: frequent outcomes alone, the others in groups.
  std::vector<uint8_t> classOf;
  /// Mean log-likelihood of the classes of the first fold's rows, in nats; that of no tree at all.
  double heldScore = 0;
  double heldRoot = 0;
  /// Mean log-likelihood of held-out rows less the price of what learnt ones are likelier by: what depth and smoothing are
  /// chosen by.
  double worth = 0;
};

/// Outcomes: codes from 0 below `outcomeCount`; ordered ones are learnt by rank, code 0 apart where `zeroApart`.
struct Outcomes {
  const int32_t* codes = nullptr;
  int64_t rows = 0;
  int32_t count = 0;
  bool ordered = false;
  bool zeroApart = false;
};

/// Grows a tree. Where there are folds, its depth and smoothing are those that make their rows likeliest, with a price on
/// what is only known of learnt rows.
/// @throws Aborted
DonorTree growDonorTree(const std::vector<BinnedColumn>& columns, const Outcomes& outcomes, const TreeSettings& settings,
                        Abort abort);

}  // namespace verisim
