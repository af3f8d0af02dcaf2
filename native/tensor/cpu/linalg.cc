// Blocked right-looking Cholesky over the matrix product's tiles; eigenvectors by Householder reduction to tridiagonal
// form and the implicit QL iteration (Golub & Van Loan, Matrix Computations, 4th ed., 8.3), with the vectors kept as
// rows so that every rotation runs along memory.
#include "linalg.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "gemm.h"

namespace verisim {
namespace {

constexpr int64_t blockSize = 48;

/// Factor of the diagonal block at `start`; the pivot that is not positive, or -1.
int64_t factorDiagonal(double* a, int64_t n, int64_t start, int64_t end) {
  for (int64_t j = start; j < end; j++) {
    double* const rowJ = a + j * n;
    for (int64_t i = j; i < end; i++) {
      double* const rowI = a + i * n;
      double sum = rowI[j];
      for (int64_t k = start; k < j; k++) sum -= rowI[k] * rowJ[k];
      if (i == j) {
        if (!(sum > 0) || !std::isfinite(sum)) return j;
        rowJ[j] = std::sqrt(sum);
      } else {
        rowI[j] = sum / rowJ[j];
      }
    }
  }
  return -1;
}

}  // namespace

int64_t cholesky(double* a, int64_t n, Job& job) {
  const GemmKernels<double>& kernels = gemmKernels<double>();
  constexpr int64_t side = 60;  // of a tile of the trailing matrix
  const Gemm<double> widest = {n, n, blockSize, a, n, 1, a, 1, n, a, n, -1.0, 1.0};
  const int64_t size = n > blockSize ? kernels.scratchSize(widest, side, side) / 16 * 16 + 32 : 0;
  Scratch<double> scratch(static_cast<size_t>(std::max(1, job.threads) * size));
  for (int64_t start = 0; start < n; start += blockSize) {
    job.check();
    const int64_t end = std::min(n, start + blockSize);
    const int64_t pivot = factorDiagonal(a, n, start, end);
    if (pivot >= 0) return pivot;
    const int64_t rest = n - end;
    if (rest == 0) break;
    job.range(rest, 16, [&](int64_t from, int64_t to) {
      for (int64_t i = end + from; i < end + to; i++) {
        double* const row = a + i * n;
        for (int64_t j = start; j < end; j++) {
          const double* const other = a + j * n;
          double sum = row[j];
          for (int64_t k = start; k < j; k++) sum -= row[k] * other[k];
          row[j] = sum / other[j];
        }
      }
    });
    const double* const panel = a + end * n + start;
    const Gemm<double> update = {rest, rest, end - start, panel, n, 1, panel, 1, n, a + end * n + end, n, -1.0, 1.0};
    const int64_t tiles = (rest + side - 1) / side;
    job.run(tiles * (tiles + 1) / 2, [&](int64_t index, int slot) {
      int64_t row = 0;
      while (index > row) index -= ++row;
      kernels.tile(update,
                   {row * side, std::min(rest, (row + 1) * side), index * side, std::min(rest, (index + 1) * side)},
                   scratch.data() + slot * size);
    });
  }
  for (int64_t i = 0; i < n; i++) std::fill(a + i * n + i + 1, a + (i + 1) * n, 0.0);
  return -1;
}

namespace {

/// Householder reduction: diagonal into d, subdiagonal into e[1..n), and a becomes Q with a = Q T Q'.
void tridiagonalise(double* a, double* d, double* e, int64_t n, Job& job) {
  std::vector<double> v(static_cast<size_t>(n)), w(static_cast<size_t>(n)), tau(static_cast<size_t>(n), 0.0);
  for (int64_t k = 0; k + 2 < n; k++) {
    job.check();
    // The reflector of column k below the diagonal: H = I - tau v v', v[k + 1] = 1, kept in column k of a.
    double largest = 0;
    for (int64_t i = k + 1; i < n; i++) largest = std::max(largest, std::fabs(a[i * n + k]));
    double rest = 0;
    for (int64_t i = k + 2; i < n; i++) rest += (a[i * n + k] / largest) * (a[i * n + k] / largest);
    if (!(largest > 0) || rest == 0) {
      e[k + 1] = a[(k + 1) * n + k];
      for (int64_t i = k + 2; i < n; i++) a[i * n + k] = 0;
      continue;
    }
    const double head = a[(k + 1) * n + k] / largest;
    const double norm = std::sqrt(head * head + rest);
    const double beta = head >= 0 ? -norm : norm;
    tau[static_cast<size_t>(k)] = (beta - head) / beta;
    const double scale = 1 / ((head - beta) * largest);
    v[static_cast<size_t>(k + 1)] = 1;
    for (int64_t i = k + 2; i < n; i++) v[static_cast<size_t>(i)] = a[i * n + k] * scale;
    e[k + 1] = beta * largest;
    // w = tau A v - (tau^2 v'Av / 2) v, then A -= v w' + w v' (lower triangle).
    const double t = tau[static_cast<size_t>(k)];
    std::fill(w.begin() + k + 1, w.end(), 0.0);
    for (int64_t i = k + 1; i < n; i++) {
      const double* const row = a + i * n;
      const double vi = v[static_cast<size_t>(i)];
      double sum = row[i] * vi;
      for (int64_t j = k + 1; j < i; j++) {
        sum += row[j] * v[static_cast<size_t>(j)];
        w[static_cast<size_t>(j)] += row[j] * vi;
      }
      w[static_cast<size_t>(i)] += sum;
    }
    double inner = 0;
    for (int64_t i = k + 1; i < n; i++) inner += v[static_cast<size_t>(i)] * w[static_cast<size_t>(i)];
    for (int64_t i = k + 1; i < n; i++) {
      double& wi = w[static_cast<size_t>(i)];
      wi = t * wi - 0.5 * t * t * inner * v[static_cast<size_t>(i)];
    }
    for (int64_t i = k + 1; i < n; i++) {
      double* const row = a + i * n;
      const double vi = v[static_cast<size_t>(i)], wi = w[static_cast<size_t>(i)];
      for (int64_t j = k + 1; j <= i; j++)
        row[j] -= vi * w[static_cast<size_t>(j)] + wi * v[static_cast<size_t>(j)];
    }
    for (int64_t i = k + 1; i < n; i++) a[i * n + k] = v[static_cast<size_t>(i)];
  }
  if (n > 1) e[n - 1] = a[(n - 1) * n + n - 2];
  for (int64_t i = 0; i < n; i++) d[i] = a[i * n + i];
  // Q = H_0 H_1 ... from the last reflector back, in a square of its own.
  std::vector<double> q(static_cast<size_t>(n * n), 0.0);
  for (int64_t i = 0; i < n; i++) q[static_cast<size_t>(i * n + i)] = 1;
  for (int64_t k = n - 3; k >= 0; k--) {
    const double t = tau[static_cast<size_t>(k)];
    if (t == 0) continue;
    job.check();
    std::fill(w.begin() + k + 1, w.end(), 0.0);
    for (int64_t i = k + 1; i < n; i++) {
      const double vi = i == k + 1 ? 1 : a[i * n + k];
      const double* const row = q.data() + i * n;
      for (int64_t j = k + 1; j < n; j++) w[static_cast<size_t>(j)] += vi * row[j];
    }
    for (int64_t i = k + 1; i < n; i++) {
      const double vi = t * (i == k + 1 ? 1 : a[i * n + k]);
      double* const row = q.data() + i * n;
      for (int64_t j = k + 1; j < n; j++) row[j] -= vi * w[static_cast<size_t>(j)];
    }
  }
  std::copy(q.begin(), q.end(), a);
}

/// sqrt(x^2 + y^2) without overflow.
double length(double x, double y) {
  const double large = std::max(std::fabs(x), std::fabs(y)), small = std::min(std::fabs(x), std::fabs(y));
  if (large == 0) return 0;
  const double ratio = small / large;
  return large * std::sqrt(1 + ratio * ratio);
}

/// Implicit QL on (d, e) with each rotation applied to rows of z (z = Q').
bool iterate(double* d, double* e, double* z, int64_t n, Job& job) {
  for (int64_t i = 1; i < n; i++) e[i - 1] = e[i];
  e[n - 1] = 0;
  for (int64_t l = 0; l < n; l++) {
    for (int turn = 0;; turn++) {
      job.check();
      int64_t m = l;
      for (; m + 1 < n; m++) {
        const double near = std::fabs(d[m]) + std::fabs(d[m + 1]);
        if (std::fabs(e[m]) <= std::numeric_limits<double>::epsilon() * near) break;
      }
      if (m == l) break;
      if (turn == 60) return false;
      // Wilkinson's shift.
      double g = (d[l + 1] - d[l]) / (2 * e[l]);
      double r = length(g, 1.0);
      g = d[m] - d[l] + e[l] / (g + std::copysign(r, g));
      double s = 1, c = 1, p = 0;
      int64_t i = m - 1;
      for (; i >= l; i--) {
        const double f = s * e[i], b = c * e[i];
        r = length(f, g);
        e[i + 1] = r;
        if (r == 0) {
          d[i + 1] -= p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        r = (d[i] - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        double* const low = z + i * n;
        double* const high = z + (i + 1) * n;
        for (int64_t k = 0; k < n; k++) {
          const double x = high[k], y = low[k];
          high[k] = s * y + c * x;
          low[k] = c * y - s * x;
        }
      }
      if (r == 0 && i >= l) continue;
      d[l] -= p;
      e[l] = g;
      e[m] = 0;
    }
  }
  return true;
}

}  // namespace

bool symmetricEigen(double* a, double* values, int64_t n, Job& job) {
  if (n == 0) return true;
  for (int64_t i = 0; i < n * n; i++)
    if (!std::isfinite(a[i])) return false;
  std::vector<double> e(static_cast<size_t>(n), 0.0), z(static_cast<size_t>(n * n));
  tridiagonalise(a, values, e.data(), n, job);
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < n; j++) z[static_cast<size_t>(j * n + i)] = a[i * n + j];
  if (!iterate(values, e.data(), z.data(), n, job)) return false;
  std::vector<int64_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t x, int64_t y) { return values[x] < values[y]; });
  const std::vector<double> unsorted(values, values + n);
  for (int64_t j = 0; j < n; j++) {
    const double* const vector = z.data() + order[static_cast<size_t>(j)] * n;
    values[j] = unsorted[static_cast<size_t>(order[static_cast<size_t>(j)])];
    int64_t largest = 0;
    for (int64_t i = 1; i < n; i++)
      if (std::fabs(vector[i]) > std::fabs(vector[largest])) largest = i;
    const double sign = vector[largest] < 0 ? -1 : 1;
    for (int64_t i = 0; i < n; i++) a[i * n + j] = sign * vector[i];
  }
  return true;
}

}  // namespace verisim
