// Cholesky factor and symmetric eigenvectors in double precision.
#pragma once

#include <cstdint>

#include "job.h"

namespace verisim {

/// Lower factor in place of the row-major symmetric matrix a[n x n]; the strict upper triangle becomes zero.
/// Returns -1, or the index of the first pivot that is not positive (a is then partly overwritten).
int64_t cholesky(double* a, int64_t n, Job& job);

/// Eigenvalues ascending into values[n]; a[n x n] becomes the eigenvectors, column j belonging to values[j], each with
/// its largest component positive. Returns false when the iteration does not converge (NaN in a).
bool symmetricEigen(double* a, double* values, int64_t n, Job& job);

}  // namespace verisim
