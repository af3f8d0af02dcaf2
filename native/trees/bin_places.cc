// Places of bins: kept in order, or ordered by reciprocal averaging (Hill 1973) and drawn together where few rows speak.
#include "bin_places.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace verisim {

void placeBins(const BinnedColumn& column, const std::vector<uint32_t>& rows, const std::vector<int32_t>& classOf,
               int classes, uint8_t* table) {
  const auto width = static_cast<size_t>(classes);
  std::vector<double> counts(tableSize * width), inBin(tableSize), inClass(width);
  for (const uint32_t row : rows) {
    const size_t b = column.bins[row];
    const auto k = static_cast<size_t>(classOf[row]);
    counts[b * width + k]++;
    inBin[b]++;
    inClass[k]++;
  }
  std::vector<int> order(static_cast<size_t>(column.count));
  std::iota(order.begin(), order.end(), 0);
  if (column.nominal) {
    std::vector<double> score(width), mean(tableSize);
    size_t largest = 0;
    for (size_t k = 1; k < width; k++)
      if (inClass[k] > inClass[largest]) largest = k;
    for (size_t k = 0; k < width; k++) score[k] = (k == largest ? 1.0 : 0.0) + 1e-3 * static_cast<double>(k);
    const auto n = static_cast<double>(std::max<size_t>(1, rows.size()));
    for (int pass = 0; pass < (classes == 2 ? 1 : 6); pass++) {
      double overall = 0;
      for (size_t k = 0; k < width; k++) overall += score[k] * inClass[k] / n;
      // Bins of few rows are drawn to the mean of all.
      for (size_t b = 0; b < tableSize; b++) {
        double sum = 10 * overall;
        for (size_t k = 0; k < width; k++) sum += counts[b * width + k] * score[k];
        mean[b] = sum / (inBin[b] + 10);
      }
      if (classes == 2) break;
      double largestScore = 0, centre = 0;
      std::vector<double> sums(width);
      for (size_t b = 0; b < tableSize; b++)
        for (size_t k = 0; k < width; k++) sums[k] += counts[b * width + k] * mean[b];
      for (size_t k = 0; k < width; k++) centre += sums[k] / n;
      for (size_t k = 0; k < width; k++) {
        score[k] = inClass[k] > 0 ? sums[k] / inClass[k] - centre : 0;
        largestScore = std::max(largestScore, std::abs(score[k]));
      }
      if (largestScore > 0)
        for (double& s : score) s /= largestScore;
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](int a, int b) { return mean[static_cast<size_t>(a)] < mean[static_cast<size_t>(b)]; });
  }
  const double total = static_cast<double>(rows.size());
  if (column.count <= places) {
    for (size_t i = 0; i < order.size(); i++) table[order[i]] = static_cast<uint8_t>(i);
    return;
  }
  // Heavy bins take places of their own, what is left is shared evenly among the places that are left.
  double left = total, open = 0;
  int place = 0;
  for (const int bin : order) {
    const double own = inBin[static_cast<size_t>(bin)];
    if (open > 0 && place + 1 < places && open + own / 2 >= (left + open) / (places - place)) {
      place++;
      open = 0;
    }
    table[bin] = static_cast<uint8_t>(place);
    open += own;
    left -= own;
  }
}

}  // namespace verisim
