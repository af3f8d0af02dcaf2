// A chain of columns, each drawn from the tree of its own that looks at those before it. Cells of row i come from counted
// random numbers of (key of the column, i, attempt), so that any rows can be drawn by anyone.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "boosted_classes.h"
#include "philox.h"
#include "training.h"

namespace verisim {

struct ChainNode {
  /// Place of the split column in the chain; -1: a leaf.
  int32_t column = -1;
  int32_t threshold = 0;
  int32_t left = 0;
  int32_t start = 0;
  int32_t end = 0;
  int32_t parent = -1;
  /// Probability that a draw which comes here goes on to the parent.
  float up = 0;
};

/// What weighted scores of numbers before it say of a number.
struct ChainGuess {
  std::vector<int32_t> places;
  std::vector<double> weights;
  double start = 0;
  /// Outcome k of the guess lies below limits[k], the last one above all.
  std::vector<double> limits;
};

/// A column of the chain. Everything has been checked: no node or code leads out of its list.
struct ChainColumn {
  /// Bin per outcome, for the trees of later columns.
  std::vector<uint8_t> binOf;
  /// Numbers: the stretch that an outcome stands for; NaN: a missing cell. Empty: categories.
  std::vector<double> low;
  std::vector<double> high;
  std::vector<ChainNode> nodes;
  std::vector<uint32_t> masks;
  std::vector<int32_t> donors;
  /// Where its outcomes are drawn from probabilities instead of donors.
  std::shared_ptr<const BoostedClasses> boosted;
  /// Place in the chain per column of `boosted`, and outcome per class.
  std::vector<int32_t> boostedColumns;
  std::vector<int32_t> boostedOutcomes;
  /// Where another column of categories decides it: that column's place, and the outcome that each of its outcomes means.
  int32_t decider = -1;
  std::vector<int32_t> lookup;
  /// Numbers that have a score: the scores that outcomes lie between, one more than there are outcomes but the missing cell.
  std::vector<double> edges;
  /// Where it is nothing but what others say of a number.
  std::shared_ptr<const ChainGuess> guess;
  /// Where its score is that of a guess and a residual: their places, the residual's just before its own.
  int32_t guessed = -1;
  int32_t residual = -1;

  bool isNumber() const { return !low.empty(); }
  /// The first outcome that is a number: behind the missing cell, where there is one.
  int32_t firstNumber() const { return low[0] != low[0] ? 1 : 0; }
};

struct Chain {
  std::vector<ChainColumn> columns;
};

/// What a condition leaves of one column: parts of its outcomes.
struct AllowedOutcomes {
  int32_t column = 0;
  /// Parts of outcome c are [first[c], first[c + 1]).
  std::vector<int32_t> first;
  /// Numbers: where the part lies.
  std::vector<double> low;
  std::vector<double> high;
  /// Share of an outcome that is allowed, 0 to 1.
  std::vector<double> share;
};

/// Where drawn cells go: codes of categories (numbers: null) and values of numbers (categories: null), per column.
struct ChainOutputs {
  std::vector<int32_t*> codes;
  std::vector<double*> values;
};

struct ChainRequest {
  std::vector<StreamKey> keys;
  /// Key of what is drawn beside the cells.
  StreamKey choices;
  uint64_t rowStart = 0;
  int64_t rowCount = 0;
  /// Rows of the stretch to draw, counted from 0; empty: all.
  std::vector<int32_t> rows;
  std::vector<AllowedOutcomes> allowed;
  /// Most tries per row under a condition, at least 1.
  int64_t tries = 1;
  int threads = 1;
};

/// @param forced where not null: 1 per row that no try was accepted for
/// @param weights where not null: each row is tried once, and receives the probability that the try would be accepted
/// @throws Aborted
void drawChain(const Chain& chain, const ChainRequest& request, const ChainOutputs& outputs, uint8_t* forced,
               double* weights, Abort abort);

}  // namespace verisim
