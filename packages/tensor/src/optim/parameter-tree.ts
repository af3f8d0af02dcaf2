// Parameter trees as lists and back: an optimizer's step is one instruction over all parameters.

import type { Tensor } from "../graph/tensor.ts";
import { shapeError } from "../shape.ts";
import { isTensorData, type TensorData, zerosData } from "../tensor-data.ts";
import { isTensor } from "../trace.ts";
import { leavesOf, mapTree } from "../tree.ts";

/** The tensors of a tree, in order. */
export function tensorsOf(tree: unknown): Tensor[] {
  return leavesOf(tree, isTensor).map(({ value }) => value);
}

/**
 * The tensors of several trees of one form, leaf by leaf.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH` where a leaf is missing in one
 */
export function alignedTensors(op: string, trees: readonly unknown[]): Tensor[][] {
  const lists = trees.map(tensorsOf);
  const [first] = lists;
  for (const list of lists)
    if (list.length !== first!.length)
      throw shapeError(
        op,
        `Expected trees of one form but received ${first!.length} and ${list.length} tensors`,
      );
  return first!.map((_, i) => lists.map((list) => list[i]!));
}

/** A tree of the same form with these tensors in order. */
export function withTensors<P>(tree: P, tensors: readonly Tensor[]): P {
  let next = 0;
  return mapTree(tree, isTensor, () => tensors[next++]!) as P;
}

/** Zeros for every parameter. */
export function zerosLike<P>(parameters: P): P {
  return mapTree(parameters, isTensorData, ({ shape }: TensorData) => zerosData(shape)) as P;
}
