// What makes a pointwise op out of one row: its name, the function of one element, and its derivative. The function that
// comes back builds nodes and carries its Operation, so that tests and other runtimes find every row by the exports of
// pointwise.ts. Inputs broadcast; the derivative ignores that, since grad.ts undoes it in one place.

import { VerisimError } from "@verisim/core";
import type { DType } from "../dtype.ts";
import type { Tensor } from "../graph/tensor.ts";
import { broadcastShapes, sameShape } from "../shape.ts";
import type { Operation, TensorType } from "./operation.ts";
import { type TensorLike, toTensors } from "./source.ts";

/** A pointwise op with what its generated tests need to know: the dtypes of its inputs. */
export interface PointwiseOperation extends Operation {
  readonly kind: "pointwise";
  readonly takes: readonly DType[];
  point(...x: number[]): number;
}

/** A function that builds nodes of one op, or of its twin on i32 where there is one. */
export interface PointwiseRow {
  readonly operation: PointwiseOperation;
  /** The op on i32 inputs, named `<name>_i32`. */
  readonly integerOperation?: PointwiseOperation;
}

/** A pointwise function of one tensor. */
export interface Unary extends PointwiseRow {
  (x: TensorLike): Tensor;
}

/** A pointwise function of two tensors that broadcast; where both are i32, or one is and the other is a number, its i32 twin. */
export interface Binary extends PointwiseRow {
  (a: TensorLike, b: TensorLike): Tensor;
}

/** A pointwise function of three tensors that broadcast. */
export interface Ternary extends PointwiseRow {
  (a: TensorLike, b: TensorLike, c: TensorLike): Tensor;
}

/** Facts of a row besides its function and derivative; see Operation. */
export interface RowFacts extends Pick<Operation, "domain" | "expensive" | "composition" | "onnx" | "tfjs"> {
  /** The function of one element on i32, where the row has an i32 twin. */
  readonly i32?: (a: number, b: number) => number;
  /** The twin's result where it is not i32. */
  readonly i32Yields?: DType;
  readonly takes?: readonly DType[];
  readonly yields?: DType;
}

type Cotangents = readonly (Tensor | null)[];

function inferPointwise(name: string, takes: readonly DType[], yields: DType) {
  return (inputs: readonly TensorType[]): TensorType => {
    const first = inputs[0]!.shape;
    for (let i = 0; i < inputs.length; i++)
      if (inputs[i]!.dtype !== takes[i]) throw dtypeError(name, takes[i]!, inputs[i]!.dtype);
    const shape = inputs.every((input) => sameShape(input.shape, first))
      ? first
      : broadcastShapes(
          name,
          inputs.map((input) => input.shape),
        );
    return { shape, dtype: yields };
  };
}

/** An error about a dtype: `VERISIM_DTYPE_MISMATCH`. */
export function dtypeError(op: string, expected: string, received: DType): VerisimError {
  return new VerisimError("VERISIM_DTYPE_MISMATCH", `[${op}] Expected ${expected} but received ${received}`, {
    where: { op },
    hint: 'Convert it with cast(x, "f32") or cast(x, "i32").',
  });
}

function makeRow(
  name: string,
  arity: number,
  point: (...x: number[]) => number,
  vjp: (g: Tensor, y: Tensor, ...inputs: Tensor[]) => Cotangents,
  { i32, i32Yields = "i32", takes = new Array<DType>(arity).fill("f32"), yields = "f32", ...facts }: RowFacts,
): PointwiseRow {
  const make = (
    opName: string,
    from: readonly DType[],
    to: DType,
    f: (...x: number[]) => number,
  ): PointwiseOperation => ({
    ...facts,
    name: opName,
    kind: "pointwise",
    takes: from,
    infer: inferPointwise(opName, from, to),
    point: f,
    vjp: from.includes("f32") ? (g, y, inputs) => vjp(g, y, ...inputs) : () => from.map(() => null),
  });
  const operation = make(name, takes, yields, point);
  if (i32 === undefined) return { operation };
  const integers = new Array<DType>(arity).fill("i32");
  return {
    operation,
    integerOperation: make(`${name}_i32`, integers, i32Yields, (a, b) => i32(a!, b!)),
  };
}

/** A row of one input. */
export function unary(
  name: string,
  point: (x: number) => number,
  vjp: (g: Tensor, y: Tensor, x: Tensor) => Cotangents,
  facts: RowFacts = {},
): Unary {
  const row = makeRow(name, 1, point as (...x: number[]) => number, vjp as () => Cotangents, facts);
  return Object.assign((x: TensorLike): Tensor => {
    const inputs = toTensors(name, [x]);
    return inputs[0]!.graph.make(row.operation, inputs);
  }, row);
}

/** A row of two inputs. */
export function binary(
  name: string,
  point: (a: number, b: number) => number,
  vjp: (g: Tensor, y: Tensor, a: Tensor, b: Tensor) => Cotangents,
  facts: RowFacts = {},
): Binary {
  const row = makeRow(name, 2, point as (...x: number[]) => number, vjp as () => Cotangents, facts);
  const { operation, integerOperation = operation } = row;
  return Object.assign((a: TensorLike, b: TensorLike): Tensor => {
    const inputs = toTensors(name, [a, b]);
    return inputs[0]!.graph.make(inputs[0]!.dtype === "i32" ? integerOperation : operation, inputs);
  }, row);
}

/** A row of three inputs. */
export function ternary(
  name: string,
  point: (a: number, b: number, c: number) => number,
  vjp: (g: Tensor, y: Tensor, a: Tensor, b: Tensor, c: Tensor) => Cotangents,
  facts: RowFacts = {},
): Ternary {
  const row = makeRow(name, 3, point as (...x: number[]) => number, vjp as () => Cotangents, facts);
  return Object.assign((a: TensorLike, b: TensorLike, c: TensorLike): Tensor => {
    const inputs = toTensors(name, [a, b, c]);
    return inputs[0]!.graph.make(row.operation, inputs);
  }, row);
}
