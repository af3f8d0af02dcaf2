// The contract of reversible column transforms: mergeable statistics, then pure encode and decode.

import type { TensorData } from "./artifact.ts";
import type { Json } from "./json.ts";
import type { ColumnMetadata, Sdtype } from "./metadata.ts";
import type { StreamKey } from "./random.ts";
import type { Column } from "./table.ts";

/** Numbers for a model; NaN marks a missing cell where the transform keeps them. */
export interface ContinuousColumn {
  readonly kind: "continuous";
  readonly name: string;
  readonly values: Float64Array;
}

/** Codes 0..cardinality-1 for a model; -1 marks a missing cell where the transform keeps them. */
export interface DiscreteColumn {
  readonly kind: "discrete";
  readonly name: string;
  readonly codes: Int32Array;
  readonly cardinality: number;
}

export type EncodedColumn = ContinuousColumn | DiscreteColumn;

/** What a fitted transform knows: JSON and typed arrays, so that it can travel in a model file. */
export interface TransformState {
  readonly [key: string]: Json | TensorData | undefined;
}

/** Which rows are encoded or decoded: random choices of row i come from (key, rowStart + i) alone. */
export interface RowContext {
  readonly key: StreamKey;
  readonly rowStart: number;
  readonly rowCount: number;
}

export interface Transform<Stats = unknown, State extends TransformState = TransformState> {
  /** RDT's name where it has one (`FloatFormatter`). */
  readonly name: string;
  readonly sdtypes: readonly Sdtype[];
  /** Statistics of one part of a column. */
  analyze(part: Column, metadata: ColumnMetadata): Stats;
  /** Associative and commutative up to rounding. */
  merge(a: Stats, b: Stats): Stats;
  /** The state that encode and decode need, from merged statistics. */
  fit(stats: Stats, metadata: ColumnMetadata): State;
  /** Zero columns for what is generated rather than modelled; several where missing cells get an indicator. */
  encode(column: Column, state: State, context: RowContext): EncodedColumn[];
  decode(encoded: readonly EncodedColumn[], state: State, context: RowContext): Column;
}
