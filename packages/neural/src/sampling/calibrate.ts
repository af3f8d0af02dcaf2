// After training, the small differences that remain between the shares of a network's choices and those of the training
// rows are taken out: a number is added to each logit so that expected shares agree (iterative proportional fitting on
// one margin per column), and learnt places are mapped by quantiles. What columns have to do with each other stays.

import { RowRandom, streamKey } from "@verisim/core";
import type { EncodedRows, Layout } from "../encoding/layout.ts";
import { choicesOf, spanStarts } from "../network/outputs.ts";
import { knots, type PlaceQuantiles, quantilesOf } from "./place-maps.ts";
import { type CandidateWindow, type RowSampler, windowRows } from "./row-sampler.ts";

export interface CalibrationRun {
  readonly signal?: AbortSignal;
  /** Moment of `performance.now()` after which nothing more is begun: what has been found by then is taken. */
  readonly deadline?: number;
}

/** Numbers found by calibration; all zeros and undefined where there was none. */
export interface Calibration extends PlaceQuantiles {
  /** Added to the logits, one per choice. */
  readonly bias: Float32Array;
}

const mostWindows = 12;
const fewestWindows = 4;
const timesRows = 4;
/** Logits that are held at once, unless the fewest windows are more. */
const mostLogits = 2 ** 24;
const rounds = 4;
/** Rounds where each needs rows of its own. */
const insideRounds = 3;
const insideWindows = 6;
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
  const { judged, drawn } = windowsFor(sampler, rows.rowCount);
  let real: readonly (Float32Array | undefined)[] = [];
  const { bias, windows } = await fitBias(sampler, shares, judged, run, () => {
    real = quantilesOf([rows], layout);
  });
  const made = sampler.parts.network.addsBias
    ? await drawnRows(sampler, drawn, run)
    : windows.slice(0, drawn).map((window, i) => drawPlaced(window, i, bias, layout));
  const maps = noCalibration(layout);
  // Maps of few rows would do harm.
  if (made.length < drawn) return { ...maps, bias };
  quantilesOf(made, layout).forEach((found, map) => {
    const wanted = real[map];
    if (!wanted || !found) return;
    maps.realPlaces.set(wanted, map * knots);
    maps.madePlaces.set(found, map * knots);
  });
  return { ...maps, bias };
}

/** Windows of rows that are drawn with the sampler's bias; fewer where the time is up. */
async function drawnRows(sampler: RowSampler, count: number, run: CalibrationRun): Promise<EncodedRows[]> {
  const made: EncodedRows[] = [];
  if (count > 0 && !isLate(run))
    await eachWindow(count, run, {
      start: (window) => sampler.draw({ rowStart: window * windowRows, seed: 2, ...signalOf(run) }),
      see: (drawn) => made.push({ rowCount: windowRows, ...drawn }),
    });
  return made;
}

/**
 * Rows of a judged window with the choices of placed columns drawn under a bias: all that their places are told apart by.
 * @param powers of the window's logits, each span's largest 1
 */
function drawPlaced(
  { logits: powers, places }: CandidateWindow,
  window: number,
  bias: Float32Array,
  layout: Layout,
): EncodedRows {
  const spans = layout.widths.length;
  const starts = spanStarts(layout);
  const factors = Float64Array.from(bias, Math.exp);
  const alternatives = new Int32Array(windowRows * spans);
  const key = streamKey(2, "calibration");
  for (let row = 0, first = 0; row < windowRows; row++, first += factors.length) {
    const random = new RowRandom(key, window * windowRows + row);
    for (const column of layout.placed) {
      const start = starts[column]!;
      const end = start + layout.widths[column]!;
      let total = 0;
      for (let i = start; i < end; i++) total += powers[first + i]! * factors[i]!;
      let left = random.uniform() * total;
      let choice = start;
      for (; choice < end - 1; choice++) {
        left -= powers[first + choice]! * factors[choice]!;
        if (left <= 0) break;
      }
      alternatives[row * spans + column] = choice - start;
    }
  }
  return { rowCount: windowRows, alternatives, places };
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
  // Beyond so many times the real rows it is these whose shares are not known better.
  const telling = Math.ceil((timesRows * rowCount) / windowRows);
  const windows = Math.max(fewestWindows, Math.min(mostWindows, fitting, telling));
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
  const windows = sampler.parts.network.addsBias ? judged * insideRounds + drawn : judged;
  return (performance.now() - started) * windows;
}

/** Finds and sets the numbers that a sampler's logits need for the shares of the training rows, on windows of a fixed seed. */
export async function calibrateShares(
  sampler: RowSampler,
  shares: Float64Array,
  windows: number,
  run: CalibrationRun = {},
): Promise<Float32Array> {
  return (await fitBias(sampler, shares, windows, run)).bias;
}

/** A sampler's bias, and the windows it was found on: with powers of e for logits; none where it acts inside the network. */
interface FoundBias {
  readonly bias: Float32Array;
  readonly windows: readonly CandidateWindow[];
}

/** @param meanwhile work to do while the network makes rows */
async function fitBias(
  sampler: RowSampler,
  shares: Float64Array,
  windows: number,
  run: CalibrationRun,
  meanwhile: () => void = () => undefined,
): Promise<FoundBias> {
  sampler.setBias(new Float32Array(shares.length));
  let waiting = true;
  const judged = (count: number, see: (window: CandidateWindow) => void): Promise<void> =>
    eachWindow(count, run, {
      start: (window) => sampler.judge({ rowStart: window * windowRows, seed: 1, ...signalOf(run) }),
      see: (window) => {
        if (waiting) meanwhile();
        waiting = false;
        see(window);
      },
    });
  const { network, layout } = sampler.parts;
  if (!network.addsBias) {
    const fit = new BiasFit(shares, layout);
    await judged(windows, (window) => fit.see(window));
    const bias = fit.bias();
    sampler.setBias(bias);
    return { bias, windows: fit.windows };
  }
  // What the bias does inside of the network shows only when rows are made with it.
  const bias = new Float32Array(shares.length);
  for (let round = 0; round < insideRounds && (round === 0 || !isLate(run)); round++) {
    const seen = new ExpectedShares(layout, shares.length);
    await judged(windows, ({ logits }) => seen.see(logits));
    for (let i = 0; i < bias.length; i++)
      bias[i] = changed(bias[i]!, shares[i]! * seen.rowCount, seen.expected[i]!);
    sampler.setBias(bias);
  }
  return { bias, windows: [] };
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
  /** Powers of e in place of logits. */
  readonly windows: CandidateWindow[] = [];

  constructor(shares: Float64Array, layout: Layout) {
    this.#shares = shares;
    this.#widths = layout.widths;
    this.#first = new ExpectedShares(layout, shares.length);
  }

  /** @param window kept, its logits overwritten */
  see(window: CandidateWindow): void {
    this.#first.see(window.logits);
    this.windows.push(window);
  }

  bias(): Float32Array {
    const { expected: first, rowCount } = this.#first;
    const bias = new Float32Array(first.length);
    for (let round = 0; round < rounds; round++) {
      const expected = round === 0 ? first : new Float64Array(first.length);
      if (round > 0) {
        const factors = Float64Array.from(bias, Math.exp);
        for (const { logits: powers } of this.windows) addShares(powers, factors, this.#widths, expected);
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
      for (let i = start; i < start + width; i++) {
        const below = window[i]! - largest;
        window[i] = below === 0 ? 1 : Math.exp(below);
      }
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
