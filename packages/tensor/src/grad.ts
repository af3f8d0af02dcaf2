// Reverse-mode differentiation of the finished graph: a cotangent for every node between the arguments and the result,
// in one sweep from the result back, by the derivative that each op's row gives. Derivatives are nodes like all others,
// so they can be differentiated again.

import { VerisimError } from "@verisim/core";
import { type Tensor, typeText } from "./graph/tensor.ts";
import { argumentOperation, broadcast, stopGradientOperation, sumTo } from "./ops/movement.ts";
import { add } from "./ops/pointwise.ts";
import { dtypeError } from "./ops/pointwise-row.ts";
import { toTensors } from "./ops/source.ts";
import { shapeError, shapeText } from "./shape.ts";
import { isTensor } from "./trace.ts";
import { leavesOf, mapTree } from "./tree.ts";

/**
 * Derivatives of `y` for each of `xs`: any f32 nodes, inner ones too. Where `y` does not depend on one it is 0.
 * @param g cotangent of `y`, of its shape; default 1, and then `y` must be a single number
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`, `VERISIM_GRADIENT_MISSING`
 */
export function gradients(y: Tensor, xs: readonly Tensor[], g?: Tensor): Tensor[] {
  for (const { dtype } of [y, ...xs]) if (dtype !== "f32") throw dtypeError("grad", "f32", dtype);
  if (g === undefined && y.shape.length > 0)
    throw shapeError(
      "grad",
      `Expected a result that is a single number but received shape ${shapeText(y.shape)}`,
      "Reduce it with sum or mean, or give the cotangent of the result.",
    );
  const depends = dependents(y, xs);
  const cotangents = new Map<Tensor, Tensor>();
  const give = (node: Tensor, cotangent: Tensor): void => {
    // Pointwise ops and products broadcast their inputs; here, and only here, that is undone.
    const own = sumTo(cotangent, node.shape);
    const so = cotangents.get(node);
    cotangents.set(node, so === undefined ? own : add(so, own));
  };
  give(y, g ?? filled(1, y));
  for (let id = y.id; id >= 0; id--) {
    const node = y.graph.nodes[id]!;
    const cotangent = cotangents.get(node);
    if (cotangent === undefined || !node.inputs.some((input) => depends[input.id])) continue;
    const parts = derivative(node, cotangent);
    node.inputs.forEach((input, i) => {
      const part = parts[i];
      if (part && depends[input.id]) give(input, part);
    });
  }
  return xs.map((x) => cotangents.get(x) ?? filled(0, x));
}

/** `value` everywhere, as an f32 tensor of the shape of `like`. */
function filled(value: number, like: Tensor): Tensor {
  return broadcast(toTensors("grad", [value, like])[0]!, like.shape);
}

/** Marks, by id, the nodes up to `y` that change with one of `xs`. */
function dependents(y: Tensor, xs: readonly Tensor[]): Uint8Array {
  const depends = new Uint8Array(y.id + 1);
  let first = y.id + 1;
  for (const { id } of xs)
    if (id <= y.id) {
      depends[id] = 1;
      first = Math.min(first, id);
    }
  for (let id = first + 1; id <= y.id; id++) {
    const { op, dtype, inputs } = y.graph.nodes[id]!;
    if (dtype === "f32" && op !== stopGradientOperation && inputs.some((input) => depends[input.id]))
      depends[id] = 1;
  }
  return depends;
}

function derivative(node: Tensor, cotangent: Tensor): readonly (Tensor | null)[] {
  if (node.op.vjp === undefined)
    throw new VerisimError(
      "VERISIM_GRADIENT_MISSING",
      `[${node.op.name}] Expected an op with a derivative but received ${node.op.name} ${typeText(node)} of ${node.source}`,
      {
        where: { op: node.op.name },
        hint: "Wrap what it takes in stopGradient if no gradient should flow there.",
      },
    );
  return node.op.vjp(cotangent, node, node.inputs, node.attributes);
}

/** What a differentiated function may return: a single number, or that and anything else, first in an array. */
export type LossResult = Tensor | readonly [Tensor, ...unknown[]];

/**
 * The function that returns `f`'s result and its derivatives for the first argument.
 *
 * Only what `f` does with the argument itself counts: tensors that it takes from outside are constants, even one that is
 * also given as the argument.
 * @param f returns the number to differentiate, or an array that begins with it
 * @returns takes a tree of f32 tensors; gives [f's result, a tree of derivatives]
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`, `VERISIM_GRADIENT_MISSING`
 *
 * @example
 * const [loss, slopes] = valueAndGrad((p: { w: Tensor }) => sum(mul(p.w, x)))({ w });
 */
export function valueAndGrad<P, Rest extends readonly unknown[], R extends LossResult>(
  f: (parameters: P, ...rest: Rest) => R,
): (parameters: P, ...rest: Rest) => [R, P] {
  return (parameters, ...rest) => {
    // Nodes of their own, so that uses of the same tensor outside of f are told apart.
    const own = mapTree(parameters, isTensor, (tensor) =>
      tensor.graph.make(argumentOperation, [tensor], { number: tensor.graph.nodes.length }),
    );
    const result = f(own as P, ...rest);
    const loss = isTensor(result) ? result : (result as readonly [Tensor])[0];
    const leaves = leavesOf(own, isTensor).map(({ value }) => value);
    const slopes = new Map(gradients(loss, leaves).map((slope, i) => [leaves[i]!, slope]));
    return [result, mapTree(own, isTensor, (leaf) => slopes.get(leaf)!) as P];
  };
}

/**
 * The function that returns the derivatives of `f` for its first argument; see {@link valueAndGrad}.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`, `VERISIM_GRADIENT_MISSING`
 *
 * @example
 * const curvature = grad((x: Tensor) => sum(grad((y: Tensor) => sum(tanh(y)))(x)));
 */
export function grad<P, Rest extends readonly unknown[]>(
  f: (parameters: P, ...rest: Rest) => LossResult,
): (parameters: P, ...rest: Rest) => P {
  const both = valueAndGrad(f);
  return (parameters, ...rest) => both(parameters, ...rest)[1];
}
