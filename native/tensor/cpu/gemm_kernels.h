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
constexpr int64_t panelBytes = 2048;  // bytes of a row of c in one tile: 512 floats or 256 doubles

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

template <class V, int... lane>
VERISIM_INLINE V zipLow(V a, V b, std::integer_sequence<int, lane...>) {
  return __builtin_shufflevector(a, b, (lane / 2 + lane % 2 * static_cast<int>(sizeof...(lane)))...);
}
template <class V, int... lane>
VERISIM_INLINE V zipHigh(V a, V b, std::integer_sequence<int, lane...>) {
  constexpr int count = sizeof...(lane);
  return __builtin_shufflevector(a, b, (count / 2 + lane / 2 + lane % 2 * count)...);
}

/// Transposes a square of vectors: after log2(lanes) rounds of zipping row r with row r + lanes / 2 it is its transpose.
template <class T>
VERISIM_INLINE void transpose(typename VectorOf<T>::type (&rows)[lanes<T>]) {
  typedef typename VectorOf<T>::type V;
  constexpr int count = lanes<T>;
  constexpr auto order = std::make_integer_sequence<int, count>();
#pragma GCC unroll 4
  for (int round = 1; round < count; round *= 2) {
    V zipped[count];
#pragma GCC unroll 8
    for (int r = 0; r < count / 2; r++) {
      zipped[2 * r] = zipLow(rows[r], rows[r + count / 2], order);
      zipped[2 * r + 1] = zipHigh(rows[r], rows[r + count / 2], order);
    }
#pragma GCC unroll 16
    for (int r = 0; r < count; r++) rows[r] = zipped[r];
  }
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
      continue;
    }
    int64_t p = step;
    if (g.bStep == 1 && columns == width) {
      for (; p + lanes<T> <= stepEnd; p += lanes<T>, to += lanes<T> * width) {
#pragma GCC unroll 2
        for (int half = 0; half < width; half += lanes<T>) {
          typename VectorOf<T>::type square[lanes<T>];
          const T* from = g.b + p + (col + half) * g.bCol;
#pragma GCC unroll 16
          for (int r = 0; r < lanes<T>; r++) square[r] = loadVector(from + r * g.bCol);
          transpose<T>(square);
#pragma GCC unroll 16
          for (int r = 0; r < lanes<T>; r++) storeVector(to + r * width + half, square[r]);
        }
      }
    }
    for (; p < stepEnd; p++, to += width) {
      const T* from = g.b + p * g.bStep + col * g.bCol;
      for (int j = 0; j < columns; j++) to[j] = from[j * g.bCol];
      for (int j = columns; j < width; j++) to[j] = 0;
    }
  }
}

/// alpha times `count` rows of a from `row` on, steps [step, stepEnd), as a panel: out[(p - step) * blockRows + r].
/// Whole vectors are stored: what they spill over the end of a step is overwritten by the next one, and the buffer has
/// room for the last.
template <class T>
static void packRows(const Gemm<T>& g, int64_t step, int64_t stepEnd, int64_t row, int count, T* out) {
  typedef typename VectorOf<T>::type V;
  constexpr int chunks = (blockRows + lanes<T> - 1) / lanes<T>;
  const V alpha = all(g.alpha);
  const bool inside = row + chunks * lanes<T> <= g.m;
  int64_t p = step;
  if (g.aRow == 1 && inside) {
    for (; p < stepEnd; p++, out += blockRows) {
      const T* from = g.a + p * g.aStep + row;
#pragma GCC unroll 4
      for (int chunk = 0; chunk < chunks; chunk++)
        storeVector(out + chunk * lanes<T>, alpha * loadVector(from + chunk * lanes<T>));
    }
    return;
  }
  if (g.aStep == 1 && inside) {
    for (; p + lanes<T> <= stepEnd; p += lanes<T>, out += lanes<T> * blockRows) {
      V squares[chunks][lanes<T>];
#pragma GCC unroll 4
      for (int chunk = 0; chunk < chunks; chunk++) {
        const T* from = g.a + (row + chunk * lanes<T>) * g.aRow + p;
#pragma GCC unroll 16
        for (int r = 0; r < lanes<T>; r++) squares[chunk][r] = alpha * loadVector(from + r * g.aRow);
        transpose<T>(squares[chunk]);
      }
#pragma GCC unroll 16
      for (int r = 0; r < lanes<T>; r++)
#pragma GCC unroll 4
        for (int chunk = 0; chunk < chunks; chunk++)
          storeVector(out + r * blockRows + chunk * lanes<T>, squares[chunk][r]);
    }
  }
  for (; p < stepEnd; p++, out += blockRows)
    for (int r = 0; r < count; r++) out[r] = g.alpha * g.a[(row + r) * g.aRow + p * g.aStep];
}

/// How a tile's rows are dealt to register blocks: evenly (50 = 2 x 6 + 8 x 5 ... never a last block of one or two rows,
/// which would leave half the pipeline idle).
struct RowGroups {
  int64_t rows, groups;
  explicit RowGroups(int64_t rows) : rows(rows), groups((rows + blockRows - 1) / blockRows) {}
  int count(int64_t group) const { return static_cast<int>(rows / groups + (group < rows % groups ? 1 : 0)); }
};

/// Rows that lie a large power of two apart share a few cache sets; and strided or scaled ones must be packed anyway.
template <class T>
VERISIM_INLINE bool packsRows(const Gemm<T>& g) {
  return g.alpha != T(1) || g.aStep != 1 || (g.m > 4 * blockRows && g.aRow * static_cast<int64_t>(sizeof(T)) % 2048 == 0);
}

/// Few rows use b too seldom to pay for packing it.
template <class T>
VERISIM_INLINE bool usesInPlace(const Gemm<T>& g, int64_t rows) {
  return g.bCol == 1 && rows <= 3 * blockRows;
}

/// Numbers of scratch that a tile of this size needs.
template <class T>
static int64_t scratchSize(const Gemm<T>& g, int64_t rows, int64_t cols) {
  constexpr int width = 2 * lanes<T>;
  const int64_t steps = std::min(depth, g.k);
  const int64_t panelCols = usesInPlace(g, rows) ? width : (cols + width - 1) / width * width;
  const int64_t packed = packsRows(g) ? RowGroups(rows).groups * blockRows * steps + 4 * lanes<T> * blockRows : 0;
  return panelCols * steps + packed;
}

template <class T>
static void tile(const Gemm<T>& g, const GemmTile& t, T* scratch) {
  constexpr int width = 2 * lanes<T>;
  const RowGroups dealt(t.rowEnd - t.row);
  const bool inPlace = usesInPlace(g, dealt.rows);
  const bool packA = packsRows(g);
  T* const packedRows = scratch;
  T* const panels = scratch + (packA ? dealt.groups * blockRows * std::min(depth, g.k) + 4 * lanes<T> * blockRows : 0);
  int64_t step = 0;
  do {
    const int64_t stepEnd = std::min(g.k, step + depth);
    const int64_t steps = stepEnd - step;
    const Begin begin = step > 0 ? keep : g.beta == T(0) ? zero : g.beta == T(1) ? keep : scale;
    if (packA) {
      int64_t row = t.row;
      for (int64_t group = 0; group < dealt.groups; row += dealt.count(group++))
        packRows(g, step, stepEnd, row, dealt.count(group), packedRows + group * blockRows * steps);
    }
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
      int64_t row = t.row;
      for (int64_t group = 0; group < dealt.groups; row += dealt.count(group++)) {
        const int count = dealt.count(group);
        const T* const a = packA ? packedRows + group * blockRows * steps : g.a + row * g.aRow + step;
        const int64_t aRow = packA ? 1 : g.aRow;
        const int64_t aStep = packA ? blockRows : 1;
        T* const c = g.c + row * g.cRow + col;
        if (columns == width) {
          blockOf<T, blockRows>(count, steps, a, aRow, aStep, b, bStep, c, g.cRow, begin, g.beta);
        } else {
          T edge[blockRows * width];
          for (int r = 0; r < count; r++)
            for (int j = 0; j < width; j++) edge[r * width + j] = begin != zero && j < columns ? c[r * g.cRow + j] : T(0);
          blockOf<T, blockRows>(count, steps, a, aRow, aStep, b, bStep, edge, width, begin, g.beta);
          for (int r = 0; r < count; r++)
            for (int j = 0; j < columns; j++) c[r * g.cRow + j] = edge[r * width + j];
        }
      }
    }
    step = stepEnd;
  } while (step < g.k);
}

const GemmKernels<float> kernels32 = {maxRows, tileCols<float>, &scratchSize<float>, &tile<float>};
const GemmKernels<double> kernels64 = {maxRows, tileCols<double>, &scratchSize<double>, &tile<double>};
