// One tile of a matrix product: a register block of `blockRows` x 2 vectors runs down k, over b's panels of two vectors'
// width and rows of a read in place (or packed where they are strided or scaled). The first block of a panel reads b
// where it lies and writes the panel as it goes, so that packing hides behind its arithmetic.
// Included once per instruction set (each_isa.h). Every loop over the accumulators must be unrolled whole, or the
// compiler keeps them in memory at a third of the speed.

#if VERISIM_LANE_BYTES == 64
constexpr int blockRows = 12;  // 24 of 32 registers hold sums
#else
constexpr int blockRows = 6;  // 12 of 16 registers hold sums
#endif
constexpr int64_t depth = 256;     // steps of k per packed panel: 16 KiB at 64-byte rows, half of L1
constexpr int64_t maxRows = 252;   // rows of a tile: 252 KiB of floats in L2 beside the panel
constexpr int64_t panelBytes = 8192;  // bytes of a row of c in one tile: 2,048 floats or 1,024 doubles
constexpr int64_t ahead = 12;      // steps that b is fetched ahead where it lies in rows: about one trip to L3
constexpr int64_t sheaf = 4;       // panels packed at once where b's rows lie a large power of two apart

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

/// What a register block works on: c[rows x 2 vectors] = chain over `steps` of a[r][p] * b[p]. Where `panel` is not
/// null, b is written there as well.
template <class T>
struct Block {
  int64_t steps;
  const T* a;
  int64_t aRow, aStep;
  const T* b;
  int64_t bStep;
  T* panel;
  T* c;
  int64_t cRow;
  Begin begin;
  T beta;
};

template <class T, int rows, bool packing>
static void block(const Block<T>& in) {
  typedef typename VectorOf<T>::type V;
  constexpr int width = lanes<T>;
  T* const c = in.c;
  const int64_t cRow = in.cRow;
  V sum[rows][2];
  if (in.begin == zero) {
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) sum[r][0] = sum[r][1] = V{};
  } else {
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
      sum[r][0] = loadVector(c + r * cRow);
      sum[r][1] = loadVector(c + r * cRow + width);
    }
    if (in.begin == scale) {
      const V beta = all(in.beta);
#pragma GCC unroll 16
      for (int r = 0; r < rows; r++) {
        sum[r][0] *= beta;
        sum[r][1] *= beta;
      }
    }
  }
  const T* row[rows];
#pragma GCC unroll 16
  for (int r = 0; r < rows; r++) row[r] = in.a + r * in.aRow;
  const int64_t steps = in.steps, aStep = in.aStep, bStep = in.bStep;
  const T* b = in.b;
  T* panel = in.panel;
  int64_t offset = 0;
#pragma GCC unroll 4
  for (int64_t p = 0; p < steps; p++) {
    const V b0 = loadVector(b);
    const V b1 = loadVector(b + width);
    if constexpr (packing) {
      __builtin_prefetch(b + ahead * bStep + 2 * width - 1);
      storeVector(panel, b0);
      storeVector(panel + width, b1);
      panel += 2 * width;
    }
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
static void blockOf(int count, const Block<T>& in) {
  if constexpr (rows > 1) {
    if (count < rows) return blockOf<T, rows - 1>(count, in);
  }
  if (in.panel != nullptr)
    block<T, rows, true>(in);
  else
    block<T, rows, false>(in);
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

/// Copies `count` numbers, fewer than two vectors: in powers of two, each a move of fixed size.
template <class T>
VERISIM_INLINE void copyPart(const T* from, T* to, int count) {
  static_assert(2 * lanes<T> <= 32);
#pragma GCC unroll 5
  for (int part = 16; part > 0; part /= 2) {
    if (part > lanes<T>) continue;
    if (count & part) {
      __builtin_memcpy(to, from, static_cast<size_t>(part) * sizeof(T));
      to += part;
      from += part;
    }
  }
}

/// b's columns [col, col + columns) and steps [step, stepEnd) as a panel of two vectors' width, filled with zeros.
template <class T>
static void packPanel(const Gemm<T>& g, int64_t step, int64_t stepEnd, int64_t col, int columns, T* to) {
  typedef typename VectorOf<T>::type V;
  constexpr int width = 2 * lanes<T>;
  int64_t p = step;
  if (g.bCol == 1) {
    for (; p < stepEnd; p++, to += width) {
      storeVector(to, V{});
      storeVector(to + lanes<T>, V{});
      copyPart(g.b + p * g.bStep + col, to, columns);
    }
    return;
  }
  if (g.bStep == 1) {
    for (; p + lanes<T> <= stepEnd; p += lanes<T>, to += lanes<T> * width) {
#pragma GCC unroll 2
      for (int half = 0; half < width; half += lanes<T>) {
        V square[lanes<T>];
        const T* from = g.b + p + (col + half) * g.bCol;
#pragma GCC unroll 16
        for (int r = 0; r < lanes<T>; r++) square[r] = half + r < columns ? loadVector(from + r * g.bCol) : V{};
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

/// `sheaf` panels at once, every row of b read along 256 bytes: rows that lie a large power of two apart share a few cache
/// sets and cost a page walk each, so that reading them once per panel stalls the first block.
template <class T>
static void packSheaf(const Gemm<T>& g, int64_t step, int64_t stepEnd, int64_t col, T* out) {
  constexpr int width = 2 * lanes<T>;
  const int64_t size = width * (stepEnd - step);
  const T* from = g.b + step * g.bStep + col;
  for (int64_t p = step; p < stepEnd; p++, from += g.bStep, out += width) {
#pragma GCC unroll 4
    for (int q = 0; q < sheaf; q++) {
      __builtin_prefetch(from + 4 * g.bStep + q * width);
      storeVector(out + q * size, loadVector(from + q * width));
      storeVector(out + q * size + lanes<T>, loadVector(from + q * width + lanes<T>));
    }
  }
}

/// How a tile's rows are dealt to register blocks: evenly (50 = 2 x 6 + 8 x 5 ... never a last block of one or two rows,
/// which would leave half the pipeline idle).
struct RowGroups {
  int64_t rows, groups;
  explicit RowGroups(int64_t rows) : rows(rows), groups((rows + blockRows - 1) / blockRows) {}
  int count(int64_t group) const { return static_cast<int>(rows / groups + (group < rows % groups ? 1 : 0)); }
};

/// From one packed row group to the next: whole cache lines, an odd number of them so that the groups written side by
/// side lie in different cache sets, with room for the vector that spills over the last step.
template <class T>
VERISIM_INLINE int64_t groupStride(int64_t steps) {
  constexpr int64_t line = 64 / static_cast<int64_t>(sizeof(T));
  return ((steps * blockRows + 2 * lanes<T> + line - 1) / line | 1) * line;
}

/// alpha times the tile's rows of a, steps [step, stepEnd): out[group][(p - step) * blockRows + r]. Whole vectors are
/// stored; what they spill over the end of a step is overwritten by the next one.
template <class T>
static void packRows(const Gemm<T>& g, int64_t step, int64_t stepEnd, const GemmTile& t, const RowGroups& dealt, T* out) {
  typedef typename VectorOf<T>::type V;
  constexpr int chunks = (blockRows + lanes<T> - 1) / lanes<T>;
  const V alpha = all(g.alpha);
  const int64_t stride = groupStride<T>(stepEnd - step);
  int64_t first = t.row, whole = 0;  // groups whose vectors end inside the matrix
  for (; whole < dealt.groups && first + chunks * lanes<T> <= g.m; first += dealt.count(whole++)) {
  }
  if (g.aRow == 1) {
    // Step by step, so that a's rows are read from end to end.
    for (int64_t p = step; p < stepEnd; p++) {
      const T* from = g.a + p * g.aStep + t.row;
      T* to = out + (p - step) * blockRows;
      for (int64_t group = 0; group < whole; from += dealt.count(group++), to += stride) {
#pragma GCC unroll 4
        for (int chunk = 0; chunk < chunks; chunk++)
          storeVector(to + chunk * lanes<T>, alpha * loadVector(from + chunk * lanes<T>));
      }
    }
  } else if (g.aStep == 1) {
    int64_t row = t.row;
    for (int64_t group = 0; group < whole; row += dealt.count(group++)) {
      T* to = out + group * stride;
      int64_t p = step;
      for (; p + lanes<T> <= stepEnd; p += lanes<T>, to += lanes<T> * blockRows) {
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
            storeVector(to + r * blockRows + chunk * lanes<T>, squares[chunk][r]);
      }
      for (; p < stepEnd; p++, to += blockRows)
        for (int r = 0; r < dealt.count(group); r++) to[r] = g.alpha * g.a[(row + r) * g.aRow + p];
    }
  } else {
    whole = 0;
    first = t.row;
  }
  for (int64_t group = whole; group < dealt.groups; first += dealt.count(group++)) {
    T* to = out + group * stride;
    for (int64_t p = step; p < stepEnd; p++, to += blockRows)
      for (int r = 0; r < dealt.count(group); r++) to[r] = g.alpha * g.a[(first + r) * g.aRow + p * g.aStep];
  }
}

template <class T>
VERISIM_INLINE bool crowded(int64_t stride) {
  return stride * static_cast<int64_t>(sizeof(T)) % 2048 == 0;
}

/// Rows that lie a large power of two apart share a few cache sets; and strided or scaled ones must be packed anyway.
template <class T>
static bool packsRows(const Gemm<T>& g) {
  return g.alpha != T(1) || g.aStep != 1 || (g.m > 4 * blockRows && crowded<T>(g.aRow));
}

/// Steps of k from one packing to the next: at most `depth`, and about the same each time.
VERISIM_INLINE int64_t stepsAtOnce(int64_t k) {
  const int64_t times = std::max<int64_t>(1, (k + depth - 1) / depth);
  return std::min(depth, ((k + times - 1) / times + 7) / 8 * 8);
}

/// Numbers of scratch that a tile of this size needs.
template <class T>
static int64_t scratchSize(const Gemm<T>& g, int64_t rows, int64_t) {
  const int64_t steps = stepsAtOnce(g.k);
  return sheaf * 2 * lanes<T> * steps + (packsRows(g) ? RowGroups(rows).groups * groupStride<T>(steps) : 0);
}

template <class T>
static void tile(const Gemm<T>& g, const GemmTile& t, T* scratch) {
  constexpr int width = 2 * lanes<T>;
  const RowGroups dealt(t.rowEnd - t.row);
  const int64_t most = stepsAtOnce(g.k);
  const bool packA = packsRows(g);
  // Few rows use b too seldom to pay for writing a panel.
  const bool inPlace = g.bCol == 1 && dealt.groups <= 3;
  const bool sheaves = g.bCol == 1 && dealt.groups >= 16 && crowded<T>(g.bStep);
  T* const packedRows = scratch + sheaf * width * most;
  int64_t step = 0;
  do {
    const int64_t stepEnd = std::min(g.k, step + most);
    const int64_t steps = stepEnd - step;
    const int64_t stride = groupStride<T>(steps);
    const Begin begin = step > 0 ? keep : g.beta == T(0) ? zero : g.beta == T(1) ? keep : scale;
    if (packA) packRows(g, step, stepEnd, t, dealt, packedRows);
    int64_t ready = 0;  // panels of the sheaf still to be used
    for (int64_t col = t.col; col < t.colEnd; col += width) {
      const int columns = static_cast<int>(std::min<int64_t>(width, t.colEnd - col));
      if (sheaves && ready == 0 && col + sheaf * width <= t.colEnd) {
        packSheaf(g, step, stepEnd, col, scratch);
        ready = sheaf;
      }
      T* const panel = scratch + (ready > 0 ? sheaf - ready : 0) * width * steps;
      Block<T> work = {steps, nullptr, packA ? 1 : g.aRow, packA ? blockRows : 1, panel, width, nullptr, nullptr, g.cRow,
                       begin, g.beta};
      if (ready > 0) {
        ready--;
      } else if (columns < width || g.bCol != 1) {
        packPanel(g, step, stepEnd, col, columns, panel);
      } else {
        work.b = g.b + step * g.bStep + col;
        work.bStep = g.bStep;
        work.panel = inPlace ? nullptr : panel;
      }
      int64_t row = t.row;
      for (int64_t group = 0; group < dealt.groups; group++) {
        const int count = dealt.count(group);
        work.a = packA ? packedRows + group * stride : g.a + row * g.aRow + step;
        T* const c = g.c + row * g.cRow + col;
        row += count;
        if (columns == width) {
          if (row < t.rowEnd)
            for (int r = 0; r < count; r++) __builtin_prefetch(c + (count + r) * g.cRow + width - 1, 1);
          work.c = c;
          blockOf<T, blockRows>(count, work);
        } else {
          T edge[blockRows * width] = {};
          if (begin != zero)
            for (int r = 0; r < count; r++) copyPart(c + r * g.cRow, edge + r * width, columns);
          work.c = edge;
          work.cRow = width;
          blockOf<T, blockRows>(count, work);
          for (int r = 0; r < count; r++) copyPart(edge + r * width, c + r * g.cRow, columns);
        }
        if (work.panel != nullptr) {
          work.panel = nullptr;
          work.b = panel;
          work.bStep = width;
        }
      }
    }
    step = stepEnd;
  } while (step < g.k);
}

const GemmKernels<float> kernels32 = {blockRows, 2 * lanes<float>, maxRows, tileCols<float>, &packsRows<float>,
                                      &scratchSize<float>, &tile<float>};
const GemmKernels<double> kernels64 = {blockRows, 2 * lanes<double>, maxRows, tileCols<double>, &packsRows<double>,
                                       &scratchSize<double>, &tile<double>};
