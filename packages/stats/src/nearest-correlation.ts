// Pairwise estimates need not fit together: the nearest correlation matrix with a floor under its eigenvalues, by
// alternating projections (Higham, "Computing the nearest correlation matrix", IMA J. Numer. Anal. 22, 2002, alg. 3.3).

import { type NativeOptions, symmetricEigen } from "@verisim/tensor/arrays";

/**
 * @param matrix symmetric with unit diagonal, row-major [size, size]; unchanged
 * @param floor smallest eigenvalue of the result, before its diagonal is scaled back to one. Default 1e-4
 * @returns the repaired matrix and the largest change of an entry (0 when it was positive definite already)
 */
export async function nearestCorrelation(
  matrix: Float64Array,
  size: number,
  options: NativeOptions & { floor?: number; iterations?: number } = {},
): Promise<{ matrix: Float64Array; change: number }> {
  const { floor = 1e-4, iterations = 25, ...run } = options;
  let current = matrix.slice();
  const correction = new Float64Array(size * size);
  let first = true;
  for (let step = 0; step < iterations; step++) {
    const shifted = current.map((entry, i) => entry - correction[i]!);
    const { values, vectors } = await symmetricEigen(shifted.slice(), size, run);
    if (first && values[0]! >= floor) return { matrix: current, change: 0 };
    first = false;
    const projected = rebuild(values, vectors, size, floor);
    let change = 0;
    for (let i = 0; i < current.length; i++) correction[i] = projected[i]! - shifted[i]!;
    const next = projected.slice();
    for (let i = 0; i < size; i++) next[i * size + i] = 1;
    for (let i = 0; i < current.length; i++) change = Math.max(change, Math.abs(next[i]! - current[i]!));
    current = next;
    if (change < 1e-4) break;
  }
  const { values, vectors } = await symmetricEigen(current.slice(), size, run);
  const repaired = rebuild(values, vectors, size, floor);
  const scale = Float64Array.from({ length: size }, (_, i) => 1 / Math.sqrt(repaired[i * size + i]!));
  let change = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      repaired[i * size + j] = i === j ? 1 : repaired[i * size + j]! * scale[i]! * scale[j]!;
      change = Math.max(change, Math.abs(repaired[i * size + j]! - matrix[i * size + j]!));
    }
  }
  return { matrix: repaired, change };
}

/** V max(D, floor) V'. */
function rebuild(values: Float64Array, vectors: Float64Array, size: number, floor: number): Float64Array {
  const result = new Float64Array(size * size);
  for (let v = 0; v < size; v++) {
    const value = Math.max(values[v]!, floor);
    for (let i = 0; i < size; i++) {
      const left = value * vectors[i * size + v]!;
      for (let j = 0; j <= i; j++) result[i * size + j]! += left * vectors[j * size + v]!;
    }
  }
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) result[j * size + i] = result[i * size + j]!;
  return result;
}
