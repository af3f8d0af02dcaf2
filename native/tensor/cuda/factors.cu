// Small dense factorisations in double precision, rounded once, so that covariances that are nearly singular in f32 still
// factor: a block per matrix, column by column, as the arithmetic demands.

// Lower factor of each n x n matrix of the batch, zeros above; `factor` is scratch of as many doubles. A pivot that is not
// positive becomes NaN, and so does what is divided by it.
VS_KERNEL cholesky(const float* x, float* out, double* factor, int n) {
  x += (i64)blockIdx.x * n * n;
  out += (i64)blockIdx.x * n * n;
  factor += (i64)blockIdx.x * n * n;
  __shared__ double pivot;
  for (int j = 0; j < n; j++) {
    const double* row = factor + (i64)j * n;
    if (threadIdx.x == 0) {
      double rest = x[(i64)j * n + j];
      for (int p = 0; p < j; p++) rest -= row[p] * row[p];
      pivot = rest > 0.0 ? sqrt(rest) : (double)__int_as_float(0x7fc00000);
    }
    __syncthreads();
    const double diagonal = pivot;
    for (int i = (int)threadIdx.x; i < n; i += (int)blockDim.x) {
      double value = 0.0;
      if (i == j) {
        value = diagonal;
      } else if (i > j) {
        value = x[(i64)i * n + j];
        for (int p = 0; p < j; p++) value -= factor[(i64)i * n + p] * row[p];
        value /= diagonal;
      }
      // Other threads read row j below, but not its entry of column j.
      factor[(i64)i * n + j] = value;
      out[(i64)i * n + j] = (float)value;
    }
    __syncthreads();
  }
}

// Solves lower x = b, or transpose(lower) x = b, for n x m right-hand sides: a thread per column of b. `solution` is
// scratch of as many doubles as b has numbers.
VS_KERNEL triangular_solve(const float* lower, const float* b, float* out, double* solution, int n, int m, int transpose,
                           i64 columns) {
  const i64 at = globalThread();
  if (at >= columns) return;
  const i64 z = at / m, column = at - z * m;
  lower += z * n * n;
  b += z * n * m;
  out += z * n * m;
  solution += z * n * m;
  for (int step = 0; step < n; step++) {
    const int i = transpose ? n - 1 - step : step;
    double value = b[(i64)i * m + column];
    for (int q = 0; q < step; q++) {
      const int p = transpose ? n - 1 - q : q;
      const float factor = transpose ? lower[(i64)p * n + i] : lower[(i64)i * n + p];
      value -= (double)factor * solution[(i64)p * m + column];
    }
    value /= (double)lower[(i64)i * n + i];
    solution[(i64)i * m + column] = value;
    out[(i64)i * m + column] = (float)value;
  }
}
