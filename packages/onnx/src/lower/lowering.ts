// What a lowering is: how one op of our graphs is written in ONNX's operators. A lowering sees the types of its inputs as
// they are in the file, where the axis of rows may be open, and gives back the value that the op's node stands for.

import { VerisimError } from "@verisim/core";
import type { Shape, Tensor } from "@verisim/tensor";
import type { GraphBuilder } from "../builder.ts";
import type { Dim, OnnxValue } from "../model.ts";

/** What lowerings work with. */
export interface Target {
  readonly graph: GraphBuilder;
  /** Where random numbers come from. */
  readonly random: "inputs" | "operators";
  /** The length that an axis had in the trace. */
  traced(dim: Dim): number;
  /** A traced shape with its first axis open where that is the axis of rows. */
  open(shape: Shape): readonly Dim[];
}

export type Lowering = (target: Target, node: Tensor, inputs: readonly OnnxValue[]) => OnnxValue;

/** An op that an ONNX file cannot hold: `VERISIM_ONNX_UNSUPPORTED`. */
export function unsupported(node: Tensor, message: string, hint: string): VerisimError {
  return new VerisimError(
    "VERISIM_ONNX_UNSUPPORTED",
    `[${node.op.name}] ${message}${node.source === "" ? "" : ` (${node.source})`}`,
    { where: { op: node.op.name }, hint },
  );
}

/** An op whose result depends on how many rows there are: `VERISIM_ONNX_ROWS`. */
export function mixesRows(node: Tensor, message: string, cause?: unknown): VerisimError {
  return new VerisimError(
    "VERISIM_ONNX_ROWS",
    `[${node.op.name}] ${message}${node.source === "" ? "" : ` (${node.source})`}`,
    {
      where: { op: node.op.name },
      hint: "An open number of rows needs rows that do not depend on one another, and a traced number of rows that no other axis has. Export with a fixed number of rows otherwise.",
      cause,
    },
  );
}

/** Makes sure that an op does not work along an open axis. */
export function needsClosed(node: Tensor, x: OnnxValue, axes: readonly number[]): void {
  for (const axis of axes)
    if (typeof x.dims.at(axis) === "string")
      throw mixesRows(
        node,
        `Expected an op on single rows but it works along axis ${axis} of [${x.dims.join(", ")}]`,
      );
}
