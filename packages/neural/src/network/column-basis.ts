// Neighbouring values of a number mean almost the same: beside a vector of its own, each shares wide hat functions with
// its neighbours, so that what is learnt of one is half known of the next. Without it few rows teach little about many bins.

import { constant, type Tensor } from "@verisim/tensor";

/** Hat functions over the alternatives of a column with an order. */
export interface ColumnBasis {
  readonly functions: number;
  /** [alternatives, functions]. */
  readonly values: Float32Array;
}

/** Alternatives per hat, from fine to coarse. */
const spacings = [3, 8, 24, 72];
/** Fewer alternatives have no hats. */
const leastOrdered = 6;

/**
 * The hats of a column; undefined where there are too few alternatives to share anything.
 * @param width alternatives, that of missing cells included
 * @param missing whether alternative 0 is the missing cell, which has no neighbours
 */
export function columnBasis(width: number, missing: boolean): ColumnBasis | undefined {
  const offset = missing ? 1 : 0;
  const count = width - offset;
  if (count < leastOrdered) return undefined;
  const hats: { readonly centre: number; readonly spacing: number }[] = [];
  for (const spacing of spacings) {
    const steps = Math.max(2, Math.ceil((count - 1) / spacing));
    const even = (count - 1) / steps;
    for (let i = 0; i <= steps; i++) hats.push({ centre: i * even, spacing: even });
    if (spacing * 2 >= count) break;
  }
  const values = new Float32Array(width * hats.length);
  for (let k = 0; k < count; k++)
    hats.forEach(({ centre, spacing }, f) => {
      values[(k + offset) * hats.length + f] = Math.max(0, 1 - Math.abs(k - centre) / spacing);
    });
  return { functions: hats.length, values };
}

/** [alternatives, functions] as a constant of a step. */
export function basisTensor({ functions, values }: ColumnBasis): Tensor {
  return constant(values, [values.length / functions, functions]);
}

/** Visits what is not 0. */
export function timesBasis(
  { functions, values }: ColumnBasis,
  visit: (alternative: number, f: number, value: number) => void,
): void {
  values.forEach((value, at) => {
    if (value !== 0) visit(Math.floor(at / functions), at % functions, value);
  });
}
