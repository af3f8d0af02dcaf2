// Classes of a column's outcomes: the frequent ones alone, the others in groups.
#include <algorithm>
#include <numeric>

#include "tree_grower.h"

namespace verisim {
namespace {

/// Classes of ordered outcomes hold at least one in so many rows. With finer ones a leaf of some twenty rows leaves most
/// classes empty, which likelihood punishes as it would a wrong shape: draws then go up the tree, and numbers lose what goes
/// with them. With coarser ones it no longer tells where in a leaf a value lies.
constexpr int64_t orderedShares = 10;

}  // namespace

std::vector<uint8_t> globalClasses(const Outcomes& outcomes, int& classes) {
  std::vector<int64_t> counts(static_cast<size_t>(outcomes.count));
  for (int64_t row = 0; row < outcomes.rows; row++)
    if (outcomes.codes[row] >= 0) counts[static_cast<size_t>(outcomes.codes[row])]++;
  std::vector<uint8_t> result(counts.size());
  if (!outcomes.ordered) {
    std::vector<int32_t> order(counts.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
      return counts[static_cast<size_t>(a)] > counts[static_cast<size_t>(b)];
    });
    const auto different = static_cast<int64_t>(order.size());
    classes = static_cast<int>(std::min<int64_t>(different, maxClasses));
    for (int64_t place = 0; place < different; place++)
      result[static_cast<size_t>(order[static_cast<size_t>(place)])] = classByFrequency(place, different);
    return result;
  }
  const int64_t wanted = std::max<int64_t>(1, outcomes.rows / orderedShares);
  int next = 0;
  int64_t inside = 0;
  for (size_t code = 0; code < counts.size(); code++) {
    const bool apart = counts[code] >= wanted || (code == 0 && outcomes.zeroApart);
    if (inside > 0 && (apart || inside >= wanted)) {
      next = std::min(next + 1, maxClasses - 1);
      inside = 0;
    }
    result[code] = static_cast<uint8_t>(next);
    inside += counts[code];
    if (apart) {
      next = std::min(next + 1, maxClasses - 1);
      inside = 0;
    }
  }
  classes = inside > 0 || next == 0 ? next + 1 : next;
  classes = std::min(classes, maxClasses);
  return result;
}

}  // namespace verisim
