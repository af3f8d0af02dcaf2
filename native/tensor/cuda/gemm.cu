// Matrix products with any strides: 64 x 64 tiles of c, a block of 256 threads each, 4 x 4 numbers a thread, 16 of k at a
// time through shared memory. Where c has few tiles k is cut as well: every piece writes its own sums, and a second kernel
// adds the pieces in order. No tensor cores: programs are f32, and TF32 keeps 10 bits.

// `tile[p][i]` = x(first + i, depth + p) for i < 64, p < 16; zeros outside. Neighbouring threads read neighbouring words
// whichever way the matrix lies.
VS_INLINE void loadTile(float (*tile)[65], const float* x, i64 along, i64 deep, int first, int count, int depth, int end) {
  const int t = (int)threadIdx.x;
  for (int j = 0; j < 4; j++) {
    const int i = deep == 1 ? t / 16 + 16 * j : t % 64;
    const int p = deep == 1 ? t % 16 : t / 64 + 4 * j;
    const bool inside = first + i < count && depth + p < end;
    tile[p][i] = inside ? x[(i64)(first + i) * along + (i64)(depth + p) * deep] : 0.0f;
  }
}

VS_KERNEL gemm(const float* a, const float* b, float* c, Product g) {
  __shared__ float left[16][65];
  __shared__ float right[16][65];
  // Tiles, then products, then pieces along one axis of the grid: only that axis has no small limit.
  const u32 columnTiles = (u32)(g.n + 63) / 64, rowTiles = (u32)(g.m + 63) / 64;
  const int column = (int)(blockIdx.x % columnTiles) * 64, row = (int)(blockIdx.x / columnTiles % rowTiles) * 64;
  const u32 product = blockIdx.x / columnTiles / rowTiles;
  const i64 z = product % (u32)g.batch;
  const int piece = (int)(product / (u32)g.batch);
  a += z * g.aBatch;
  b += z * g.bBatch;
  const int begin = piece * g.pieceDepth;
  const int end = g.k - begin < g.pieceDepth ? g.k : begin + g.pieceDepth;
  const int tx = (int)threadIdx.x % 16, ty = (int)threadIdx.x / 16;
  float sum[4][4] = {};
  for (int depth = begin; depth < end; depth += 16) {
    loadTile(left, a, g.aRow, g.aCol, row, g.m, depth, end);
    loadTile(right, b, g.bCol, g.bRow, column, g.n, depth, end);
    __syncthreads();
#pragma unroll
    for (int p = 0; p < 16; p++) {
      float x[4], y[4];
#pragma unroll
      for (int i = 0; i < 4; i++) {
        x[i] = left[p][ty + 16 * i];
        y[i] = right[p][tx + 16 * i];
      }
#pragma unroll
      for (int i = 0; i < 4; i++)
#pragma unroll
        for (int j = 0; j < 4; j++) sum[i][j] = fmaf(x[i], y[j], sum[i][j]);
    }
    __syncthreads();
  }
  const bool partial = g.pieces > 1;
  float* out = partial ? c + ((i64)piece * g.batch + z) * g.m * g.n : c + z * g.cBatch;
  const i64 outRow = partial ? g.n : g.cRow;
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++) {
      const int y = row + ty + 16 * i, x = column + tx + 16 * j;
      if (y >= g.m || x >= g.n) continue;
      float* place = out + y * outRow + x;
      *place = g.accumulate && !partial ? *place + sum[i][j] : sum[i][j];
    }
}

// c (+)= the pieces, in order.
VS_KERNEL gemm_join(const float* pieces, float* c, Product g, i64 total) {
  const i64 at = globalThread();
  if (at >= total) return;
  const i64 size = (i64)g.m * g.n;
  const i64 z = at / size, y = (at - z * size) / g.n, x = at % g.n;
  float sum = 0.0f;
  for (int piece = 0; piece < g.pieces; piece++) sum += pieces[piece * total + at];
  float* place = c + z * g.cBatch + y * g.cRow + x;
  *place = g.accumulate ? *place + sum : sum;
}
