// A sparse matrix times a dense one: every row of the result adds up `bag` rows of the table, in order. Its transpose is
// scatter_rows (indexing.cu).

VS_KERNEL gather_sum(const float* table, const int* indices, const float* weights, float* out, int rows, int width, int bag,
                     int accumulate, i64 total) {
  const i64 at = globalThread();
  if (at >= total) return;
  const i64 i = at / width;
  const i64 column = at - i * width;
  float sum = accumulate ? out[at] : 0.0f;
  for (int j = 0; j < bag; j++) {
    const i64 item = i * bag + j;
    const int row = indices[item];
    if (row >= 0 && row < rows) sum = fmaf(weights ? weights[item] : 1.0f, table[(i64)row * width + column], sum);
  }
  out[at] = sum;
}
