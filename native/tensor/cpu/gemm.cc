// Cuts a matrix product into tiles and hands them to the pool. The cut is free: it cannot change a bit (gemm.h).
#include "gemm.h"

#include <algorithm>

#include "isa.h"

#define VERISIM_KERNELS "gemm_kernels.h"
#include "each_isa.h"

namespace verisim {

const GemmKernels& gemmKernels() { return VERISIM_PICK(kernels); }

namespace {

int64_t pieces(int64_t total, int64_t most) { return (total + most - 1) / most; }

template <class T>
void multiply(const Gemm<T>& g, Job& job) {
  if (g.m == 0 || g.n == 0) return;
  const GemmKernels& kernels = gemmKernels();
  int64_t rowTiles = pieces(g.m, kernels.tileRows);
  int64_t colTiles = pieces(g.n, gemmTileCols(kernels, T(0)));
  // Four tiles a thread keep a busy machine level; tiles below a quarter million operations cost more than they bring.
  const int64_t operations = g.m * g.n * std::max<int64_t>(1, g.k);
  const int64_t wanted = job.threads > 1 ? std::min<int64_t>(4 * job.threads, operations / 250'000) : 1;
  while (rowTiles * colTiles < wanted) {
    const int64_t tileRows = pieces(g.m, rowTiles);
    const int64_t tileCols = pieces(g.n, colTiles);
    if (tileRows > 48 && tileRows >= tileCols / 2)
      rowTiles *= 2;
    else if (tileCols > 32)
      colTiles *= 2;
    else
      break;
  }
  // Whole vectors and register blocks: the edges are slower.
  const int64_t tileRows = std::min(kernels.tileRows, (pieces(g.m, rowTiles) + 5) / 6 * 6);
  const int64_t tileCols = std::min(gemmTileCols(kernels, T(0)), (pieces(g.n, colTiles) + 15) / 16 * 16);
  rowTiles = pieces(g.m, tileRows);
  colTiles = pieces(g.n, tileCols);
  const int64_t slots = std::min<int64_t>(job.threads, rowTiles * colTiles);
  Scratch<char> scratch(static_cast<size_t>(slots * kernels.scratchBytes));
  job.run(rowTiles * colTiles, [&](int64_t index, int slot) {
    const int64_t row = index % rowTiles * tileRows;
    const int64_t col = index / rowTiles * tileCols;
    gemmTile(kernels, g, {row, std::min(g.m, row + tileRows), col, std::min(g.n, col + tileCols)},
             scratch.data() + slot * kernels.scratchBytes);
  });
}

}  // namespace

void gemm(const Gemm<float>& problem, Job& job) { multiply(problem, job); }
void gemm(const Gemm<double>& problem, Job& job) { multiply(problem, job); }

}  // namespace verisim
