// Rows are cut into pieces of fixed length and the pieces' sums are added in their order: the same bits for any number
// of threads.
#include "stats.h"

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "isa.h"
#include "thresholds.h"

namespace verisim {
namespace {

/// A column before its pairs are looked at.
struct ColumnSummary {
  double shift = 0;  // a number near the mean, exactly the value of a constant column
  double low = std::numeric_limits<double>::infinity(), high = -low;
  bool complete = true;
};

/// Sums over rows in which both columns hold a number, of deviations from the columns' shifts.
struct PairSums {
  double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  double lowX = std::numeric_limits<double>::infinity(), highX = -lowX;
  double lowY = lowX, highY = -lowX;
};

/// Adds rows [begin, end) to the sums.
using PairKernel = void (*)(const double* x, double shiftX, const double* y, double shiftY, int64_t begin, int64_t end,
                            PairSums& sums);
struct PairKernels {
  PairKernel complete;  // no cell is missing: n and the ranges are left to the caller
  PairKernel missing;
};

}  // namespace
}  // namespace verisim

#define VERISIM_KERNELS "stats_kernels.h"
#include "each_isa.h"

namespace verisim {
namespace {

constexpr int64_t grain = 8192;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Mean in pieces of fixed length; the value itself where all are equal, so that its deviations are exactly zero.
ColumnSummary summarise(const double* x, int64_t rows) {
  ColumnSummary summary;
  double sum = 0;
  int64_t count = 0;
  for (int64_t begin = 0; begin < rows; begin += grain) {
    double part = 0;
    for (int64_t i = begin; i < std::min(rows, begin + grain); i++) {
      if (std::isnan(x[i])) continue;
      part += x[i];
      count++;
      summary.low = std::min(summary.low, x[i]);
      summary.high = std::max(summary.high, x[i]);
    }
    sum += part;
  }
  summary.complete = count == rows;
  if (count > 0) summary.shift = summary.low == summary.high ? summary.low : sum / static_cast<double>(count);
  if (!std::isfinite(summary.shift)) summary.shift = 0;
  return summary;
}

double pearson(const PairSums& s) {
  if (s.n < 2 || !(s.lowX < s.highX) || !(s.lowY < s.highY)) return nan;
  const double varianceX = s.xx - s.x * s.x / s.n, varianceY = s.yy - s.y * s.y / s.n;
  if (!(varianceX > 0) || !(varianceY > 0)) return nan;
  const double r = (s.xy - s.x * s.y / s.n) / std::sqrt(varianceX) / std::sqrt(varianceY);
  return r > 1 ? 1 : r < -1 ? -1 : r;
}

}  // namespace

void correlation(const double* const* columns, int64_t columnCount, int64_t rows, double* out, double* counts,
                 Job& job) {
  std::vector<ColumnSummary> summaries(static_cast<size_t>(columnCount));
  job.run(columnCount, [&](int64_t c, int) { summaries[static_cast<size_t>(c)] = summarise(columns[c], rows); });
  const PairKernels& kernels = VERISIM_PICK(pairKernels);
  const int64_t pairs = columnCount * (columnCount + 1) / 2;
  job.run(pairs, [&](int64_t index, int) {
    int64_t row = 0;
    while (index > row) index -= ++row;
    const int64_t col = index;
    const ColumnSummary& x = summaries[static_cast<size_t>(row)];
    const ColumnSummary& y = summaries[static_cast<size_t>(col)];
    const bool complete = x.complete && y.complete;
    const auto sumPiece = complete ? kernels.complete : kernels.missing;
    PairSums sums;
    for (int64_t begin = 0; begin < rows; begin += grain)
      sumPiece(columns[row], x.shift, columns[col], y.shift, begin, std::min(rows, begin + grain), sums);
    if (complete) {
      sums.n = static_cast<double>(rows);
      sums.lowX = x.low, sums.highX = x.high, sums.lowY = y.low, sums.highY = y.high;
    }
    double r = pearson(sums);
    if (row == col && !std::isnan(r)) r = 1;
    out[row * columnCount + col] = out[col * columnCount + row] = r;
    counts[row * columnCount + col] = counts[col * columnCount + row] = sums.n;
  });
}

void histogram(const double* values, int64_t count, const double* edges, int64_t edgeCount, double* counts, Job& job) {
  const int64_t bins = edgeCount - 1;
  std::fill(counts, counts + bins, 0.0);
  const Thresholds prepared(edges, edgeCount, count);
  const double last = edges[bins];
  std::vector<double> parts(static_cast<size_t>(bins * job.threads), 0.0);
  job.run((count + grain - 1) / grain, [&](int64_t tile, int slot) {
    double* const part = parts.data() + slot * bins;
    int32_t codes[searchBlock];
    for (int64_t start = tile * grain; start < std::min(count, (tile + 1) * grain); start += searchBlock) {
      const int64_t length = std::min(searchBlock, count - start);
      prepared.search(values + start, length, codes);
      for (int64_t i = 0; i < length; i++) {
        const double x = values[start + i];
        const int64_t bin = std::min<int64_t>(codes[i] - 1, bins - 1);
        if (bin >= 0 && x <= last) part[bin] += 1;
      }
    }
  });
  for (size_t i = 0; i < parts.size(); i++) counts[static_cast<int64_t>(i) % bins] += parts[i];
}

void contingency(const int32_t* a, int64_t cardinalityA, const int32_t* b, int64_t cardinalityB, int64_t rows,
                 double* counts, Job& job) {
  const int64_t cells = cardinalityA * cardinalityB;
  std::fill(counts, counts + cells, 0.0);
  // A table of counts per thread where it stays in L2; else one thread and the result itself.
  const bool shared = cells > 65536;
  Job serial = job;
  if (shared) serial.threads = 1;
  std::vector<double> parts(shared ? 0 : static_cast<size_t>(cells * job.threads), 0.0);
  constexpr int64_t tileRows = 8 * grain;
  serial.run((rows + tileRows - 1) / tileRows, [&](int64_t tile, int slot) {
    double* const part = shared ? counts : parts.data() + slot * cells;
    for (int64_t i = tile * tileRows; i < std::min(rows, (tile + 1) * tileRows); i++) {
      const int64_t x = a[i], y = b[i];
      if (x < 0 || y < 0) continue;
      if (x >= cardinalityA || y >= cardinalityB)
        throw ArgumentError("Expected codes below their cardinality but received a larger one");
      part[x * cardinalityB + y] += 1;
    }
  });
  for (size_t i = 0; i < parts.size(); i++) counts[static_cast<int64_t>(i) % cells] += parts[i];
}

double ksStatistic(const double* a, int64_t countA, const double* b, int64_t countB, Job& job) {
  for (const auto& [sample, count] : {std::pair(a, countA), std::pair(b, countB)})
    job.range(count, 8 * grain, [&sample = sample](int64_t begin, int64_t end) {
      bool ascending = sample[begin] == sample[begin];
      for (int64_t i = std::max<int64_t>(1, begin); i < end; i++) ascending &= sample[i - 1] <= sample[i];
      if (!ascending) throw ArgumentError("Expected ascending samples without NaN");
    });
  const auto sizeA = static_cast<double>(countA), sizeB = static_cast<double>(countB);
  double largest = 0;
  int64_t i = 0, j = 0, next = 0;
  while (i < countA && j < countB) {
    if (i + j >= next) {
      job.check();
      next = i + j + 65536;
    }
    const bool fromA = a[i] <= b[j];
    const double x = fromA ? a[i] : b[j];
    // One step at least: memory that another thread writes to must not stop the walk.
    ++(fromA ? i : j);
    while (i < countA && a[i] == x) i++;
    while (j < countB && b[j] == x) j++;
    largest = std::max(largest, std::fabs(static_cast<double>(i) / sizeA - static_cast<double>(j) / sizeB));
  }
  return largest;
}

}  // namespace verisim
