// Cuts a matrix product into tiles and hands them to the pool. The cut is free: it cannot change a bit (gemm.h).
#include "gemm.h"

#include <algorithm>
#include <limits>
#include <memory>
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

/// Memory that a thread keeps from one tile to the next: a few hundred kilobytes at most, since tiles are bounded.
template <class T>
T* threadScratch(int64_t count) {
  thread_local std::unique_ptr<Scratch<T>> memory;
  thread_local int64_t size = 0;
  if (memory == nullptr || size < count) {
    size = 0;
    memory.reset();
    memory = std::make_unique<Scratch<T>>(static_cast<size_t>(count));
    size = count;
  }
  return memory->data();
}

/// About the time of a tile of `groups` register blocks down and `panels` across, in cycles of a fused multiply-add.
template <class T>
double tileCost(const Gemm<T>& g, const GemmKernels<T>& kernels, bool packsRows, int64_t groups, int64_t panels) {
  const double blocks = static_cast<double>(groups * panels);
  const auto sums = static_cast<double>(kernels.blockRows);
  double perStep = blocks * sums;
  // Every tile reads its rows anew, from the second or third cache.
  perStep += (packsRows ? 4.0 : 2.0) * static_cast<double>(groups);
  if (g.bCol != 1)
    perStep += 8.0 * static_cast<double>(panels);
  else
    perStep += (groups > 3 ? 1.0 : 3.0) * static_cast<double>(panels);  // packed, or from the second cache each time
  return perStep * static_cast<double>(g.k) + 40 * blocks + 500;
}

}  // namespace

template <class T>
GemmCut cutGemm(const Gemm<T>& g, int threads) {
  const GemmKernels<T>& kernels = gemmKernels<T>();
  const int64_t groups = pieces(std::max<int64_t>(1, g.m), kernels.blockRows);
  const int64_t panels = pieces(std::max<int64_t>(1, g.n), kernels.blockCols);
  const int64_t mostGroups = kernels.tileRows / kernels.blockRows, mostPanels = kernels.tileCols / kernels.blockCols;
  // Without helpers: as large as the caches allow, and all of a size.
  int64_t bestGroups = pieces(groups, pieces(groups, mostGroups));
  int64_t bestPanels = pieces(panels, pieces(panels, mostPanels));
  // Two to eight tiles a thread: more of them level a busy machine, fewer share more of what they read. Tiles below some
  // microseconds cost more than they bring.
  const double operations = 2.0 * static_cast<double>(g.m) * static_cast<double>(g.n) *
                            static_cast<double>(std::max<int64_t>(1, g.k)) * static_cast<double>(g.batch);
  const auto wanted = static_cast<int64_t>(std::min(2.0 * threads, operations / 400'000));
  int64_t products = 1;
  if (threads > 1 && wanted > g.batch) {
    const int64_t least = pieces(wanted, g.batch);
    const bool packsRows = kernels.packsRows(g);
    double bestTime = std::numeric_limits<double>::infinity();
    for (int64_t across = 1; across <= std::min(panels, 4 * least); across++) {
      const int64_t cols = pieces(panels, across);
      for (int64_t down = pieces(least, across); down <= std::min(groups, pieces(4 * least, across)); down++) {
        const int64_t rows = pieces(groups, down);
        if (cols > mostPanels || rows > mostGroups) continue;
        const int64_t tiles = pieces(groups, rows) * pieces(panels, cols) * g.batch;
        // A third of a tile is what the last thread is waited for.
        const double time = (static_cast<double>(pieces(tiles, threads)) + 0.3) *
                            tileCost(g, kernels, packsRows, rows, cols);
        if (time < bestTime) {
          bestTime = time;
          bestGroups = rows;
          bestPanels = cols;
        }
      }
    }
  } else if (groups <= bestGroups && panels <= bestPanels) {
    products = std::clamp<int64_t>(g.batch / std::max<int64_t>(1, wanted), 1, std::numeric_limits<uint16_t>::max());
  }
  // Tiles of a height: two rows left over would take as long as ten.
  const int64_t tall = std::max<int64_t>(1, pieces(g.m, pieces(std::max<int64_t>(1, g.m), bestGroups * kernels.blockRows)));
  return {static_cast<uint16_t>(tall), static_cast<uint16_t>(bestPanels * kernels.blockCols),
          static_cast<uint16_t>(products), static_cast<uint16_t>(threads)};
}

template <class T>
void gemm(const Gemm<T>& g, const GemmCut& cut, Job& job) {
  if (g.m == 0 || g.n == 0 || g.batch == 0) return;
  const GemmKernels<T>& kernels = gemmKernels<T>();
  const int64_t size = kernels.scratchSize(g, std::min<int64_t>(g.m, cut.rows), cut.cols);
  const int64_t rowTiles = pieces(g.m, cut.rows), colTiles = pieces(g.n, cut.cols);
  const int64_t batches = pieces(g.batch, cut.products);
  job.run(rowTiles * colTiles * batches, [&](int64_t index, int) {
    const int64_t row = index % rowTiles * cut.rows;
    const int64_t col = index / rowTiles % colTiles * cut.cols;
    const int64_t first = index / (rowTiles * colTiles) * cut.products;
    const GemmTile tile = {row, std::min(g.m, row + cut.rows), col, std::min(g.n, col + cut.cols)};
    T* const scratch = threadScratch<T>(size);
    if (g.batch == 1) return kernels.tile(g, tile, scratch);
    Gemm<T> one = g;
    for (int64_t z = first; z < std::min(g.batch, first + cut.products); z++) {
      one.a = g.a + z * g.aBatch;
      one.b = g.b + z * g.bBatch;
      one.c = g.c + z * g.cBatch;
      kernels.tile(one, tile, scratch);
    }
  });
}

template <class T>
Gemm<T> turned(const Gemm<T>& g) {
  // A column of c is a row where its elements lie side by side; alpha must stay with a.
  if (g.n != 1 || g.m == 1 || g.cRow != 1 || g.alpha != T(1)) return g;
  Gemm<T> row = g;
  row.m = 1;
  row.n = g.m;
  row.a = g.b;
  row.aRow = g.bCol;
  row.aStep = g.bStep;
  row.b = g.a;
  row.bStep = g.aStep;
  row.bCol = g.aRow;
  row.cRow = g.m;
  row.aBatch = g.bBatch;
  row.bBatch = g.aBatch;
  return row;
}

template GemmCut cutGemm(const Gemm<float>& problem, int threads);
template GemmCut cutGemm(const Gemm<double>& problem, int threads);
template void gemm(const Gemm<float>& problem, const GemmCut& cut, Job& job);
template void gemm(const Gemm<double>& problem, const GemmCut& cut, Job& job);
template Gemm<float> turned(const Gemm<float>& problem);
template Gemm<double> turned(const Gemm<double>& problem);

}  // namespace verisim
