// After training, the small differences that remain between the shares of a network's choices and those of the training
// rows are taken out: a number is added to each logit so that expected shares agree (iterative proportional fitting on
// one margin per column), and learnt places are mapped by quantiles. What columns have to do with each other stays.

import type { EncodedRows, Layout } from "../encoding/layout.ts";
import { choicesOf } from "../network/outputs.ts";
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
  const mapped = layout.placed.reduce((sum, column) => sum + layout.widths[column]!, 0);
  const maps = new Float32Array(mapped * knots).fill(Number.NaN);
  return { bias: new Float32Array(choicesOf(layout)), madePlaces: maps, realPlaces: maps.slice() };
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
  let real: readonly (Float32Array | undefined)[] = [];
  const made: EncodedRows[] = [];
  if (toDraw > 0 && !isLate(run))
    await eachWindow(toDraw, run, {
      start: (window) => sampler.draw({ rowStart: window * windowRows, seed: 2, ...signalOf(run) }),
      see: (drawn) => {
        if (made.length === 0) real = quantilesOf([rows], layout);
        made.push({ rowCount: windowRows, ...drawn });
      },
    });
  // Maps of few rows would do harm.
  if (made.length < toDraw || toDraw === 0) return { ...maps, bias };
  quantilesOf(made, layout).forEach((drawn, map) => {
    const wanted = real[map];
    if (!wanted || !drawn) return;
    maps.realPlaces.set(wanted, map * knots);
    maps.madePlaces.set(drawn, map * knots);
  });
  return { ...maps, bias };
}

/** Windows one by one, at least one and none after the deadline; each is seen while the next is on its way. */
async function eachWindow<Window>(
  count: number,
  run: CalibrationRun,
  { start, see }: { start: (window: number) => Promise<Window>; see: (made: Window) => void },
): Promise<void> {
  let next: Promise<Window> | undefined = start(0);
  for (let window = 1; next !== undefined; window++) {
    const made: Window = await next;
    next = window < count && !isLate(run) ? start(window) : undefined;
    // A program is called some promises later.
    if (next !== undefined) await new Promise(setImmediate);
    see(made);
  }
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
  const judged = (count: number, see: (logits: Float32Array) => void): Promise<void> =>
    eachWindow(count, run, {
      start: (window) => sampler.judge({ rowStart: window * windowRows, seed: 1, ...signalOf(run) }),
      see: ({ logits }) => see(logits),
    });
  const { network, layout } = sampler.parts;
  if (!network.addsBias) {
    const fit = new BiasFit(shares, layout);
    await judged(windows, (logits) => fit.see(logits));
    const bias = fit.bias();
    sampler.setBias(bias);
    return bias;
  }
  // What the bias does inside of the network shows only when rows are made with it.
  const bias = new Float32Array(shares.length);
  for (let round = 0; round < insideRounds && (round === 0 || !isLate(run)); round++) {
    const seen = new ExpectedShares(layout, shares.length);
    await judged(windows, (logits) => seen.see(logits));
    for (let i = 0; i < bias.length; i++)
      bias[i] = changed(bias[i]!, shares[i]! * seen.rowCount, seen.expected[i]!);
    sampler.setBias(bias);
  }
  return bias;
}

const isLate = ({ deadline }: CalibrationRun): boolean =>
  deadline !== undefined && performance.now() > deadline;

const signalOf = ({ signal }: CalibrationRun): { readonly signal?: AbortSignal } =>
  signal ? { signal } : {};

/** How often each choice is made, by the logits of windows as they are. */
class ExpectedShares {
  readonly expected: Float64Array;
  rowCount = 0;
  readonly #widths: readonly number[];
  readonly #one: Float64Array;

  constructor({ widths }: Layout, choices: number) {
    this.#widths = widths;
    this.expected = new Float64Array(choices);
    this.#one = new Float64Array(choices).fill(1);
  }

  /** @param logits of a window, overwritten by their powers of e */
  see(logits: Float32Array): void {
    exponentiate(logits, this.#widths, this.expected.length);
    addShares(logits, this.#one, this.#widths, this.expected);
    this.rowCount += windowRows;
  }
}

/** A choice's bias after its rows are found to be `found` instead of `wanted`. */
function changed(bias: number, wanted: number, found: number): number {
  const change = Math.log((wanted + 0.5) / (found + 0.5));
  return Math.max(-largestBias, Math.min(largestBias, bias + change));
}

/** Rounds of: expected share of each choice under the bias so far, then the logarithm of wanted over expected. */
class BiasFit {
  readonly #shares: Float64Array;
  readonly #widths: readonly number[];
  /** The first round, whose bias is 0: done window by window. */
  readonly #first: ExpectedShares;
  readonly #powers: Float32Array[] = [];

  constructor(shares: Float64Array, layout: Layout) {
    this.#shares = shares;
    this.#widths = layout.widths;
    this.#first = new ExpectedShares(layout, shares.length);
  }

  /** @param logits of a window, overwritten and kept */
  see(logits: Float32Array): void {
    this.#first.see(logits);
    this.#powers.push(logits);
  }

  bias(): Float32Array {
    const { expected: first, rowCount } = this.#first;
    const bias = new Float32Array(first.length);
    for (let round = 0; round < rounds; round++) {
      const expected = round === 0 ? first : new Float64Array(first.length);
      if (round > 0) {
        const factors = Float64Array.from(bias, Math.exp);
        for (const window of this.#powers) addShares(window, factors, this.#widths, expected);
      }
      for (let i = 0; i < bias.length; i++)
        bias[i] = changed(bias[i]!, this.#shares[i]! * rowCount, expected[i]!);
    }
    return bias;
  }
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

/** Evenly spaced quantiles of the places of each alternative of the placed columns; undefined where there are too few. */
function quantilesOf(parts: readonly EncodedRows[], layout: Layout): (Float32Array | undefined)[] {
  const spans = layout.widths.length;
  const placed = layout.placed.length;
  return layout.placed.flatMap((column, place) => {
    const found: number[][] = Array.from({ length: layout.widths[column]! }, () => []);
    for (const { alternatives, places, rowCount } of parts)
      for (let row = 0; row < rowCount; row++)
        found[alternatives[row * spans + column]!]!.push(places[row * placed + place]!);
    return found.map(evenQuantiles);
  });
}

function evenQuantiles(places: readonly number[]): Float32Array | undefined {
  if (places.length < leastPlaces) return undefined;
  const sorted = Float32Array.from(places).sort();
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
