// How many synthetic rows look real, and how many real rows have a synthetic one like them: figures of single rows and
// their neighbourhoods, which means over columns and pairs cannot give.

import type { RunOptions } from "@verisim/core";
import { type Compared, compareTables, type JudgedTables } from "./judged-tables.ts";
import { MixedIndex } from "./mixed-index.ts";
import { chosenRows, type MixedNeighbours, type MixedRows, mixedRows, mostPoints } from "./mixed-rows.ts";
import type {
  NeighbourhoodScores,
  PrecisionRecallReport,
  PrecisionRecallScores,
  SphereScores,
} from "./precision-recall-report.ts";
import { quantiles } from "./quantiles.ts";

export interface PrecisionRecallOptions extends RunOptions {
  /** Neighbours that make a neighbourhood, 1 or more. Default 5. */
  k?: number;
  /** Most rows of each table; more are sampled by `seed`. Default 50,000. */
  maxRows?: number;
  /** Any safe integer. Default 0. */
  seed?: number;
}

/** Values of alpha, from 0 to 1. */
const alphaCount = 30;

/**
 * PRDC, alpha-precision, beta-recall and authenticity of the synthetic rows, and of the holdout's.
 *
 * All tables give the same number of rows, that of the smallest: the figures follow the number of rows, and the ceiling
 * would be no ceiling else. Numbers are scaled to the real range and categories are one-hot, as in TabSyn's protocol
 * (Zhang et al., "Mixed-Type Tabular Data Synthesis with Score-based Diffusion in Latent Space", ICLR 2024). Exact: no
 * embedding, no approximate neighbours.
 *
 * @throws VerisimError `VERISIM_NO_ROWS`, `VERISIM_UNKNOWN_COLUMN`, `VERISIM_ABORTED`
 * @example
 * const { synthetic, ceiling } = await precisionRecall({ real, synthetic, holdout, metadata });
 * console.log(synthetic.prdc.coverage, "of", ceiling?.prdc.coverage);
 */
export async function precisionRecall(
  tables: JudgedTables,
  options: PrecisionRecallOptions = {},
): Promise<PrecisionRecallReport> {
  return comparedPrecisionRecall(compareTables(tables), options);
}

/** The same with columns that have been brought to one form already. */
export async function comparedPrecisionRecall(
  { columns, rowCounts }: Compared,
  { k = 5, maxRows = mostPoints, seed = 0, ...run }: PrecisionRecallOptions = {},
): Promise<PrecisionRecallReport> {
  const rows = Math.min(maxRows, ...rowCounts);
  const chosen = rowCounts.map((total, table) =>
    chosenRows(total, rows, seed, "precision recall", String(table)),
  );
  const points = mixedRows(columns, rowCounts, { rows: chosen });
  const report = (done: number): void =>
    run.onProgress?.({ phase: "evaluate", done, total: points.length, unit: "tables", detail: "neighbours" });
  report(0);
  const real = await neighbourhoods(points[0]!, k, run);
  const scores: PrecisionRecallScores[] = [];
  for (const judged of points.slice(1)) {
    report(scores.length + 1);
    scores.push(await judge(real, await neighbourhoods(judged, k, run), k, run));
  }
  report(points.length);
  return { rows, k, synthetic: scores[0]!, ceiling: scores[1] ?? null };
}

/**
 * alpha-precision, beta-recall and authenticity alone, of table 1 against table 0, the larger one sampled down to the
 * smaller and both to 50,000 rows.
 */
export async function comparedSpheres(
  { columns, rowCounts }: Compared,
  { seed = 0, ...run }: Pick<PrecisionRecallOptions, "seed" | "signal" | "onProgress"> = {},
): Promise<SphereScores> {
  const rows = Math.min(mostPoints, ...rowCounts);
  const chosen = rowCounts.map((total, table) =>
    chosenRows(total, rows, seed, "precision recall", String(table)),
  );
  const [realPoints, judged] = mixedRows(columns, rowCounts, { rows: chosen });
  const real = await neighbourhoods(realPoints!, 1, run);
  const toJudged = await new MixedIndex(judged!, "euclidean").nearest(realPoints!, 1, run);
  const toReal = await real.index.nearest(judged!, 1, run);
  return sphereScores(real, judged!, toJudged, toReal);
}

interface Neighbourhoods {
  readonly points: MixedRows;
  readonly index: MixedIndex;
  /** Nearest of its own table; null in a table of one row. */
  readonly own: MixedNeighbours | null;
  /** Distance to the k-th neighbour; null where there are fewer. */
  readonly radii: Float64Array | null;
}

async function neighbourhoods(points: MixedRows, k: number, run: RunOptions): Promise<Neighbourhoods> {
  const index = new MixedIndex(points, "euclidean");
  const most = Math.min(k, points.rowCount - 1);
  const own = most < 1 ? null : await index.nearest(points, most, { sameTable: true, ...run });
  const radii = own && most === k ? own.distances.filter((_, at) => at % k === k - 1) : null;
  return { points, index, own, radii };
}

async function judge(
  real: Neighbourhoods,
  judged: Neighbourhoods,
  k: number,
  run: RunOptions,
): Promise<PrecisionRecallScores> {
  const toJudged = await judged.index.nearest(real.points, 1, run);
  const toReal = await real.index.nearest(judged.points, 1, run);
  return {
    prdc: await neighbourhoodScores(real, judged, toJudged.distances, k, run),
    spheres: sphereScores(real, judged.points, toJudged, toReal),
  };
}

async function neighbourhoodScores(
  real: Neighbourhoods,
  judged: Neighbourhoods,
  toJudged: Float64Array,
  k: number,
  run: RunOptions,
): Promise<NeighbourhoodScores> {
  const { radii } = real;
  if (!radii || !judged.radii) return { precision: null, recall: null, density: null, coverage: null };
  const around = new Uint8Array(judged.points.rowCount);
  let neighbourhoodsAround = 0;
  await judged.index.within(
    real.points,
    radii,
    (_, row) => {
      around[row] = 1;
      neighbourhoodsAround++;
    },
    run,
  );
  const reached = new Uint8Array(real.points.rowCount);
  await real.index.within(
    judged.points,
    judged.radii,
    (_, row) => {
      reached[row] = 1;
    },
    run,
  );
  let covered = 0;
  for (let row = 0; row < radii.length; row++) if (toJudged[row]! < radii[row]!) covered++;
  return {
    precision: share(around),
    recall: share(reached),
    density: neighbourhoodsAround / k / judged.points.rowCount,
    coverage: covered / real.points.rowCount,
  };
}

function share(marks: Uint8Array): number {
  let marked = 0;
  for (let row = 0; row < marks.length; row++) marked += marks[row]!;
  return marked / marks.length;
}

/** Curves at the alphas 0, 1/29, ... 1 and one minus their mean distance from the diagonal, over the mean of the alphas. */
function sphereScores(
  real: Neighbourhoods,
  judged: MixedRows,
  toJudged: MixedNeighbours,
  toReal: MixedNeighbours,
): SphereScores {
  const alphas = Array.from({ length: alphaCount }, (_, at) =>
    at === alphaCount - 1 ? 1 : at * (1 / (alphaCount - 1)),
  );
  const centre = centreOf(real.points);
  const radii = quantiles(centreDistances(real.points, centre), alphas);
  const fromCentre = centreDistances(judged, centre).sort();
  const precisionCurve = radii.map((radius) => countUpTo(fromCentre, radius) / fromCentre.length);

  const ownCentreDistances = centreDistances(judged, centreOf(judged));
  const nearestFromCentre = Float64Array.from(toJudged.rows, (row) => ownCentreDistances[row]!);
  const ownRadii = quantiles(nearestFromCentre, alphas);
  const nearestOther = (row: number): number =>
    real.own ? real.own.distances[row * real.own.k]! : Number.POSITIVE_INFINITY;
  const reached = nearestFromCentre.filter((_, row) => toJudged.distances[row]! <= nearestOther(row)).sort();
  const recallCurve = ownRadii.map((radius) => countUpTo(reached, radius) / nearestFromCentre.length);

  let authentic = 0;
  for (let row = 0; row < judged.rowCount; row++)
    if (nearestOther(toReal.rows[row]!) < toReal.distances[row]!) authentic++;
  const likeness = (curve: readonly number[]): number => {
    let gaps = 0;
    let sum = 0;
    for (const [at, alpha] of alphas.entries()) {
      gaps += Math.abs(alpha - curve[at]!);
      sum += alpha;
    }
    return 1 - gaps / sum;
  };
  return {
    alphaPrecision: likeness(precisionCurve),
    betaRecall: real.own ? likeness(recallCurve) : null,
    authenticity: real.own ? authentic / judged.rowCount : null,
    alphas,
    precisionCurve,
    recallCurve,
  };
}

/** The mean of the numbers and the shares of the codes: the mean of the one-hot rows. */
interface Centre {
  readonly numbers: Float64Array;
  /** Per category column: share per code. */
  readonly shares: readonly Float64Array[];
}

function centreOf(points: MixedRows): Centre {
  const { rowCount, numbersWidth, codesWidth, codes } = points;
  const numbers = new Float64Array(numbersWidth);
  for (let row = 0; row < rowCount; row++)
    for (let c = 0; c < numbersWidth; c++) numbers[c]! += points.numbers[row * numbersWidth + c]!;
  for (let c = 0; c < numbersWidth; c++) numbers[c]! /= rowCount;
  const shares = Array.from({ length: codesWidth }, (_, c) => {
    let highest = 0;
    for (let row = 0; row < rowCount; row++) highest = Math.max(highest, codes[row * codesWidth + c]!);
    const share = new Float64Array(highest + 1);
    for (let row = 0; row < rowCount; row++) share[codes[row * codesWidth + c]!]!++;
    return share.map((count) => count / rowCount);
  });
  return { numbers, shares };
}

/** Euclidean distances of one-hot rows to a centre; a block with code c lies at 1 - 2 share(c) + the sum of squared shares. */
function centreDistances(points: MixedRows, { numbers, shares }: Centre): Float64Array {
  const { rowCount, numbersWidth, codesWidth } = points;
  const squares = shares.map((share) => share.reduce((sum, part) => sum + part * part, 0));
  const half = points.mismatch / 2;
  return Float64Array.from({ length: rowCount }, (_, row) => {
    let sum = 0;
    for (let c = 0; c < numbersWidth; c++)
      sum += (points.numbers[row * numbersWidth + c]! - numbers[c]!) ** 2;
    for (let c = 0; c < codesWidth; c++) {
      const share = shares[c]![points.codes[row * codesWidth + c]!] ?? 0;
      sum += half * (1 - 2 * share + squares[c]!);
    }
    return Math.sqrt(sum);
  });
}

/** How many of ascending values are at most `bound`. */
function countUpTo(sorted: Float64Array, bound: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
