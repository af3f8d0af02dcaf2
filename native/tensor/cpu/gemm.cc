// Cuts a matrix product into tiles and hands them to the pool. The cut is free: it cannot change a bit (gemm.h).
#include "gemm.h"

#include <algorithm>
#include <utility>

#include "isa.h"

#define VERISIM_KERNELS "gemm_kernels.h"
#include "each_isa.h"

namespace verisim {

template <>
const GemmKernels<float>& gemmKernels() {
  return VERISIM_PICK(kernels32);
}
template <>
const GemmKernels<double>& gemmKernels() {
  return VERISIM_PICK(kernels64);
}

namespace {

int64_t pieces(int64_t total, int64_t most) { return (total + most - 1) / most; }

}  // namespace

template <class T>
void gemm(const Gemm<T>& g, Job& job) {
  if (g.batch != 1) {
    for (int64_t z = 0; z < g.batch; z++) {
      Gemm<T> one = g;
      one.batch = 1;
      one.a += z * g.aBatch;
      one.b += z * g.bBatch;
      one.c += z * g.cBatch;
      gemm(one, job);
    }
    return;
  }
  if (g.m == 0 || g.n == 0) return;
  const GemmKernels<T>& kernels = gemmKernels<T>();
  int64_t rowTiles = pieces(g.m, kernels.tileRows);
  int64_t colTiles = pieces(g.n, kernels.tileCols);
  // Four tiles a thread keep a busy machine level; tiles below a million operations cost more than they bring.
  const int64_t operations = 2 * g.m * g.n * std::max<int64_t>(1, g.k);
  const int64_t wanted = job.threads > 1 ? std::min<int64_t>(4 * job.threads, operations / 1'000'000) : 1;
  while (rowTiles * colTiles < wanted) {
    const int64_t tileRows = pieces(g.m, rowTiles);
    const int64_t tileCols = pieces(g.n, colTiles);
    if (tileRows > 48 && 2 * tileRows >= tileCols)
      rowTiles *= 2;
    else if (tileCols > 32)
      colTiles *= 2;
    else
      break;
  }
  // Whole vectors and register blocks: the edges are slower.
  const int64_t tileRows = std::min(kernels.tileRows, (pieces(g.m, rowTiles) + 5) / 6 * 6);
  const int64_t tileCols = std::min(kernels.tileCols, (pieces(g.n, colTiles) + 15) / 16 * 16);
  rowTiles = pieces(g.m, tileRows);
  colTiles = pieces(g.n, tileCols);
  const int64_t slots = std::min<int64_t>(job.threads, rowTiles * colTiles);
  // A cache line apart: two threads never write to one.
  const int64_t size = kernels.scratchSize(g, tileRows, tileCols) / 16 * 16 + 32;
  Scratch<T> scratch(static_cast<size_t>(slots * size));
  job.run(rowTiles * colTiles, [&](int64_t index, int slot) {
    const int64_t row = index % rowTiles * tileRows;
    const int64_t col = index / rowTiles * tileCols;
    kernels.tile(g, {row, std::min(g.m, row + tileRows), col, std::min(g.n, col + tileCols)},
                 scratch.data() + slot * size);
  });
}

template void gemm(const Gemm<float>& problem, Job& job);
template void gemm(const Gemm<double>& problem, Job& job);

}  // namespace verisim
