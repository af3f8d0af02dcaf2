// Class probabilities by gradient boosting with oblivious trees: all nodes of a level share one split, so that a tree is
// read by comparing bytes, without branches (Kohavi 1994; Dorogush et al., CatBoost, 2018, section 3).
#pragma once

#include <cstdint>
#include <vector>

#include "donor_tree.h"

namespace verisim {

struct BoostSettings {
  int depth = 6;
  int maxTrees = 400;
  double learningRate = 0.15;
  /// Added to the Hessian's sum of a leaf.
  double l2 = 1;
  /// Fewest rows on each side of a split.
  int64_t minLeaf = 20;
  /// Trees without a better score of the held-out rows after which boosting ends.
  int patience = 12;
  /// Score of held-out rows that is to be reached: boosting ends early where it stays far below.
  double toBeat = -1e300;
  /// What a nat costs by which learnt rows are likelier than held-out ones, at least 0.
  double leakPrice = 0;
  /// Rows held out; at least one.
  std::vector<uint32_t> held;
  /// Deals rows to trees.
  uint64_t seed = 0;
};

struct BoostedClasses {
  int classes = 0;
  int depth = 0;
  /// Score per class before any tree; with two classes only the second has one.
  std::vector<float> start;
  /// Column and last bin that goes left (after `order`), depth of each per tree.
  std::vector<int32_t> feature;
  std::vector<uint8_t> threshold;
  /// Scores added, per tree, leaf and class.
  std::vector<float> leaves;
  /// Place per bin of each column, 256 each: bins without an order are placed by what they say of the classes.
  std::vector<uint8_t> order;
  /// Mean log-likelihood of held-out rows.
  double heldScore = 0;
  /// That less the price of what learnt rows are likelier by: what the number of trees is chosen by.
  double worth = 0;
  /// The leaves again, each leaf's scores filled up with zeros to a multiple of four: made by `fillUp` for drawing.
  std::vector<float> filled;

  void fillUp();

  /// Scores per class.
  int outputs() const { return classes == 2 ? 1 : classes; }
  int trees() const { return depth == 0 ? 0 : static_cast<int>(feature.size()) / depth; }
};

/// @param classOf class of each row, below `classes`; -1: not to be learnt
/// @throws Aborted
BoostedClasses boostClasses(const std::vector<BinnedColumn>& columns, const std::vector<int32_t>& classOf, int classes,
                            const BoostSettings& settings, Abort abort);

/// Probabilities of rows [0, count) up to a factor of their own, row-major. @param model filled up; @param bins per column of
/// the model
void classWeights(const BoostedClasses& model, const std::vector<const uint8_t*>& bins, int64_t count, float* out);

}  // namespace verisim
