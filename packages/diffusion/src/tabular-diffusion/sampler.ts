// Rows from noise in a fixed number of steps, each one evaluation of the network. Between two steps every number is looked
// at again with less noise: an alternative is drawn from what the network says, and seen through new noise (the exact
// posterior step of a Gaussian diffusion, with an endpoint that is a distribution over alternatives); and some of the
// categories, a few per step in an order drawn per row, are drawn and shown.

import type { Layout, Produced, StateTree } from "@verisim/neural";
import { choiceOfCondition } from "@verisim/neural";
import {
  add,
  constant,
  cumsum,
  div,
  equal,
  erf,
  gather,
  iota,
  less,
  maximum,
  minimum,
  mul,
  type nn,
  reshape,
  segmentSoftmax,
  segmentSum,
  slice,
  sqrt,
  sub,
  type Tensor,
  toF32,
  toI32,
  where,
} from "@verisim/tensor";
import { columnsAt, evidenceOf, type Known, rowOf } from "./beliefs.ts";
import type { NoisedColumns } from "./columns.ts";
import { logitsOf } from "./denoiser.ts";
import { revealOrders } from "./reveal-orders.ts";

/** Logits of alternatives that a shown column has not. */
const impossible = -60;

/** Normal numbers per row: the order, one per category, two per number and step but the last. */
export function noiseWidth({ numbers, categories }: NoisedColumns, steps: number): number {
  return 1 + categories.length + 2 * numbers.length * (steps - 1);
}

export function sampleRows(
  { denoiser, inverse }: StateTree,
  layout: Layout,
  columns: NoisedColumns,
  { steps }: { readonly steps: number },
  noise: Tensor,
  condition: nn.Bag | undefined,
): Produced {
  const rows = noise.shape[0]!;
  const { numbers, categories, numberOf, columnOf, widths, scores } = columns;
  const choices = columnOf.length;
  const numbersAt = (n: number, part: number): number =>
    1 + categories.length + (2 * n + part) * numbers.length;
  const noiseAt = (start: number, count: number): Tensor => slice(noise, [0, start], [rows, start + count]);
  const zeros = mul(columnsAt(noise, new Int32Array(choices)), 0);

  const { stepOf, categoryUniforms } = categoryDraws(noiseAt(0, 1 + categories.length), columns, steps);
  let known: Known = { evidence: zeros, shown: zeros, ones: zeros };
  if (condition !== undefined) known = withCondition(known, condition, layout, columns);

  let look = zeros;
  for (let n = 0; ; n++) {
    const logits = logitsOf(denoiser, known, columns);
    if (n === steps - 1) {
      const settled = mul(sub(1, known.ones), impossible);
      return { logits: where(known.shown, settled, logits), places: undefined };
    }
    const uniforms = concatUniforms(
      categoryUniforms,
      numbers.length > 0 ? uniformOf(noiseAt(numbersAt(n, 0), numbers.length)) : undefined,
      columns,
    );
    const drawn = drawOnes(logits, uniforms, widths, columnOf);
    let { evidence, shown, ones } = known;
    if (numbers.length > 0) {
      const scale = (step: number): Tensor =>
        columnsAt(slice(inverse, [step, 0], [step + 1, numbers.length]), numberOf);
      const [before, after] = [scale(n), scale(n + 1)];
      const score = segmentSum(mul(drawn, rowOf(scores)), widths);
      const fresh = columnsAt(noiseAt(numbersAt(n, 1), numbers.length), numberOf);
      // precision-weighted mean of the look so far and a new one of the drawn score
      const added = sub(mul(after, after), mul(before, before));
      const gained = add(mul(added, score), mul(sqrt(maximum(added, 0)), fresh));
      look = div(add(mul(mul(before, before), look), gained), add(mul(after, after), 1e-12));
      evidence = evidenceOf(mul(after, sub(look, rowOf(scores))));
    }
    if (categories.length > 0) {
      const now = mul(columnsAt(equal(stepOf, n), categoryOf(columns)), sub(1, shown));
      ones = add(ones, mul(now, drawn));
      shown = add(shown, now);
    }
    known = { evidence, shown, ones };
  }
}

/** Place of each choice's column among the categories; -1 for those of numbers. */
function categoryOf({ columnOf, categories }: NoisedColumns): Int32Array {
  return columnOf.map((column) => categories.indexOf(column));
}

/** Standard normal numbers as uniform ones in (0, 1). */
function uniformOf(normal: Tensor): Tensor {
  const uniform = add(0.5, mul(0.5, erf(mul(normal, Math.SQRT1_2))));
  return minimum(1 - 2e-7, maximum(2e-7, uniform));
}

/** The step before which each category is shown, and the uniforms it is drawn by: [rows, categories]. */
function categoryDraws(
  noise: Tensor,
  { categories }: NoisedColumns,
  steps: number,
): { stepOf: Tensor; categoryUniforms: Tensor | undefined } {
  if (categories.length === 0) return { stepOf: noise, categoryUniforms: undefined };
  const rows = noise.shape[0]!;
  const uniform = uniformOf(noise);
  const { count, stepOf } = revealOrders(categories.length, steps);
  const order = toI32(mul(slice(uniform, [0, 0], [rows, 1]), count));
  const table = constant(stepOf, [count, categories.length]);
  return {
    stepOf: gather(table, reshape(order, [rows])),
    categoryUniforms: slice(uniform, [0, 1], [rows, 1 + categories.length]),
  };
}

/** Uniforms of all columns, spread over their choices. */
function concatUniforms(
  ofCategories: Tensor | undefined,
  ofNumbers: Tensor | undefined,
  columns: NoisedColumns,
): Tensor {
  const spread = (uniforms: Tensor | undefined, places: Int32Array): Tensor | undefined =>
    uniforms === undefined ? undefined : columnsAt(uniforms, places);
  const parts = [spread(ofCategories, categoryOf(columns)), spread(ofNumbers, columns.numberOf)];
  return parts.filter((part) => part !== undefined).reduce((a, b) => add(a, b));
}

/** One alternative per column by its uniform: 1 where the running sum of probabilities passes it. [rows, choices]. */
function drawOnes(logits: Tensor, uniforms: Tensor, widths: readonly number[], columnOf: Int32Array): Tensor {
  const probabilities = segmentSoftmax(logits, widths);
  // Every column's probabilities sum to 1: before a column the running sum is the number of columns before it.
  const within = sub(cumsum(probabilities), rowOf(Float32Array.from(columnOf)));
  const last = rowOf(Float32Array.from(widths.flatMap((width) => new Array<number>(width).fill(width - 1))));
  const place = minimum(last, segmentSum(less(within, uniforms), widths));
  const local = rowOf(
    Float32Array.from(widths.flatMap((width) => Array.from({ length: width }, (_, i) => i))),
  );
  return equal(place, local);
}

/** A condition is a category that is shown from the start. */
function withCondition(
  { evidence }: Known,
  { indices }: nn.Bag,
  layout: Layout,
  { columnOf }: NoisedColumns,
): Known {
  const rows = indices.shape[0]!;
  const choice = choiceOfCondition(reshape(indices, [rows]), layout);
  const ones = equal(toF32(choice), iota([1, columnOf.length], 1));
  const column = gather(constant(Float32Array.from(columnOf), [columnOf.length]), choice);
  const shown = equal(column, rowOf(Float32Array.from(columnOf)));
  return { evidence, shown, ones };
}
