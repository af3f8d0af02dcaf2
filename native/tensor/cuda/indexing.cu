// Rows picked by number, and their transpose. A row whose number is outside the table is zeros, or left out.

// out[i] = table[indices[i]]; words of any kind.
VS_KERNEL gather(const u32* table, const int* indices, u32* out, int rows, int width, i64 total) {
  const i64 at = globalThread();
  if (at >= total) return;
  const i64 i = at / width;
  const int row = indices[i];
  out[at] = row >= 0 && row < rows ? table[(i64)row * width + (at - i * width)] : 0u;
}

// out[row] (+)= sum of weight * g[i / bag] over the items i with indices[i] = row, in order of i. A warp owns one row and
// 256 columns of it: it looks through all indices, 32 at a time, and adds what belongs to it. No atomics, so the same bits
// every time; the work is rows x items / 32 reads of indices, cheap for the tables of one-hot data.
VS_KERNEL scatter_rows(const float* g, const int* indices, const float* weights, float* out, int rows, int width, i64 items,
                       int bag, int accumulate) {
  const int lane = threadIdx.x & 31;
  const i64 row = (i64)blockIdx.x * (blockDim.x >> 5) + (threadIdx.x >> 5);
  const int begin = blockIdx.y * 256;
  if (row >= rows) return;
  float sum[8];
#pragma unroll
  for (int j = 0; j < 8; j++) {
    const int column = begin + j * 32 + lane;
    sum[j] = accumulate && column < width ? out[row * width + column] : 0.0f;
  }
  for (i64 first = 0; first < items; first += 32) {
    const i64 mine = first + lane;
    u32 found = __ballot_sync(0xffffffffu, mine < items && indices[mine] == row);
    while (found) {
      const i64 item = first + __ffs((int)found) - 1;
      found &= found - 1;
      const float weight = weights ? weights[item] : 1.0f;
      const float* source = g + item / bag * width;
#pragma unroll
      for (int j = 0; j < 8; j++) {
        const int column = begin + j * 32 + lane;
        if (column < width) sum[j] = fmaf(weight, source[column], sum[j]);
      }
    }
  }
#pragma unroll
  for (int j = 0; j < 8; j++) {
    const int column = begin + j * 32 + lane;
    if (column < width) out[row * width + column] = sum[j];
  }
}
