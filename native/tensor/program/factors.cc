// The kernels `cholesky` and `triangularSolve`, for batches of small matrices: worked out in double precision and
// rounded once, so that covariances that are nearly singular in f32 still factor.
#include <cmath>

#include "kernels.h"
#include "work.h"

namespace verisim {
namespace {

/// Whether to give up: rows of a large matrix take long. What throws is the job, after the tile.
bool aborted(const Job& job) { return job.abort != nullptr && job.abort->load(std::memory_order_relaxed); }

/// Four chains, added up in one order.
double dot(const double* a, const double* b, int64_t count) {
  double sums[4] = {};
  int64_t i = 0;
  for (; i + 4 <= count; i += 4)
    for (int k = 0; k < 4; k++) sums[k] += a[i + k] * b[i + k];
  for (; i < count; i++) sums[0] += a[i] * b[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// `factor` is n x n of scratch. A pivot that is not positive becomes NaN, and so does what is divided by it.
void factorOne(const Job& job, const float* x, double* factor, float* out, int64_t n) {
  for (int64_t i = 0; i < n && !aborted(job); i++) {
    double* const row = factor + i * n;
    for (int64_t j = 0; j <= i; j++) {
      const double* const other = factor + j * n;
      const double rest = static_cast<double>(x[i * n + j]) - dot(row, other, j);
      row[j] = j < i ? rest / other[j] : rest > 0 ? std::sqrt(rest) : std::nan("");
    }
    for (int64_t j = 0; j < n; j++) out[i * n + j] = j <= i ? static_cast<float>(row[j]) : 0;
  }
}

/// Row by row of the n x m solution, which is kept in `solution`, n x m of scratch.
void solveOne(const Job& job, const float* lower, const float* b, double* solution, float* out, int64_t n, int64_t m,
              bool transpose) {
  for (int64_t done = 0; done < n && !aborted(job); done++) {
    const int64_t i = transpose ? n - 1 - done : done;
    double* const row = solution + i * m;
    for (int64_t c = 0; c < m; c++) row[c] = static_cast<double>(b[i * m + c]);
    for (int64_t before = 0; before < done; before++) {
      const int64_t k = transpose ? n - 1 - before : before;
      const double factor = static_cast<double>(transpose ? lower[k * n + i] : lower[i * n + k]);
      const double* const known = solution + k * m;
      for (int64_t c = 0; c < m; c++) row[c] -= factor * known[c];
    }
    const double pivot = static_cast<double>(lower[i * n + i]);
    for (int64_t c = 0; c < m; c++) {
      row[c] /= pivot;
      out[i * m + c] = static_cast<float>(row[c]);
    }
  }
}

/// `body(matrix, scratch)` for each of a batch, in pieces that stay with one scratch.
template <class Body>
void eachMatrix(Job& job, int64_t batch, double nanoseconds, int64_t scratchLength, Body&& body) {
  overUnits(job, batch, nanoseconds, 1, [&](int64_t begin, int64_t end) {
    Scratch<double> scratch(static_cast<size_t>(scratchLength));
    for (int64_t matrix = begin; matrix < end && !aborted(job); matrix++) body(matrix, scratch.data());
  });
}

}  // namespace

Step bindCholesky(const Instruction& instruction) {
  Reader in("cholesky", instruction);
  const int64_t batch = in.integer("batch"), n = in.integer("n");
  const int64_t size = in.product(n, n), length = in.product(batch, size);
  const float* const x = in.input(DType::f32, length).f32();
  float* const out = in.output(DType::f32, length).f32();
  in.end();
  const double cost = 20.0 * static_cast<double>(n) + 0.1 * static_cast<double>(n) * static_cast<double>(size);
  return [=](Job& job, const RunState&) {
    if (length == 0) return;
    eachMatrix(job, batch, cost, size, [=, &job](int64_t matrix, double* scratch) {
      factorOne(job, x + matrix * size, scratch, out + matrix * size, n);
    });
  };
}

Step bindTriangularSolve(const Instruction& instruction) {
  Reader in("triangularSolve", instruction);
  const int64_t batch = in.integer("batch"), n = in.integer("n"), m = in.integer("m");
  const bool transpose = in.flag("transpose");
  const int64_t size = in.product(n, n), sides = in.product(n, m);
  const float* const lower = in.input(DType::f32, in.product(batch, size)).f32();
  const float* const b = in.input(DType::f32, in.product(batch, sides)).f32();
  float* const out = in.output(DType::f32, in.product(batch, sides)).f32();
  in.end();
  const double cost = 20.0 * static_cast<double>(n) + 0.2 * static_cast<double>(n) * static_cast<double>(sides);
  return [=](Job& job, const RunState&) {
    if (sides == 0) return;
    eachMatrix(job, batch, cost, sides, [=, &job](int64_t matrix, double* scratch) {
      solveOne(job, lower + matrix * size, b + matrix * sides, scratch, out + matrix * sides, n, m, transpose);
    });
  };
}

}  // namespace verisim
