// Builds the table of a list of thresholds and picks the search of the instruction set.
#include "thresholds.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "isa.h"

#define VERISIM_KERNELS "threshold_kernels.h"
#include "each_isa.h"

namespace verisim {
namespace {

constexpr int64_t fewNumbers = 1024;  // below, building a table costs more than it saves
constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

Thresholds::Thresholds(const double* thresholds, int64_t count, int64_t numbers) : kernel_(VERISIM_PICK(searchKernel)) {
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

}  // namespace verisim
