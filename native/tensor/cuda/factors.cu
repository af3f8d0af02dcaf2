// Small dense factorisations: a block per matrix. Column by column, as the arithmetic demands; the threads share a column.

// Lower factor of each n x n matrix of the batch, zeros above. Where a pivot is not positive, that entry and all that
// follow it (in the order of columns) are NaN.
VS_KERNEL cholesky(const float* x, float* out, int n) {
  x += (i64)blockIdx.x * n * n;
  out += (i64)blockIdx.x * n * n;
  __shared__ float pivot;
  for (int j = 0; j < n; j++) {
    if (threadIdx.x == 0) {
      float sum = x[(i64)j * n + j];
      for (int p = 0; p < j; p++) sum = fmaf(-out[(i64)j * n + p], out[(i64)j * n + p], sum);
      pivot = sum > 0.0f ? sqrtf(sum) : __int_as_float(0x7fc00000);
    }
    __syncthreads();
    const float diagonal = pivot;
    for (int i = (int)threadIdx.x; i < n; i += (int)blockDim.x) {
      float value = 0.0f;
      if (i == j) {
        value = diagonal;
      } else if (i > j) {
        float sum = x[(i64)i * n + j];
        for (int p = 0; p < j; p++) sum = fmaf(-out[(i64)i * n + p], out[(i64)j * n + p], sum);
        value = sum / diagonal;
      }
      // Row j is read by other threads below; its entry of column j is not.
      out[(i64)i * n + j] = value;
    }
    __syncthreads();
  }
}

// Solves lower x = b, or transpose(lower) x = b, for n x m right-hand sides: a thread per column of b.
VS_KERNEL triangular_solve(const float* lower, const float* b, float* out, int n, int m, int transpose,
                           i64 columns) {
  const i64 at = globalThread();
  if (at >= columns) return;
  const i64 z = at / m, column = at - z * m;
  lower += z * n * n;
  b += z * n * m;
  out += z * n * m;
  for (int step = 0; step < n; step++) {
    const int i = transpose ? n - 1 - step : step;
    float sum = b[(i64)i * m + column];
    for (int q = 0; q < step; q++) {
      const int p = transpose ? n - 1 - q : q;
      const float factor = transpose ? lower[(i64)p * n + i] : lower[(i64)i * n + p];
      sum = fmaf(-factor, out[(i64)p * m + column], sum);
    }
    out[(i64)i * m + column] = sum / lower[(i64)i * n + i];
  }
}
