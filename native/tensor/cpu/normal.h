// Normal distribution function, its inverse, and counter-based uniform and normal numbers.
#pragma once

#include <cstdint>

namespace verisim {

/// One stream of random numbers; the counter of a row is (row low, row high, attempt, block).
struct RandomStream {
  uint32_t key0, key1, attempt, block;
};

struct NormalKernels {
  void (*cdf)(const double* x, double* out, int64_t count);
  void (*quantile)(const double* p, double* out, int64_t count);
  void (*uniforms)(double* out, int64_t count, uint64_t row, const RandomStream& stream);
  void (*normals)(double* out, int64_t count, uint64_t row, const RandomStream& stream);
};

/// The kernels of the instruction set in use.
const NormalKernels& normal();

}  // namespace verisim
