// How a group runs: its index space is cut into tiles of about a thousand numbers, and every op runs over a whole tile
// before the next, from and to registers (tile-sized pieces of memory in the first-level cache). A tile is a stretch of
// the flat, row-major index space: whole rows where a row is short, a piece of one row where it is long. Operands that
// lie flat in memory over every tile are read and written in place.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "group.h"

namespace verisim {

constexpr int64_t lineWords = 16;  // loops run over whole lines, so registers are padded to them

/// Strides of one operand, with neighbouring dims merged as far as this operand allows.
struct Layout {
  int rank = 0;
  int64_t dims[maxRank] = {}, strides[maxRank] = {};

  int64_t offsetOf(int64_t index) const;
};

struct TileOp;
/// Runs over n numbers, n rounded up to whole lines. `at` holds the address of every value.
using TileLoop = void (*)(const TileOp& op, float* const* at, int64_t n);

constexpr int mostLeaves = 5;

/// A loop and which addresses it reads and writes. A step of 0 repeats one line: a number that is the same for the tile.
struct TileOp {
  TileLoop loop;
  int32_t out;
  int32_t in[mostLeaves], step[mostLeaves];
};

/// A loop over a pointwise op, some of whose inputs are made by other ops on the way, in vector registers.
struct TileTree {
  static constexpr int32_t leaf = -1;
  int32_t root;
  int32_t inputs[3];  // ops, or leaf
  TileLoop loop;
};

struct TileKernels {
  const TileLoop* loops;  // by pointwise op
  std::span<const TileTree> trees;
  TileLoop copy;
  /// out[r * outStep] = the sum (maximum) of row r of x, `rows` dense rows of `cols`; reads not a word beyond them.
  void (*rowSums)(const float* x, int64_t rows, int64_t cols, float* out, int64_t outStep);
  void (*rowMaxima)(const float* x, int64_t rows, int64_t cols, float* out, int64_t outStep);
  /// out[c] += the sum of column c; out has room for whole lines.
  void (*colSums)(const float* x, int64_t rows, int64_t cols, float* out);
  void (*colMaxima)(const float* x, int64_t rows, int64_t cols, float* out);
};

/// What happens to a tile, in order.
struct TileAction {
  enum Kind : int8_t { compute, load, store, reduce };
  Kind kind;
  int32_t operand;  // load: an input; store, reduce: an output
  TileOp op;        // load: to `out`; store, reduce: from the first input
};

/// The actions for tiles of one kind. Tiles that are no whole number of lines have a variant of their own, which copies
/// where reading or writing whole lines in place would go beyond the tile.
struct TileVariant {
  std::vector<TileAction> actions;
  std::vector<int32_t> inputsInPlace, outputsInPlace;
  std::vector<int32_t> splats;  // inputs that are one number per tile
};

/// One loop over a tile: an op of the group, with the ops that are made on the way.
struct Pass {
  int32_t op;
  TileLoop loop;
  int32_t leafCount;
  int32_t leaves[mostLeaves];  // values
};

/// The loops that make all outputs, in order.
std::vector<Pass> passesOf(const Group& group, const TileKernels& kernels);

struct TilePlan {
  explicit TilePlan(Group&& decoded, const TileKernels& kernels);

  Group group;
  const TileKernels* kernels;
  std::vector<Pass> passes;
  std::vector<Layout> inputLayouts, outputLayouts;

  int64_t tileRows, tileCols, chunks;  // chunks: tiles of a row
  int64_t taskRows, taskChunks;        // tiles that one thread does at a time
  int64_t taskCount;
  bool worthThreads;
  bool tailsApart;  // a tile may be done in two stretches of indices

  // Addresses: inputs, constants, outputs, registers; constants and splats are one line, the rest a tile.
  TileVariant whole, ragged;
  int32_t registers;  // of both variants
  int64_t registerWords;
  std::vector<float> constants;  // a line each
  std::vector<int32_t> scalars;  // inputs that are one number: a line each
  std::vector<int32_t> panels;   // inputs that are the same for every row, where tiles have several: loaded once a task
  int64_t addressCount() const { return static_cast<int64_t>(group.firstOp() + group.outputs.size()) + registers; }
  /// Words that a task needs beside the operands.
  int64_t frameWords() const;

  /// Whether every tile is one stretch of an operand.
  bool flatOverTiles(const Layout& layout) const;

  // Reductions leave one number per row and chunk, or per column and block of rows; they are put together at the end.
  std::vector<std::vector<float>> partials;  // by output; empty where a row's number goes to its place at once
  int64_t paddedCols;
};

bool isScalar(const Layout& layout);
bool rowsRepeat(const Group& group, const int64_t (&strides)[maxRank]);
bool colsRepeat(const Group& group, const int64_t (&strides)[maxRank]);

struct Laid {
  TileVariant variant;
  int32_t registers;
};

/// Lays the values of a plan out in registers, for whole tiles or for ragged ones.
Laid layOut(const TilePlan& plan, bool ragged);

}  // namespace verisim
