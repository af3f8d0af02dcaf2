// Rows of which cells are given or bound: given cells are shown from the start, bound columns are drawn from what is
// allowed of them before noise is undone, and the given ones can be followed more closely than they were learnt
// (classifier-free guidance, Ho and Salimans 2022).

import { type AskedContext, type AskedRows, spanStarts } from "@verisim/neural";
import {
  add,
  broadcast,
  constant,
  exp,
  less,
  log,
  maximum,
  mul,
  pad,
  segmentSoftmax,
  slice,
  sub,
  sum,
  type Tensor,
  toI32,
} from "@verisim/tensor";
import { chosenOnes, columnsAt, type Known, rowOf } from "./beliefs.ts";
import { drawPlaces, onesAt } from "./column-draws.ts";
import type { NoisedColumns } from "./columns.ts";
import { drawnLogits } from "./denoiser.ts";
import { noiseWidth, nothingKnown, type SamplerTimes, undoNoise } from "./sampler.ts";

export interface AskedOptions extends SamplerTimes {
  /** How much closer than learnt given cells are followed; 0: as learnt. */
  readonly guidance: number;
  readonly samplingTemperature: number;
}

export function drawAsked(context: AskedContext, columns: NoisedColumns, options: AskedOptions): AskedRows {
  const { weights, bias, rng, rows, given } = context;
  const { columnOf, starts, widths } = columns;
  const noise = rng.normal([rows, noiseWidth(columns, options)]);
  const uniforms = columnsAt(rng.uniform([rows, widths.length]), columnOf);
  const learnt = (known: Known): Tensor =>
    drawnLogits(weights.denoiser, known, columns, bias, options.samplingTemperature);
  const isGiven = columnsAt(sub(1, less(given, 0)), columnOf);
  const first: Known = {
    ...nothingKnown(noise, columns),
    ones: chosenOnes(add(given, constant(Int32Array.from(starts), [1, starts.length])), columns),
    shown: isGiven,
  };
  const { known, logMasses } = drawBound(context, columns, first, learnt);
  const guided = (now: Known): Tensor => {
    const logits = learnt(now);
    if (options.guidance === 0) return logits;
    const without = learnt({ ...now, shown: mul(now.shown, sub(1, isGiven)) });
    return add(logits, mul(options.guidance, sub(logits, without)));
  };
  const logits = undoNoise(weights.schedule, { ...options, columns, noise, known, logitsOf: guided });
  const places = drawPlaces(logits, uniforms, columns);
  return { alternatives: toI32(add(columnsAt(places, starts), 0.5)), logMasses };
}

/** Draws the bound columns one after another, each from what is allowed of it. */
function drawBound(
  { rng, rows, bound, logShares, layout }: AskedContext,
  columns: NoisedColumns,
  first: Known,
  logitsNow: (known: Known) => Tensor,
): { known: Known; logMasses: Tensor[] } {
  const { columnOf } = columns;
  const starts = spanStarts(layout);
  const logMasses: Tensor[] = [];
  let known = first;
  let from = 0;
  for (const column of bound) {
    const width = layout.widths[column]!;
    const before = starts[column]!;
    const shares = slice(logShares, [0, from], [rows, from + width]);
    const own = pad(shares, [0, before], [0, columnOf.length - before - width]);
    const logits = logitsNow(known);
    const probabilities = segmentSoftmax(logits, layout.widths);
    const mine = slice(probabilities, [0, before], [rows, before + width]);
    logMasses.push(log(maximum(1e-30, sum(mul(mine, exp(shares)), -1, true))));
    const uniforms = broadcast(rng.uniform([rows, 1]), [rows, columnOf.length]);
    const drawn = onesAt(drawPlaces(add(logits, own), uniforms, columns), columns);
    const isMine = rowOf(Float32Array.from(columnOf, (other) => (other === column ? 1 : 0)));
    known = {
      evidence: known.evidence,
      ones: add(mul(known.ones, sub(1, isMine)), mul(drawn, isMine)),
      shown: maximum(known.shown, isMine),
    };
    from += width;
  }
  return { known, logMasses };
}
