// Cholesky factors and triangular systems, which ONNX does not have: written out column by column and row by row, for
// small matrices.

import type { Tensor } from "@verisim/tensor";
import type { GraphBuilder } from "../builder.ts";
import type { OnnxValue } from "../model.ts";
import { type Lowering, needsClosed, unsupported } from "./lowering.ts";

/** The largest matrix that is written out: about ten nodes per row. */
export const largestMatrix = 64;

function needsSmall(node: Tensor, n: number): void {
  if (n > largestMatrix)
    throw unsupported(
      node,
      `Expected matrices of at most ${largestMatrix} x ${largestMatrix} but received ${n} x ${n}`,
      "ONNX has no operator for it and a larger one would be thousands of nodes. Solve it before the export.",
    );
}

/** Rows `from` to `to - 1` and columns likewise of matrices [..., n, m]. */
function block(
  graph: GraphBuilder,
  x: OnnxValue,
  rows: readonly [number, number],
  columns: readonly [number, number],
): OnnxValue {
  const rank = x.dims.length;
  return graph.add("Slice", [
    x,
    graph.ints([rows[0], columns[0]]),
    graph.ints([rows[1], columns[1]]),
    graph.ints([rank - 2, rank - 1]),
  ]);
}

function flipped(graph: GraphBuilder, x: OnnxValue): OnnxValue {
  const axes = x.dims.map((_, axis) => axis);
  return graph.add("Transpose", [x], { perm: [...axes.slice(0, -2), axes.length - 1, axes.length - 2] });
}

/** Column j is x(j.., j) minus what the columns before explain, over the root of its first element. */
const cholesky: Lowering = ({ graph }, node, [x]) => {
  const n = node.shape.at(-1)!;
  const rank = x!.dims.length;
  needsSmall(node, n);
  needsClosed(node, x!, [rank - 2, rank - 1]);
  const columns: OnnxValue[] = [];
  let sound: OnnxValue | undefined;
  for (let j = 0; j < n; j++) {
    let column = block(graph, x!, [j, n], [j, j + 1]);
    if (j > 0) {
      const before = graph.concat(columns, rank - 1);
      const row = flipped(graph, block(graph, before, [j, j + 1], [0, j]));
      column = graph.add("Sub", [column, graph.add("MatMul", [block(graph, before, [j, n], [0, j]), row])]);
    }
    const pivot = graph.slice(column, rank - 2, 0, 1);
    const positive = graph.add("Greater", [pivot, graph.scalar("float", 0)]);
    // From the first pivot on that is not positive, the rest is NaN.
    sound = sound === undefined ? positive : graph.add("And", [sound, positive]);
    const root = graph.add("Where", [sound, graph.add("Sqrt", [pivot]), graph.scalar("float", Number.NaN)]);
    const scaled = graph.add("Div", [column, root]);
    const pads = x!.dims.map((_, axis) => (axis === rank - 2 ? j : 0));
    columns.push(
      graph.add("Pad", [scaled, graph.ints([...pads, ...pads.map(() => 0)]), graph.scalar("float", 0)]),
    );
  }
  return graph.concat(columns, rank - 1);
};

/** Row i of the result is row i of b minus what the rows before explain, over the diagonal. */
const triangularSolve: Lowering = ({ graph }, node, [lower, b]) => {
  const rank = b!.dims.length;
  const [n, m] = [node.shape.at(-2)!, node.shape.at(-1)!];
  needsSmall(node, n);
  needsClosed(node, lower!, [rank - 2, rank - 1]);
  needsClosed(node, b!, [rank - 2, rank - 1]);
  const upwards = node.attributes.transpose === true;
  const factor = upwards ? flipped(graph, lower!) : lower!;
  const rows: OnnxValue[] = [];
  for (let step = 0; step < n; step++) {
    const i = upwards ? n - 1 - step : step;
    let row = block(graph, b!, [i, i + 1], [0, m]);
    if (step > 0) {
      const known = graph.concat(rows, rank - 2);
      const factors = block(graph, factor, [i, i + 1], upwards ? [i + 1, n] : [0, i]);
      row = graph.add("Sub", [row, graph.add("MatMul", [factors, known])]);
    }
    const solved = graph.add("Div", [row, block(graph, factor, [i, i + 1], [i, i + 1])]);
    if (upwards) rows.unshift(solved);
    else rows.push(solved);
  }
  return graph.concat(rows, rank - 2);
};

export const linalgLowerings: ReadonlyMap<string, Lowering> = new Map([
  ["cholesky", cholesky],
  ["triangularSolve", triangularSolve],
]);
