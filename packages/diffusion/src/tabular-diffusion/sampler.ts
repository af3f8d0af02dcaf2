// Rows from noise in a fixed number of steps, each one evaluation of the network. Between two steps the columns whose clocks
// run become better known: a number is looked at again with less noise, as an alternative that is drawn from what the network
// says and seen through new noise (the exact posterior step of a Gaussian diffusion whose endpoint is a distribution over
// alternatives), and shown at the end; a category is drawn and shown.

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
import { clockAt, endOf, runningSteps, startOrders } from "./column-clocks.ts";
import { drawPlaces, onesAt, uniformOf } from "./column-draws.ts";
import type { NoisedColumns } from "./columns.ts";
import { drawnLogits } from "./denoiser.ts";
import { inverseAt, shownAt } from "./noising.ts";

/** Logits of alternatives that a shown column has not. */
const impossible = -60;

/** Normal numbers per row: the order, one per column, and two per number and step in which its clock may run. */
export function noiseWidth({ numbers, widths }: NoisedColumns, { steps, overlap }: SamplerTimes): number {
  return 1 + widths.length + 2 * numbers.length * runningSteps(steps, overlap);
}

export interface SamplerTimes {
  /** Evaluations of the network per row. */
  readonly steps: number;
  /** Of the columns' clocks. */
  readonly overlap: number;
}

export interface SamplerGiven extends SamplerTimes {
  readonly columns: NoisedColumns;
  /** [rows, noiseWidth], standard normal. */
  readonly noise: Tensor;
  /** What is known from the start. */
  readonly known: Known;
  /** Logits of all columns for what is known. */
  readonly logitsOf: (known: Known) => Tensor;
}

/** Logits of the last step: those of shown columns leave nothing but what they show. [rows, choices]. */
export function undoNoise(schedule: Tensor, given: SamplerGiven): Tensor {
  const { columns, steps, overlap, noise } = given;
  const rows = noise.shape[0]!;
  const { numbers, numberOf, columnOf, scores, widths } = columns;
  const noiseAt = (start: number, count: number): Tensor => slice(noise, [0, start], [rows, start + count]);
  const slots = runningSteps(steps, overlap);
  // A clock runs in steps that follow each other: no number meets the same noise twice.
  const numberNoise = (n: number, part: number): Tensor =>
    noiseAt(1 + widths.length + (2 * (n % slots) + part) * numbers.length, numbers.length);
  const starts = startsOf(uniformOf(noiseAt(0, 1)), columns);
  const columnUniforms = columnsAt(uniformOf(noiseAt(1, widths.length)), columnOf);
  const isNumber = rowOf(Float32Array.from(numberOf, (number) => (number < 0 ? 0 : 1)));
  let { evidence, shown, ones } = given.known;
  let look = mul(evidence, 0);
  let before = look;
  for (let n = 0; ; n++) {
    const logits = given.logitsOf({ evidence, shown, ones });
    if (n === steps - 1) return where(shown, mul(sub(1, ones), impossible), logits);
    const clocks = clockAt(((n + 1) / steps) * endOf(overlap), starts, overlap);
    const uniforms =
      numbers.length > 0
        ? where(isNumber, columnsAt(uniformOf(numberNoise(n, 0)), numberOf), columnUniforms)
        : columnUniforms;
    const drawn = onesAt(drawPlaces(logits, uniforms, columns), columns);
    if (numbers.length > 0) {
      const after = columnsAt(inverseAt(schedule, columnsAt(clocks, numbers)), numberOf);
      const score = segmentSum(mul(drawn, rowOf(scores)), widths);
      // The mean of the looks so far and a new one of the drawn score, by precision.
      const added = maximum(0, sub(mul(after, after), mul(before, before)));
      const gained = add(mul(added, score), mul(sqrt(added), columnsAt(numberNoise(n, 1), numberOf)));
      look = div(add(mul(mul(before, before), look), gained), add(mul(after, after), 1e-12));
      evidence = evidenceOf(mul(after, sub(look, rowOf(scores))));
      before = after;
    }
    const now = mul(columnsAt(shownAt(clocks, columns), columnOf), sub(1, shown));
    ones = add(ones, mul(now, drawn));
    shown = add(shown, now);
  }
}

/** When each column's clock starts: [rows, columns]. @param uniform [rows, 1] */
function startsOf(uniform: Tensor, { widths }: NoisedColumns): Tensor {
  const { count, starts } = startOrders(widths.length);
  const order = reshape(toI32(mul(uniform, count)), [uniform.shape[0]!]);
  return gather(constant(starts, [count, widths.length]), order);
}

/** Rows as the frame of learned generators takes them. */
export function sampleRows(
  weights: StateTree,
  layout: Layout,
  columns: NoisedColumns,
  { steps, overlap, samplingTemperature }: SamplerTimes & { readonly samplingTemperature: number },
  noise: Tensor,
  condition: nn.Bag | undefined,
  bias: Tensor,
): Produced {
  const nothing = nothingKnown(noise, columns);
  const known = condition === undefined ? nothing : withCondition(nothing, condition, layout, columns);
  const logits = undoNoise(weights.schedule, {
    columns,
    steps,
    overlap,
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
