// Movement as arithmetic on strides: reshape, transpose, broadcast and slice make no instruction, they change how a
// value's memory is read. Where strides cannot say it, the caller copies.

import type { DType } from "../dtype.ts";
import { type Shape, sizeOf, stridesOf } from "../shape.ts";

/** Memory of a compiled entry: a stretch of the arena, or a slot. */
export interface Value {
  readonly id: number;
  readonly dtype: DType;
  /** In words. */
  readonly size: number;
  /** The slot that it is, or undefined for a value of the arena. */
  readonly slot: number | undefined;
}

/** How to read a value: element (i, j, ...) lies at offset + i strides[0] + j strides[1] + ... */
export interface View {
  readonly value: Value;
  readonly offset: number;
  readonly shape: Shape;
  readonly strides: readonly number[];
}

export function denseView(value: Value, shape: Shape): View {
  return { value, offset: 0, shape, strides: stridesOf(shape) };
}

/** Whether the elements lie one after another, row-major. */
export function isDense(view: View): boolean {
  let step = 1;
  for (let axis = view.shape.length - 1; axis >= 0; axis--) {
    const length = view.shape[axis]!;
    if (length === 0) return true;
    if (length !== 1 && view.strides[axis] !== step) return false;
    step *= length;
  }
  return true;
}

/** Whether the view is the whole of its value, in order. */
export function isWhole(view: View): boolean {
  return view.offset === 0 && sizeOf(view.shape) === view.value.size && isDense(view);
}

export function transposeView(view: View, permutation: readonly number[]): View {
  return {
    ...view,
    shape: permutation.map((axis) => view.shape[axis]!),
    strides: permutation.map((axis) => view.strides[axis]!),
  };
}

export function sliceView(view: View, starts: readonly number[], ends: readonly number[]): View {
  let offset = view.offset;
  for (const [axis, start] of starts.entries()) offset += start * view.strides[axis]!;
  const shape = view.shape.map((_, axis) => ends[axis]! - starts[axis]!);
  return sizeOf(shape) === 0 ? { ...view, shape } : { ...view, offset, shape };
}

/** The view stretched to `shape`, aligned at the last axis (numpy's rule). */
export function broadcastView(view: View, shape: Shape): View {
  const shift = shape.length - view.shape.length;
  const strides = shape.map((length, axis) =>
    axis < shift || (view.shape[axis - shift] === 1 && length !== 1) ? 0 : view.strides[axis - shift]!,
  );
  return { ...view, shape, strides };
}

/**
 * The view with another shape of the same size, or undefined where its strides cannot say it. Runs of axes that lie one
 * after another in memory are cut anew; an axis of the new shape must not span two runs.
 */
export function reshapeView(view: View, shape: Shape): View | undefined {
  if (isDense(view)) return { ...view, shape, strides: stridesOf(shape) };
  const runs: { length: number; stride: number }[] = [];
  for (const [axis, length] of view.shape.entries()) {
    if (length === 1) continue;
    const last = runs.at(-1);
    if (last !== undefined && last.stride === length * view.strides[axis]!) {
      last.length *= length;
      last.stride = view.strides[axis]!;
    } else runs.push({ length, stride: view.strides[axis]! });
  }
  const strides = new Array<number>(shape.length).fill(0);
  let axis = shape.length - 1;
  for (const run of runs.reverse()) {
    let covered = 1;
    while (covered < run.length) {
      if (axis < 0) return undefined;
      strides[axis] = run.stride * covered;
      covered *= shape[axis]!;
      axis--;
    }
    if (covered !== run.length) return undefined;
  }
  return shape.slice(0, axis + 1).some((length) => length !== 1) ? undefined : { ...view, shape, strides };
}
