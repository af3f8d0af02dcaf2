// Rows are cut into pieces of fixed length and the pieces' sums are added in their order: the same bits for any number
// of threads.
#include "stats.h"

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "thresholds.h"

namespace verisim {
namespace {

constexpr int64_t grain = 8192;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct ColumnSummary {
  double shift = 0;  // a number near the mean, exactly the value of a constant column
  bool complete = true;
};

/// Mean in pieces of fixed length; the value itself where all are equal, so that its deviations are exactly zero.
ColumnSummary summarise(const double* x, int64_t rows) {
  ColumnSummary summary;
  double low = std::numeric_limits<double>::infinity(), high = -low, sum = 0;
  int64_t count = 0;
  for (int64_t begin = 0; begin < rows; begin += grain) {
    double part = 0;
    for (int64_t i = begin; i < std::min(rows, begin + grain); i++) {
      if (std::isnan(x[i])) continue;
      part += x[i];
      count++;
      low = std::min(low, x[i]);
      high = std::max(high, x[i]);
    }
    sum += part;
  }
  summary.complete = count == rows;
  if (count > 0) summary.shift = low == high ? low : sum / static_cast<double>(count);
  if (!std::isfinite(summary.shift)) summary.shift = 0;
  return summary;
}

constexpr int wide = 8;  // independent chains of sums

struct PairSums {
  double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  double lowX = std::numeric_limits<double>::infinity(), highX = -lowX;
  double lowY = lowX, highY = -lowX;

  void add(const PairSums& part) {
    n += part.n, x += part.x, y += part.y, xx += part.xx, yy += part.yy, xy += part.xy;
    lowX = std::min(lowX, part.lowX), highX = std::max(highX, part.highX);
    lowY = std::min(lowY, part.lowY), highY = std::max(highY, part.highY);
  }

  double correlation() const {
    if (n < 2 || !(lowX < highX) || !(lowY < highY)) return nan;
    const double varianceX = xx - x * x / n, varianceY = yy - y * y / n;
    if (!(varianceX > 0) || !(varianceY > 0)) return nan;
    const double r = (xy - x * y / n) / std::sqrt(varianceX) / std::sqrt(varianceY);
    return r > 1 ? 1 : r < -1 ? -1 : r;
  }
};

PairSums sumPair(const double* x, double shiftX, const double* y, double shiftY, int64_t begin, int64_t end) {
  double n[wide] = {}, sx[wide] = {}, sy[wide] = {}, sxx[wide] = {}, syy[wide] = {}, sxy[wide] = {};
  double lowX[wide], highX[wide], lowY[wide], highY[wide];
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (int j = 0; j < wide; j++) lowX[j] = lowY[j] = infinity, highX[j] = highY[j] = -infinity;
  const auto addRow = [&](int64_t i, int j) {
    const double dx = x[i] - shiftX, dy = y[i] - shiftY;
    const bool both = dx == dx && dy == dy;
    const double ux = both ? dx : 0, uy = both ? dy : 0;
    n[j] += both ? 1 : 0;
    sx[j] += ux, sy[j] += uy, sxx[j] += ux * ux, syy[j] += uy * uy, sxy[j] += ux * uy;
    const double toLowX = both ? dx : infinity, toHighX = both ? dx : -infinity;
    const double toLowY = both ? dy : infinity, toHighY = both ? dy : -infinity;
    lowX[j] = toLowX < lowX[j] ? toLowX : lowX[j], highX[j] = toHighX > highX[j] ? toHighX : highX[j];
    lowY[j] = toLowY < lowY[j] ? toLowY : lowY[j], highY[j] = toHighY > highY[j] ? toHighY : highY[j];
  };
  int64_t i = begin;
  for (; i + wide <= end; i += wide)
    for (int j = 0; j < wide; j++) addRow(i + j, j);
  for (int j = 0; i < end; i++, j++) addRow(i, j);
  PairSums sums;
  for (int j = 0; j < wide; j++)
    sums.add({n[j], sx[j], sy[j], sxx[j], syy[j], sxy[j], lowX[j], highX[j], lowY[j], highY[j]});
  return sums;
}

}  // namespace

void correlation(const double* const* columns, int64_t columnCount, int64_t rows, double* out, double* counts,
                 Job& job) {
  std::vector<ColumnSummary> summaries(static_cast<size_t>(columnCount));
  job.run(columnCount, [&](int64_t c, int) { summaries[static_cast<size_t>(c)] = summarise(columns[c], rows); });
  const int64_t pairs = columnCount * (columnCount + 1) / 2;
  job.run(pairs, [&](int64_t index, int) {
    int64_t row = 0;
    while (index > row) index -= ++row;
    const int64_t col = index;
    PairSums sums;
    for (int64_t begin = 0; begin < rows; begin += grain)
      sums.add(sumPair(columns[row], summaries[static_cast<size_t>(row)].shift, columns[col],
                       summaries[static_cast<size_t>(col)].shift, begin, std::min(rows, begin + grain)));
    double r = sums.correlation();
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
