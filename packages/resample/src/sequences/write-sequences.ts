// The cells of new sequences, column by column, behind the rows as they were.

import { type Column, Table, type TableMetadata } from "@verisim/core";
import type { FeatureRows } from "../feature-rows.ts";
import { fitNumbers } from "../new-rows.ts";
import type { StepPlaces } from "./between.ts";

export interface NewSequence {
  readonly key: string | number;
  /** Rows of both parents in order. */
  readonly base: Int32Array;
  readonly other: Int32Array;
  readonly share: number;
  readonly places: StepPlaces;
}

export interface SequenceColumns {
  readonly features: FeatureRows;
  /** Names of columns that are the same all through a sequence. */
  readonly context: ReadonlySet<string>;
  readonly key: string;
  readonly order: string | undefined;
  readonly target: string;
}

export function writeSequences(
  table: Table,
  metadata: TableMetadata,
  columns: SequenceColumns,
  made: readonly NewSequence[],
): { readonly table: Table; readonly isSynthetic: Uint8Array; readonly madeOf: Int32Array } {
  const steps = made.reduce((sum, { places }) => sum + places.count, 0);
  const total = table.rowCount + steps;
  const madeOf = new Int32Array(total).fill(-1);
  const starts = new Int32Array(made.length);
  let next = table.rowCount;
  for (const [index, { places }] of made.entries()) {
    starts[index] = next;
    madeOf.fill(index, next, next + places.count);
    next += places.count;
  }
  const write = (column: Column): Column => {
    if (column.kind === "number") {
      const values = new Float64Array(total);
      values.set(column.values);
      return { ...column, values };
    }
    const codes = new Int32Array(total);
    codes.set(column.codes);
    return { ...column, codes };
  };
  const partsOf = <A extends Float64Array | Int32Array>(out: A): A[] =>
    made.map(({ places }, index) => out.subarray(starts[index]!, starts[index]! + places.count) as A);
  const numbers = new Map(columns.features.numbers.map((feature) => [feature.name, feature]));
  const categories = new Set(columns.features.categories.map(({ name }) => name));
  const written = table.columns.map((from): Column => {
    const { name } = from;
    if (name === columns.key) return writeKeys(from, write(from), made, partsOf);
    const column = write(from);
    if (column.kind === "number") {
      const values = (from as typeof column).values;
      for (const [index, part] of partsOf(column.values).entries()) {
        const one = made[index]!;
        if (name === columns.order) writeOrder(part, values, one, metadata.columns[name]?.decimals === 0);
        else if (name === columns.target) part.fill(values[one.base[0]!]!);
        else if (columns.context.has(name)) {
          const [a, b] = [values[one.base[0]!]!, values[one.other[0]!]!];
          const whole = Number.isInteger(a) && Number.isInteger(b);
          const between = Number.isNaN(a + b) ? nearer(one, a, b) : a + one.share * (b - a);
          // What stands for something else keeps its values; what is measured may lie between.
          const known = metadata.columns[name]?.sdtype;
          part.fill(known === "numerical" ? (whole ? Math.round(between) : between) : nearer(one, a, b));
        } else if (numbers.has(name)) {
          writeBetween(part, values, one);
          fitNumbers(part, numbers.get(name)!);
        } else if (categories.has(name)) writeNearer(part, values, one);
        else part.fill(Number.NaN);
      }
      return column;
    }
    const codes = (from as typeof column).codes;
    for (const [index, part] of partsOf(column.codes).entries()) {
      const one = made[index]!;
      if (name === columns.target || columns.context.has(name)) part.fill(codes[one.base[0]!]!);
      else if (categories.has(name)) writeNearer(part, codes, one);
      else part.fill(-1);
    }
    return column;
  });
  return {
    table: new Table(written, total),
    isSynthetic: Uint8Array.from(madeOf, (of) => (of < 0 ? 0 : 1)),
    madeOf,
  };
}

const nearer = <A>({ share }: NewSequence, a: A, b: A): A => (share < 0.5 ? a : b);

function writeKeys(
  from: Column,
  column: Column,
  made: readonly NewSequence[],
  partsOf: <A extends Float64Array | Int32Array>(out: A) => A[],
): Column {
  if (column.kind === "number" && from.kind === "number") {
    for (const [index, part] of partsOf(column.values).entries()) part.fill(Number(made[index]!.key));
    return column;
  }
  if (column.kind === "number" || from.kind === "number") throw new Error("internal: a key of two kinds");
  const known = from.dictionary.length;
  for (const [index, part] of partsOf(column.codes).entries()) part.fill(known + index);
  return { ...column, dictionary: [...from.dictionary, ...made.map(({ key }) => String(key))] };
}

/** The cell of a parent at a place between two of its steps; NaN where either is missing. */
function cellBetween(values: Float64Array, rows: Int32Array, whole: number, part: number): number {
  const first = values[rows[whole]!]!;
  return part === 0 ? first : first + part * (values[rows[whole + 1]!]! - first);
}

function writeBetween(out: Float64Array, values: Float64Array, one: NewSequence): void {
  const { base, other, share, places } = one;
  for (let step = 0; step < places.count; step++) {
    const a = cellBetween(values, base, places.a[step]!, places.aPart[step]!);
    const b = cellBetween(values, other, places.b[step]!, places.bPart[step]!);
    out[step] = a + share * (b - a);
    // Where a cell is missing, the nearer parent's is taken as it is.
    if (Number.isNaN(out[step])) out[step] = values[nearerRow(one, step)]!;
  }
}

function writeNearer(
  out: Float64Array | Int32Array,
  from: Float64Array | Int32Array,
  one: NewSequence,
): void {
  for (let step = 0; step < out.length; step++) out[step] = from[nearerRow(one, step)]!;
}

/** The row of the nearer parent that lies nearest to a new step. */
function nearerRow({ base, other, share, places }: NewSequence, step: number): number {
  return share < 0.5
    ? base[places.a[step]! + Math.round(places.aPart[step]!)]!
    : other[places.b[step]! + Math.round(places.bPart[step]!)]!;
}

/** The base's first place, and from there as much time as has passed in both parents; even steps stay even. */
function writeOrder(out: Float64Array, order: Float64Array, one: NewSequence, whole: boolean): void {
  const { base, other, share, places } = one;
  const start = order[base[0]!]!;
  const step = commonStep(order, base, other);
  if (step !== undefined) {
    for (let i = 0; i < out.length; i++) out[i] = start + i * step;
    return;
  }
  const integers = whole || [...base, ...other].every((row) => Number.isInteger(order[row]));
  for (let i = 0; i < out.length; i++) {
    const a = cellBetween(order, base, places.a[i]!, places.aPart[i]!) - start;
    const b = cellBetween(order, other, places.b[i]!, places.bPart[i]!) - order[other[0]!]!;
    const place = start + a + share * (b - a);
    // Rounding must not put two steps at one place.
    out[i] = integers ? Math.max(Math.round(place), i > 0 ? out[i - 1]! + 1 : place) : place;
  }
}

/** How far each step of both sequences lies from the one before, where that is always the same. */
function commonStep(order: Float64Array, a: Int32Array, b: Int32Array): number | undefined {
  let step: number | undefined;
  for (const rows of [a, b])
    for (let i = 1; i < rows.length; i++) {
      const gap = order[rows[i]!]! - order[rows[i - 1]!]!;
      step ??= gap;
      if (Math.abs(gap - step) > 1e-9 * Math.abs(step)) return undefined;
    }
  return step ?? 1;
}
