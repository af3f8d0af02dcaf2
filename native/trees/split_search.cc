// Histograms of slopes by leaf and place. Of the two halves of every leaf the rows of the smaller side are added up, the other
// half is what is left of the leaf before. Four columns are added up at a time, so that sums wait for each other less.
#include "split_search.h"

#include <algorithm>

#include "wide.h"

namespace verisim {
namespace {

constexpr size_t atOnce = 4;

/// Rows to add up.
struct Rows {
  const uint32_t* rows;
  size_t count;
  const uint8_t* leaf;
  uint8_t mask;
  const float* slopes;
};

/// A column's places and its sums.
struct Sums {
  const uint8_t* placed;
  float* sums;
  size_t width;
  int32_t* counts;
};

template <size_t width>
VERISIM_INSIDE void add(float* sum, const float* slope) {
  if constexpr (width == 4) {
    *reinterpret_cast<Four*>(sum) += *reinterpret_cast<const Four*>(slope);
  } else {
    for (size_t i = 0; i < width; i++) sum[i] += slope[i];
  }
}

/// Adds rows to the sums of `columns` columns. @param first true: of the level without leaves, where rows are counted too
template <size_t width, size_t columns, bool first>
VERISIM_INSIDE void addColumns(const Rows& own, const Sums* to) {
  std::array<Sums, columns> sums;
  for (size_t c = 0; c < columns; c++) sums[c] = to[c];
  for (size_t i = 0; i < own.count; i++) {
    const size_t row = own.rows[i];
    std::array<float, width> slope;
    std::copy_n(own.slopes + row * width, width, slope.begin());
    const size_t leaf = first ? 0 : own.leaf[row] & own.mask;
    for (size_t c = 0; c < columns; c++) {
      const size_t place = sums[c].placed[row];
      add<width>(sums[c].sums + (leaf * sums[c].width + place) * width, slope.data());
      if constexpr (first) sums[c].counts[place]++;
    }
  }
}

template <size_t width, bool first>
VERISIM_INSIDE void addAll(const Rows& own, const std::vector<Sums>& sums) {
  size_t c = 0;
  for (; c + atOnce <= sums.size(); c += atOnce) addColumns<width, atOnce, first>(own, sums.data() + c);
  for (; c < sums.size(); c++) addColumns<width, 1, first>(own, sums.data() + c);
}

void addRows(const Rows& own, const std::vector<Sums>& sums, size_t slopes, bool first) {
  if (slopes == 1) return first ? addAll<2, true>(own, sums) : addAll<2, false>(own, sums);
  return first ? addAll<4, true>(own, sums) : addAll<4, false>(own, sums);
}

/// How much a leaf with these sums lowers the loss. @param sums first derivatives and the second one, each `step` after the one before
template <size_t sums>
VERISIM_INSIDE float worth(const float* own, size_t step, float l2) {
  float squares = 0;
  for (size_t i = 0; i < sums; i++) squares += own[i * step] * own[i * step];
  return squares / (std::max(0.0f, own[sums * step]) + l2);
}

/// Adds to the gain of each place what a leaf split there lowers the loss by.
template <size_t sums>
VERISIM_INSIDE void addLeafGains(const float* histogram, const float* whole, size_t width, float l2, double* gains) {
  constexpr size_t slopes = sums + 1;
  // Left of each place: a row per sum.
  std::array<float, slopes * places> left;
  std::array<float, slopes> sum{};
  for (size_t place = 0; place < width; place++)
    for (size_t i = 0; i < slopes; i++) {
      sum[i] += histogram[place * slopes + i];
      left[i * places + place] = sum[i];
    }
  for (size_t place = 0; place < width; place++) {
    std::array<float, slopes> right;
    for (size_t i = 0; i < slopes; i++) right[i] = whole[i] - left[i * places + place];
    gains[place] += worth<sums>(left.data() + place, places, l2) + worth<sums>(right.data(), 1, l2);
  }
}

VERISIM_WIDE void addGains(const float* histogram, const float* whole, size_t leaves, size_t width, size_t sums, float l2,
                           double* gains) {
  for (size_t leaf = 0; leaf < leaves; leaf++) {
    const float* const own = histogram + leaf * width * (sums + 1);
    if (sums == 1) addLeafGains<1>(own, whole + leaf * 2, width, l2, gains);
    else addLeafGains<3>(own, whole + leaf * 4, width, l2, gains);
  }
}

/// The other half of every leaf: `all` less `some`, written over `all` or over `some`.
VERISIM_WIDE void takeRest(float* __restrict all, float* __restrict some, size_t count, bool keepsSome) {
  if (keepsSome) {
    for (size_t i = 0; i < count; i++) all[i] -= some[i];
    return;
  }
  for (size_t i = 0; i < count; i++) {
    const float rest = all[i] - some[i];
    all[i] = some[i];
    some[i] = rest;
  }
}

/// What a split makes of rows: their leaves, a list of each half, and the sums of every leaf.
struct Halves {
  uint8_t* leaf;
  uint32_t *left, *right;
  float* whole;
};

/// @returns how many rows go right
template <size_t width>
size_t divideRows(const std::vector<uint32_t>& rows, const float* slopes, const uint8_t* placed, int threshold, uint8_t bit,
                  Halves to) {
  uint32_t* left = to.left;
  uint32_t* right = to.right;
  for (const uint32_t row : rows) {
    // Without a branch, which nobody could foretell.
    const bool goesRight = placed[row] > threshold;
    const auto leaf = static_cast<uint8_t>(to.leaf[row] | (goesRight ? bit : 0));
    to.leaf[row] = leaf;
    *left = row;
    *right = row;
    left += goesRight ? 0 : 1;
    right += goesRight ? 1 : 0;
    add<width>(to.whole + leaf * width, slopes + row * width);
  }
  return static_cast<size_t>(right - to.right);
}

}  // namespace

SplitSearch::SplitSearch(const std::vector<std::vector<uint8_t>>& placed, size_t rows, const Settings& settings)
    : settings_(settings), placed_(placed), leaf_(rows) {
  const size_t most = (size_t{1} << settings.depth) / 2;
  size_t room = 0;
  for (const std::vector<uint8_t>& own : placed) {
    const size_t width = own.empty() ? 1 : *std::max_element(own.begin(), own.end()) + size_t{1};
    widths_.push_back(width);
    starts_.push_back(room);
    room += most * width * (settings.sums + 1);
  }
  histogram_.resize(room);
}

void SplitSearch::begin(const std::vector<uint32_t>& rows, const float* slopes) {
  rows_ = &rows;
  slopes_ = slopes;
  level_ = 0;
  left_.resize(rows.size());
  right_.resize(rows.size());
  counts_.assign(placed_.size() * places, 0);
  const size_t width = settings_.sums + 1;
  whole_.assign(width, 0.0f);
  for (const uint32_t row : rows) {
    leaf_[row] = 0;
    for (size_t i = 0; i < width; i++) whole_[i] += slopes[row * width + i];
  }
}

void SplitSearch::divide(const Split& split) {
  const auto bit = static_cast<uint8_t>(1u << level_);
  level_++;
  whole_.assign((settings_.sums + 1) << level_, 0.0f);
  left_.resize(rows_->size());
  right_.resize(rows_->size());
  const Halves halves{leaf_.data(), left_.data(), right_.data(), whole_.data()};
  const uint8_t* const placed = placed_[split.feature].data();
  const size_t inRight = settings_.sums == 1 ? divideRows<2>(*rows_, slopes_, placed, split.threshold, bit, halves)
                                             : divideRows<4>(*rows_, slopes_, placed, split.threshold, bit, halves);
  left_.resize(rows_->size() - inRight);
  right_.resize(inRight);
}

bool SplitSearch::find(Split& best, Abort abort) {
  const size_t leaves = size_t{1} << level_;
  const size_t width = settings_.sums + 1;
  const bool first = leaves == 1;
  const bool smallIsRight = !first && right_.size() <= left_.size();
  const std::vector<uint32_t>& rows = first ? *rows_ : smallIsRight ? right_ : left_;
  // Behind the sums of the leaves that the last split divided.
  const size_t before = first ? 0 : leaves / 2;
  std::vector<Sums> sums;
  for (size_t f = 0; f < placed_.size(); f++) {
    const size_t half = before * widths_[f] * width;
    float* const own = histogram_.data() + starts_[f] + half;
    std::fill_n(own, first ? widths_[f] * width : half, 0.0f);
    sums.push_back({placed_[f].data(), own, widths_[f], counts_.data() + f * places});
  }
  throwIfAborted(abort);
  addRows({rows.data(), rows.size(), leaf_.data(), static_cast<uint8_t>(before - 1), slopes_}, sums, settings_.sums, first);
  throwIfAborted(abort);
  double base = 0;
  for (size_t leaf = 0; leaf < leaves; leaf++) {
    const float* const whole = whole_.data() + leaf * width;
    base += settings_.sums == 1 ? worth<1>(whole, 1, settings_.l2) : worth<3>(whole, 1, settings_.l2);
  }
  double most = 1e-9;
  bool isFound = false;
  std::array<double, places> gains;
  const auto total = static_cast<int64_t>(rows_->size());
  for (size_t f = 0; f < placed_.size(); f++) {
    float* const all = histogram_.data() + starts_[f];
    if (!first) takeRest(all, sums[f].sums, before * widths_[f] * width, smallIsRight);
    gains.fill(0.0);
    addGains(all, whole_.data(), leaves, widths_[f], settings_.sums, settings_.l2, gains.data());
    int64_t inLeft = 0;
    for (size_t place = 0; place + 1 < widths_[f]; place++) {
      const int64_t own = counts_[f * places + place];
      inLeft += own;
      if (own == 0 || inLeft < settings_.minLeaf || total - inLeft < settings_.minLeaf) continue;
      if (gains[place] - base <= most) continue;
      most = gains[place] - base;
      best = {f, static_cast<int>(place)};
      isFound = true;
    }
  }
  return isFound;
}

}  // namespace verisim
