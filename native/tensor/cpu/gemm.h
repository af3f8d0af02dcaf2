// General matrix product c = alpha op(a) op(b) + beta c, float and double. Every element of c is one chain of fused
// multiply-adds over k in order, begun with beta c, whatever the tiling, the threads, or the other rows.
#pragma once

#include <cstdint>

#include "job.h"

namespace verisim {

/// a(i, p) = a[i * aRow + p * aStep], b(p, j) = b[p * bStep + j * bCol], c(i, j) = c[i * cRow + j].
template <class T>
struct Gemm {
  int64_t m, n, k;
  const T* a;
  int64_t aRow, aStep;
  const T* b;
  int64_t bStep, bCol;
  T* c;
  int64_t cRow;
  T alpha, beta;
  /// As many products, each this far from the one before; a stride of 0 repeats an operand.
  int64_t batch = 1, aBatch = 0, bBatch = 0, cBatch = 0;
};

/// Rows [row, rowEnd) and columns [col, colEnd) of c, at most GemmKernels' tileRows x tileCols of them.
struct GemmTile {
  int64_t row, rowEnd, col, colEnd;
};

template <class T>
struct GemmKernels {
  int64_t blockRows, blockCols;  // what the registers hold at a time
  int64_t tileRows, tileCols;
  /// Whether a's rows are copied before they are used.
  bool (*packsRows)(const Gemm<T>& problem);
  /// Numbers of scratch that one thread needs for tiles of at most rows x cols.
  int64_t (*scratchSize)(const Gemm<T>& problem, int64_t rows, int64_t cols);
  void (*tile)(const Gemm<T>& problem, const GemmTile& tile, T* scratch);
};

/// The kernels of the instruction set in use.
template <class T>
const GemmKernels<T>& gemmKernels();

/// How a problem is cut for some number of threads. No cut changes a bit; finding a good one costs about a microsecond,
/// so that who runs a problem again and again keeps it.
struct GemmCut {
  uint16_t rows, cols;  // of a tile
  uint16_t products;    // whole products of a batch per tile
  uint16_t threads;
};

template <class T>
GemmCut cutGemm(const Gemm<T>& problem, int threads);

template <class T>
void gemm(const Gemm<T>& problem, const GemmCut& cut, Job& job);

template <class T>
void gemm(const Gemm<T>& problem, Job& job) {
  gemm(problem, cutGemm(problem, job.threads), job);
}

/// The same problem in the shape that runs best: a product with one column becomes one with one row.
template <class T>
Gemm<T> turned(const Gemm<T>& problem);

}  // namespace verisim
