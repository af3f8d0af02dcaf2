// From a kernel node to its instruction. Kernels take dense operands, so views are copied first where they must be;
// matrix products read any view whose rows or columns lie together.

import type { Tensor } from "../graph/tensor.ts";
import { sizeOf } from "../shape.ts";
import type { CallOperand, CallStep } from "./steps.ts";
import { broadcastView, type View } from "./view.ts";

const read = (view: View): CallOperand => ({ view, written: false });
const written = (view: View): CallOperand => ({ view, written: true });

/** An instruction whose ints and floats the op's row knows: inputs dense, then the output. */
export function lowerKernel(
  node: Tensor,
  inputs: readonly View[],
  output: View,
  accumulate: boolean,
): CallStep {
  const { ints, floats = [] } = node.op.lower!(node);
  return {
    kind: "call",
    node,
    kernel: node.op.name,
    operands: [...inputs.map(read), written(output)],
    ints: accumulate ? [...ints.slice(0, -1), 1] : ints,
    floats,
  };
}

/** An update: its operands are its inputs, some of them written. */
export function lowerUpdate(node: Tensor, inputs: readonly View[]): CallStep {
  const { ints, floats = [] } = node.op.lower!(node);
  const overwritten = new Set(node.op.overwrites!(node.inputs, node.attributes));
  return {
    kind: "call",
    node,
    kernel: node.op.name,
    operands: inputs.map((view, index) => (overwritten.has(index) ? written(view) : read(view))),
    ints,
    floats,
  };
}

/** A matrix as gemm reads it: element (z, i, j) at batch z + row i + column j. */
interface Matrices {
  readonly view: View;
  readonly batch: number;
  readonly row: number;
  readonly column: number;
}

/** One stride for all axes in front of the last two, or undefined where they need several. */
function batchStride(view: View): number | undefined {
  let stride: number | undefined;
  let next = 0;
  for (let axis = view.shape.length - 3; axis >= 0; axis--) {
    const length = view.shape[axis]!;
    if (length === 1) continue;
    const step = view.strides[axis]!;
    if (stride === undefined) stride = step;
    else if (step !== next) return undefined;
    next = step * length;
  }
  return stride ?? 0;
}

function matricesOf(view: View, materialize: (view: View) => View): Matrices {
  const read = (from: View): Matrices | undefined => {
    const batch = batchStride(from);
    const [rows, columns] = from.shape.slice(-2) as [number, number];
    let [row, column] = from.strides.slice(-2) as [number, number];
    if (rows === 1 && column !== 1) row = 1;
    if (columns === 1 && row !== 1) column = 1;
    if (batch === undefined || (row !== 1 && column !== 1)) return undefined;
    return { view: from, batch, row, column };
  };
  return read(view) ?? read(materialize(view))!;
}

/** The kernel `gemm` for a `node` matmul whose inputs are these views. */
export function lowerProduct(
  node: Tensor,
  left: View,
  right: View,
  output: View,
  accumulate: boolean,
  materialize: (view: View) => View,
): CallStep {
  const leading = output.shape.slice(0, -2);
  const [m, n] = output.shape.slice(-2) as [number, number];
  const k = left.shape.at(-1)!;
  const a = matricesOf(broadcastView(left, [...leading, m, k]), materialize);
  const b = matricesOf(broadcastView(right, [...leading, k, n]), materialize);
  const batch = sizeOf(leading);
  // One tall product in place of a batch of products with the same right side.
  const tall = batch > 1 && b.batch === 0 && a.batch === m * a.row && a.column === 1;
  return {
    kind: "call",
    node,
    kernel: "gemm",
    operands: [read(a.view), read(b.view), written(output)],
    ints: [
      ...(tall ? [1, m * batch] : [batch, m]),
      n,
      k,
      ...[tall ? 0 : a.batch, a.row, a.column],
      ...[b.batch, b.row, b.column],
      ...[tall ? 0 : m * n, n],
      accumulate ? 1 : 0,
    ],
    floats: [],
  };
}
