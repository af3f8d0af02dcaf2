// The Cholesky factor of small matrices, of a few hundred columns at most. packages/tensor factors larger ones.

/**
 * Lower factor, row-major [size, size], of a symmetric matrix of which the lower triangle is read.
 * @param leastPivot squares of the diagonal must be above it; default 0
 * @returns undefined for a matrix that is not positive definite
 */
export function choleskyFactor(
  matrix: readonly ArrayLike<number>[],
  leastPivot: number = 0,
): Float64Array | undefined {
  const size = matrix.length;
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i]![j]!;
      for (let k = 0; k < j; k++) sum -= factor[i * size + k]! * factor[j * size + k]!;
      if (i !== j) factor[i * size + j] = sum / factor[j * size + j]!;
      else if (sum > leastPivot) factor[i * size + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return factor;
}
