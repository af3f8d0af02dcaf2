// Fewer axes for the same index space: axes of length 1 go, and two axes that lie one after another in every view become
// one. The inner loops of a fused step get longer by it, and most steps end with one or two axes.

/** An index space with the strides of every view over it. */
export interface IndexSpace {
  readonly dims: readonly number[];
  /** Axes before it are rows. */
  readonly split: number;
  /** Strides per view, one per axis. */
  readonly strides: readonly (readonly number[])[];
}

/** The same elements in the same order over fewer axes; rows and columns stay apart. */
export function collapse(space: IndexSpace): IndexSpace {
  const dims: number[] = [];
  const strides: number[][] = space.strides.map(() => []);
  let split = 0;
  for (const [axis, length] of space.dims.entries()) {
    if (axis === space.split) split = dims.length;
    if (length === 1) continue;
    const last = dims.length - 1;
    const merges =
      last >= (axis >= space.split ? split : 0) &&
      space.strides.every((view, i) => strides[i]![last] === view[axis]! * length);
    if (merges) {
      dims[last]! *= length;
      for (const [i, view] of space.strides.entries()) strides[i]![last] = view[axis]!;
    } else {
      dims.push(length);
      for (const [i, view] of space.strides.entries()) strides[i]!.push(view[axis]!);
    }
  }
  if (space.split >= space.dims.length) split = dims.length;
  return { dims, split, strides };
}
