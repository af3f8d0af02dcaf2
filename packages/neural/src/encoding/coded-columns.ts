// Which columns a network is shown and how each is cut: columns that never vary are fixed, columns that another decides
// are looked up, all others get a codec of their kind.

import {
  constantColumnWarning,
  type EncodedColumn,
  emptyColumnWarning,
  type TableMetadata,
  throwIfAborted,
} from "@verisim/core";
import { type DerivedColumn, findDerivedColumns, unitsOf } from "@verisim/transforms";
import { BlockCodec, type BlockCodecState } from "./block-codec.ts";
import { CategoryCodec, type CategoryCodecState } from "./category-codec.ts";
import { CopulaCodec, type CopulaCodecState } from "./copula-codec.ts";
import type { EncodingOptions } from "./layout.ts";
import { MixtureCodec, type MixtureCodecState } from "./mixture-codec.ts";

export type Codec = CategoryCodec | BlockCodec | MixtureCodec | CopulaCodec;

interface CodedColumnOf<Kind extends string, State> {
  readonly name: string;
  /** Which of the encoded columns of the transforms it is. */
  readonly encoded: number;
  readonly kind: Kind;
  /** Share of the training rows per alternative; of modes as they were fitted. */
  readonly shares: Float64Array;
  /** The tables that say what alternatives and places mean. */
  readonly state: State;
}

/** A modelled column. */
export type CodedColumn =
  | CodedColumnOf<"category", CategoryCodecState>
  | CodedColumnOf<"blocks", BlockCodecState>
  | CodedColumnOf<"mixture", MixtureCodecState>
  | CodedColumnOf<"copula", CopulaCodecState>;

/** A column with the same cell in every row. */
export interface FixedColumn {
  readonly encoded: number;
  /** A number (NaN: missing) or a code (-1: missing). */
  readonly cell: number;
}

/** An encoded column of the transforms without its rows. */
export interface EncodedLayout {
  readonly name: string;
  readonly kind: "continuous" | "discrete";
  readonly cardinality: number;
}

/** Everything that a table's columns come down to. */
export interface ColumnPlan {
  readonly encoded: readonly EncodedLayout[];
  readonly coded: readonly {
    readonly encoded: number;
    readonly shares: Float64Array;
    readonly codec: Codec;
  }[];
  readonly fixed: readonly FixedColumn[];
  readonly derived: readonly DerivedColumn[];
  readonly warnings: readonly string[];
}

/** Numbers that are no number, the infinities among them, become missing cells. */
export function finiteColumns(columns: readonly EncodedColumn[]): EncodedColumn[] {
  return columns.map((column) => {
    if (column.kind === "discrete") return column;
    const { values } = column;
    let result: Float64Array | undefined;
    for (let row = 0; row < values.length; row++) {
      if (Math.abs(values[row]!) !== Number.POSITIVE_INFINITY) continue;
      result ??= values.slice();
      result[row] = Number.NaN;
    }
    return result ? { ...column, values: result } : column;
  });
}

export interface PlanContext {
  readonly metadata: TableMetadata;
  /** Digits after the point that the cells of each column are rounded to in decode, in its unit; -1 for none. */
  readonly decimals: readonly number[];
  readonly options: EncodingOptions;
  readonly signal?: AbortSignal;
}

/** @param columns without infinities */
export function planColumns(columns: readonly EncodedColumn[], context: PlanContext): ColumnPlan {
  const { metadata, decimals, options, signal } = context;
  const coded: { encoded: number; shares: Float64Array; codec: Codec }[] = [];
  const fixed: FixedColumn[] = [];
  const warnings: string[] = [];
  const derived = options.derive ? findDerivedColumns(columns) : [];
  const looked = new Set(derived.map((rule) => rule.column));
  columns.forEach((column, encoded) => {
    throwIfAborted(signal);
    if (looked.has(encoded)) return;
    const found =
      column.kind === "discrete"
        ? planCategories(column.codes, column.cardinality, options)
        : planNumbers(column, unitsOf(column, metadata.columns[column.name]), decimals[encoded]!, options);
    if (typeof found === "object") coded.push({ encoded, ...found });
    else {
      fixed.push({ encoded, cell: found });
      const isEmpty = Number.isNaN(found) || (column.kind === "discrete" && found < 0);
      warnings.push(isEmpty ? emptyColumnWarning(column.name) : constantColumnWarning(column.name));
    }
  });
  const layout = columns.map((column): EncodedLayout => {
    const { name, kind } = column;
    return { name, kind, cardinality: column.kind === "discrete" ? column.cardinality : 0 };
  });
  return { encoded: layout, coded, fixed, derived, warnings };
}

type Planned = { readonly codec: Codec; readonly shares: Float64Array };

/** The codec of a column of categories, or its only cell. */
function planCategories(codes: Int32Array, cardinality: number, options: EncodingOptions): Planned | number {
  const counts = new Float64Array(cardinality);
  let missing = 0;
  for (let row = 0; row < codes.length; row++) {
    if (codes[row]! < 0) missing++;
    else counts[codes[row]!]!++;
  }
  if (missing === codes.length) return -1;
  const only = codes[0]!;
  if (only >= 0 && counts[only] === codes.length) return only;
  const codec = CategoryCodec.fit(counts, missing > 0, options.maxCategories);
  const { first, codes: order } = codec.state;
  const shares = new Float64Array(codec.width);
  const offset = missing > 0 ? 1 : 0;
  if (missing > 0) shares[0] = missing / codes.length;
  for (let k = 0; k + 1 < first.length; k++) {
    for (let part = first[k]!; part < first[k + 1]!; part++) {
      shares[k + offset]! += counts[order[part]!]! / codes.length;
    }
  }
  return { codec, shares };
}

/** The codec of a column of numbers, or its only cell. */
function planNumbers(
  column: Extract<EncodedColumn, { kind: "continuous" }>,
  unit: number,
  decimals: number,
  options: EncodingOptions,
): Planned | number {
  const rows = column.values.length;
  const sorted = new Float64Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const value = column.values[row]!;
    // A negative zero is the same cell as zero.
    if (!Number.isNaN(value)) sorted[count++] = value / unit + 0;
  }
  if (count === 0) return Number.NaN;
  const values = sorted.subarray(0, count).sort();
  const isConstant = values[0] === values[count - 1];
  if (isConstant && count === rows) return values[0]! * unit;
  const missing = count < rows;
  const shared = { missing, minGroup: options.minGroup, decimals, unit };
  if (options.numbers !== "blocks" && !isConstant) {
    const { numbers, marginal = "empirical", scores = "mixture", maxBlocks, maxClusters } = options;
    const codec =
      numbers === "mixture"
        ? MixtureCodec.fit(values, { ...shared, maxClusters })
        : CopulaCodec.fit(values, { ...shared, marginal, scores, maxBlocks, maxClusters });
    const present = count / rows;
    const shares = Float64Array.from(codec.state.weights, (weight) => weight * present);
    return { codec, shares: missing ? Float64Array.of(1 - present, ...shares) : shares };
  }
  const { codec, mass } = BlockCodec.fit(values, { ...shared, maxBlocks: options.maxBlocks });
  const { first } = codec.state;
  const shares = new Float64Array(codec.width);
  const offset = missing ? 1 : 0;
  if (missing) shares[0] = 1 - count / rows;
  for (let k = 0; k + 1 < first.length; k++) {
    for (let part = first[k]!; part < first[k + 1]!; part++) {
      shares[k + offset]! += (mass[part]! * count) / rows;
    }
  }
  return { codec, shares };
}
