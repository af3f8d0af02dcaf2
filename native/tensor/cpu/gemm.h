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
};

/// Rows [row, rowEnd) and columns [col, colEnd) of c. At most GemmKernels::tileRows x tileCols.
struct GemmTile {
  int64_t row, rowEnd, col, colEnd;
};

struct GemmKernels {
  /// The largest tile the scratch memory holds, and the bytes of scratch that one thread needs.
  int64_t tileRows, tileCols32, tileCols64, scratchBytes;
  void (*tile32)(const Gemm<float>& problem, const GemmTile& tile, void* scratch);
  void (*tile64)(const Gemm<double>& problem, const GemmTile& tile, void* scratch);
};

const GemmKernels& gemmKernels();

inline int64_t gemmTileCols(const GemmKernels& kernels, float) { return kernels.tileCols32; }
inline int64_t gemmTileCols(const GemmKernels& kernels, double) { return kernels.tileCols64; }
inline void gemmTile(const GemmKernels& kernels, const Gemm<float>& problem, const GemmTile& tile, void* scratch) {
  kernels.tile32(problem, tile, scratch);
}
inline void gemmTile(const GemmKernels& kernels, const Gemm<double>& problem, const GemmTile& tile, void* scratch) {
  kernels.tile64(problem, tile, scratch);
}

void gemm(const Gemm<float>& problem, Job& job);
void gemm(const Gemm<double>& problem, Job& job);

}  // namespace verisim
