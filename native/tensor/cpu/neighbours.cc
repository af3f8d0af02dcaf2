// Queries are tiles; each tile walks the data block by block and keeps its k best per query in a heap.
#include "neighbours.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "isa.h"

namespace verisim {

constexpr int64_t neighbourBlock = 64;  // rows of data in one block

struct NeighbourKernels {
  void (*squared32)(const float* query, const float* rows, int64_t dimensions, float* out);
  void (*absolute32)(const float* query, const float* rows, int64_t dimensions, float* out);
  void (*squared64)(const double* query, const double* rows, int64_t dimensions, double* out);
  void (*absolute64)(const double* query, const double* rows, int64_t dimensions, double* out);
};

}  // namespace verisim

#define VERISIM_KERNELS "neighbour_kernels.h"
#include "each_isa.h"

namespace verisim {
namespace {

template <class T>
struct Candidate {
  T distance;
  int32_t row;
  bool operator<(const Candidate& other) const {
    return distance < other.distance || (distance == other.distance && row < other.row);
  }
};

auto kernelOf(const NeighbourKernels& kernels, Metric metric, float) {
  return metric == Metric::euclidean ? kernels.squared32 : kernels.absolute32;
}
auto kernelOf(const NeighbourKernels& kernels, Metric metric, double) {
  return metric == Metric::euclidean ? kernels.squared64 : kernels.absolute64;
}

}  // namespace

template <class T>
void nearestNeighbours(const Neighbours<T>& p, int32_t* indices, double* distances, Job& job) {
  const auto kernel = kernelOf(VERISIM_PICK(kernels), p.metric, T(0));
  const int64_t blocks = (p.dataCount + neighbourBlock - 1) / neighbourBlock;
  const int64_t blockSize = p.dimensions * neighbourBlock;
  Scratch<T> packed(static_cast<size_t>(blocks * blockSize));
  job.run(blocks, [&](int64_t block, int) {
    T* const out = packed.data() + block * blockSize;
    for (int64_t i = 0; i < neighbourBlock; i++) {
      const int64_t row = block * neighbourBlock + i;
      for (int64_t d = 0; d < p.dimensions; d++)
        out[d * neighbourBlock + i] = row < p.dataCount ? p.data[row * p.dimensions + d] : T(0);
    }
  });
  constexpr int64_t tileQueries = 32;
  job.run((p.queryCount + tileQueries - 1) / tileQueries, [&](int64_t tile, int) {
    const int64_t first = tile * tileQueries;
    const int64_t count = std::min(tileQueries, p.queryCount - first);
    const auto k = static_cast<size_t>(p.k);
    std::vector<Candidate<T>> heaps(static_cast<size_t>(count) * k,
                                    {std::numeric_limits<T>::infinity(), std::numeric_limits<int32_t>::max()});
    T found[neighbourBlock];
    for (int64_t block = 0; block < blocks; block++) {
      if ((block & 255) == 0) job.check();
      const int64_t rows = std::min(neighbourBlock, p.dataCount - block * neighbourBlock);
      for (int64_t q = 0; q < count; q++) {
        kernel(p.queries + (first + q) * p.dimensions, packed.data() + block * blockSize, p.dimensions, found);
        Candidate<T>* const heap = heaps.data() + static_cast<size_t>(q) * k;
        for (int64_t i = 0; i < rows; i++) {
          if (found[i] > heap->distance) continue;
          Candidate<T> candidate{found[i], static_cast<int32_t>(block * neighbourBlock + i)};
          if (std::isnan(candidate.distance)) candidate.distance = std::numeric_limits<T>::infinity();
          if (!(candidate < *heap)) continue;
          std::pop_heap(heap, heap + k);
          heap[k - 1] = candidate;
          std::push_heap(heap, heap + k);
        }
      }
    }
    for (int64_t q = 0; q < count; q++) {
      Candidate<T>* const heap = heaps.data() + static_cast<size_t>(q) * k;
      std::sort_heap(heap, heap + k);
      for (int64_t i = 0; i < p.k; i++) {
        indices[(first + q) * p.k + i] = heap[i].row;
        const auto distance = static_cast<double>(heap[i].distance);
        distances[(first + q) * p.k + i] = p.metric == Metric::euclidean ? std::sqrt(distance) : distance;
      }
    }
  });
}

template void nearestNeighbours<float>(const Neighbours<float>&, int32_t*, double*, Job&);
template void nearestNeighbours<double>(const Neighbours<double>&, int32_t*, double*, Job&);

}  // namespace verisim
