// Two trees, one over the data and one over the queries. A leaf of queries walks down the data's tree, nearer side
// first, and leaves out every box that is farther than what its queries have found. What is left is filtered in floats
// by a block of a matrix product whose limits allow for every rounding; the few rows that pass are measured in double.
#include "neighbours.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "isa.h"
#include "neighbour_blocks.h"
#include "neighbour_bytes.h"
#include "neighbour_space.h"
#include "neighbour_tree.h"

namespace verisim {

/// A block of data against some queries of a tile. Bit i of near[q] is set where row i may be within the limit of
/// queries[q]; the kernel only adds bits.
struct NeighbourFilter {
  const int32_t* queries;  // places in the tile
  const float* values;     // of the tile's queries, [tile x stride]
  const int32_t* codes;    // [tile x categories]
  const float* limits;     // [tile]
  const float* data;         // [dimensions x neighbourBlock], times -2 where the metric is Euclidean
  const int32_t* dataCodes;  // [categories x neighbourBlock]
  const float* start;        // [neighbourBlock]
  const float* weights;      // [categories]
  int64_t dimensions, stride, categories;
  uint32_t* near;
};

struct NeighbourMetricKernels {
  void (*filter)(const NeighbourFilter& block, int count);
  void (*pointGaps)(const float* values, const float* low, const float* high, int64_t dimensions, float* gaps);
  float (*boxGap)(const float* low, const float* high, const float* otherLow, const float* otherHigh, int64_t stride);
  double (*distance32)(const float* a, const float* b, int64_t dimensions);
  double (*distance64)(const double* a, const double* b, int64_t dimensions);
};

struct NeighbourKernels {
  NeighbourMetricKernels euclidean, manhattan;
};

}  // namespace verisim

#define VERISIM_KERNELS "neighbour_kernels.h"
#include "each_isa.h"

namespace verisim {
namespace {

constexpr int32_t none = std::numeric_limits<int32_t>::max();  // no row has this number
constexpr float infinity = std::numeric_limits<float>::infinity();

struct Candidate {
  double distance;
  int32_t row;
  bool operator<(const Candidate& other) const {
    return distance < other.distance || (distance == other.distance && row < other.row);
  }
};

double measureRows(const NeighbourMetricKernels& kernels, const float* a, const float* b, int64_t n) {
  return kernels.distance32(a, b, n);
}
double measureRows(const NeighbourMetricKernels& kernels, const double* a, const double* b, int64_t n) {
  return kernels.distance64(a, b, n);
}

template <class T>
class Search {
 public:
  Search(const Neighbours<T>& problem, int32_t* indices, double* distances, Job& job)
      : p_(problem),
        kernels_(problem.metric == Metric::euclidean ? VERISIM_PICK(kernels).euclidean : VERISIM_PICK(kernels).manhattan),
        squared_(problem.metric == Metric::euclidean),
        indices_(indices),
        distances_(distances),
        job_(job),
        space_(problem, job),
        // Conversion of both sides, one rounding a step (two without fused steps), and as much again to be safe.
        slack_(4 * neighbourRoundoff * static_cast<double>(problem.dimensions + problem.categories + 8)),
        data_(problem.data, problem.dataCodes, problem.dataCount, problem, space_, job),
        // Bytes pay where a row is compared with many.
        bytes_(data_.rows, problem.queryCount >= 256),
        blocks_(data_, slack_, bytes_, job) {}

  void run() {
    const bool same = p_.queries == p_.data && p_.queryCodes == p_.dataCodes && p_.queryCount == p_.dataCount;
    if (same) return runTiles(data_);
    runTiles(Side(p_.queries, p_.queryCodes, p_.queryCount, p_, space_, job_));
  }

 private:
  class Tile;

  void runTiles(const Side& queries) {
    job_.run(static_cast<int64_t>(queries.tree.leaves.size()), [&](int64_t i, int) {
      Tile(*this, queries, queries.tree.leaves[static_cast<size_t>(i)]).search();
    });
  }

  const Neighbours<T>& p_;
  const NeighbourMetricKernels kernels_;
  const bool squared_;
  int32_t* const indices_;
  double* const distances_;
  Job& job_;
  const NeighbourSpace space_;
  const double slack_;
  const Side data_;
  const ByteRows bytes_;
  const Blocks blocks_;
};

/// Queries that lie near each other and what they have found.
template <class T>
class Search<T>::Tile {
 public:
  Tile(const Search& search, const Side& queries, int64_t leaf)
      : s_(search), p_(search.p_), tree_(search.data_.tree), tiles_(queries.tree), leaf_(leaf) {
    const NeighbourNode& node = tiles_.nodes[static_cast<size_t>(leaf)];
    rows_ = tiles_.order.data() + node.begin;
    count_ = node.end - node.begin;
    stride_ = tiles_.stride;
    worstNorm_ = node.norm;
    const int64_t axes = queries.rows.dimensions;
    const auto size = static_cast<size_t>(count_);
    values_.resize(size * static_cast<size_t>(axes));
    columns_.assign(static_cast<size_t>(neighbourTile * axes), 0.0f);
    codes_.resize(size * static_cast<size_t>(p_.categories));
    own_.resize(size);
    norms_.resize(size);
    limits_.assign(size, std::numeric_limits<float>::max());  // not infinity, where what fills a block up lies
    roots_.assign(size, std::numeric_limits<double>::infinity());
    heaps_.assign(size * static_cast<size_t>(p_.k), {std::numeric_limits<double>::infinity(), none});
    for (int64_t q = 0; q < count_; q++) {
      const int64_t row = rows_[q];
      double sum = 0;
      for (int64_t d = 0; d < axes; d++) {
        const float x = queries.rows.values[row * axes + d];
        values_[static_cast<size_t>(q * axes + d)] = x;
        columns_[static_cast<size_t>(d * neighbourTile + q)] = x;
        sum += s_.squared_ ? static_cast<double>(x) * x : std::abs(static_cast<double>(x));
      }
      const double norm = queries.rows.norms[row];
      norms_[static_cast<size_t>(q)] = norm;
      own_[static_cast<size_t>(q)] = s_.squared_ ? sum * (1 - s_.slack_) - norm * norm * neighbourTurnError : -sum * s_.slack_;
      std::copy_n(p_.queryCodes + row * p_.categories, p_.categories, codes_.data() + q * p_.categories);
    }
    if (s_.bytes_.used()) prepareBytes();
  }

  void search() {
    visit(0, gapTo(0));
    for (int64_t q = 0; q < count_; q++) {
      Candidate* const heap = heapOf(q);
      std::sort_heap(heap, heap + p_.k);
      const int64_t out = rows_[q] * p_.k;
      for (int64_t i = 0; i < p_.k; i++) {
        s_.indices_[out + i] = heap[i].row;
        s_.distances_[out + i] = s_.squared_ ? std::sqrt(heap[i].distance) : heap[i].distance;
      }
    }
  }

 private:
  Candidate* heapOf(int64_t q) { return heaps_.data() + q * p_.k; }

  /// Whether nothing within `root` of a query can lie as far as `gap`, which was computed from rounded numbers.
  bool beyond(float gap, double root, double norms) const {
    const double distance = static_cast<double>(gap) * (1 - s_.slack_) - s_.slack_ * s_.space_.weightSum();
    const double reach = root + 3 * neighbourRoundoff * norms;
    return distance > (s_.squared_ ? reach * reach : reach);
  }

  float gapTo(int64_t node) const {
    float gap = s_.kernels_.boxGap(tiles_.low(leaf_), tiles_.high(leaf_), tree_.low(node), tree_.high(node), stride_);
    for (int64_t c = 0; c < p_.categories; c++)
      if ((tiles_.codesOf(leaf_)[c] & tree_.codesOf(node)[c]) == 0) gap += s_.space_.weights()[c];
    return gap;
  }

  /// How far the middles of two boxes are: which of two overlapping ones to visit first.
  float middleGap(int64_t node) const {
    float sum = 0;
    const float *aLow = tiles_.low(leaf_), *aHigh = tiles_.high(leaf_), *bLow = tree_.low(node), *bHigh = tree_.high(node);
    for (int64_t d = 0; d < stride_; d++) {
      const float gap = (aLow[d] + aHigh[d]) - (bLow[d] + bHigh[d]);
      sum += gap * gap;
    }
    return sum;
  }

  void visit(int64_t index, float gap) {
    const NeighbourNode& node = tree_.nodes[static_cast<size_t>(index)];
    if (beyond(gap, worstRoot_, worstNorm_ + node.norm)) return;
    if (node.left < 0) return measure(index);
    const float left = gapTo(node.left), right = gapTo(node.right);
    const bool rightFirst = right < left || (right == left && middleGap(node.right) < middleGap(node.left));
    visit(rightFirst ? node.right : node.left, rightFirst ? right : left);
    visit(rightFirst ? node.left : node.right, rightFirst ? left : right);
  }

  /// The queries that may find something in a leaf. Where the last leaves dropped hardly any, most are not asked.
  int pickActive(int64_t index, int32_t* active) {
    const NeighbourNode& node = tree_.nodes[static_cast<size_t>(index)];
    const bool ask = 8 * dropped_ >= asked_ || (visited_ & 15) == 0;
    visited_++;
    if (!ask) {
      for (int32_t q = 0; q < count_; q++) active[q] = q;
      return static_cast<int>(count_);
    }
    float gaps[neighbourTile];
    s_.kernels_.pointGaps(columns_.data(), tree_.low(index), tree_.high(index), s_.space_.axes(), gaps);
    for (int64_t c = 0; c < p_.categories; c++) {
      const uint64_t there = tree_.codesOf(index)[c];
      if ((tiles_.codesOf(leaf_)[c] & ~there) == 0) continue;
      const float weight = s_.space_.weights()[c];
      const int32_t* const codes = codes_.data() + c;
      for (int64_t q = 0; q < count_; q++)
        gaps[q] += (there >> (static_cast<uint32_t>(codes[q * p_.categories]) & 63) & 1) == 0 ? weight : 0.0f;
    }
    int count = 0;
    for (int64_t q = 0; q < count_; q++)
      if (!beyond(gaps[q], roots_[static_cast<size_t>(q)], norms_[static_cast<size_t>(q)] + node.norm))
        active[count++] = static_cast<int32_t>(q);
    // An average over about the last 32 leaves that were asked.
    asked_ += count_ - asked_ / 32;
    dropped_ += count_ - count - dropped_ / 32;
    return count;
  }

  void measure(int64_t index) {
    s_.job_.check();
    const NeighbourNode& node = tree_.nodes[static_cast<size_t>(index)];
    int32_t active[neighbourTile];
    const int count = pickActive(index, active);
    if (count == 0) return;
    const int64_t axes = s_.space_.axes();
    const Blocks& blocks = s_.blocks_;
    uint32_t near[neighbourTile];
    int32_t byteLimits[neighbourTile];
    for (int64_t begin = node.begin, at = blocks.first[static_cast<size_t>(index)]; begin < node.end;
         begin += neighbourBlock, at++) {
      if (s_.bytes_.used() && limitBytes(blocks.lost[static_cast<size_t>(at)], byteLimits)) {
        const int64_t steps = s_.bytes_.steps();
        filterBytes({active, bytes_.data(), byteLimits, blocks.bytes.data() + at * neighbourBlock * steps * 4,
                     blocks.byteStart.data() + at * neighbourBlock, steps, near},
                    count);
        offerNear(active, count, near, begin);
        continue;
      }
      std::fill_n(near, count, 0u);
      s_.kernels_.filter({active, values_.data(), codes_.data(), limits_.data(),
                          blocks.values.data() + at * neighbourBlock * axes,
                          blocks.codes.data() + at * neighbourBlock * p_.categories,
                          blocks.start.data() + at * neighbourBlock, s_.space_.weights(), axes, axes, p_.categories,
                          near},
                         count);
      offerNear(active, count, near, begin);
    }
    worstRoot_ = *std::max_element(roots_.begin(), roots_.end());
    if (s_.bytes_.used()) leastReach_ = *std::min_element(reach_.begin(), reach_.begin() + count_);
  }

  void offerNear(const int32_t* active, int count, const uint32_t* near, int64_t begin) {
    for (int i = 0; i < count; i++)
      for (uint32_t bits = near[i]; bits != 0; bits &= bits - 1)
        offer(active[i], tree_.order[static_cast<size_t>(begin + __builtin_ctz(bits))]);
  }

  void prepareBytes() {
    const ByteRows& rows = s_.bytes_;
    const int64_t axes = s_.space_.axes(), width = rows.steps() * 4;
    bytes_.assign(static_cast<size_t>(count_ * width), 128);
    reach_.assign(neighbourTile, infinity);
    byteNorms_.assign(neighbourTile, 0.0f);
    lost_.assign(neighbourTile, 0.0f);
    for (int64_t q = 0; q < count_; q++) {
      float norm = 0;
      const double lost = rows.bytesOf(values_.data() + q * axes, norms_[static_cast<size_t>(q)], [&](int64_t d, int32_t byte) {
        bytes_[static_cast<size_t>(q * width + d)] = static_cast<uint8_t>(byte + 128);
        norm += static_cast<float>(byte * byte);
      });
      lost_[static_cast<size_t>(q)] = std::nextafter(static_cast<float>(lost), infinity);
      byteNorms_[static_cast<size_t>(q)] = norm;
      mostLost_ = std::max(mostLost_, lost_[static_cast<size_t>(q)]);
    }
  }

  /// The limits of the byte filter for a block; false where bytes are too coarse for what is looked for.
  bool limitBytes(float blockLost, int32_t* limits) const {
    if (mostLost_ + blockLost > 0.05f * leastReach_) return false;
    for (int64_t q = 0; q < neighbourTile; q++) {
      const float reach = reach_[static_cast<size_t>(q)] + blockLost;
      // Halved, rounded down, and a unit more than a float's rounding of numbers of this size.
      const float limit = (byteNorms_[static_cast<size_t>(q)] - reach * reach * (1 + 1e-6f)) / 2;
      limits[q] = limit > -1e9f ? static_cast<int32_t>(limit * (1 - (limit > 0 ? 1e-6f : -1e-6f))) - 2 : -1'000'000'000;
    }
    return true;
  }

  void offer(int64_t q, int32_t row) {
    const int64_t query = rows_[q];
    if (p_.selves != nullptr && p_.selves[query] == row) return;
    double distance =
        measureRows(s_.kernels_, p_.queries + query * p_.dimensions, p_.data + row * p_.dimensions, p_.dimensions);
    for (int64_t c = 0; c < p_.categories; c++)
      if (p_.queryCodes[query * p_.categories + c] != p_.dataCodes[row * p_.categories + c]) distance += p_.weights[c];
    Candidate* const heap = heapOf(q);
    const Candidate candidate{distance, row};
    if (!(candidate < *heap)) return;
    std::pop_heap(heap, heap + p_.k);
    heap[p_.k - 1] = candidate;
    std::push_heap(heap, heap + p_.k);
    if (heap->row == none) return;  // fewer than k found so far
    const double worst = heap->distance * s_.space_.unit() * (1 + 1e-12);
    const double limit = worst - own_[static_cast<size_t>(q)] + s_.slack_ * s_.space_.weightSum() + 1e-30;
    limits_[static_cast<size_t>(q)] = std::nextafter(static_cast<float>(limit), infinity);
    roots_[static_cast<size_t>(q)] = s_.squared_ ? std::sqrt(worst) : worst;
    if (!s_.bytes_.used()) return;
    reach_[static_cast<size_t>(q)] = std::nextafter(
        static_cast<float>(roots_[static_cast<size_t>(q)] / s_.bytes_.step()) + lost_[static_cast<size_t>(q)], infinity);
  }

  const Search& s_;
  const Neighbours<T>& p_;
  const NeighbourTree &tree_, &tiles_;
  const int64_t leaf_;
  const int32_t* rows_;
  int64_t count_, stride_;
  std::vector<float> values_;   // [count x axes]
  std::vector<float> columns_;  // [axes x neighbourTile]
  std::vector<int32_t> codes_;  // [count x categories]
  std::vector<double> own_, norms_, roots_;
  std::vector<float> limits_;
  std::vector<Candidate> heaps_;
  double worstRoot_ = std::numeric_limits<double>::infinity(), worstNorm_;
  std::vector<uint8_t> bytes_;  // [count x steps x 4]
  std::vector<float> reach_, byteNorms_, lost_;  // [neighbourTile], in steps
  float mostLost_ = 0, leastReach_ = infinity;
  int64_t asked_ = 0, dropped_ = 0, visited_ = 0;
};

}  // namespace

template <class T>
void nearestNeighbours(const Neighbours<T>& problem, int32_t* indices, double* distances, Job& job) {
  if (problem.queryCount == 0) return;
  Search<T>(problem, indices, distances, job).run();
}

template void nearestNeighbours<float>(const Neighbours<float>&, int32_t*, double*, Job&);
template void nearestNeighbours<double>(const Neighbours<double>&, int32_t*, double*, Job&);

}  // namespace verisim
