// After training, the small differences that remain between the shares of a network's choices and those of the training
// rows are taken out: a number is added to each logit so that expected shares agree (iterative proportional fitting on
// one margin per column), and learnt places are mapped by quantiles. What columns have to do with each other stays.

import type { EncodedRows, Layout } from "../encoding/layout.ts";
import { choicesOf, spanStarts } from "../network/outputs.ts";
import { type RowSampler, windowRows } from "./row-sampler.ts";

export interface CalibrationRun {
  readonly signal?: AbortSignal;
  /** Moment of `performance.now()` after which nothing more is begun: what has been found by then is taken. */
  readonly deadline?: number;
}

/** Numbers found by calibration; all zeros and undefined where there was none. */
export interface Calibration {
  /** Added to the logits, one per choice. */
  readonly bias: Float32Array;
  /** Quantiles of made and of real places, `knots` for each choice of each placed column in order; NaN: leave as they are. */
  readonly madePlaces: Float32Array;
  readonly realPlaces: Float32Array;
}

export const knots = 33;
const mostWindows = 12;
const fewestWindows = 4;
/** Logits that are held at once, unless the fewest windows are more. */
const mostLogits = 2 ** 24;
const rounds = 4;
/** Rounds where each needs rows of its own. */
const insideRounds = 3;
const insideWindows = 6;
/** Fewest places behind a quantile map. */
const leastPlaces = 200;
const largestBias = 4;

export function noCalibration(layout: Layout): Calibration {
  const maps = new Float32Array(placedChoices(layout).length * knots).fill(Number.NaN);
  return { bias: new Float32Array(choicesOf(layout)), madePlaces: maps, realPlaces: maps.slice() };
}

/** Choices (over all) of the placed columns, in the order of their maps. */
function placedChoices({ widths, placed }: Layout): { choice: number; place: number; alternative: number }[] {
  const starts = spanStarts({ widths } as Layout);
  return placed.flatMap((column, place) =>
    Array.from({ length: widths[column]! }, (_, alternative) => ({
      choice: starts[column]! + alternative,
      place,
      alternative,
    })),
  );
}

/**
 * Calibrates a sampler on rows of a fixed seed.
 * @param shares of the training rows per choice
 */
export async function calibrate(
  sampler: RowSampler,
  rows: EncodedRows,
  shares: Float64Array,
  run: CalibrationRun = {},
): Promise<Calibration> {
  const { layout } = sampler.parts;
  const { judged, drawn: toDraw } = windowsFor(sampler, rows.rowCount);
  const bias = await calibrateShares(sampler, shares, judged, run);
  const maps = noCalibration(layout);
  const made: EncodedRows[] = [];
  for (let window = 0; window < toDraw && !isLate(run); window++)
    made.push({
      rowCount: windowRows,
      ...(await sampler.draw({ rowStart: window * windowRows, seed: 2, ...signalOf(run) })),
    });
  // Maps of few rows would do harm.
  if (made.length < toDraw || toDraw === 0) return { ...maps, bias };
  placedChoices(layout).forEach(({ place, alternative }, map) => {
    const column = layout.placed[place]!;
    const real = quantilesOf([rows], layout, column, place, alternative);
    const drawn = quantilesOf(made, layout, column, place, alternative);
    if (!real || !drawn) return;
    maps.realPlaces.set(real, map * knots);
    maps.madePlaces.set(drawn, map * knots);
  });
  return { ...maps, bias };
}

/** Windows of rows that calibration looks at: in each round, and for places. */
function windowsFor(
  { parts: { layout, network, shares } }: RowSampler,
  rowCount: number,
): { readonly judged: number; readonly drawn: number } {
  const fitting = Math.floor(mostLogits / (windowRows * shares.length));
  const windows = Math.max(fewestWindows, Math.min(mostWindows, fitting));
  // Twice as many drawn rows as real ones bring the shares as near as the real ones themselves are known.
  const enough = Math.max(1, Math.ceil((2 * rowCount) / windowRows));
  return {
    judged: network.addsBias ? Math.min(enough, insideWindows) : windows,
    drawn: layout.placed.length > 0 ? windows : 0,
  };
}

/** Milliseconds that calibration will take, by one window of rows; the sampler need not be trained. */
export async function calibrationTime(
  sampler: RowSampler,
  rowCount: number,
  run: CalibrationRun,
): Promise<number> {
  const { judged, drawn } = windowsFor(sampler, rowCount);
  const started = performance.now();
  await sampler.judge({ rowStart: 0, seed: 1, ...signalOf(run) });
  const rounds = sampler.parts.network.addsBias ? insideRounds : 1;
  return (performance.now() - started) * (judged * rounds + drawn);
}

/** Finds and sets the numbers that a sampler's logits need for the shares of the training rows, on windows of a fixed seed. */
export async function calibrateShares(
  sampler: RowSampler,
  shares: Float64Array,
  windows: number,
  run: CalibrationRun = {},
): Promise<Float32Array> {
  sampler.setBias(new Float32Array(shares.length));
  /** At least one window. */
  const judged = async (count: number): Promise<Float32Array[]> => {
    const logits: Float32Array[] = [];
    for (let window = 0; window < count && (window === 0 || !isLate(run)); window++)
      logits.push((await sampler.judge({ rowStart: window * windowRows, seed: 1, ...signalOf(run) })).logits);
    return logits;
  };
  const { network, layout } = sampler.parts;
  if (!network.addsBias) {
    const bias = fitBias(await judged(windows), shares, layout);
    sampler.setBias(bias);
    return bias;
  }
  // What the bias does inside of the network shows only when rows are made with it.
  const bias = new Float32Array(shares.length);
  for (let round = 0; round < insideRounds && (round === 0 || !isLate(run)); round++) {
    moveBias(bias, await judged(windows), shares, layout);
    sampler.setBias(bias);
  }
  return bias;
}

const isLate = ({ deadline }: CalibrationRun): boolean =>
  deadline !== undefined && performance.now() > deadline;

const signalOf = ({ signal }: CalibrationRun): { readonly signal?: AbortSignal } =>
  signal ? { signal } : {};

/** One round's change of a bias that is at work in the logits already. @param logits overwritten */
function moveBias(
  bias: Float32Array,
  logits: readonly Float32Array[],
  shares: Float64Array,
  { widths }: Layout,
): void {
  const choices = shares.length;
  const rowCount = logits.length * windowRows;
  const expected = new Float64Array(choices);
  const one = new Float64Array(choices).fill(1);
  for (const window of logits) {
    exponentiate(window, widths, choices);
    addShares(window, one, widths, expected);
  }
  for (let i = 0; i < choices; i++) bias[i] = changed(bias[i]!, shares[i]! * rowCount, expected[i]!);
}

/** A choice's bias after its rows are found to be `found` instead of `wanted`. */
function changed(bias: number, wanted: number, found: number): number {
  const change = Math.log((wanted + 0.5) / (found + 0.5));
  return Math.max(-largestBias, Math.min(largestBias, bias + change));
}

/**
 * Rounds of: expected share of each choice under the bias so far, then the logarithm of wanted over expected.
 * @param logits overwritten
 */
function fitBias(logits: readonly Float32Array[], shares: Float64Array, { widths }: Layout): Float32Array {
  const choices = shares.length;
  const bias = new Float32Array(choices);
  const rowCount = logits.length * windowRows;
  for (const window of logits) exponentiate(window, widths, choices);
  for (let round = 0; round < rounds; round++) {
    const expected = new Float64Array(choices);
    const factors = Float64Array.from(bias, Math.exp);
    for (const window of logits) addShares(window, factors, widths, expected);
    for (let i = 0; i < choices; i++) bias[i] = changed(bias[i]!, shares[i]! * rowCount, expected[i]!);
  }
  return bias;
}

/** Logits become powers of e, the largest of each span 1: once, so that a round only multiplies. */
function exponentiate(window: Float32Array, widths: readonly number[], choices: number): void {
  for (let row = 0; row < window.length; row += choices) {
    let start = row;
    for (const width of widths) {
      let largest = Number.NEGATIVE_INFINITY;
      for (let i = start; i < start + width; i++) if (window[i]! > largest) largest = window[i]!;
      for (let i = start; i < start + width; i++) window[i] = Math.exp(window[i]! - largest);
      start += width;
    }
  }
}

/** Adds every row's shares under the factors. */
function addShares(
  powers: Float32Array,
  factors: Float64Array,
  widths: readonly number[],
  expected: Float64Array,
): void {
  const choices = factors.length;
  for (let row = 0; row < powers.length; row += choices) {
    let start = 0;
    for (const width of widths) {
      const end = start + width;
      let total = 0;
      for (let i = start; i < end; i++) total += powers[row + i]! * factors[i]!;
      const scale = 1 / total;
      for (let i = start; i < end; i++) expected[i]! += powers[row + i]! * factors[i]! * scale;
      start = end;
    }
  }
}

/** Evenly spaced quantiles of the places of one alternative; undefined where there are too few. */
function quantilesOf(
  parts: readonly EncodedRows[],
  layout: Layout,
  column: number,
  place: number,
  alternative: number,
): Float32Array | undefined {
  const spans = layout.widths.length;
  const placed = layout.placed.length;
  const found: number[] = [];
  for (const { alternatives, places, rowCount } of parts)
    for (let row = 0; row < rowCount; row++)
      if (alternatives[row * spans + column] === alternative) found.push(places[row * placed + place]!);
  if (found.length < leastPlaces) return undefined;
  const sorted = Float32Array.from(found).sort();
  const quantiles = new Float32Array(knots);
  for (let k = 0; k < knots; k++) {
    const rank = (k / (knots - 1)) * (sorted.length - 1);
    const low = Math.floor(rank);
    const high = Math.min(sorted.length - 1, low + 1);
    quantiles[k] = sorted[low]! + (rank - low) * (sorted[high]! - sorted[low]!);
  }
  return quantiles;
}

/** Cells of [-1, 1] in the guide of a map: where to begin to look for a place. */
const guideCells = 64;

/** The quantile maps of learnt places, by placed column and alternative. */
export class PlaceMaps {
  readonly #made: Float32Array;
  readonly #real: Float32Array;
  /** First map of each placed column. */
  readonly #first: readonly number[];
  /** The last knot at or below the start of each cell, by map. */
  readonly #guide: Uint8Array;

  constructor(layout: Layout, { madePlaces, realPlaces }: Calibration) {
    this.#made = madePlaces;
    this.#real = realPlaces;
    let first = 0;
    this.#first = layout.placed.map((column) => {
      first += layout.widths[column]!;
      return first - layout.widths[column]!;
    });
    this.#guide = guideOf(madePlaces);
  }

  /** Where a learnt place of an alternative belongs. @param place index of the placed column */
  at(place: number, alternative: number, x: number): number {
    const [made, real] = [this.#made, this.#real];
    const map = this.#first[place]! + alternative;
    const start = map * knots;
    const end = start + knots - 1;
    if (Number.isNaN(made[start]!)) return x;
    if (!(x > made[start]!)) return real[start]!;
    if (x >= made[end]!) return real[end]!;
    let low = start + this.#guide[map * guideCells + cellOf(x)]!;
    while (made[low + 1]! <= x) low++;
    const width = made[low + 1]! - made[low]!;
    const t = width > 0 ? (x - made[low]!) / width : 0;
    return real[low]! + t * (real[low + 1]! - real[low]!);
  }

  /** Maps all places of some rows in place. */
  apply({ rowCount, alternatives, places }: EncodedRows, layout: Layout): void {
    const spans = layout.widths.length;
    const placed = layout.placed.length;
    layout.placed.forEach((column, place) => {
      for (let row = 0, at = place, choice = column; row < rowCount; row++, at += placed, choice += spans)
        places[at] = this.at(place, alternatives[choice]!, places[at]!);
    });
  }
}

function cellOf(x: number): number {
  return Math.max(0, Math.min(guideCells - 1, Math.floor(((x + 1) * guideCells) / 2)));
}

function guideOf(made: Float32Array): Uint8Array {
  const maps = made.length / knots;
  const guide = new Uint8Array(maps * guideCells);
  for (let map = 0; map < maps; map++)
    for (let cell = 1, knot = 0; cell < guideCells; cell++) {
      // A place's cell is found by rounded arithmetic: one cell earlier is below it for certain.
      const below = ((cell - 1) * 2) / guideCells - 1;
      while (knot + 1 < knots - 1 && made[map * knots + knot + 1]! <= below) knot++;
      guide[map * guideCells + cell] = knot;
    }
  return guide;
}
