// Placement of cells inside their segments. Included once per instruction set (each_isa.h).

/// x rounded half away from zero to a multiple of 1 / scale. The remainder of a truncation is exact, so nothing is
/// rounded twice; from 2^52 on every double is whole.
VERISIM_INLINE F64 roundTo(F64 x, F64 scale) {
  const F64 magic = all(4503599627370496.0);
  const F64 y = magnitude(x) * scale;
  F64 whole = (y + magic) - magic;
  whole -= choose(whole > y, all(1.0), all(0.0));
  whole += choose(y - whole >= all(0.5), all(1.0), all(0.0));
  const F64 rounded = whole / scale;
  // 0 - r, not -r: no negative zero.
  return choose(y < magic, choose(x < all(0.0), 0.0 - rounded, rounded), x);
}

static void place(const Piece* pieces, double scale, const double* z, const double* u, const int32_t* codes,
                  int64_t count, double* out) {
  double lows[searchBlock], highs[searchBlock], froms[searchBlock], widths[searchBlock];
  for (int64_t i = 0; i < count; i++) {
    const Piece& piece = pieces[codes[i]];
    lows[i] = piece.low;
    highs[i] = piece.high;
    froms[i] = piece.from;
    widths[i] = piece.width;
  }
  for (int64_t i = count; i % lanes64 != 0; i++) lows[i] = highs[i] = froms[i] = widths[i] = 0;
  for (int64_t i = 0; i < count; i += lanes64) {
    const int rest = static_cast<int>(std::min<int64_t>(lanes64, count - i));
    const F64 low = loadF64(lows + i), high = loadF64(highs + i), width = loadF64(widths + i);
    const F64 score = rest == lanes64 ? loadF64(z + i) : loadPart(z + i, rest, 0);
    const F64 chance = rest == lanes64 ? loadF64(u + i) : loadPart(u + i, rest, 0);
    const I64 inside = width > all(0.0);
    F64 t = (chance - loadF64(froms + i)) / choose(inside, width, all(1.0));
    t = choose(t > all(0.0), t, all(0.0));
    t = choose(t < all(1.0), t, all(1.0));
    t = choose(inside, t, all(0.0));
    F64 x = low + t * (high - low);
    x = choose(x < high, x, high);
    if (scale > 0) x = roundTo(x, all(scale));
    x = choose(low == high, low, x);
    x = choose(score == score, x, all(__builtin_nan("")));
    if (rest == lanes64)
      storeF64(out + i, x);
    else
      storePart(out + i, x, rest);
  }
}

const PlaceKernel placeKernel = &place;
