// Matrix product, Cholesky factor, symmetric eigenvectors. Matrices are row-major.

import { type NativeOptions, runNative, wrongArgument } from "../native.ts";

/** A product c = alpha op(a) op(b) + beta c, all arrays of one kind. */
export interface GemmProblem<T extends Float64Array | Float32Array = Float64Array | Float32Array> {
  /** op(a) is `[m, k]`; with `transposeA` the array is `[k, m]`. Default false. */
  transposeA?: boolean;
  /** op(b) is `[k, n]`; with `transposeB` the array is `[n, k]`. Default false. */
  transposeB?: boolean;
  m: number;
  n: number;
  k: number;
  /** Default 1. */
  alpha?: number;
  a: T;
  b: T;
  /** Default 0: c is then not read. */
  beta?: number;
  /** `[m, n]`, overwritten. */
  c: T;
}

/**
 * Matrix product. Each element of c is one chain of fused multiply-adds over k, so that a row's bits do not depend on
 * the rows beside it nor on the threads. Resolves to `c`.
 * @throws VerisimError `VERISIM_NATIVE_ARGUMENT`, `VERISIM_ABORTED`
 */
export async function gemm<T extends Float64Array | Float32Array>(
  problem: GemmProblem<T>,
  options?: NativeOptions,
): Promise<T> {
  const { transposeA = false, transposeB = false, m, n, k, alpha = 1, a, b, beta = 0, c } = problem;
  await runNative("gemm", options, (addon, ...run) =>
    addon.gemm(transposeA, transposeB, m, n, k, alpha, a, b, beta, c, ...run),
  );
  return c;
}

/**
 * Lower Cholesky factor of the symmetric matrix a `[n, n]`, in place (only its lower triangle is read); the upper
 * triangle becomes zero. Resolves to -1, or to the index of the first pivot that is not positive.
 * @throws VerisimError `VERISIM_NATIVE_ARGUMENT`, `VERISIM_ABORTED`
 */
export function cholesky(a: Float64Array, n: number, options?: NativeOptions): Promise<number> {
  return runNative("cholesky", options, (addon, ...run) => addon.cholesky(a, n, ...run));
}

/** Eigenvalues ascending; column j of the row-major `vectors` belongs to `values[j]`. */
export interface SymmetricEigen {
  values: Float64Array;
  vectors: Float64Array;
}

/**
 * Eigenvalues and eigenvectors of the symmetric matrix a `[n, n]`, which stays as it is (its lower triangle is read).
 * Each vector has length 1 and a positive largest component.
 * @throws VerisimError `VERISIM_NATIVE_ARGUMENT` (also where an entry is not finite), `VERISIM_ABORTED`
 */
export async function symmetricEigen(
  a: Float64Array,
  n: number,
  options?: NativeOptions,
): Promise<SymmetricEigen> {
  if (!(a instanceof Float64Array)) throw wrongArgument("symmetricEigen", "Expected a Float64Array for a");
  if (!Number.isInteger(n) || n < 0 || a.length !== n * n)
    throw wrongArgument("symmetricEigen", "Expected a to hold n x n numbers");
  const vectors = Float64Array.from(a);
  const values = new Float64Array(n);
  await runNative("symmetricEigen", options, (addon, ...run) =>
    addon.symmetricEigen(vectors, values, n, ...run),
  );
  return { values, vectors };
}
