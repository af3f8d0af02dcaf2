// One tile of a matrix product: a register block of `blockRows` x 2 vectors runs down k, over b's panels of two vectors'
// width and rows of a read in place (or packed where they are strided or scaled). The first block of a panel reads b
// where it lies and writes the panel as it goes, so that packing hides behind its arithmetic.
// Included once per instruction set (each_isa.h). Every loop over the accumulators must be unrolled whole, or the
// compiler keeps them in memory at a third of the speed.

#include "cpu/gemm_packing.h"

constexpr int64_t depth = 256;     // steps of k per packed panel: 16 KiB at 64-byte rows, half of L1
constexpr int64_t maxRows = 252;   // rows of a tile: 252 KiB of floats in L2 beside the panel
constexpr int64_t panelBytes = 8192;  // bytes of a row of c in one tile: 2,048 floats or 1,024 doubles
constexpr int64_t ahead = 12;      // steps that b is fetched ahead where it lies in rows: about one trip to L3

template <class T> constexpr int64_t tileCols = panelBytes / static_cast<int64_t>(sizeof(T));

enum Begin { zero, keep, scale };  // what the chain starts from: nothing, c, or beta c

/// What a register block works on: c[rows x 1 or 2 vectors] = chain over `steps` of a[r][p] * b[p]. Where `panel` is not
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
  /// What a later block will read comes to the second cache on the way: two lines a step, `fetchStep` numbers apart.
  const T* fetch;
  int64_t fetchStep;
};

template <class T, int rows, int vectors, bool packing>
static void block(const Block<T>& in) {
  typedef typename VectorOf<T>::type V;
  constexpr int width = lanes<T>;
  T* const c = in.c;
  const int64_t cRow = in.cRow;
  V sum[rows][vectors];
  const auto each = [&](auto body) __attribute__((always_inline)) {
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) body(r, v);
  };
  if (in.begin == zero) {
    each([&](int r, int v) __attribute__((always_inline)) { sum[r][v] = V{}; });
  } else {
    each([&](int r, int v) __attribute__((always_inline)) { sum[r][v] = loadVector(c + r * cRow + v * width); });
    if (in.begin == scale) {
      const V beta = all(in.beta);
      each([&](int r, int v) __attribute__((always_inline)) { sum[r][v] *= beta; });
    }
  }
  // Three rows per pointer: base + stride and base + 2 strides are addresses, twelve pointers would fill all registers.
  constexpr int bases = (rows + 2) / 3;
  const int64_t steps = in.steps, aRow = in.aRow, aStep = in.aStep, bStep = in.bStep;
  const T* base[bases];
#pragma GCC unroll 4
  for (int i = 0; i < bases; i++) base[i] = in.a + 3 * i * aRow;
  const T* b = in.b;
  T* panel = in.panel;
  const T* fetch = in.fetch;
  const int64_t fetchStep = in.fetchStep;
#pragma GCC unroll 4
  for (int64_t p = 0; p < steps; p++) {
    __builtin_prefetch(fetch, 0, 2);
    __builtin_prefetch(fetch + width, 0, 2);
    fetch += fetchStep;
    V part[vectors];
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) part[v] = loadVector(b + v * width);
    if constexpr (packing) {
      __builtin_prefetch(b + ahead * bStep + vectors * width - 1);
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) storeVector(panel + v * width, part[v]);
      panel += vectors * width;
    }
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
      const V x = all(base[r / 3][r % 3 * aRow]);
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) sum[r][v] = fma(x, part[v], sum[r][v]);
    }
    b += bStep;
#pragma GCC unroll 4
    for (int i = 0; i < bases; i++) base[i] += aStep;
  }
  each([&](int r, int v) __attribute__((always_inline)) { storeVector(c + r * cRow + v * width, sum[r][v]); });
}

/// @param vectors of the block: 1 where the panel's columns fit one, which is never packed on the way
template <class T, int rows>
static void blockOf(int count, int vectors, const Block<T>& in) {
  if constexpr (rows > 1) {
    if (count < rows) return blockOf<T, rows - 1>(count, vectors, in);
  }
  if (vectors == 1)
    block<T, rows, 1, false>(in);
  else if (in.panel != nullptr)
    block<T, rows, 2, true>(in);
  else
    block<T, rows, 2, false>(in);
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

/// Where b's panel begins that a tile uses after the one at (step, col); null where there is none of whole width.
template <class T>
static const T* nextPanel(const Gemm<T>& g, const GemmTile& t, int64_t step, int64_t stepEnd, int64_t col) {
  constexpr int64_t width = 2 * lanes<T>;
  const bool inRow = col + width < t.colEnd;
  const int64_t nextCol = inRow ? col + width : t.col, nextStep = inRow ? step : stepEnd;
  return nextStep < g.k && nextCol + width <= g.n ? g.b + nextStep * g.bStep + nextCol * g.bCol : nullptr;
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
                       begin, g.beta, g.a, 0};
      if (ready > 0) {
        ready--;
      } else if (columns < width || g.bCol != 1) {
        packPanel(g, step, stepEnd, col, columns, panel);
      } else {
        work.b = g.b + step * g.bStep + col;
        work.bStep = g.bStep;
        work.panel = inPlace ? nullptr : panel;
      }
      const T* const next = nextPanel(g, t, step, stepEnd, col);
      int64_t row = t.row;
      for (int64_t group = 0; group < dealt.groups; group++) {
        const int count = dealt.count(group);
        work.a = packA ? packedRows + group * stride : g.a + row * g.aRow + step;
        T* const c = g.c + row * g.cRow + col;
        row += count;
        // The rows of the next group, the first time that they are read; then the next panel, in equal shares of the
        // groups where it lies in one stretch, else in the last group, step by step.
        work.fetch = work.a, work.fetchStep = 0;
        if (!packA && col == t.col && g.aRow == steps && row < t.rowEnd) {
          work.fetch = g.a + row * g.aRow + step;
          work.fetchStep = blockRows;
        } else if (next != nullptr && g.bCol == steps) {
          const int64_t share = g.bCol * width / dealt.groups;
          work.fetch = next + group * share;
          work.fetchStep = share / steps;
        } else if (next != nullptr && group + 1 == dealt.groups) {
          work.fetch = next;
          work.fetchStep = g.bStep;
        }
        if (columns == width) {
          if (row < t.rowEnd)
            for (int r = 0; r < count; r++) {
              __builtin_prefetch(c + (count + r) * g.cRow, 1);
              __builtin_prefetch(c + (count + r) * g.cRow + width - 1, 1);
            }
          work.c = c;
          blockOf<T, blockRows>(count, 2, work);
        } else {
          T edge[blockRows * width];
          if (begin != zero)
            for (int r = 0; r < count; r++) widen(c + r * g.cRow, edge + r * width, columns);
          work.c = edge;
          work.cRow = width;
          blockOf<T, blockRows>(count, columns <= lanes<T> ? 1 : 2, work);
          for (int r = 0; r < count; r++) narrow(edge + r * width, c + r * g.cRow, columns);
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
