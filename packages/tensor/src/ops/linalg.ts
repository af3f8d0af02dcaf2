// Cholesky factors and triangular systems, batched over the axes before the last two.

import type { Tensor } from "../graph/tensor.ts";
import { shapeError, shapeText, sizeOf } from "../shape.ts";
import { matmul, sameBatch } from "./contract.ts";
import { transpose } from "./movement.ts";
import type { Operation, TensorType } from "./operation.ts";
import { add, equal, less, mul, neg } from "./pointwise.ts";
import { dtypeError } from "./pointwise-row.ts";
import { iota } from "./source.ts";

function needsSquare(name: string, { shape, dtype }: TensorType): void {
  if (dtype !== "f32") throw dtypeError(name, "f32", dtype);
  if (shape.length < 2 || shape.at(-1) !== shape.at(-2))
    throw shapeError(name, `Expected square matrices [..., n, n] but received ${shapeText(shape)}`);
}

const matrices = (shape: readonly number[]): number => sizeOf(shape.slice(0, -2));

/** The lower triangle of square matrices, its diagonal times `diagonal`; zeros above. */
function lowerTriangle(x: Tensor, diagonal: number): Tensor {
  const n = x.shape.at(-1)!;
  const [row, column] = [iota([n, n], 0), iota([n, n], 1)];
  return mul(x, add(less(column, row), mul(diagonal, equal(column, row))));
}

/** The lower factor L of x = L L^T, zeros above; reads the lower triangle of x. */
export const choleskyOperation: Operation = {
  name: "cholesky",
  kind: "kernel",
  infer: ([x]) => {
    needsSquare("cholesky", x!);
    return x!;
  },
  // S = L^-T P(L^T G) L^-1, P: lower triangle with half the diagonal; dx = (S + S^T) / 2 (Murray 2016, eq. 10)
  vjp: (g, lower) => {
    const inner = lowerTriangle(matmul(transpose(lower), g), 0.5);
    const left = triangularSolve(lower, inner, true);
    const s = triangularSolve(lower, transpose(left), true);
    return [mul(0.5, add(s, transpose(s)))];
  },
  reference: ([x], _attributes, { shape }) => {
    const n = shape.at(-1)!;
    const result = new Float64Array(sizeOf(shape));
    for (let base = 0; base < result.length; base += n * n) {
      const at = (i: number, j: number): number => base + i * n + j;
      let failed = false;
      for (let j = 0; j < n; j++)
        for (let i = j; i < n; i++) {
          let rest = x!.data[at(i, j)]!;
          for (let p = 0; p < j; p++) rest -= result[at(i, p)]! * result[at(j, p)]!;
          if (i === j) failed ||= !(rest > 0);
          result[at(i, j)] = failed ? Number.NaN : i === j ? Math.sqrt(rest) : rest / result[at(j, j)]!;
        }
    }
    return result;
  },
  lower: ({ shape }) => ({ ints: [matrices(shape), shape.at(-1)!] }),
};

/**
 * The lower Cholesky factor L of symmetric positive definite matrices [..., n, n]: x = L L^T. Only the symmetric part of
 * `x` counts. Where a pivot is not positive the rest of that matrix is NaN.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function cholesky(x: Tensor): Tensor {
  needsSquare("cholesky", x);
  return x.graph.make(choleskyOperation, [mul(0.5, add(x, transpose(x)))]);
}

/** Solves lower x = b, or lower^T x = b. Reads the lower triangle. Attributes: transpose. */
export const triangularSolveOperation: Operation = {
  name: "triangularSolve",
  kind: "kernel",
  infer: ([lower, b]) => {
    needsSquare("triangularSolve", lower!);
    if (b!.dtype !== "f32") throw dtypeError("triangularSolve", "f32", b!.dtype);
    if (b!.shape.length < 2 || b!.shape.at(-2) !== lower!.shape.at(-1) || !sameBatch(lower!.shape, b!.shape))
      throw shapeError(
        "triangularSolve",
        `Expected shapes [..., n, n] and [..., n, m] but received ${shapeText(lower!.shape)} and ${shapeText(b!.shape)}`,
      );
    return b!;
  },
  // L x = b: db = L^-T g, dL = -db x^T in the lower triangle; L^T x = b: db = L^-1 g, dL = -x db^T
  vjp: (g, x, [lower], attributes) => {
    const db = triangularSolve(lower!, g, !attributes.transpose);
    const product = attributes.transpose ? matmul(x, transpose(db)) : matmul(db, transpose(x));
    return [neg(lowerTriangle(product, 1)), db];
  },
  reference: ([lower, b], attributes, { shape }) => {
    const [n, m] = [shape.at(-2)!, shape.at(-1)!];
    const result = Float64Array.from(b!.data);
    for (let z = 0; z < matrices(shape); z++) {
      const factor = (i: number, j: number): number =>
        lower!.data[z * n * n + (attributes.transpose ? j * n + i : i * n + j)]!;
      for (let column = 0; column < m; column++)
        for (let step = 0; step < n; step++) {
          const i = attributes.transpose ? n - 1 - step : step;
          const at = (row: number): number => (z * n + row) * m + column;
          for (let before = 0; before < step; before++) {
            const p = attributes.transpose ? n - 1 - before : before;
            result[at(i)]! -= factor(i, p) * result[at(p)]!;
          }
          result[at(i)]! /= factor(i, i);
        }
    }
    return result;
  },
  lower: ({ shape, attributes }) => ({
    ints: [matrices(shape), shape.at(-2)!, shape.at(-1)!, attributes.transpose ? 1 : 0],
  }),
};

/**
 * x with lower x = b, or with transpose(lower) x = b.
 * @param lower [..., n, n], of which the lower triangle counts
 * @param b [..., n, m]
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function triangularSolve(lower: Tensor, b: Tensor, transposed: boolean = false): Tensor {
  return lower.graph.make(triangularSolveOperation, [lower, b], { transpose: transposed });
}
