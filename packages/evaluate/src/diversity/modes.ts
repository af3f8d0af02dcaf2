// Does the synthetic table have all kinds of rows? The real rows are cut into clusters, and each cluster's share of the
// synthetic rows is compared with its share of the real ones. Clusters by k-means with k-means++ starts (D. Arthur and
// S. Vassilvitskii, "k-means++: The Advantages of Careful Seeding", SODA 2007).

import { setImmediate } from "node:timers/promises";
import { RowRandom, type RunOptions, sampleRowNumbers, streamKey, throwIfAborted } from "@verisim/core";
import { normalQuantile } from "@verisim/stats";
import { type JudgedColumn, realCategories } from "../models/judged-columns.ts";
import type { Condition, Mode, ModeCoverage } from "./diversity-report.ts";
import { rangeText } from "./facets.ts";

/** Clusters, rounds, and coordinates that a pass over the rows may look at. */
const mostModes = 20;
const rounds = 12;
const clusterWork = 1.5e8;
const assignWork = 6e7;
/** Rows per cluster, at least. */
const rowsPerMode = 20;
/** Numbers count up to this many deviations from the mean: a long tail does not own the distances. */
const farthest = 3;

/** A row is one coordinate per column: a number, or the code of a category, which is a block of zeros with a one. */
interface Points {
  readonly count: number;
  readonly columns: readonly (Float64Array | Int32Array)[];
}

/** Per column the mean of a cluster's numbers, or the shares of its categories and the sum of their squares. */
interface Centre {
  readonly numbers: Float64Array;
  readonly shares: readonly (Float64Array | null)[];
  readonly squares: Float64Array;
}

/**
 * Shares of the real clusters among the synthetic rows and the holdout's.
 * @returns null where there are fewer than 40 real rows
 */
export async function modeCoverage(
  columns: readonly JudgedColumn[],
  rowCounts: readonly number[],
  seed: number,
  run: RunOptions,
): Promise<ModeCoverage | null> {
  const width = columns.length;
  const learnt = Math.floor(clusterWork / (mostModes * rounds * width));
  const judged = Math.floor(assignWork / (mostModes * width));
  const rows = sampleRowNumbers(rowCounts[0]!, Math.max(learnt, 1000), streamKey(seed, "modes", "learnt"));
  const count = Math.min(mostModes, Math.floor(rows.length / rowsPerMode));
  if (count < 2) return null;
  const scales = columns.map((column) =>
    column.kind === "number" ? scaleOf(column.values[0]!, rows) : null,
  );
  const points = pointsOf(columns, scales, 0, rows);
  const centres = await cluster(columns, points, count, seed, run);
  const shares: Float64Array[] = [];
  const totals: number[] = [];
  for (const [table, rowCount] of rowCounts.entries()) {
    const own = sampleRowNumbers(
      rowCount,
      Math.max(judged, 1000),
      streamKey(seed, "modes", `judged ${table}`),
    );
    const places = await nearest(pointsOf(columns, scales, table, own), centres, run);
    const tally = new Float64Array(centres.length);
    for (const place of places) tally[place]!++;
    shares.push(tally.map((rowsOf) => rowsOf / own.length));
    totals.push(own.length);
  }
  const members = await nearest(points, centres, run);
  const isLost = (table: number, place: number) =>
    belowHalf(shares[table]![place]!, totals[table]!, shares[0]![place]!, totals[0]!, centres.length);
  const modes = Array.from(
    centres,
    (_, place): Mode => ({
      real: shares[0]![place]!,
      synthetic: shares[1]![place]!,
      holdout: shares[2]?.[place] ?? null,
      covered: !isLost(1, place),
      traits: traitsOf(columns, rows, members, place),
    }),
  );
  const covered = (table: number) =>
    modes.reduce((sum, _, place) => sum + (isLost(table, place) ? 0 : 1), 0) / modes.length;
  const distance = (table: number) =>
    modes.reduce((sum, { real }, place) => sum + Math.abs(real - shares[table]![place]!) / 2, 0);
  const hasHoldout = shares.length > 2;
  return {
    share: covered(1),
    ceiling: hasHoldout ? covered(2) : null,
    distance: distance(1),
    ceilingDistance: hasHoldout ? distance(2) : null,
    modes: modes.sort((a, b) => b.real - a.real),
  };
}

/** One-sided test of a share against half the real one, at 5 % for all clusters together (Bonferroni). */
function belowHalf(share: number, rows: number, real: number, realRows: number, clusters: number): boolean {
  // One row more and one less than counted: a share of 0 has an error too.
  const smoothed = (share * rows + 1) / (rows + 2);
  const error = Math.sqrt((smoothed * (1 - smoothed)) / rows + (real * (1 - real)) / (4 * realRows));
  return (share - real / 2) / error < normalQuantile(0.05 / clusters);
}

function scaleOf(values: Float64Array, rows: Int32Array): { centre: number; spread: number } {
  let [sum, count] = [0, 0];
  for (const row of rows) {
    if (!Number.isFinite(values[row]!)) continue;
    sum += values[row]!;
    count++;
  }
  const centre = count > 0 ? sum / count : 0;
  let squares = 0;
  for (const row of rows) if (Number.isFinite(values[row]!)) squares += (values[row]! - centre) ** 2;
  const spread = Math.sqrt(squares / Math.max(1, count));
  return { centre, spread: spread > 0 && Number.isFinite(spread) ? spread : 1 };
}

/** Missing numbers lie at the mean; what the real table lacks is one category more, missing cells another. */
function pointsOf(
  columns: readonly JudgedColumn[],
  scales: readonly ({ centre: number; spread: number } | null)[],
  table: number,
  rows: Int32Array,
): Points {
  const own = columns.map((column, index) => {
    if (column.kind === "category") {
      const known = realCategories(column);
      const missing = column.labels.length;
      const codes = column.codes[table]!;
      return Int32Array.from(rows, (row) => {
        const code = codes[row]!;
        return code < known ? code : code === missing ? known + 1 : known;
      });
    }
    const { centre, spread } = scales[index]!;
    return Float64Array.from(rows, (row) => {
      const value = (column.values[table]![row]! - centre) / spread;
      return Number.isNaN(value) ? 0 : Math.max(-farthest, Math.min(farthest, value));
    });
  });
  return { count: rows.length, columns: own };
}

async function cluster(
  columns: readonly JudgedColumn[],
  points: Points,
  count: number,
  seed: number,
  run: RunOptions,
): Promise<Centre[]> {
  const random = new RowRandom(streamKey(seed, "modes", "starts"), 0);
  const sizes = columns.map((column) => (column.kind === "category" ? realCategories(column) + 2 : 0));
  const closest = new Float64Array(points.count).fill(Number.POSITIVE_INFINITY);
  let centres: Centre[] = [];
  let start = random.below(points.count);
  for (;;) {
    const members = new Int32Array(points.count).fill(-1);
    members[start] = 0;
    const [centre] = centresOf(points, members, 1, sizes);
    centres.push(centre!);
    if (centres.length === count) break;
    const distances = distancesTo(points, centre!);
    let total = 0;
    for (let row = 0; row < points.count; row++) {
      closest[row] = Math.min(closest[row]!, Math.max(0, distances[row]!));
      total += closest[row]!;
    }
    // All rows are starts already.
    if (!(total > 0)) break;
    let left = random.uniform() * total;
    for (start = 0; start < points.count - 1; start++) {
      left -= closest[start]!;
      if (left < 0) break;
    }
    await setImmediate();
    throwIfAborted(run.signal);
  }
  for (let round = 0; round < rounds; round++) {
    const members = await nearest(points, centres, run);
    centres = centresOf(points, members, centres.length, sizes);
  }
  return centres;
}

/** Means of the members; a cluster without any is dropped. */
function centresOf(points: Points, members: Int32Array, count: number, sizes: readonly number[]): Centre[] {
  const rows = new Float64Array(count);
  for (const place of members) if (place >= 0) rows[place]!++;
  const centres = Array.from({ length: count }, () => ({
    numbers: new Float64Array(sizes.length),
    shares: sizes.map((size) => (size > 0 ? new Float64Array(size) : null)),
    squares: new Float64Array(sizes.length),
  }));
  for (const [index, values] of points.columns.entries())
    for (let row = 0; row < points.count; row++) {
      const place = members[row]!;
      if (place < 0) continue;
      const { numbers, shares } = centres[place]!;
      const own = shares[index];
      if (own) own[values[row]!]! += 1 / rows[place]!;
      else numbers[index]! += values[row]! / rows[place]!;
    }
  for (const { shares, squares } of centres)
    for (const [index, own] of shares.entries())
      if (own) squares[index] = own.reduce((sum, share) => sum + share * share, 0);
  return centres.filter((_, place) => rows[place]! > 0);
}

/** Squared distances of all rows. */
function distancesTo({ count, columns }: Points, { numbers, shares, squares }: Centre): Float64Array {
  const out = new Float64Array(count);
  for (const [index, values] of columns.entries()) {
    const own = shares[index];
    if (own) {
      const base = 1 + squares[index]!;
      for (let row = 0; row < count; row++) out[row]! += base - 2 * own[values[row]!]!;
    } else {
      const centre = numbers[index]!;
      for (let row = 0; row < count; row++) out[row]! += (values[row]! - centre) ** 2;
    }
  }
  return out;
}

async function nearest(points: Points, centres: readonly Centre[], run: RunOptions): Promise<Int32Array> {
  const best = new Float64Array(points.count).fill(Number.POSITIVE_INFINITY);
  const places = new Int32Array(points.count);
  for (const [place, centre] of centres.entries()) {
    const distances = distancesTo(points, centre);
    for (let row = 0; row < points.count; row++)
      if (distances[row]! < best[row]!) {
        best[row] = distances[row]!;
        places[row] = place;
      }
    if (place % 4 === 3) await setImmediate();
  }
  throwIfAborted(run.signal);
  return places;
}

/** What most rows of a cluster have where it differs most from the whole. */
function traitsOf(
  columns: readonly JudgedColumn[],
  rows: Int32Array,
  members: Int32Array,
  place: number,
): Condition[] {
  const own = rows.filter((_, index) => members[index] === place);
  if (own.length === 0) return [];
  const traits = columns.map((column): Condition & { strength: number } =>
    column.kind === "number" ? numberTrait(column, rows, own) : categoryTrait(column, rows, own),
  );
  return traits
    .filter(({ strength }) => strength > 0.1)
    .sort((a, b) => b.strength - a.strength)
    .slice(0, 3)
    .map(({ column, value }) => ({ column, value }));
}

/** The middle 80 % of the cluster's values; as strong as few of all rows lie there. */
function numberTrait(
  { name, values, sdtype }: Extract<JudgedColumn, { kind: "number" }>,
  rows: Int32Array,
  own: Int32Array,
): Condition & { strength: number } {
  const sorted = Float64Array.from(own, (row) => values[0]![row]!)
    .filter((value) => !Number.isNaN(value))
    .sort();
  if (sorted.length === 0) return { column: name, value: "missing", strength: 0 };
  const low = sorted[Math.floor(0.1 * (sorted.length - 1))]!;
  const high = sorted[Math.ceil(0.9 * (sorted.length - 1))]!;
  const inside = (places: Int32Array) =>
    places.reduce((sum, row) => sum + (values[0]![row]! >= low && values[0]![row]! <= high ? 1 : 0), 0) /
    places.length;
  return {
    column: name,
    value: rangeText(sdtype === "datetime", low, high),
    strength: inside(own) - inside(rows),
  };
}

function categoryTrait(
  { name, codes, labels }: Extract<JudgedColumn, { kind: "category" }>,
  rows: Int32Array,
  own: Int32Array,
): Condition & { strength: number } {
  const counts = new Map<number, number>();
  for (const row of own) counts.set(codes[0]![row]!, (counts.get(codes[0]![row]!) ?? 0) + 1);
  const [code, count] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]!;
  const overall = rows.reduce((sum, row) => sum + (codes[0]![row] === code ? 1 : 0), 0) / rows.length;
  return { column: name, value: labels[code] ?? "missing", strength: count / own.length - overall };
}
