// Sums over pairs of columns. Included once per instruction set (each_isa.h).
// Eight chains of sums whatever the width of a vector, added up in one order: the same bits on every set.

constexpr int chains = 8;

static double total(const double (&sums)[chains]) {
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

static void sumComplete(const double* x, double shiftX, const double* y, double shiftY, int64_t begin, int64_t end,
                        PairSums& sums) {
  constexpr int vectors = chains / lanes64;
  F64 sx[vectors] = {}, sy[vectors] = {}, sxx[vectors] = {}, syy[vectors] = {}, sxy[vectors] = {};
  const auto add = [&](const double* atX, const double* atY) __attribute__((always_inline)) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) {
      const F64 dx = loadF64(atX + v * lanes64) - all(shiftX), dy = loadF64(atY + v * lanes64) - all(shiftY);
      sx[v] += dx, sy[v] += dy, sxx[v] += dx * dx, syy[v] += dy * dy, sxy[v] += dx * dy;
    }
  };
  int64_t i = begin;
  for (; i + chains <= end; i += chains) add(x + i, y + i);
  if (i < end) {
    double restX[chains], restY[chains];
    for (int j = 0; j < chains; j++) restX[j] = i + j < end ? x[i + j] : shiftX, restY[j] = i + j < end ? y[i + j] : shiftY;
    add(restX, restY);
  }
  double chain[chains];
  const auto totalOf = [&](const F64(&sum)[vectors]) {
    for (int v = 0; v < vectors; v++) storeF64(chain + v * lanes64, sum[v]);
    return total(chain);
  };
  sums.x += totalOf(sx), sums.y += totalOf(sy), sums.xx += totalOf(sxx), sums.yy += totalOf(syy), sums.xy += totalOf(sxy);
}

static void sumMissing(const double* x, double shiftX, const double* y, double shiftY, int64_t begin, int64_t end,
                       PairSums& sums) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  // Pieces in L1: complete rows are gathered, missing ones made zero.
  constexpr int64_t piece = 512;
  double ux[piece], uy[piece];
  for (; begin < end; begin += piece) {
    const int64_t length = std::min(piece, end - begin);
    double n[chains] = {}, lowX[chains], highX[chains], lowY[chains], highY[chains];
    for (int j = 0; j < chains; j++) lowX[j] = lowY[j] = infinity, highX[j] = highY[j] = -infinity;
    for (int64_t i = 0; i < length; i += chains)
      for (int j = 0; j < chains; j++) {
        const bool in = i + j < length;
        const double vx = in ? x[begin + i + j] : __builtin_nan(""), vy = in ? y[begin + i + j] : vx;
        const bool both = vx == vx && vy == vy;
        ux[i + j] = both ? vx : shiftX;
        uy[i + j] = both ? vy : shiftY;
        n[j] += both ? 1 : 0;
        lowX[j] = both && vx < lowX[j] ? vx : lowX[j], highX[j] = both && vx > highX[j] ? vx : highX[j];
        lowY[j] = both && vy < lowY[j] ? vy : lowY[j], highY[j] = both && vy > highY[j] ? vy : highY[j];
      }
    sums.n += total(n);
    for (int j = 0; j < chains; j++) {
      sums.lowX = std::min(sums.lowX, lowX[j]), sums.highX = std::max(sums.highX, highX[j]);
      sums.lowY = std::min(sums.lowY, lowY[j]), sums.highY = std::max(sums.highY, highY[j]);
    }
    sumComplete(ux, shiftX, uy, shiftY, 0, length, sums);
  }
}

const PairKernels pairKernels = {&sumComplete, &sumMissing};
