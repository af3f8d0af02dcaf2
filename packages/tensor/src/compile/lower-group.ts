// From a group of nodes to one fused step: which views it reads, its ops in order, and what leaves it.

import { VerisimError } from "@verisim/core";
import type { Tensor } from "../graph/tensor.ts";
import { scalarValue } from "../ops/source.ts";
import { collapse } from "./collapse.ts";
import { type FusedOp, type FusedOutput, type FusedStep, outputModes } from "./steps.ts";
import { type Partition, reductionEdge, type Unit } from "./units.ts";
import { broadcastView, transposeView, type View } from "./view.ts";

/** What lowering a group needs from the entry. */
export interface GroupContext {
  readonly parts: Partition;
  viewOf(node: Tensor): View;
  /** Memory for a member that is used outside its group. */
  define(node: Tensor): View;
  isUsedOutside(node: Tensor, unit: Unit): boolean;
}

/** An operand before inputs, constants and ops are numbered through. */
type Reference = { readonly from: "input" | "constant" | "op"; readonly index: number };

const bitsBuffer = new DataView(new ArrayBuffer(4));

/** The 32 bits of a literal. */
export function wordOf(value: number, dtype: string): number {
  if (dtype === "i32") return value | 0;
  bitsBuffer.setFloat32(0, value);
  return bitsBuffer.getInt32(0);
}

/** The fused step of one group; nothing if it has no elements to compute. */
export function lowerGroup(unit: Unit, context: GroupContext): FusedStep {
  return new GroupLowering(unit, context).run();
}

class GroupLowering {
  readonly #unit: Unit;
  readonly #context: GroupContext;
  readonly #inputs: View[] = [];
  readonly #inputIndex = new Map<string, number>();
  readonly #constants: number[] = [];
  readonly #ops: { name: string; operands: Reference[] }[] = [];
  readonly #values = new Map<Tensor, Reference>();
  #contracted: ReadonlySet<Tensor> = new Set();

  constructor(unit: Unit, context: GroupContext) {
    this.#unit = unit;
    this.#context = context;
  }

  run(): FusedStep {
    const { members } = this.#unit;
    const middle = members[0]!.op.kind === "reduce" && reductionEdge(members[0]!) === undefined;
    return middle ? this.#middleReduction(members[0]!) : this.#group();
  }

  /** A reduction over axes in the middle: the same reduction over columns of a transposed view. */
  #middleReduction(node: Tensor): FusedStep {
    const axes = node.attributes.axes as readonly number[];
    const view = this.#context.viewOf(node.inputs[0]!);
    const kept = view.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const turned = transposeView(view, [...kept, ...axes]);
    const input = this.#input(turned);
    return this.#finish(turned.shape, kept.length, [
      { reference: input, mode: modeOf(node, "columns"), view: this.#context.define(node) },
    ]);
  }

  #group(): FusedStep {
    const { members, dims } = this.#unit;
    this.#contracted = this.#productsOfSums();
    const outputs: { reference: Reference; mode: number; view: View }[] = [];
    for (const node of members) {
      if (this.#contracted.has(node)) continue;
      const reduces = node.op.kind === "reduce";
      if (reduces) this.#values.set(node, this.#reference(node.inputs[0]!));
      else this.#values.set(node, this.#op(node));
      if (!reduces && !this.#context.isUsedOutside(node, this.#unit)) continue;
      outputs.push({
        reference: this.#values.get(node)!,
        mode: reduces ? modeOf(node, reductionEdge(node)!.side) : outputModes.store,
        view: this.#context.define(node),
      });
    }
    return this.#finish(dims, this.#unit.split ?? dims.length, outputs);
  }

  /** Products that are added once and used nowhere else: they become part of a fused multiply-add. */
  #productsOfSums(): Set<Tensor> {
    const { members } = this.#unit;
    const inside = new Set(members);
    const products = new Set<Tensor>();
    for (const node of members) {
      if (node.op.name !== "add") continue;
      const product = node.inputs.find(
        (input) =>
          input.op.name === "mul" &&
          inside.has(input) &&
          this.#context.parts.users(input).length === 1 &&
          node.inputs[0] !== node.inputs[1] &&
          !this.#context.isUsedOutside(input, this.#unit),
      );
      if (product !== undefined) products.add(product);
    }
    return products;
  }

  #op(node: Tensor): Reference {
    const product =
      node.op.name === "add" ? node.inputs.find((input) => this.#contracted.has(input)) : undefined;
    const operands =
      product === undefined
        ? node.inputs
        : [...product.inputs, node.inputs[node.inputs[0] === product ? 1 : 0]!];
    const references = operands.map((operand) => this.#reference(operand));
    this.#ops.push({ name: product === undefined ? node.op.name : "fma", operands: references });
    return { from: "op", index: this.#ops.length - 1 };
  }

  #reference(node: Tensor): Reference {
    const known = this.#values.get(node);
    if (known !== undefined) return known;
    if (this.#context.parts.inlined.has(node)) {
      const made = this.#op(node);
      this.#values.set(node, made);
      return made;
    }
    const value = scalarValue(node);
    if (value === undefined) return this.#input(broadcastView(this.#context.viewOf(node), this.#unit.dims));
    const word = wordOf(value, node.dtype);
    let index = this.#constants.indexOf(word);
    if (index < 0) index = this.#constants.push(word) - 1;
    return { from: "constant", index };
  }

  #input(view: View): Reference {
    const key = `${view.value.id}+${view.offset}:${view.strides.join()}`;
    let index = this.#inputIndex.get(key);
    if (index === undefined) {
      index = this.#inputs.push(view) - 1;
      this.#inputIndex.set(key, index);
    }
    return { from: "input", index };
  }

  #finish(
    dims: readonly number[],
    split: number,
    outputs: readonly { reference: Reference; mode: number; view: View }[],
  ): FusedStep {
    const inputCount = this.#inputs.length;
    const constantCount = this.#constants.length;
    const number = ({ from, index }: Reference): number =>
      from === "input"
        ? index
        : from === "constant"
          ? inputCount + index
          : inputCount + constantCount + index;
    return collapsed({
      kind: "fused",
      dims,
      split,
      inputs: this.#inputs,
      constants: this.#constants,
      ops: this.#ops.map(({ name, operands }): FusedOp => ({ name, operands: operands.map(number) })),
      outputs: outputs.map(
        ({ reference, mode, view }): FusedOutput => ({ operand: number(reference), mode, view }),
      ),
    });
  }
}

function modeOf(node: Tensor, side: "columns" | "rows"): number {
  if (node.op.name === "sum") return side === "columns" ? outputModes.sumColumns : outputModes.sumRows;
  return side === "columns" ? outputModes.maxColumns : outputModes.maxRows;
}

/** A step that copies a view into another of the same shape. */
export function copyStep(from: View, to: View): FusedStep {
  return collapsed({
    kind: "fused",
    dims: from.shape,
    split: from.shape.length,
    inputs: [from],
    constants: [],
    ops: [],
    outputs: [{ operand: 0, mode: outputModes.store, view: to }],
  });
}

/** A step that writes one literal everywhere. */
export function fillStep(word: number, to: View): FusedStep {
  return collapsed({
    kind: "fused",
    dims: to.shape,
    split: to.shape.length,
    inputs: [],
    constants: [word],
    ops: [],
    outputs: [{ operand: 0, mode: outputModes.store, view: to }],
  });
}

const mostAxes = 6;

/** The same step over as few axes as possible. */
function collapsed(step: FusedStep): FusedStep {
  const stores = step.outputs.filter(({ mode }) => mode === outputModes.store);
  const views = [...step.inputs, ...stores.map(({ view }) => view)];
  const space = collapse({
    dims: step.dims,
    split: step.split,
    strides: views.map(({ strides }) => strides),
  });
  const { dims, split } = space.dims.length > 0 ? space : { dims: [1], split: step.split > 0 ? 1 : 0 };
  if (dims.length > mostAxes)
    throw new VerisimError(
      "VERISIM_RANK_TOO_HIGH",
      `Expected an index space of at most ${mostAxes} axes after merging but received [${dims.join(", ")}]`,
      { hint: "Reshape before broadcasting or transposing so many axes." },
    );
  const over = (view: View): View => ({
    ...view,
    shape: dims,
    strides: space.dims.length > 0 ? space.strides[views.indexOf(view)]! : [1],
  });
  return {
    ...step,
    dims,
    split,
    inputs: step.inputs.map(over),
    outputs: step.outputs.map((output) =>
      output.mode === outputModes.store ? { ...output, view: over(output.view) } : output,
    ),
  };
}
