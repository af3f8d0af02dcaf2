// One tile of a matrix product: panels of b are packed to the width of two vectors, rows of a are read in place (or
// packed where they are strided or scaled), and a register block of `blockRows` x 2 vectors runs down k.
// Included once per instruction set (each_isa.h). Every loop over the accumulators must be unrolled whole, or the
// compiler keeps them in memory at a third of the speed.

#if VERISIM_LANE_BYTES == 64
constexpr int blockRows = 12;  // 24 of 32 registers hold sums
#else
constexpr int blockRows = 6;  // 12 of 16 registers hold sums
#endif
constexpr int64_t depth = 256;     // steps of k per packed panel: 16 KiB at 64-byte rows, half of L1
constexpr int64_t maxRows = 252;   // rows of a tile: 252 KiB of floats in L2 beside the panels
constexpr int64_t panelBytes = 512;  // bytes of a row of c in one tile: 128 floats or 64 doubles

template <class T> struct VectorOf;
template <> struct VectorOf<float> { typedef F32 type; };
template <> struct VectorOf<double> { typedef F64 type; };
template <class T> constexpr int lanes = VERISIM_LANE_BYTES / static_cast<int>(sizeof(T));
template <class T> constexpr int64_t tileCols = panelBytes / static_cast<int64_t>(sizeof(T));

VERISIM_INLINE F32 loadVector(const float* p) { return loadF32(p); }
VERISIM_INLINE F64 loadVector(const double* p) { return loadF64(p); }
VERISIM_INLINE void storeVector(float* p, F32 v) { storeF32(p, v); }
VERISIM_INLINE void storeVector(double* p, F64 v) { storeF64(p, v); }

enum Begin { zero, keep, scale };  // what the chain starts from: nothing, c, or beta c

/// c[rows x 2 vectors] = chain over `steps` of a[r][p] * b[p].
template <class T, int rows>
static void block(int64_t steps, const T* a, int64_t aRow, int64_t aStep, const T* b, int64_t bStep, T* c,
                  int64_t cRow, Begin begin, T beta) {
  typedef typename VectorOf<T>::type V;
  constexpr int width = lanes<T>;
  V sum[rows][2];
  if (begin == zero) {
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) sum[r][0] = sum[r][1] = V{};
  } else {
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
      sum[r][0] = loadVector(c + r * cRow);
      sum[r][1] = loadVector(c + r * cRow + width);
    }
    if (begin == scale) {
#pragma GCC unroll 16
      for (int r = 0; r < rows; r++) {
        sum[r][0] *= all(beta);
        sum[r][1] *= all(beta);
      }
    }
  }
  const T* row[rows];
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++) row[r] = a + r * aRow;
  int64_t offset = 0;
#pragma GCC unroll 4
  for (int64_t p = 0; p < steps; p++) {
    const V b0 = loadVector(b);
    const V b1 = loadVector(b + width);
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
      const V x = all(row[r][offset]);
      sum[r][0] = fma(x, b0, sum[r][0]);
      sum[r][1] = fma(x, b1, sum[r][1]);
    }
    b += bStep;
    offset += aStep;
  }
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++) {
    storeVector(c + r * cRow, sum[r][0]);
    storeVector(c + r * cRow + width, sum[r][1]);
  }
}

template <class T, int rows>
static void blockOf(int count, int64_t steps, const T* a, int64_t aRow, int64_t aStep, const T* b, int64_t bStep, T* c,
                    int64_t cRow, Begin begin, T beta) {
  if constexpr (rows > 1) {
    if (count < rows) return blockOf<T, rows - 1>(count, steps, a, aRow, aStep, b, bStep, c, cRow, begin, beta);
  }
  block<T, rows>(steps, a, aRow, aStep, b, bStep, c, cRow, begin, beta);
}

/// b's columns [col, colEnd) and steps [step, stepEnd) as panels of two vectors' width, the last filled with zeros.
template <class T>
static void packPanels(const Gemm<T>& g, int64_t step, int64_t stepEnd, int64_t col, int64_t colEnd, T* out) {
  constexpr int width = 2 * lanes<T>;
  for (; col < colEnd; col += width, out += width * (stepEnd - step)) {
    const int columns = static_cast<int>(std::min<int64_t>(width, colEnd - col));
    T* to = out;
    if (g.bCol == 1 && columns == width) {
      for (int64_t p = step; p < stepEnd; p++, to += width) {
        const T* from = g.b + p * g.bStep + col;
        storeVector(to, loadVector(from));
        storeVector(to + lanes<T>, loadVector(from + lanes<T>));
      }
    } else {
      for (int64_t p = step; p < stepEnd; p++, to += width) {
        const T* from = g.b + p * g.bStep + col * g.bCol;
        for (int j = 0; j < columns; j++) to[j] = from[j * g.bCol];
        for (int j = columns; j < width; j++) to[j] = 0;
      }
    }
  }
}

/// alpha times a's rows [row, rowEnd), steps [step, stepEnd), step-major: out[(p - step) * maxRows + i - row].
template <class T>
static void packRows(const Gemm<T>& g, int64_t step, int64_t stepEnd, int64_t row, int64_t rowEnd, T* out) {
  if (g.aRow == 1) {
    for (int64_t p = step; p < stepEnd; p++, out += maxRows) {
      const T* from = g.a + p * g.aStep + row;
      for (int64_t i = 0; i < rowEnd - row; i++) out[i] = g.alpha * from[i];
    }
    return;
  }
  for (int64_t i = row; i < rowEnd; i++) {
    const T* from = g.a + i * g.aRow + step * g.aStep;
    for (int64_t p = 0; p < stepEnd - step; p++) out[p * maxRows + i - row] = g.alpha * from[p * g.aStep];
  }
}

template <class T>
static void tile(const Gemm<T>& g, const GemmTile& t, void* scratch) {
  constexpr int width = 2 * lanes<T>;
  T* const panels = static_cast<T*>(scratch);
  T* const packedRows = panels + depth * tileCols<T>;
  const int64_t rows = t.rowEnd - t.row;
  const int64_t groups = (rows + blockRows - 1) / blockRows;
  // Few rows use b too seldom to pay for packing it.
  const bool inPlace = g.bCol == 1 && rows <= 3 * blockRows;
  const bool packA = g.alpha != T(1) || g.aStep != 1;
  int64_t step = 0;
  do {
    const int64_t stepEnd = std::min(g.k, step + depth);
    const int64_t steps = stepEnd - step;
    const Begin begin = step > 0 ? keep : g.beta == T(0) ? zero : g.beta == T(1) ? keep : scale;
    if (packA) packRows(g, step, stepEnd, t.row, t.rowEnd, packedRows);
    const T* const a = packA ? packedRows : g.a + t.row * g.aRow + step * g.aStep;
    const int64_t aRow = packA ? 1 : g.aRow;
    const int64_t aStep = packA ? maxRows : g.aStep;
    if (!inPlace) packPanels(g, step, stepEnd, t.col, t.colEnd, panels);
    for (int64_t col = t.col; col < t.colEnd; col += width) {
      const int columns = static_cast<int>(std::min<int64_t>(width, t.colEnd - col));
      const T* b = panels + (col - t.col) * steps;
      int64_t bStep = width;
      if (inPlace) {
        if (columns == width) {
          b = g.b + step * g.bStep + col;
          bStep = g.bStep;
        } else {
          packPanels(g, step, stepEnd, col, t.colEnd, panels);
          b = panels;
        }
      }
      // Rows are dealt out evenly (50 = 5 x 6 + 4 x 5): a last group of two would waste half the pipeline.
      int64_t row = 0;
      for (int64_t group = 0; group < groups; group++) {
        const int count = static_cast<int>(rows / groups + (group < rows % groups ? 1 : 0));
        T* const c = g.c + (t.row + row) * g.cRow + col;
        if (columns == width) {
          blockOf<T, blockRows>(count, steps, a + row * aRow, aRow, aStep, b, bStep, c, g.cRow, begin, g.beta);
        } else {
          T edge[blockRows * width];
          for (int r = 0; r < count; r++)
            for (int j = 0; j < width; j++) edge[r * width + j] = begin != zero && j < columns ? c[r * g.cRow + j] : T(0);
          blockOf<T, blockRows>(count, steps, a + row * aRow, aRow, aStep, b, bStep, edge, width, begin, g.beta);
          for (int r = 0; r < count; r++)
            for (int j = 0; j < columns; j++) c[r * g.cRow + j] = edge[r * width + j];
        }
        row += count;
      }
    }
    step = stepEnd;
  } while (step < g.k);
}

const GemmKernels kernels = {maxRows, tileCols<float>, tileCols<double>,
                             depth * panelBytes + depth * maxRows * static_cast<int64_t>(sizeof(double)),
                             &tile<float>, &tile<double>};
