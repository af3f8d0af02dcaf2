// Work along rows, a warp each: spans of a row, the largest of a row, running sums. Lanes meet in fixed order.

#define VS_WARP 0xffffffffu

VS_INLINE float warpSum(float x) {
  for (int step = 16; step > 0; step >>= 1) x += __shfl_xor_sync(VS_WARP, x, step);
  return x;
}
VS_INLINE float warpMax(float x) {
  for (int step = 16; step > 0; step >>= 1) x = largest(x, __shfl_xor_sync(VS_WARP, x, step));
  return x;
}

// Every entry becomes its span's sum or maximum; span s is [starts[s], starts[s + 1]).
VS_KERNEL segment_reduce(const float* x, float* out, const int* starts, i64 rows, int width, int spans, int maximum) {
  const i64 warp = (i64)blockIdx.x * (blockDim.x >> 5) + (threadIdx.x >> 5);
  const int lane = threadIdx.x & 31;
  const i64 row = warp / spans;
  if (row >= rows) return;
  const int span = (int)(warp - row * spans);
  const int begin = starts[span], end = starts[span + 1];
  x += row * width;
  out += row * width;
  float value = maximum ? -infinity() : 0.0f;
  for (int i = begin + lane; i < end; i += 32) value = maximum ? largest(value, x[i]) : value + x[i];
  value = maximum ? warpMax(value) : warpSum(value);
  for (int i = begin + lane; i < end; i += 32) out[i] = value;
}

// a at i comes before b at j: larger, or as large and earlier. A NaN is larger than everything.
VS_INLINE bool before(float a, int i, float b, int j) {
  const bool aNan = a != a, bNan = b != b;
  if (aNan != bNan) return aNan;
  if (!aNan && a != b) return a > b;
  return i < j;
}

VS_KERNEL argmax(const float* x, int* out, i64 rows, int width) {
  const i64 row = (i64)blockIdx.x * (blockDim.x >> 5) + (threadIdx.x >> 5);
  const int lane = threadIdx.x & 31;
  if (row >= rows) return;
  x += row * width;
  float best = -infinity();
  int place = 0x7fffffff;
  for (int i = lane; i < width; i += 32)
    if (before(x[i], i, best, place)) {
      best = x[i];
      place = i;
    }
  for (int step = 16; step > 0; step >>= 1) {
    const float other = __shfl_xor_sync(VS_WARP, best, step);
    const int at = __shfl_xor_sync(VS_WARP, place, step);
    if (before(other, at, best, place)) {
      best = other;
      place = at;
    }
  }
  if (lane == 0) out[row] = width > 0 ? place : 0;
}

// Inclusive, 32 entries at a time; `reverse` runs from the end.
VS_KERNEL cumsum(const float* x, float* out, i64 rows, int width, int reverse) {
  const i64 row = (i64)blockIdx.x * (blockDim.x >> 5) + (threadIdx.x >> 5);
  const int lane = threadIdx.x & 31;
  if (row >= rows) return;
  x += row * width;
  out += row * width;
  float carry = 0.0f;
  for (int first = 0; first < width; first += 32) {
    const int i = first + lane;
    const int at = reverse ? width - 1 - i : i;
    float value = i < width ? x[at] : 0.0f;
    for (int step = 1; step < 32; step <<= 1) {
      const float left = __shfl_up_sync(VS_WARP, value, step);
      if (lane >= step) value += left;
    }
    value += carry;
    if (i < width) out[at] = value;
    carry = __shfl_sync(VS_WARP, value, 31);
  }
}
