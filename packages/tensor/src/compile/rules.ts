// Rewrites that keep the value and cost less, one rule a row: a node in, a cheaper node of the same type or nothing out.
// Numbers may change in the last place, never by more; nothing is assumed about NaN or infinity.

import type { Tensor } from "../graph/tensor.ts";
import { broadcastOperation, concatOperation, reshapeOperation } from "../ops/movement.ts";
import type { Attributes, Operation } from "../ops/operation.ts";
import { mul, sub } from "../ops/pointwise.ts";
import { scalarValue } from "../ops/source.ts";
import { type Shape, sameShape } from "../shape.ts";

/** Makes simplified nodes. */
export interface Builder {
  make(op: Operation, inputs: readonly Tensor[], attributes?: Attributes): Tensor;
  scalar(value: number, like: Tensor): Tensor;
  /** Whether at most one node of the graph that is being simplified uses it. */
  isUsedOnce(node: Tensor): boolean;
}

/** A rewrite of nodes of one op, or of all pointwise ops. */
export interface Rule {
  readonly name: string;
  readonly ops: readonly string[] | "pointwise";
  rewrite(node: Tensor, build: Builder): Tensor | undefined;
}

const isScalar = (node: Tensor, value: number): boolean => Object.is(scalarValue(node), value);
const isZero = (node: Tensor): boolean => scalarValue(node) === 0;
const sameType = (a: Tensor, b: Tensor): boolean => a.dtype === b.dtype && sameShape(a.shape, b.shape);

/** `kept` where it already has the type of the node. */
const instead = (node: Tensor, kept: Tensor): Tensor | undefined => (sameType(node, kept) ? kept : undefined);

const input = (node: Tensor, index: number): Tensor => node.inputs[index]!;
const axesOf = (node: Tensor): readonly number[] => node.attributes.axes as readonly number[];

function neutral(name: string, ops: string[], drops: (a: Tensor, b: Tensor) => 0 | 1 | undefined): Rule {
  return {
    name,
    ops,
    rewrite(node) {
      const kept = drops(input(node, 0), input(node, 1));
      return kept === undefined ? undefined : instead(node, input(node, kept));
    },
  };
}

export const rules: readonly Rule[] = [
  {
    name: "pointwise of numbers is a number",
    ops: "pointwise",
    rewrite(node, build) {
      const values = node.inputs.map(scalarValue);
      if (node.inputs.length === 0 || values.some((value) => value === undefined)) return undefined;
      const result = node.op.point!(...(values as number[]));
      return build.scalar(node.dtype === "f32" ? Math.fround(result) : result, node);
    },
  },
  {
    name: "a broadcast that the op does itself",
    ops: "pointwise",
    rewrite(node, build) {
      const inner = node.inputs.map((x) => (isStretched(x) ? input(x, 0) : x));
      if (inner.every((x, i) => x === input(node, i))) return undefined;
      for (let i = 0; i < inner.length; i++) {
        // All at once may lose the shape; then one of them stays.
        const some = inner.map((x, j) => (j < i ? input(node, j) : x));
        if (some.every((x, j) => x === input(node, j))) return undefined;
        const made = build.make(node.op, some, node.attributes);
        if (sameType(made, node)) return made;
      }
      return undefined;
    },
  },
  {
    name: "computed before it is repeated",
    ops: "pointwise",
    rewrite(node, build) {
      if (!node.inputs.some(isStretched)) return undefined;
      const inner = build.make(
        node.op,
        node.inputs.map((x) => (isStretched(x) ? input(x, 0) : x)),
        node.attributes,
      );
      return sameType(inner, node)
        ? undefined
        : build.make(broadcastOperation, [inner], { shape: node.shape });
    },
  },
  neutral("x + 0", ["add", "add_i32"], (a, b) => (isZero(b) ? 0 : isZero(a) ? 1 : undefined)),
  neutral("x - 0", ["sub", "sub_i32"], (_, b) => (isZero(b) ? 0 : undefined)),
  neutral("x * 1", ["mul", "mul_i32"], (a, b) => (isScalar(b, 1) ? 0 : isScalar(a, 1) ? 1 : undefined)),
  neutral("x / 1", ["div"], (_, b) => (isScalar(b, 1) ? 0 : undefined)),
  neutral("x ^ 1", ["pow"], (_, b) => (isScalar(b, 1) ? 0 : undefined)),
  {
    name: "x / c = x * (1 / c) where 1 / c is exact",
    ops: ["div"],
    rewrite(node, build) {
      const divisor = scalarValue(input(node, 1));
      if (divisor === undefined || Math.log2(Math.abs(divisor)) % 1 !== 0) return undefined;
      return build.make(mul.operation, [input(node, 0), build.scalar(1 / divisor, node)]);
    },
  },
  {
    name: "x + x = 2 x",
    ops: ["add"],
    rewrite: (node, build) =>
      input(node, 0) === input(node, 1)
        ? build.make(mul.operation, [input(node, 0), build.scalar(2, node)])
        : undefined,
  },
  {
    name: "-(-x)",
    ops: ["neg"],
    rewrite: (node) => (input(node, 0).op.name === "neg" ? input(input(node, 0), 0) : undefined),
  },
  {
    name: "x + (-y) = x - y",
    ops: ["add"],
    rewrite(node, build) {
      const [a, b] = [input(node, 0), input(node, 1)];
      if (b.op.name === "neg") return build.make(sub.operation, [a, input(b, 0)]);
      return a.op.name === "neg" ? build.make(sub.operation, [b, input(a, 0)]) : undefined;
    },
  },
  {
    name: "(x * c) * d = x * (c d)",
    ops: ["mul"],
    rewrite(node, build) {
      const [x, c] = factors(node);
      const [y, d] = x === undefined ? [] : factors(x);
      if (c === undefined || y === undefined || d === undefined || x!.op.name !== "mul") return undefined;
      return build.make(node.op, [y, build.scalar(Math.fround(c * d), node)]);
    },
  },
  { name: "marks for differentiation", ops: ["stopGradient", "argument"], rewrite: (node) => input(node, 0) },
  {
    name: "movement that moves nothing",
    ops: ["reshape", "broadcast", "slice", "pad", "concat"],
    rewrite: (node) => (node.inputs.length === 1 ? instead(node, input(node, 0)) : undefined),
  },
  {
    name: "reshape of a reshape",
    ops: ["reshape"],
    rewrite(node, build) {
      const inner = input(node, 0);
      return inner.op === node.op ? build.make(node.op, [input(inner, 0)], node.attributes) : undefined;
    },
  },
  {
    name: "transpose of a transpose, transpose that keeps the order",
    ops: ["transpose"],
    rewrite(node, build) {
      const axes = axesOf(node);
      const inner = input(node, 0);
      if (axes.every((axis, i) => axis === i)) return inner;
      if (inner.op !== node.op) return undefined;
      const first = axesOf(inner);
      return build.make(node.op, [input(inner, 0)], { axes: axes.map((axis) => first[axis]!) });
    },
  },
  {
    // The product reads transposed operands as they lie, and as a product it can add to others where it is made.
    name: "(A B)^T = B^T A^T",
    ops: ["transpose"],
    rewrite(node, build) {
      const product = input(node, 0);
      const axes = axesOf(node);
      const last = axes.length - 1;
      const swaps = axes.every((axis, i) => axis === (i === last ? last - 1 : i === last - 1 ? last : i));
      if (product.op.name !== "matmul" || !swaps || !build.isUsedOnce(product)) return undefined;
      const turned = [input(product, 1), input(product, 0)].map((x) => {
        const order = x.shape.map((_, i) => i);
        return build.make(node.op, [x], { axes: [...order.slice(0, -2), order.at(-1)!, order.at(-2)!] });
      });
      return build.make(product.op, turned);
    },
  },
  {
    name: "a reduction over axes of length 1 is a reshape",
    ops: ["sum", "max"],
    rewrite(node, build) {
      const x = input(node, 0);
      if (axesOf(node).some((axis) => x.shape[axis] !== 1)) return undefined;
      return build.make(reshapeOperation, [x], { shape: node.shape });
    },
  },
  {
    // What the derivative of a tensor that was cut in two looks like.
    name: "parts with zeros around them, added up, are a concat",
    ops: ["add"],
    rewrite(node, build) {
      const [a, b] = [input(node, 0), input(node, 1)];
      const joined = joinPads(a, b, build);
      if (joined !== undefined) return joined;
      for (const [sum, part] of [
        [a, b],
        [b, a],
      ] as const) {
        if (sum.op !== node.op || !build.isUsedOnce(sum)) continue;
        for (const [other, rest] of [
          [input(sum, 0), input(sum, 1)],
          [input(sum, 1), input(sum, 0)],
        ] as const) {
          const inner = joinPads(other, part, build);
          if (inner !== undefined) return build.make(node.op, [rest, inner]);
        }
      }
      return undefined;
    },
  },
  {
    name: "slice of a slice",
    ops: ["slice"],
    rewrite(node, build) {
      const inner = input(node, 0);
      if (inner.op !== node.op) return undefined;
      const first = inner.attributes.starts as readonly number[];
      const shift = (ends: readonly number[]): number[] => ends.map((end, axis) => end + first[axis]!);
      const { starts, ends } = node.attributes as { starts: readonly number[]; ends: readonly number[] };
      return build.make(node.op, [input(inner, 0)], { starts: shift(starts), ends: shift(ends) });
    },
  },
  {
    name: "slice of a concat that lies in one part",
    ops: ["slice"],
    rewrite(node, build) {
      const inner = input(node, 0);
      if (inner.op.name !== "concat") return undefined;
      const axis = inner.attributes.axis as number;
      const { starts, ends } = node.attributes as { starts: readonly number[]; ends: readonly number[] };
      let from = 0;
      for (const part of inner.inputs) {
        const to = from + part.shape[axis]!;
        if (starts[axis]! >= from && ends[axis]! <= to && from < to) {
          const shift = (bounds: readonly number[]): number[] =>
            bounds.map((bound, i) => (i === axis ? bound - from : bound));
          return build.make(node.op, [part], { starts: shift(starts), ends: shift(ends) });
        }
        from = to;
      }
      return undefined;
    },
  },
];

/** concat(x, y) for pad(x) + pad(y) that together cover everything along one axis. */
function joinPads(a: Tensor, b: Tensor, build: Builder): Tensor | undefined {
  if (a.op.name !== "pad" || b.op.name !== "pad") return undefined;
  const zeros = (node: Tensor, end: "low" | "high"): readonly number[] =>
    node.attributes[end] as readonly number[];
  const [first, second] = zeros(a, "low").every((length) => length === 0) ? [a, b] : [b, a];
  const axis = zeros(first, "high").findIndex((length) => length > 0);
  if (axis < 0) return undefined;
  const along = (length: number): number[] => first.shape.map((_, i) => (i === axis ? length : 0));
  const fits =
    sameShape(zeros(first, "low"), along(0)) &&
    sameShape(zeros(first, "high"), along(input(second, 0).shape[axis]!)) &&
    sameShape(zeros(second, "low"), along(input(first, 0).shape[axis]!)) &&
    sameShape(zeros(second, "high"), along(0));
  return fits ? build.make(concatOperation, [input(first, 0), input(second, 0)], { axis }) : undefined;
}

/** [x, c] of x * c with a number c. */
function factors(node: Tensor): [Tensor | undefined, number | undefined] {
  if (node.op.name !== "mul") return [undefined, undefined];
  const [a, b] = [input(node, 0), input(node, 1)];
  const [left, right] = [scalarValue(a), scalarValue(b)];
  if (right !== undefined) return [a, right];
  return left === undefined ? [undefined, undefined] : [b, left];
}

/** Whether pointwise broadcasting would do what the node does: a broadcast, or any form of a literal number. */
function isStretched(node: Tensor): boolean {
  if (node.op.name === "reshape") return scalarValue(input(node, 0)) !== undefined;
  if (node.op.name !== "broadcast") return false;
  const from: Shape = input(node, 0).shape;
  const shift = node.shape.length - from.length;
  return shift >= 0 && from.every((length, axis) => length === 1 || length === node.shape[axis + shift]);
}
