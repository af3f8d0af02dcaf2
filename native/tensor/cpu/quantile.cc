// Blocks of cells go through three passes in L1: find the segment, the normal distribution function where a segment is
// not an atom (normal_kernels.h), place the cell inside its segment.
#include "quantile.h"

#include <cmath>
#include <limits>
#include <vector>

#include "isa.h"
#include "normal.h"

#define VERISIM_KERNELS "quantile_kernels.h"
#include "each_isa.h"

namespace verisim {
namespace {

constexpr int64_t grain = 32 * quantileBlock;
constexpr int64_t fewNumbers = 1024;  // below, building a guide costs more than it saves
constexpr double infinity = std::numeric_limits<double>::infinity();

const QuantileKernels& quantileKernels() { return VERISIM_PICK(kernels); }

/// Owns what a Guide points to.
class Thresholds {
 public:
  Thresholds(const double* thresholds, int64_t count, int64_t numbers) {
    guide_.thresholds = thresholds;
    guide_.count = static_cast<int32_t>(count);
    guide_.perCell = guide_.count;
    guide_.cells = nullptr;
    if (count <= 16 || numbers < fewNumbers || numbers < count) return;
    int64_t first = 0, last = count - 1;
    while (first < last && thresholds[first] == -infinity) first++;
    while (first < last && thresholds[last] == infinity) last--;
    const double width = thresholds[last] - thresholds[first];
    const auto cellCount = static_cast<int32_t>(std::min<int64_t>(int64_t{1} << 16, 4 * count));
    const double scale = cellCount / width;
    if (!std::isfinite(width) || !std::isfinite(scale)) return;
    guide_.cellCount = cellCount;
    guide_.low = thresholds[first];
    guide_.scale = scale;
    // The cell of a number is a non-decreasing function of it, computed alike here and in the search: thresholds in
    // lower cells are smaller, those in higher cells larger, whatever the rounding.
    cells_.assign(static_cast<size_t>(cellCount) + 1, 0);
    for (int64_t i = 0; i < count; i++) {
      double cell = (thresholds[i] - guide_.low) * scale;
      cell = cell > 0 ? cell : 0;
      cell = cell < cellCount - 1 ? cell : cellCount - 1;
      cells_[static_cast<size_t>(cell) + 1]++;
    }
    guide_.perCell = *std::max_element(cells_.begin(), cells_.end());
    for (size_t i = 1; i < cells_.size(); i++) cells_[i] += cells_[i - 1];
    padded_.reserve(static_cast<size_t>(count + guide_.perCell));
    padded_.assign(thresholds, thresholds + count);
    padded_.resize(static_cast<size_t>(count + guide_.perCell), infinity);
    guide_.thresholds = padded_.data();
    guide_.cells = cells_.data();
  }
  Thresholds(const Thresholds&) = delete;
  Thresholds& operator=(const Thresholds&) = delete;

  const Guide& guide() const { return guide_; }

 private:
  Guide guide_{};
  std::vector<int32_t> cells_;
  std::vector<double> padded_;
};

}  // namespace

void bucketize(const double* z, int64_t count, const double* thresholds, int64_t thresholdCount, const int32_t* labels,
               int32_t* out, Job& job) {
  const Thresholds prepared(thresholds, thresholdCount, count);
  const auto& kernels = quantileKernels();
  job.range(count, grain, [&](int64_t begin, int64_t end) {
    int32_t codes[quantileBlock];  // not in `out`: another thread may see, and write, memory that JavaScript shares
    for (int64_t start = begin; start < end; start += quantileBlock) {
      const int64_t length = std::min(quantileBlock, end - start);
      kernels.search(prepared.guide(), z + start, length, codes);
      for (int64_t i = 0; i < length; i++)
        out[start + i] = std::isnan(z[start + i]) ? -1 : labels != nullptr ? labels[codes[i]] : codes[i];
    }
  });
}

void quantileMap(const double* z, int64_t count, const Marginal& marginal, double* out, Job& job) {
  const Thresholds prepared(marginal.thresholds, marginal.segments - 1, count);
  const auto& kernels = quantileKernels();
  const auto& normals = normal();
  const double scale = marginal.decimals < 0 ? 0 : std::pow(10.0, marginal.decimals);
  std::vector<Piece> pieces(static_cast<size_t>(marginal.segments));
  bool continuous = false;
  for (int64_t s = 0; s < marginal.segments; s++) {
    const double low = marginal.low[s], high = marginal.high[s], from = marginal.cumulative[s];
    const double width = marginal.cumulative[s + 1] - from;
    pieces[static_cast<size_t>(s)] = {low, high, from, low != high && width > 0 ? width : 0};
    continuous |= low != high;
  }
  job.range(count, grain, [&](int64_t begin, int64_t end) {
    double u[quantileBlock] = {};
    int32_t codes[quantileBlock];
    for (int64_t start = begin; start < end; start += quantileBlock) {
      const int64_t length = std::min(quantileBlock, end - start);
      const double* const scores = z + start;
      kernels.search(prepared.guide(), scores, length, codes);
      if (continuous) normals.cdf(scores, u, length);
      kernels.place(pieces.data(), scale, scores, u, codes, length, out + start);
    }
  });
}

}  // namespace verisim
