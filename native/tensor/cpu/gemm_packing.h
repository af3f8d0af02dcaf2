// Operands of a matrix product copied to where a register block reads them from end to end: panels of b, groups of a's
// rows, and the ragged ends of both. Included by gemm_kernels.h, once per instruction set; no include guard on purpose.

#if VERISIM_LANE_BYTES == 64
constexpr int blockRows = 12;  // 24 of 32 registers hold sums
#else
constexpr int blockRows = 6;  // 12 of 16 registers hold sums
#endif
constexpr int64_t sheaf = 4;       // panels packed at once where b's rows lie a large power of two apart

template <class T> struct VectorOf;
template <> struct VectorOf<float> { typedef F32 type; };
template <> struct VectorOf<double> { typedef F64 type; };
template <class T> constexpr int lanes = VERISIM_LANE_BYTES / static_cast<int>(sizeof(T));

VERISIM_INLINE F32 loadVector(const float* p) { return loadF32(p); }
VERISIM_INLINE F64 loadVector(const double* p) { return loadF64(p); }
VERISIM_INLINE void storeVector(float* p, F32 v) { storeF32(p, v); }
VERISIM_INLINE void storeVector(double* p, F64 v) { storeF64(p, v); }

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

/// The first `count` numbers at p (1 to a vector's), zeros behind them; no byte beyond is touched.
#if defined(__x86_64__) && VERISIM_LANE_BYTES == 64
VERISIM_INLINE F32 loadFew(const float* p, int count) {
  return (F32)_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), p);
}
VERISIM_INLINE F64 loadFew(const double* p, int count) {
  return (F64)_mm512_maskz_loadu_pd(static_cast<__mmask8>((1u << count) - 1), p);
}
VERISIM_INLINE void storeFew(float* p, F32 v, int count) {
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << count) - 1), (__m512)v);
}
VERISIM_INLINE void storeFew(double* p, F64 v, int count) {
  _mm512_mask_storeu_pd(p, static_cast<__mmask8>((1u << count) - 1), (__m512d)v);
}
#else
/// Copies in powers of two, each a move of fixed size.
template <class T>
VERISIM_INLINE void copyFew(const T* from, T* to, int count) {
#pragma GCC unroll 4
  for (int part = lanes<T>; part > 0; part /= 2) {
    if ((count & part) == 0) continue;
    __builtin_memcpy(to, from, static_cast<size_t>(part) * sizeof(T));
    to += part;
    from += part;
  }
}
template <class T>
VERISIM_INLINE typename VectorOf<T>::type loadFew(const T* p, int count) {
  T numbers[lanes<T>] = {};
  copyFew(p, numbers, count);
  return loadVector(numbers);
}
template <class T>
VERISIM_INLINE void storeFew(T* p, typename VectorOf<T>::type v, int count) {
  T numbers[lanes<T>];
  storeVector(numbers, v);
  copyFew(numbers, p, count);
}
#endif

/// `columns` numbers, at most two vectors of them, to or from two whole vectors.
template <class T>
VERISIM_INLINE void widen(const T* from, T* to, int columns) {
  storeVector(to, loadFew(from, std::min(columns, lanes<T>)));
  storeVector(to + lanes<T>, columns > lanes<T> ? loadFew(from + lanes<T>, columns - lanes<T>) : typename VectorOf<T>::type{});
}
template <class T>
VERISIM_INLINE void narrow(const T* from, T* to, int columns) {
  storeFew(to, loadVector(from), std::min(columns, lanes<T>));
  if (columns > lanes<T>) storeFew(to + lanes<T>, loadVector(from + lanes<T>), columns - lanes<T>);
}

/// b's columns [col, col + columns) and steps [step, stepEnd) as a panel of two vectors' width, filled with zeros.
template <class T>
static void packPanel(const Gemm<T>& g, int64_t step, int64_t stepEnd, int64_t col, int columns, T* to) {
  typedef typename VectorOf<T>::type V;
  constexpr int width = 2 * lanes<T>;
  int64_t p = step;
  if (g.bCol == 1) {
    for (; p < stepEnd; p++, to += width) widen(g.b + p * g.bStep + col, to, columns);
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
    // A few steps at a time: short enough to stay in the first cache, long enough to write each group from end to end.
    constexpr int64_t few = 16;
    for (int64_t begin = step; begin < stepEnd; begin += few) {
      const int64_t end = std::min(stepEnd, begin + few);
      const T* column = g.a + begin * g.aStep + t.row;
      T* groupAt = out + (begin - step) * blockRows;
      for (int64_t group = 0; group < whole; column += dealt.count(group++), groupAt += stride) {
        const T* from = column;
        T* to = groupAt;
        for (int64_t p = begin; p < end; p++, from += g.aStep, to += blockRows) {
          __builtin_prefetch(from + few * g.aStep, 0, 3);
#pragma GCC unroll 4
          for (int chunk = 0; chunk < chunks; chunk++)
            storeVector(to + chunk * lanes<T>, alpha * loadVector(from + chunk * lanes<T>));
        }
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
