// Rows from noise in a fixed number of steps, each one evaluation of the network. Between two steps every number is looked
// at again with less noise: an alternative is drawn from what the network says, and seen through new noise (the exact
// posterior step of a Gaussian diffusion whose endpoint is a distribution over alternatives); and some of the categories,
// as few as can be, are drawn and shown, in an order drawn per row.

import { choiceOfCondition, type Layout, type Produced, type StateTree } from "@verisim/neural";
import {
  add,
  constant,
  div,
  equal,
  gather,
  iota,
  maximum,
  mul,
  type nn,
  reshape,
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
import { drawPlaces, onesAt, uniformOf } from "./column-draws.ts";
import type { NoisedColumns } from "./columns.ts";
import { drawnLogits } from "./denoiser.ts";
import { revealOrders } from "./reveal-orders.ts";

/** Logits of alternatives that a shown column has not. */
const impossible = -60;

/** Normal numbers per row: the order, one per category, two per number and step but the last. */
export function noiseWidth({ numbers, categories }: NoisedColumns, steps: number): number {
  return 1 + categories.length + 2 * numbers.length * (steps - 1);
}

export interface SamplerGiven {
  readonly columns: NoisedColumns;
  readonly steps: number;
  /** [rows, noiseWidth], standard normal. */
  readonly noise: Tensor;
  /** What is known from the start. */
  readonly known: Known;
  /** Logits of all columns for what is known. */
  readonly logitsOf: (known: Known) => Tensor;
}

/** Logits of the last step: those of shown columns leave nothing but what they show. [rows, choices]. */
export function undoNoise(schedule: Tensor, given: SamplerGiven): Tensor {
  const { columns, steps, noise } = given;
  const rows = noise.shape[0]!;
  const { numbers, categories, numberOf, scores, widths } = columns;
  const noiseAt = (start: number, count: number): Tensor => slice(noise, [0, start], [rows, start + count]);
  const numberNoise = (n: number, part: number): Tensor =>
    columnsAt(noiseAt(1 + categories.length + (2 * n + part) * numbers.length, numbers.length), numberOf);
  const categoryOf = columns.columnOf.map((column) => categories.indexOf(column));
  const draws = categoryDraws(noiseAt(0, 1 + categories.length), columns, steps);
  let { evidence, shown, ones } = given.known;
  let look = mul(evidence, 0);
  for (let n = 0; ; n++) {
    const logits = given.logitsOf({ evidence, shown, ones });
    if (n === steps - 1) return where(shown, mul(sub(1, ones), impossible), logits);
    const uniforms = [
      ...(draws ? [columnsAt(draws.uniforms, categoryOf)] : []),
      ...(numbers.length > 0 ? [uniformOfNumbers(numberNoise(n, 0), numberOf)] : []),
    ].reduce((a, b) => add(a, b));
    const drawn = onesAt(drawPlaces(logits, uniforms, columns), columns);
    if (numbers.length > 0) {
      const scale = (step: number): Tensor => columnsAt(inverseAt(schedule, step / steps), numberOf);
      const [before, after] = [scale(n), scale(n + 1)];
      const score = segmentSum(mul(drawn, rowOf(scores)), widths);
      // The mean of the looks so far and a new one of the drawn score, by precision.
      const added = maximum(0, sub(mul(after, after), mul(before, before)));
      const gained = add(mul(added, score), mul(sqrt(added), numberNoise(n, 1)));
      look = div(add(mul(mul(before, before), look), gained), add(mul(after, after), 1e-12));
      evidence = evidenceOf(mul(after, sub(look, rowOf(scores))));
    }
    if (draws) {
      const now = mul(columnsAt(equal(draws.stepOf, n), categoryOf), sub(1, shown));
      ones = add(ones, mul(now, drawn));
      shown = add(shown, now);
    }
  }
}

/** Uniforms of numbers, 0 at the choices of categories. */
function uniformOfNumbers(normal: Tensor, numberOf: Int32Array): Tensor {
  return mul(uniformOf(normal), rowOf(Float32Array.from(numberOf, (number) => (number < 0 ? 0 : 1))));
}

/** Rows as the frame of learned generators takes them. */
export function sampleRows(
  weights: StateTree,
  layout: Layout,
  columns: NoisedColumns,
  { steps, samplingTemperature }: { readonly steps: number; readonly samplingTemperature: number },
  noise: Tensor,
  condition: nn.Bag | undefined,
  bias: Tensor,
): Produced {
  const nothing = nothingKnown(noise, columns);
  const known = condition === undefined ? nothing : withCondition(nothing, condition, layout, columns);
  const logits = undoNoise(weights.schedule, {
    columns,
    steps,
    noise,
    known,
    logitsOf: (now) => drawnLogits(weights.denoiser, now, columns, bias, samplingTemperature),
  });
  return { logits, places: undefined };
}

/** @param some [rows, any] */
export function nothingKnown(some: Tensor, { columnOf }: NoisedColumns): Known {
  const zeros = mul(columnsAt(some, new Int32Array(columnOf.length)), 0);
  return { evidence: zeros, shown: zeros, ones: zeros };
}

/** Inverse deviations of the noise at a time: [1, numbers]. @param schedule [knots, numbers] */
function inverseAt(schedule: Tensor, time: number): Tensor {
  const [knots, numbers] = schedule.shape as readonly [number, number];
  const place = time * (knots - 1);
  const low = Math.min(knots - 2, Math.floor(place));
  const row = (knot: number): Tensor => slice(schedule, [knot, 0], [knot + 1, numbers]);
  return add(mul(row(low), 1 - (place - low)), mul(row(low + 1), place - low));
}

/** The step after which each category is shown, and the uniforms it is drawn by: [rows, categories] each. */
function categoryDraws(
  noise: Tensor,
  { categories }: NoisedColumns,
  steps: number,
): { readonly stepOf: Tensor; readonly uniforms: Tensor } | undefined {
  if (categories.length === 0) return undefined;
  const rows = noise.shape[0]!;
  const uniform = uniformOf(noise);
  const { count, stepOf } = revealOrders(categories.length, steps);
  const order = toI32(mul(slice(uniform, [0, 0], [rows, 1]), count));
  return {
    stepOf: gather(constant(stepOf, [count, categories.length]), reshape(order, [rows])),
    uniforms: slice(uniform, [0, 1], [rows, 1 + categories.length]),
  };
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
  const columns = Float32Array.from(columnOf);
  const column = gather(constant(columns, [columnOf.length]), choice);
  return {
    evidence,
    ones: equal(toF32(choice), iota([1, columnOf.length], 1)),
    shown: equal(column, rowOf(columns)),
  };
}
