// Which part of the people is served worst? Every subgroup of one or two columns that has rows enough is compared with
// its synthetic counterpart in every other column; only differences that chance cannot explain are named, with the tests
// of all subgroups counted together.

import { setImmediate } from "node:timers/promises";
import { type RunOptions, sampleRowNumbers, streamKey, throwIfAborted } from "@verisim/core";
import type { JudgedColumn } from "../models/judged-columns.ts";
import { excessDistance, holm, twoSampleChiSquare } from "../models/multiple-tests.ts";
import type { Subgroup, SubgroupReport } from "./diversity-report.ts";
import { type Facet, facetOf } from "./facets.ts";

/** Pieces of a column that conditions are made of, and that distributions are compared over. */
const conditionPieces = 5;
const comparedPieces = 10;
/** Rows that are counted, in all: about a second. */
const work = 2.5e8;
const mostRows = 50_000;
const fewestRows = 2_000;
const mostColumns = 100;
const level = 0.05;
const mostListed = 10;

/** One subgroup of one judged table: its figures before p-values are adjusted. */
interface Tried {
  readonly rows: number;
  readonly distance: number;
  readonly worstColumn: number;
  readonly worstDistance: number;
  /** Places of its tests among all. */
  readonly tests: readonly [from: number, to: number];
}

interface Group {
  readonly conditions: readonly (readonly [column: number, piece: number])[];
  readonly realRows: number;
  /** Synthetic, and perhaps the holdout. */
  readonly tried: readonly Tried[];
}

/**
 * Subgroups whose distribution, or whose share, the synthetic table does not reproduce.
 *
 * A condition is a category among the ten commonest of its column, a range with a fifth of the real values, or a missing
 * cell. Wide tables are looked at in part: `columns` and `pairedColumns` say how many of them.
 */
export async function subgroupReport(
  judged: readonly JudgedColumn[],
  rowCounts: readonly number[],
  seed: number,
  run: RunOptions,
): Promise<SubgroupReport> {
  const columns = judged.slice(0, mostColumns);
  const { rowsPerTable, paired } = sizes(columns.length, rowCounts.length);
  const rows = rowCounts.map((count, table) =>
    sampleRowNumbers(count, rowsPerTable, streamKey(seed, "subgroups", `rows ${table}`)),
  );
  const totals = rows.map(({ length }) => length);
  const leastRows = Math.max(50, Math.ceil(0.005 * totals[0]!));
  const conditions = columns.map((column) =>
    facetOf(column, rows, column.kind === "category" ? comparedPieces : conditionPieces),
  );
  const compared = columns.map((column) => facetOf(column, rows, comparedPieces));
  const pValues: number[][] = rowCounts.slice(1).map(() => []);
  const groups: Group[] = [];
  let turn = performance.now();
  const pause = async (): Promise<void> => {
    if (performance.now() - turn < 20) return;
    await setImmediate();
    throwIfAborted(run.signal);
    turn = performance.now();
  };
  for (let a = 0; a < columns.length; a++) {
    groups.push(...tryGroups([a], conditions, compared, totals, leastRows, pValues));
    for (let b = a + 1; b < paired; b++) {
      groups.push(...tryGroups([a, b], conditions, compared, totals, leastRows, pValues));
      await pause();
    }
    await pause();
  }
  const adjusted = pValues.map((own) => holm(Float64Array.from(own)));
  const pValueOf = (group: Group, side: number): number => {
    const [from, to] = group.tried[side]!.tests;
    return adjusted[side]!.subarray(from, to).reduce((least, own) => Math.min(least, own), 1);
  };
  const found = groups
    .map((group) => ({ group, pValue: pValueOf(group, 0) }))
    .filter(({ pValue }) => pValue < level);
  const describe = ({ group, pValue }: (typeof found)[number]): Subgroup => {
    const [synthetic, holdout] = group.tried as [Tried, Tried?];
    return {
      conditions: group.conditions.map(([column, piece]) => ({
        column: columns[column]!.name,
        value: conditions[column]!.names[piece]!,
      })),
      real: group.realRows / totals[0]!,
      synthetic: synthetic.rows / totals[1]!,
      distance: synthetic.distance,
      ceiling: holdout?.distance ?? null,
      worstColumn: columns[synthetic.worstColumn]?.name ?? null,
      worstDistance: synthetic.worstDistance,
      pValue,
    };
  };
  const ratio = ({ group }: (typeof found)[number]): number => {
    const [real, synthetic] = [group.realRows / totals[0]!, group.tried[0]!.rows / totals[1]!];
    return Math.min(real, synthetic) / Math.max(real, synthetic);
  };
  const sizeDiffers = ({ group }: (typeof found)[number]): boolean =>
    adjusted[0]![group.tried[0]!.tests[0]]! < level;
  return {
    rows: totals,
    columns: columns.length,
    pairedColumns: paired,
    leastRows,
    tested: groups.length,
    tests: pValues[0]!.length,
    worst: distinct(found.sort((x, y) => y.group.tried[0]!.distance - x.group.tried[0]!.distance)).map(
      describe,
    ),
    misSized: distinct(found.filter(sizeDiffers).sort((x, y) => ratio(x) - ratio(y))).map(describe),
    significant: found.length,
    ceilingSignificant:
      rowCounts.length > 2 ? groups.filter((group) => pValueOf(group, 1) < level).length : null,
  };
}

/** Rows and paired columns that keep the counting within bounds: rows go first, then pairs. */
function sizes(columns: number, tables: number): { rowsPerTable: number; paired: number } {
  const passes = (paired: number) => columns * (columns + (paired * (paired - 1)) / 2) * tables;
  let paired = columns;
  while (paired > 2 && passes(paired) * fewestRows > work) paired--;
  const rowsPerTable = Math.floor(work / passes(paired));
  return { rowsPerTable: Math.max(fewestRows, Math.min(mostRows, rowsPerTable)), paired };
}

/** All subgroups by the pieces of one or two columns, with their tests put behind `pValues`. */
function tryGroups(
  by: readonly number[],
  conditions: readonly Facet[],
  compared: readonly Facet[],
  totals: readonly number[],
  leastRows: number,
  pValues: readonly number[][],
): Group[] {
  const facets = by.map((column) => conditions[column]!);
  const second = facets[1]?.names.length ?? 1;
  const cells = facets[0]!.names.length * second;
  const cellOf = totals.map((total, table) => {
    const first = facets[0]!.codes[table]!;
    const other = facets[1]?.codes[table];
    const out = new Uint16Array(total);
    for (let row = 0; row < total; row++) out[row] = other ? first[row]! * second + other[row]! : first[row]!;
    return out;
  });
  const sizesOf = cellOf.map((own) => {
    const tally = new Float64Array(cells);
    for (let row = 0; row < own.length; row++) tally[own[row]!]!++;
    return tally;
  });
  const chosen: number[] = [];
  for (let cell = 0; cell < cells; cell++) {
    const isGroup =
      facets.length === 1
        ? facets[0]!.isGroup[cell]
        : facets[0]!.isGroup[Math.floor(cell / second)] && facets[1]!.isGroup[cell % second];
    const all = sizesOf[0]![cell]!;
    // A subgroup of all rows, or of all that have the first condition, is none.
    if (isGroup && all >= leastRows && all < totals[0]!) chosen.push(cell);
  }
  if (chosen.length === 0) return [];
  const others = compared.flatMap((_, column) => (by.includes(column) ? [] : [column]));
  // Rows per cell and piece of every other column.
  const tallies = others.map((column) => {
    const facet = compared[column]!;
    const width = facet.names.length;
    return cellOf.map((own, table) => {
      const tally = new Float64Array(cells * width);
      const codes = facet.codes[table]!;
      for (let row = 0; row < own.length; row++) tally[own[row]! * width + codes[row]!]!++;
      return { tally, width };
    });
  });
  return chosen.map((cell): Group => {
    const pieces = facets.length === 1 ? [cell] : [Math.floor(cell / second), cell % second];
    return {
      conditions: by.map((column, index) => [column, pieces[index]!] as const),
      realRows: sizesOf[0]![cell]!,
      tried: totals.slice(1).map((total, side): Tried => {
        const table = side + 1;
        const own = pValues[side]!;
        const from = own.length;
        const real = sizesOf[0]![cell]!;
        const rows = sizesOf[table]![cell]!;
        own.push(twoSampleChiSquare([real, totals[0]! - real], [rows, total - rows]));
        let [sum, worst, worstDistance] = [0, -1, 0];
        for (const [index, tables] of tallies.entries()) {
          const { width } = tables[0]!;
          const [a, b] = [tables[0]!, tables[table]!].map(({ tally }) =>
            tally.subarray(cell * width, (cell + 1) * width),
          ) as [Float64Array, Float64Array];
          own.push(twoSampleChiSquare(a, b));
          const distance = excessDistance(a, b);
          sum += distance;
          if (distance > worstDistance) [worst, worstDistance] = [others[index]!, distance];
        }
        const mean = tallies.length === 0 ? 0 : sum / tallies.length;
        return {
          rows,
          distance: rows === 0 ? 1 : Math.max(0, mean),
          worstColumn: worst,
          worstDistance,
          tests: [from, own.length],
        };
      }),
    };
  });
}

/** How often a condition may be listed: many subgroups share the rows that make them bad. */
const mostRepeats = 2;

/** The first ones whose conditions have not been listed often enough already. */
function distinct<T extends { readonly group: Group }>(sorted: readonly T[]): T[] {
  const kept: T[] = [];
  const listed = new Map<string, number>();
  for (const own of sorted) {
    if (kept.length === mostListed) break;
    const keys = own.group.conditions.map(([column, piece]) => `${column}:${piece}`);
    if (keys.some((key) => (listed.get(key) ?? 0) >= mostRepeats)) continue;
    for (const key of keys) listed.set(key, (listed.get(key) ?? 0) + 1);
    kept.push(own);
  }
  return kept;
}
