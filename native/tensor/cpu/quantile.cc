// The search is branch-free: a binary search whose steps are conditional moves, many in flight at once. The normal
// distribution function runs over a block of cells that need it (normal_kernels.h).
#include "quantile.h"

#include <cmath>
#include <limits>

#include "normal.h"

namespace verisim {
namespace {

constexpr int64_t grain = 16384;  // cells of one tile
constexpr int64_t block = 512;    // cells worked on at once: three arrays in L1

/// Number of thresholds <= z; meaningless for NaN.
inline int64_t countBelow(const double* thresholds, int64_t count, double z) {
  const double* base = thresholds;
  while (count > 1) {
    const int64_t half = count >> 1;
    base += base[half - 1] <= z ? half : 0;
    count -= half;
  }
  return base - thresholds + (count == 1 && *base <= z ? 1 : 0);
}

inline double roundTo(double x, double scale) {
  // Half away from zero. The remainder of a truncation is exact, so nothing is rounded twice; from 2^52 on every
  // double is whole.
  const double y = std::fabs(x) * scale;
  if (!(y < 4503599627370496.0)) return x;
  double whole = std::trunc(y);
  if (y - whole >= 0.5) whole += 1;
  return std::copysign(whole / scale, x) + 0.0;
}

}  // namespace

void bucketize(const double* z, int64_t count, const double* thresholds, int64_t thresholdCount, const int32_t* labels,
               int32_t* out, Job& job) {
  job.range(count, grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      const double x = z[i];
      const auto code = static_cast<int32_t>(countBelow(thresholds, thresholdCount, x));
      out[i] = std::isnan(x) ? -1 : labels != nullptr ? labels[code] : code;
    }
  });
}

void quantileMap(const double* z, int64_t count, const Marginal& marginal, double* out, Job& job) {
  const auto& kernels = normal();
  const double scale = marginal.decimals < 0 ? 0 : std::pow(10.0, marginal.decimals);
  bool continuous = false;
  for (int64_t s = 0; s < marginal.segments; s++) continuous |= marginal.low[s] != marginal.high[s];
  job.range(count, grain, [&](int64_t begin, int64_t end) {
    double u[block];
    int32_t segment[block];
    for (int64_t start = begin; start < end; start += block) {
      const int64_t length = std::min(block, end - start);
      const double* const x = z + start;
      for (int64_t i = 0; i < length; i++)
        segment[i] = static_cast<int32_t>(countBelow(marginal.thresholds, marginal.segments - 1, x[i]));
      if (continuous) kernels.cdf(x, u, length);
      for (int64_t i = 0; i < length; i++) {
        const int64_t s = segment[i];
        const double low = marginal.low[s], high = marginal.high[s];
        double cell = low;
        if (low != high) {
          const double width = marginal.cumulative[s + 1] - marginal.cumulative[s];
          double t = width > 0 ? (u[i] - marginal.cumulative[s]) / width : 0;
          t = t > 0 ? t : 0;
          t = t < 1 ? t : 1;
          cell = low + t * (high - low);
          if (scale > 0) cell = roundTo(cell, scale);
        }
        out[start + i] = std::isnan(x[i]) ? std::numeric_limits<double>::quiet_NaN() : cell;
      }
    }
  });
}

}  // namespace verisim
