// Matrix products. Transposes are views that the compiler absorbs, so the op has no flags and its derivative is two more
// products of transposed operands.

import type { Tensor } from "../graph/tensor.ts";
import { broadcastShapes, type Shape, sameShape, shapeError, shapeText, sizeOf } from "../shape.ts";
import { reshape, transpose } from "./movement.ts";
import type { Operation } from "./operation.ts";
import { dtypeError } from "./pointwise-row.ts";

/** Row of `array` that matrix `z` of the broadcast batch begins at. */
function matrixStart(z: number, batch: Shape, own: Shape): number {
  let start = 0;
  let step = 1;
  let rest = z;
  for (let axis = batch.length - 1; axis >= 0; axis--) {
    const at = rest % batch[axis]!;
    rest = Math.floor(rest / batch[axis]!);
    const length = own[axis - batch.length + own.length] ?? 1;
    if (length !== 1) start += at * step;
    step *= length;
  }
  return start;
}

/** [..., m, k] times [..., k, n]; axes before the last two broadcast. */
export const matmulOperation: Operation = {
  name: "matmul",
  kind: "kernel",
  accumulates: true,
  infer: ([a, b]) => {
    for (const input of [a!, b!]) if (input.dtype !== "f32") throw dtypeError("matmul", "f32", input.dtype);
    if (a!.shape.length < 2 || b!.shape.length < 2 || a!.shape.at(-1) !== b!.shape.at(-2))
      throw shapeError(
        "matmul",
        `Expected shapes [..., m, k] and [..., k, n] but received ${shapeText(a!.shape)} and ${shapeText(b!.shape)}`,
      );
    const batch = broadcastShapes("matmul", [a!.shape.slice(0, -2), b!.shape.slice(0, -2)]);
    return { shape: [...batch, a!.shape.at(-2)!, b!.shape.at(-1)!], dtype: "f32" };
  },
  // dA = G B^T, dB = A^T G
  vjp: (g, _y, [a, b]) => [matmul(g, transpose(b!)), matmul(transpose(a!), g)],
  reference: ([a, b], _attributes, { shape }) => {
    const batch = shape.slice(0, -2);
    const [m, k, n] = [a!.shape.at(-2)!, a!.shape.at(-1)!, b!.shape.at(-1)!];
    const result = new Float64Array(sizeOf(shape));
    for (let z = 0; z < sizeOf(batch); z++) {
      const aAt = matrixStart(z, batch, a!.shape.slice(0, -2)) * m * k;
      const bAt = matrixStart(z, batch, b!.shape.slice(0, -2)) * k * n;
      for (let i = 0; i < m; i++)
        for (let p = 0; p < k; p++) {
          const left = a!.data[aAt + i * k + p]!;
          for (let j = 0; j < n; j++) result[(z * m + i) * n + j]! += left * b!.data[bAt + p * n + j]!;
        }
    }
    return result;
  },
  onnx: "MatMul",
};

/**
 * Matrix product over the last two axes: [..., m, k] times [..., k, n] gives [..., m, n]; the axes before broadcast.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  // One matrix for a whole batch is one product of all rows.
  if (a.shape.length > 2 && b.shape.length === 2 && a.shape.at(-1) === b.shape[0]) {
    const rows = [sizeOf(a.shape.slice(0, -1)), a.shape.at(-1)!];
    return reshape(matmul(reshape(a, rows), b), [...a.shape.slice(0, -1), b.shape[1]!]);
  }
  return a.graph.make(matmulOperation, [a, b]);
}

/** The axes before the last two of both tensors are equal. */
export function sameBatch(a: Shape, b: Shape): boolean {
  return sameShape(a.slice(0, -2), b.slice(0, -2));
}
