// The slots of a program: its state first, then the inputs of each entry and the literal arrays that its entries share.

import { type DType, type NumberArray, numberArray } from "../dtype.ts";
import type { Graph, Tensor } from "../graph/tensor.ts";
import { scalarValue } from "../ops/source.ts";
import { type Shape, sizeOf } from "../shape.ts";
import type { NamedTensor } from "../trace.ts";
import type { Slot } from "./steps.ts";

/** Collects the slots of all entries. */
export class Slots {
  readonly list: Slot[] = [];
  readonly #literals = new Map<NumberArray, number>();
  readonly #derived = new Map<string, number>();

  constructor(state: readonly NamedTensor[]) {
    for (const { path, tensor } of state) this.#add(path, "state", tensor.dtype, sizeOf(tensor.shape));
  }

  /** A slot for an input of one entry. */
  input(entry: string, node: Tensor): number {
    return this.#derive(`input ${entry} ${node.attributes.name}`, () =>
      this.#add(`${entry}:${node.attributes.name}`, "input", node.dtype, sizeOf(node.shape)),
    );
  }

  /** A slot that holds what a literal node is: an array, counted numbers, or one number that a kernel reads. */
  literal(graph: Graph, node: Tensor): number {
    const value = scalarValue(node);
    if (value !== undefined)
      return this.#derive(`scalar ${node.dtype} ${node.attributes.value}`, () =>
        this.#addLiteral(filled(node.dtype, [], () => value)),
      );
    if (node.op.name === "constant") {
      const { data } = graph.constants[node.attributes.array as number]!;
      const known = this.#literals.get(data) ?? this.#addLiteral(data);
      this.#literals.set(data, known);
      return known;
    }
    return this.#derive(`iota ${node.dtype} ${node.attributes.axis} ${node.shape.join()}`, () => {
      const numbers = node.op.reference!([], node.attributes, node, { key: [0, 0], step: 0, rowOffset: 0 });
      return this.#addLiteral(filled(node.dtype, node.shape, (i) => (numbers as Float64Array)[i]!));
    });
  }

  #derive(key: string, add: () => number): number {
    const index = this.#derived.get(key) ?? add();
    this.#derived.set(key, index);
    return index;
  }

  #addLiteral(data: NumberArray): number {
    const dtype = data instanceof Int32Array ? "i32" : "f32";
    return this.#add(`constant ${this.list.length}`, "constant", dtype, data.length, data);
  }

  #add(name: string, kind: Slot["kind"], dtype: DType, size: number, data?: NumberArray): number {
    return this.list.push({ name, kind, dtype, size, ...(data && { data }) }) - 1;
  }
}

function filled(dtype: DType, shape: Shape, value: (i: number) => number): NumberArray {
  const data = numberArray(dtype, sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = value(i);
  return data;
}
