// Shapes and what follows from them: sizes, row-major strides, axes counted from the end, numpy's broadcasting.

import { VerisimError } from "@verisim/core";

/** Lengths of the axes, outermost first; `[]` is a single number. */
export type Shape = readonly number[];

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** Elements between neighbours along each axis, row-major. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

/** As in messages: `[500, 256]`. */
export function shapeText(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** An error about shapes: `VERISIM_SHAPE_MISMATCH`. */
export function shapeError(op: string, message: string, hint?: string): VerisimError {
  return new VerisimError("VERISIM_SHAPE_MISMATCH", `[${op}] ${message}`, {
    where: { op },
    ...(hint === undefined ? {} : { hint }),
  });
}

/**
 * `axis` in [0, rank), where -1 is the last one.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`
 */
export function normalAxis(op: string, axis: number, rank: number): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || normal < 0 || normal >= rank)
    throw shapeError(op, `Expected an axis from ${-rank} to ${rank - 1} but received ${axis}`);
  return normal;
}

/**
 * The shape that all of `shapes` broadcast to: aligned at the last axis, a length of 1 stretches (numpy's rule).
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`
 */
export function broadcastShapes(op: string, shapes: readonly Shape[]): Shape {
  let rank = 0;
  for (const shape of shapes) rank = Math.max(rank, shape.length);
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    const shift = rank - shape.length;
    for (let axis = 0; axis < shape.length; axis++) {
      const length = shape[axis]!;
      const so = result[shift + axis]!;
      if (length === so || length === 1) continue;
      if (so !== 1)
        throw shapeError(
          op,
          `Expected shapes that broadcast but received ${shapes.map(shapeText).join(" and ")}`,
        );
      result[shift + axis] = length;
    }
  }
  return result;
}
