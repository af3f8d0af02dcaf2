// From units to steps, in order. Every node gets the view that reads it; values are made where a node must exist in
// memory; copies appear only where strides cannot say it, and for state that no update writes in place.

import type { Tensor } from "../graph/tensor.ts";
import type { TensorType } from "../ops/operation.ts";
import { sizeOf, stridesOf } from "../shape.ts";
import { lowerKernel, lowerProduct, lowerUpdate } from "./lower-call.ts";
import { copyStep, fillStep, type GroupContext, lowerGroup, wordOf } from "./lower-group.ts";
import { isView, sourceOfView, viewOfMovement } from "./movement.ts";
import type { Slots } from "./slots.ts";
import { type LoweredEntry, outputModes, type ProgramStep, Values } from "./steps.ts";
import { orderUnits, type Partition, type Unit } from "./units.ts";
import { denseView, isDense, sliceView, type Value, type View } from "./view.ts";

/** Steps of a partitioned entry. */
export function lowerEntry(parts: Partition, slots: Slots): LoweredEntry {
  return new Lowering(parts, slots).run();
}

class Lowering implements GroupContext {
  readonly parts: Partition;
  readonly #slots: Slots;
  readonly #values = new Values();
  readonly #slotValues = new Map<number, Value>();
  readonly #views = new Map<Tensor, View>();
  readonly #copies = new Map<Tensor, View>();
  /** Where the parts of an update lie. */
  readonly #partViews = new Map<Tensor, readonly View[]>();
  readonly #results: ReadonlySet<Tensor>;
  readonly #steps: ProgramStep[] = [];

  constructor(parts: Partition, slots: Slots) {
    this.parts = parts;
    this.#slots = slots;
    this.#results = new Set([...parts.entry.outputs, ...parts.entry.updates].map(({ tensor }) => tensor));
  }

  run(): LoweredEntry {
    for (const unit of orderUnits(this.parts)) {
      if (unit.kind === "group") this.#group(unit);
      else this.#call(unit.members[0]!);
    }
    const outputs = this.parts.entry.outputs.map(({ tensor }) => this.#outputView(tensor));
    this.#writeState();
    return { name: this.parts.entry.name, steps: this.#steps, outputs };
  }

  viewOf(node: Tensor): View {
    let view = this.#views.get(node);
    if (view === undefined) {
      view = this.#findView(node);
      this.#views.set(node, view);
    }
    return view;
  }

  define(node: Tensor): View {
    const view =
      this.#placeInConcat(node) ?? denseView(this.#values.make(node.dtype, sizeOf(node.shape)), node.shape);
    this.#views.set(node, view);
    return view;
  }

  /** The part of a concat that a pointwise node is, if that is all it is for: then it is written there at once. */
  #placeInConcat(node: Tensor): View | undefined {
    const [user, another] = this.parts.users(node);
    if (node.op.kind !== "pointwise" || user?.op.name !== "concat" || another !== undefined) return undefined;
    if (this.#results.has(node) || this.parts.unitOf.get(node)?.kind !== "group") return undefined;
    const axis = user.attributes.axis as number;
    const index = user.inputs.indexOf(node);
    if (user.inputs.lastIndexOf(node) !== index) return undefined;
    // Two parts written by one instruction would lie between each other in memory.
    const unit = this.parts.unitOf.get(node);
    if (user.inputs.slice(0, index).some((other) => this.parts.unitOf.get(other) === unit)) return undefined;
    const whole = this.#views.get(user) ?? this.define(user);
    return partsAlong(whole, axis, user.inputs)[index];
  }

  isUsedOutside(node: Tensor, unit: Unit): boolean {
    if (this.parts.inlined.has(node)) return false;
    return (
      this.#results.has(node) || this.parts.users(node).some((user) => this.parts.unitOf.get(user) !== unit)
    );
  }

  #findView(node: Tensor): View {
    if (node.op.kind === "source") return denseView(this.#slotValue(this.#slotOf(node), node), node.shape);
    if (node.op.name === "part")
      return {
        ...this.#partViews.get(node.inputs[0]!)![node.attributes.index as number]!,
        shape: node.shape,
      };
    const view = isView(node) ? viewOfMovement(node, this.viewOf(node.inputs[0]!)) : undefined;
    if (view === undefined)
      throw new Error(`internal: %${node.id} ${node.op.name} is read before it is made`);
    return view;
  }

  #slotOf(node: Tensor): number {
    if (node.op.name === "state") return node.attributes.slot as number;
    if (node.op.name === "input") return this.#slots.input(this.parts.entry.name, node);
    return this.#slots.literal(this.parts.entry.graph, node);
  }

  #slotValue(slot: number, type: TensorType): Value {
    let value = this.#slotValues.get(slot);
    if (value === undefined) {
      value = this.#values.make(type.dtype, sizeOf(type.shape), slot);
      this.#slotValues.set(slot, value);
    }
    return value;
  }

  #group(unit: Unit): void {
    const step = lowerGroup(unit, this);
    // Nothing is left of a group whose users all compute it again.
    if (step.outputs.length > 0) this.#emit(step);
  }

  /** Steps without elements do nothing, but for reductions: the sum of nothing is 0. */
  #emit(step: ProgramStep): void {
    if (step.kind === "fused" && step.dims.includes(0)) {
      const outputs = step.outputs.filter(
        ({ mode, view }) => mode !== outputModes.store && sizeOf(view.shape) > 0,
      );
      if (outputs.length > 0) this.#steps.push({ ...step, outputs });
    } else this.#steps.push(step);
  }

  #copy(view: View): View {
    const copy = denseView(this.#values.make(view.value.dtype, sizeOf(view.shape)), view.shape);
    this.#emit(copyStep(view, copy));
    return copy;
  }

  #dense(node: Tensor): View {
    const view = this.viewOf(node);
    if (isDense(view)) return view;
    const known = this.#copies.get(node) ?? this.#copy(view);
    this.#copies.set(node, known);
    return known;
  }

  #call(node: Tensor): void {
    const accumulation = this.parts.accumulating.get(node);
    if (accumulation !== undefined) {
      const onto = this.viewOf(accumulation.onto);
      this.#kernel(accumulation.kernel, onto, true);
      this.#views.set(node, onto);
    } else if (node.op.kind === "update") this.#update(node);
    else if (node.op.kind === "movement") this.#assemble(node);
    else this.#kernel(node, this.define(node), false);
  }

  #kernel(node: Tensor, output: View, accumulate: boolean): void {
    if (output.value.size === 0) return;
    if (node.op.name === "matmul") {
      const [left, right] = node.inputs.map((input) => this.viewOf(input)) as [View, View];
      this.#emit(lowerProduct(node, left, right, output, accumulate, (view) => this.#copy(view)));
    } else {
      const inputs = node.inputs.map((input) => this.#dense(input));
      this.#emit(lowerKernel(node, inputs, output, accumulate));
    }
  }

  #update(node: Tensor): void {
    const views = node.inputs.map((input) => this.#dense(input));
    const inPlace = this.parts.inPlace.get(node)!;
    const parts = node.op.overwrites!(node.inputs, node.attributes).map((input, index) => {
      if (!inPlace[index]) views[input] = this.#copy(views[input]!);
      return views[input]!;
    });
    this.#partViews.set(node, parts);
    this.#emit(lowerUpdate(node, views));
  }

  /** Movement that copies: pad, concat, and what strides cannot say. */
  #assemble(node: Tensor): void {
    const { name } = node.op;
    if (name === "concat") {
      const whole = this.#views.get(node) ?? this.define(node);
      const parts = partsAlong(whole, node.attributes.axis as number, node.inputs);
      for (const [index, input] of node.inputs.entries()) {
        const from = this.viewOf(input);
        if (from.value !== whole.value) this.#emit(copyStep(from, parts[index]!));
      }
    } else if (name === "pad") {
      const low = node.attributes.low as readonly number[];
      const from = this.viewOf(node.inputs[0]!);
      const whole = this.define(node);
      this.#emit(fillStep(wordOf(0, node.dtype), whole));
      const ends = low.map((length, axis) => length + from.shape[axis]!);
      this.#emit(copyStep(from, sliceView(whole, low, ends)));
    } else {
      const input = this.viewOf(node.inputs[0]!);
      this.#views.set(
        node,
        viewOfMovement(node, input) ?? {
          ...this.#copy(input),
          shape: node.shape,
          strides: stridesOf(node.shape),
        },
      );
    }
  }

  /** Outputs are read after the state has been written. */
  #outputView(node: Tensor): View {
    const source = sourceOfView(node);
    const overwritten =
      source.op.name === "state" &&
      this.parts.entry.updates.some(({ slot }) => slot === source.attributes.slot);
    return overwritten ? this.#copy(this.viewOf(node)) : this.#dense(node);
  }

  /** New state that no update has written in place. */
  #writeState(): void {
    const { updates } = this.parts.entry;
    const written = new Set(updates.map(({ slot }) => slot));
    const copies = updates
      .filter(({ tensor, slot }) => !this.#isInPlace(tensor, slot))
      .map(({ tensor, slot }) => {
        const from = this.viewOf(tensor);
        const moves = from.value.slot !== undefined && written.has(from.value.slot);
        return {
          from: moves ? this.#copy(from) : from,
          to: denseView(this.#slotValue(slot, tensor), tensor.shape),
        };
      });
    for (const { from, to } of copies) this.#emit(copyStep(from, to));
  }

  #isInPlace(node: Tensor, slot: number): boolean {
    if (node.op.name !== "part") return false;
    const update = node.inputs[0]!;
    const index = node.attributes.index as number;
    const input = update.op.overwrites!(update.inputs, update.attributes)[index]!;
    return this.parts.inPlace.get(update)![index]! && update.inputs[input]!.attributes.slot === slot;
  }
}

/** The parts of a concat's view that its inputs are. */
function partsAlong(whole: View, axis: number, inputs: readonly Tensor[]): View[] {
  let start = 0;
  return inputs.map(({ shape }) => {
    const end = start + shape[axis]!;
    const starts = whole.shape.map((_, i) => (i === axis ? start : 0));
    const ends = whole.shape.map((length, i) => (i === axis ? end : length));
    start = end;
    return sliceView(whole, starts, ends);
  });
}
