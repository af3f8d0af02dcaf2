// Labelled rows in parts and put together again: some of them, or real ones with synthetic ones that count less.

import type { FeatureColumn } from "../features.ts";
import type { LabelledRows } from "../gradient-boosted-trees.ts";
import type { LabelledFeatures } from "../table-features.ts";

/** The rows at some places, in that order. */
export function pickRows({ features, labels, rows }: LabelledFeatures, places: Int32Array): LabelledFeatures {
  return {
    features: features.map((column) => ({
      ...column,
      values: Float64Array.from(places, (place) => column.values[place]!),
    })),
    labels: Float64Array.from(places, (place) => labels[place]!),
    rows: Int32Array.from(places, (place) => rows[place]!),
  };
}

/**
 * Real rows, which count 1 each, and synthetic ones after them.
 * @param weight what a synthetic row counts, above 0. Default 1: the rows then carry no weights
 * @param shares what each of them counts beside the others. Default 1 each
 */
export function joinRows(
  real: LabelledFeatures,
  synthetic: LabelledFeatures,
  weight: number = 1,
  shares?: Float64Array,
): LabelledRows {
  const rows = {
    features: real.features.map(
      (column, index): FeatureColumn => ({
        ...column,
        values: concat(column.values, synthetic.features[index]!.values),
      }),
    ),
    labels: concat(real.labels, synthetic.labels),
  };
  if (weight === 1 && shares === undefined) return rows;
  const weights = new Float64Array(rows.labels.length).fill(1);
  const first = real.labels.length;
  for (let row = first; row < weights.length; row++) weights[row] = weight * (shares?.[row - first] ?? 1);
  return { ...rows, weights };
}

function concat(a: Float64Array, b: Float64Array): Float64Array {
  const both = new Float64Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
