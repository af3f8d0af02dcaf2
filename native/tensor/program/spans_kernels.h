// Sums, maxima and running sums along rows. Included once per instruction set (cpu/each_isa.h).

#include "program/lanes.h"

struct Sum {
  static constexpr float nothing = 0;
  VERISIM_INLINE F32 combine(F32 a, F32 b) { return a + b; }
};
struct Maximum {
  static constexpr float nothing = -__builtin_inff();
  VERISIM_INLINE F32 combine(F32 a, F32 b) { return vx_max(a, b); }
};

template <class Of>
VERISIM_INLINE F32 loadSpanEnd(const float* p, int count) {
  const F32 v = loadFirst(p, count);
  return Of::nothing == 0 ? v : choose(firstLanes(count), v, all(Of::nothing));
}

/// x[0..width) put together, in every lane. Four chains where there is much, all added up in one order.
template <class Of>
VERISIM_INLINE F32 reduceSpan(const float* x, int64_t width) {
  const auto across = [](F32 a, F32 b) __attribute__((always_inline)) { return Of::combine(a, b); };
  if (width <= lanes32) return acrossLanes(loadSpanEnd<Of>(x, static_cast<int>(width)), across);
  F32 result = loadF32(x);
  int64_t i = lanes32;
  if (width >= 8 * lanes32) {
    F32 b = loadF32(x + lanes32), c = loadF32(x + 2 * lanes32), d = loadF32(x + 3 * lanes32);
    for (i = 4 * lanes32; i + 4 * lanes32 <= width; i += 4 * lanes32) {
      result = Of::combine(result, loadF32(x + i));
      b = Of::combine(b, loadF32(x + i + lanes32));
      c = Of::combine(c, loadF32(x + i + 2 * lanes32));
      d = Of::combine(d, loadF32(x + i + 3 * lanes32));
    }
    result = Of::combine(Of::combine(result, b), Of::combine(c, d));
  }
  for (; i + lanes32 <= width; i += lanes32) result = Of::combine(result, loadF32(x + i));
  if (i < width) result = Of::combine(result, loadSpanEnd<Of>(x + i, static_cast<int>(width - i)));
  return acrossLanes(result, across);
}

/// One row: every entry becomes its span's sum or maximum. `room`: a vector may be read and written at any place of the
/// row, what follows it is written later. Spans are written left to right in whole vectors that run over into the next.
template <class Of, bool room>
VERISIM_INLINE void spanRow(const float* x, float* out, const Span* spans, int64_t spanCount) {
  for (const Span* span = spans; span != spans + spanCount; span++) {
    const float* const p = x + span->start;
    float* q = out + span->start;
    const int64_t width = span->width;
    if (span->ones) {
      for (int64_t i = 0; room && i < width; i += lanes32) storeF32(q + i, loadF32(p + i));
      for (int64_t i = 0; !room && i < width; i++) q[i] = p[i];
      continue;
    }
    if (room && width <= lanes32) {
      const I32 inside = firstLanes(static_cast<int>(width));
      const F32 v = loadF32(p);
      const F32 own = Of::nothing == 0 ? (F32)((I32)v & inside) : choose(inside, v, all(Of::nothing));
      storeF32(q, acrossLanes(own, [](F32 a, F32 b) __attribute__((always_inline)) { return Of::combine(a, b); }));
      continue;
    }
    const F32 value = reduceSpan<Of>(p, width);
    float* const last = q + width;
    if (room) {
      for (; q < last; q += lanes32) storeF32(q, value);
    } else {
      for (; q + lanes32 <= last; q += lanes32) storeF32(q, value);
      if (q < last) storeFirst(q, value, static_cast<int>(last - q));
    }
  }
}

/// Rows [begin, end). Only where a vector might run over the end is a row written to the number.
template <class Of>
static void spanRows(const float* x, float* out, const Span* spans, int64_t spanCount, int64_t width, int64_t begin,
                     int64_t end) {
  const int64_t overrun = (lanes32 + width - 1) / width;  // rows that the last vector of a row may reach into
  int64_t row = begin;
  for (; row < end - overrun; row++) spanRow<Of, true>(x + row * width, out + row * width, spans, spanCount);
  for (; row < end; row++) spanRow<Of, false>(x + row * width, out + row * width, spans, spanCount);
}

/// The first of the largest of x[0..width), a NaN being larger than everything; 0 of nothing.
static int64_t largestAt(const float* x, int64_t width) {
  if (width == 0) return 0;
  const F32 largest = reduceSpan<Maximum>(x, width);
  const bool isNaN = largest[0] != largest[0];
  for (int64_t i = 0; i < width; i += lanes32) {
    const int count = static_cast<int>(std::min<int64_t>(lanes32, width - i));
    const F32 v = count == lanes32 ? loadF32(x + i) : loadFirst(x + i, count);
    uint32_t bits = laneBits(isNaN ? v != v : v == largest);
    if (count < lanes32) bits &= (1u << count) - 1;
    if (bits != 0) return i + __builtin_ctz(bits);
  }
  return 0;
}

static void argmaxRows(const float* x, int32_t* out, int64_t width, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; row++) out[row] = static_cast<int32_t>(largestAt(x + row * width, width));
}

const SpanKernels spanKernels = {&spanRows<Sum>, &spanRows<Maximum>, &argmaxRows};
