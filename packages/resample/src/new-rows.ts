// New rows as a recipe: for each a row it starts from, a row it goes towards and how far, and who votes on its
// categories. The cells are written once, column by column, straight into the table that is returned.

import { type Column, type Table, type TableMetadata, uniqueColumns } from "@verisim/core";
import type { FeatureRows, NumberFeature } from "./feature-rows.ts";
import { momentsOf, reflected } from "./moments.ts";

/** Rows to make for one class; all indices are rows of the original table. */
export interface NewRows {
  readonly label: number;
  readonly base: Int32Array;
  /** The row that it goes towards; `base` itself where there is none. */
  readonly other: Int32Array;
  /** 0 lies on `base`, 1 on `other`; below 0 away from it. */
  readonly share: Float64Array;
  /** Who votes on the categories: row `at[i]` of `rows`, which has k to a row. Default: `base` alone. */
  readonly voters?: { readonly rows: Int32Array; readonly k: number; readonly at: Int32Array };
  /** Per category a uniform for each row that settles a tied vote. */
  readonly ties?: readonly Float64Array[];
  /** `[categories, count]`: the rows whose categories are taken, where nobody votes. */
  readonly categoryRows?: Int32Array;
  /** `[numbers, count]`: added to each number. */
  readonly noise?: Float64Array;
  /** True: what noise moves out of its column's range is reflected at the end. */
  readonly inRange?: boolean;
  /** `[numbers, count]`: the numbers themselves, instead of a point between two rows. */
  readonly numbers?: Float64Array;
  /** Whole columns by name, in place of anything else: a target that is not that of `base`. */
  readonly cells?: ReadonlyMap<string, Float64Array | Int32Array>;
  /** True: also the columns that are no features are those of `base`, but keys. */
  readonly repeats?: boolean;
}

/** The kept rows, then the new ones. */
export function writeRows(
  table: Table,
  metadata: TableMetadata,
  features: FeatureRows,
  kept: Int32Array,
  made: readonly NewRows[],
): Column[] {
  const total = made.reduce((sum, rows) => sum + rows.base.length, kept.length);
  const numbers = new Map(features.numbers.map((feature, d) => [feature.name, { feature, d }]));
  const categories = new Map(features.categories.map(({ name }, c) => [name, c]));
  const unique = uniqueColumns(metadata);
  const leftOut = new Set(features.leftOut.map(({ column }) => column));
  const parents = new Map(made.map((rows) => [rows, parentsOf(table, rows)]));
  const whole = kept.length === table.rowCount;
  return table.columns.map((column): Column => {
    const from = column.kind === "number" ? column.values : column.codes;
    const out = column.kind === "number" ? new Float64Array(total) : new Int32Array(total);
    if (whole) out.set(from);
    else for (let i = 0; i < kept.length; i++) out[i] = from[kept[i]!]!;
    let next = kept.length;
    for (const rows of made) {
      const part = out.subarray(next, next + rows.base.length);
      next += rows.base.length;
      const number = numbers.get(column.name);
      const category = categories.get(column.name);
      const given = rows.cells?.get(column.name);
      if (given) part.set(given);
      else if (number)
        writeNumbers(
          part as Float64Array,
          from as Float64Array,
          number.feature,
          number.d,
          rows,
          parents.get(rows)!,
        );
      else if (category !== undefined)
        writeVotes(part, from, features.categories[category]!.codes, category, rows);
      // What says nothing about likeness is left empty: a new row is no person and has no key.
      else if (leftOut.has(column.name) && (!rows.repeats || unique.has(column.name)))
        part.fill(column.kind === "number" ? Number.NaN : -1);
      else for (let i = 0; i < part.length; i++) part[i] = from[rows.base[i]!]!;
    }
    return column.kind === "number"
      ? { ...column, values: out as Float64Array }
      : { ...column, codes: out as Int32Array };
  });
}

/** Rows that new ones are made of, each once, and where they lie: a class is small, and its cells then stay in the cache. */
interface Parents {
  readonly rows: Int32Array;
  readonly base: Int32Array;
  readonly other: Int32Array;
}

function parentsOf(table: Table, { base, other }: NewRows): Parents {
  const place = new Int32Array(table.rowCount);
  let distinct = 0;
  const rows = new Int32Array(Math.min(table.rowCount, 2 * base.length));
  const placesOf = (from: Int32Array): Int32Array => {
    const places = new Int32Array(from.length);
    for (let i = 0; i < from.length; i++) {
      const row = from[i]!;
      if (place[row] === 0) {
        rows[distinct++] = row;
        place[row] = distinct;
      }
      places[i] = place[row]! - 1;
    }
    return places;
  };
  const places = placesOf(base);
  return { base: places, other: other === base ? places : placesOf(other), rows: rows.subarray(0, distinct) };
}

function writeNumbers(
  out: Float64Array,
  from: Float64Array,
  feature: NumberFeature,
  d: number,
  rows: NewRows,
  parents: Parents,
): void {
  const { share, noise, numbers } = rows;
  const { base, other } = parents;
  const cells = new Float64Array(parents.rows.length);
  for (let i = 0; i < cells.length; i++) cells[i] = from[parents.rows[i]!]!;
  const count = out.length;
  if (numbers) out.set(numbers.subarray(d * count, (d + 1) * count));
  else if (base === other) for (let i = 0; i < count; i++) out[i] = cells[base[i]!]!;
  else
    for (let i = 0; i < count; i++) {
      const a = cells[base[i]!]!;
      out[i] = a + share[i]! * (cells[other[i]!]! - a);
    }
  // Where a parent's cell is missing, the nearer parent's cell is taken as it is.
  if (feature.missing && !numbers)
    for (let i = 0; i < count; i++)
      if (Number.isNaN(out[i])) out[i] = cells[share[i]! < 0.5 ? base[i]! : other[i]!]!;
  if (noise) for (let i = 0; i < count; i++) out[i]! += noise[d * count + i]!;
  if (rows.inRange) {
    const range = momentsOf(from);
    for (let i = 0; i < count; i++) out[i] = reflected(out[i]!, range);
  }
  fitNumbers(out, feature);
}

/** To the decimals and the range of the column. */
export function fitNumbers(out: Float64Array, { decimals, least, most }: NumberFeature): void {
  const count = out.length;
  if (decimals === 0) for (let i = 0; i < count; i++) out[i] = Math.round(out[i]!);
  else if (decimals !== null) {
    const unit = 10 ** decimals;
    for (let i = 0; i < count; i++) out[i] = Math.round(out[i]! * unit) / unit;
  }
  if (Number.isFinite(least) || Number.isFinite(most))
    for (let i = 0; i < count; i++)
      if (!Number.isNaN(out[i])) out[i] = Math.min(most, Math.max(least, out[i]!));
}

/** The most frequent category among the voters, a draw among equals; -1, a missing cell, counts like the others. */
function writeVotes(
  out: Float64Array | Int32Array,
  from: Float64Array | Int32Array,
  codes: Int32Array,
  category: number,
  rows: NewRows,
): void {
  const { base, voters, ties, categoryRows } = rows;
  const count = out.length;
  if (!voters) {
    const takenFrom = categoryRows?.subarray(category * count, (category + 1) * count) ?? base;
    for (let i = 0; i < count; i++) out[i] = from[takenFrom[i]!]!;
    return;
  }
  const { k, at } = voters;
  const votes = new Int32Array(k);
  for (let i = 0; i < count; i++) {
    const first = at[i]! * k;
    let most = 0;
    let leaders = 0;
    for (let j = 0; j < k; j++) {
      const code = codes[voters.rows[first + j]!]!;
      let seen = 0;
      // A category counts at its first voter.
      for (let e = 0; e < k; e++) {
        if (codes[voters.rows[first + e]!] !== code) continue;
        if (e < j) {
          seen = 0;
          break;
        }
        seen++;
      }
      votes[j] = seen;
      if (seen > most) {
        most = seen;
        leaders = 1;
      } else if (seen === most) leaders++;
    }
    let chosen = leaders > 1 && ties ? Math.min(leaders - 1, Math.floor(ties[category]![i]! * leaders)) : 0;
    let j = 0;
    while (votes[j] !== most || chosen-- > 0) j++;
    out[i] = from[voters.rows[first + j]!]!;
  }
}
