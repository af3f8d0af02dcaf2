// Blocks of cells go through three passes in L1: find the segment, the normal distribution function where a segment is
// not an atom (normal_kernels.h), place the cell inside its segment.
#include "quantile.h"

#include <cmath>
#include <vector>

#include "isa.h"
#include "normal.h"
#include "thresholds.h"

#define VERISIM_KERNELS "quantile_kernels.h"
#include "each_isa.h"

namespace verisim {
namespace {

constexpr int64_t grain = 32 * searchBlock;

}  // namespace

void bucketize(const double* z, int64_t count, const double* thresholds, int64_t thresholdCount, const int32_t* labels,
               int32_t* out, Job& job) {
  const Thresholds prepared(thresholds, thresholdCount, count);
  job.range(count, grain, [&](int64_t begin, int64_t end) {
    int32_t codes[searchBlock];  // not in `out`: another thread may see, and write, memory that JavaScript shares
    for (int64_t start = begin; start < end; start += searchBlock) {
      const int64_t length = std::min(searchBlock, end - start);
      prepared.search(z + start, length, codes);
      for (int64_t i = 0; i < length; i++)
        out[start + i] = std::isnan(z[start + i]) ? -1 : labels != nullptr ? labels[codes[i]] : codes[i];
    }
  });
}

void quantileMap(const double* z, int64_t count, const Marginal& marginal, double* out, Job& job) {
  const Thresholds prepared(marginal.thresholds, marginal.segments - 1, count);
  const PlaceKernel place = VERISIM_PICK(placeKernel);
  const auto& normals = normal();
  double scale = marginal.decimals < 0 ? 0 : 1;
  for (int digit = 0; digit < marginal.decimals; digit++) scale *= 10;  // exact up to 10^22
  std::vector<Piece> pieces(static_cast<size_t>(marginal.segments));
  bool continuous = false;
  for (int64_t s = 0; s < marginal.segments; s++) {
    const double low = marginal.low[s], high = marginal.high[s], from = marginal.cumulative[s];
    const double width = marginal.cumulative[s + 1] - from;
    pieces[static_cast<size_t>(s)] = {low, high, from, low != high && width > 0 ? width : 0};
    continuous |= low != high;
  }
  job.range(count, grain, [&](int64_t begin, int64_t end) {
    double u[searchBlock] = {};
    int32_t codes[searchBlock];
    for (int64_t start = begin; start < end; start += searchBlock) {
      const int64_t length = std::min(searchBlock, end - start);
      const double* const scores = z + start;
      prepared.search(scores, length, codes);
      if (continuous) normals.cdf(scores, u, length);
      place(pieces.data(), scale, scores, u, codes, length, out + start);
    }
  });
}

}  // namespace verisim
