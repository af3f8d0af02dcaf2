// A table of steps as sequences: the rows of each key in their order, which columns are the same all through a sequence,
// and what sequences are compared by.

import { type Column, cellAt, isMissing, type Table, VerisimError } from "@verisim/core";
import type { FeatureRows } from "../feature-rows.ts";
import type { Steps } from "./warping.ts";

export interface SequenceRows {
  /** The keys in the order in which they first come. */
  readonly keys: readonly (string | number)[];
  /** Per sequence its rows in order. */
  readonly rows: readonly Int32Array[];
}

/**
 * @param key the column that says which sequence a row is of
 * @param order the column that rows of a sequence are sorted by; undefined: as they come
 * @throws VerisimError `VERISIM_UNKNOWN_COLUMN`, `VERISIM_SEQUENCES` for rows without a key or a place
 */
export function readSequences(table: Table, key: string, order: string | undefined): SequenceRows {
  const keys = table.column(key);
  const groups = new Map<string | number, number[]>();
  for (let row = 0; row < table.rowCount; row++) {
    const cell = cellAt(keys, row);
    if (cell === null) throw missing(key, row, "the key of its sequence");
    const group = groups.get(cell);
    if (group) group.push(row);
    else groups.set(cell, [row]);
  }
  const places = order === undefined ? undefined : orderOf(table.column(order));
  return {
    keys: [...groups.keys()],
    rows: [...groups.values()].map((rows) =>
      Int32Array.from(places ? rows.sort((a, b) => places[a]! - places[b]! || a - b) : rows),
    ),
  };
}

function orderOf(column: Column): Float64Array {
  if (column.kind !== "number")
    throw new VerisimError(
      "VERISIM_SEQUENCES",
      "Expected numbers or dates to order the rows of a sequence by but found texts.",
      { where: { column: column.name }, hint: "Name another column, or correct its type with metadata." },
    );
  const row = column.values.findIndex((value) => Number.isNaN(value));
  if (row >= 0) throw missing(column.name, row, "a place in its sequence");
  return column.values;
}

const missing = (column: string, row: number, what: string) =>
  new VerisimError("VERISIM_SEQUENCES", `Expected ${what} in every row but found a missing cell.`, {
    where: { column, row: row + 1 },
  });

/** Names of the columns that have one value all through each sequence. */
export function contextColumns(table: Table, { rows }: SequenceRows): Set<string> {
  const same = (column: Column): boolean =>
    rows.every((own) => {
      const first = own[0]!;
      for (let i = 1; i < own.length; i++) if (!equalCells(column, first, own[i]!)) return false;
      return true;
    });
  return new Set(table.columns.filter(same).map(({ name }) => name));
}

function equalCells(column: Column, a: number, b: number): boolean {
  if (column.kind === "dictionary") return column.codes[a] === column.codes[b];
  return Object.is(column.values[a], column.values[b]) || column.values[a] === column.values[b];
}

/** @throws VerisimError `VERISIM_TARGET` where a class changes inside a sequence */
export function requireOneClass(table: Table, target: string, { keys, rows }: SequenceRows): void {
  const column = table.column(target);
  for (const [sequence, own] of rows.entries()) {
    const other = own.find((row) => !equalCells(column, own[0]!, row));
    if (other === undefined) continue;
    const words = [own[0]!, other].map((row) =>
      isMissing(column, row) ? "none" : JSON.stringify(String(cellAt(column, row))),
    );
    throw new VerisimError(
      "VERISIM_TARGET",
      `Expected one class for all of sequence ${JSON.stringify(keys[sequence])} but found ${words.join(" and ")}.`,
      {
        where: { column: target, row: other + 1 },
        hint: "Sequences are resampled as wholes: the target says what a whole one is.",
      },
    );
  }
}

/** The steps of a sequence as they are compared. */
export function stepsOf(features: FeatureRows, rows: Int32Array): Steps {
  const { numbers, codes } = features.gather(rows);
  return {
    length: rows.length,
    numbers,
    width: features.numbers.length,
    codes,
    columns: features.categories.length,
  };
}
