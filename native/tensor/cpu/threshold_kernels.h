// Counting of the thresholds at or below numbers. Included once per instruction set (each_isa.h).

constexpr int32_t fewThresholds = 16;  // as many comparisons as vectors do faster than one table look-up

static void searchFew(const Guide& guide, const double* z, int64_t count, int32_t* codes) {
  for (int64_t i = 0; i < count; i += lanes64) {
    const F64 x = i + lanes64 <= count ? loadF64(z + i) : loadPart(z + i, static_cast<int>(count - i), 0);
    I64 code = {};
    for (int32_t t = 0; t < guide.count; t++) code -= all(guide.thresholds[t]) <= x;
    const int length = static_cast<int>(std::min<int64_t>(lanes64, count - i));
    for (int j = 0; j < length; j++) codes[i + j] = static_cast<int32_t>(code[j]);
  }
}

/// Binary search with a fixed number of halvings and no branch on the data.
VERISIM_INLINE int32_t searchHalves(const double* thresholds, int32_t count, double x) {
  int32_t begin = 0;
  for (int32_t length = count; length > 0;) {
    const int32_t half = (length + 1) >> 1;
    begin += half & -static_cast<int32_t>(thresholds[begin + half - 1] <= x);
    length -= half;
  }
  return begin;
}

template <int perCell>
static void searchGuided(const Guide& guide, const double* z, int64_t count, int32_t* codes) {
  const double low = guide.low, scale = guide.scale, last = guide.cellCount - 1;
  for (int64_t i = 0; i < count; i++) {
    double cell = (z[i] - low) * scale;
    cell = cell > 0 ? cell : 0;  // NaN too
    cell = cell < last ? cell : last;
    const int32_t begin = guide.cells[static_cast<int32_t>(cell)];
    int32_t code = begin;
    if constexpr (perCell > 0) {
#pragma GCC unroll 4
      for (int t = 0; t < perCell; t++) code += guide.thresholds[begin + t] <= z[i] ? 1 : 0;
    } else {
      code += searchHalves(guide.thresholds + begin, guide.perCell, z[i]);
    }
    // An infinite score also counts the infinities behind the last threshold.
    codes[i] = std::min(code, guide.count);
  }
}

static void search(const Guide& guide, const double* z, int64_t count, int32_t* codes) {
  if (guide.count <= fewThresholds) return searchFew(guide, z, count, codes);
  if (guide.cells == nullptr) {
    for (int64_t i = 0; i < count; i++) codes[i] = searchHalves(guide.thresholds, guide.count, z[i]);
    return;
  }
  switch (guide.perCell) {
    case 1: return searchGuided<1>(guide, z, count, codes);
    case 2: return searchGuided<2>(guide, z, count, codes);
    case 3: return searchGuided<3>(guide, z, count, codes);
    case 4: return searchGuided<4>(guide, z, count, codes);
    default: return searchGuided<0>(guide, z, count, codes);
  }
}

const SearchKernel searchKernel = &search;
