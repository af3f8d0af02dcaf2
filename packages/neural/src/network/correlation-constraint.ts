// A constraint that keeps pairs of columns: the correlations of what the generator makes against those of the training rows,
// over all encoded columns. Given its noise a network draws its columns apart from each other, so the joint share of two
// choices is the mean over the noise of the product of their probabilities: no draw is needed, and no noise of draws is in
// it. The squared difference is estimated without bias as the product of the differences of two halves of the batch.

import {
  add,
  concat,
  matmul,
  mean,
  mul,
  segmentSoftmax,
  slice,
  sub,
  sum,
  type Tensor,
  type TensorData,
  tensorData,
  transpose,
} from "@verisim/tensor";
import type { EncodedRows, Layout } from "../encoding/layout.ts";
import { conditionWidths } from "./condition-draws.ts";
import type { GanConstraint } from "./conditional-gan.ts";
import { expectedGate, outputsOf, spanStarts } from "./outputs.ts";
import type { StateTree } from "./table-network.ts";

/** Added to the deviations that differences are measured in: rare categories would drown the others in their noise. */
const softening = 0.03;

/**
 * The constraint with a weight.
 * @param weight of the mean squared difference against the critic's score
 */
export function correlationConstraint(weight: number): GanConstraint {
  return {
    data: ({ rows, layout }) => moments(rows, layout),
    loss: ({ logits, places }, data, layout) => mul(weight, difference(logits, places, data, layout)),
  };
}

/** Means and products of encoded columns under training by sampling, scaled by deviations. */
function moments(rows: EncodedRows, layout: Layout): StateTree {
  const columns = outputsOf(layout);
  const weights = samplingWeights(rows, layout);
  const means = new Float64Array(columns);
  const products = new Float64Array(columns * columns);
  const encoded = encodedRows(rows, layout);
  for (let row = 0; row < rows.rowCount; row++) {
    const { at, value } = encoded(row);
    const own = weights[row]!;
    for (let i = 0; i < at.length; i++) {
      means[at[i]!]! += own * value[i]!;
      for (let j = 0; j < at.length; j++) products[at[i]! * columns + at[j]!]! += own * value[i]! * value[j]!;
    }
  }
  const scale = means.map(
    (centre, i) => 1 / (Math.sqrt(Math.max(0, products[i * columns + i]! - centre * centre)) + softening),
  );
  const wanted = new Float32Array(columns * columns);
  const between = betweenColumns(layout);
  for (let i = 0; i < columns; i++)
    for (let j = 0; j < columns; j++)
      wanted[i * columns + j] =
        between[i * columns + j]! *
        (products[i * columns + j]! - means[i]! * means[j]!) *
        scale[i]! *
        scale[j]!;
  const vector = (data: Float64Array): TensorData => tensorData(Float32Array.from(data), [columns]);
  return {
    mean: vector(means),
    scale: vector(scale),
    wanted: tensorData(wanted, [columns, columns]),
    between: tensorData(between, [columns, columns]),
  };
}

/** 1 for pairs of different table columns: choices of one column exclude each other and say nothing of a relation. */
function betweenColumns(layout: Layout): Float32Array {
  const owner = [
    ...layout.placed,
    ...layout.widths.flatMap((width, column) => new Array<number>(width).fill(column)),
  ];
  return Float32Array.from({ length: owner.length ** 2 }, (_, i) =>
    owner[Math.floor(i / owner.length)] === owner[i % owner.length] ? 0 : 1,
  );
}

/** How often training by sampling draws each row, summing to 1. */
function samplingWeights({ rowCount, alternatives }: EncodedRows, layout: Layout): Float64Array {
  const weights = new Float64Array(rowCount);
  const widths = conditionWidths(layout);
  if (widths.length === 0) return weights.fill(1 / rowCount);
  const spans = layout.widths.length;
  layout.discrete.forEach((column, place) => {
    const counts = new Float64Array(widths[place]!);
    for (let row = 0; row < rowCount; row++) counts[alternatives[row * spans + column]!]!++;
    const total = counts.reduce((sum, count) => sum + Math.log1p(count), 0);
    for (let row = 0; row < rowCount; row++) {
      const count = counts[alternatives[row * spans + column]!]!;
      weights[row]! += Math.log1p(count) / total / count / widths.length;
    }
  });
  return weights;
}

/** The columns of an encoded row that are not 0, and their numbers. */
function encodedRows(
  { alternatives, places }: EncodedRows,
  layout: Layout,
): (row: number) => { at: number[]; value: number[] } {
  const starts = spanStarts(layout);
  const placed = layout.placed.length;
  return (row) => {
    const at = starts.map((start, column) => placed + start + alternatives[row * starts.length + column]!);
    const value = at.map(() => 1);
    for (let i = 0; i < placed; i++) {
      at.push(i);
      value.push(places[row * placed + i]!);
    }
    return { at, value };
  };
}

function difference(logits: Tensor, places: Tensor | undefined, data: StateTree, layout: Layout): Tensor {
  const shares = segmentSoftmax(logits, layout.widths);
  const expected =
    places === undefined ? shares : concat([mul(places, expectedGate(shares, layout)), shares]);
  const [rows, columns] = expected.shape as readonly [number, number];
  const half = rows >> 1;
  const scaled = mul(sub(expected, data.mean), data.scale);
  const parts = [
    slice(scaled, [0, 0], [half, columns]),
    slice(scaled, [half, 0], [2 * half, columns]),
  ] as const;
  const centres = parts.map((part) => mean(part, 0));
  const gaps = parts.map((part) =>
    mul(data.between, sub(mul(matmul(transpose(part), part), 1 / half), data.wanted)),
  );
  const pairs = mul(sum(mul(gaps[0]!, gaps[1]!)), 1 / columns);
  return add(pairs, sum(mul(centres[0]!, centres[1]!)));
}
