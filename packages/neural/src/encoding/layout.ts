// What a network sees of a table: every modelled column is one choice among alternatives and, where that choice leaves
// a stretch of values, a place in [-1, 1] inside it. These are the shapes; table-encoding.ts fills them.

import type { MarginalName } from "@verisim/stats";

/** The alternatives and places of all modelled columns. */
export interface Layout {
  /** Alternatives per modelled column, in column order. */
  readonly widths: readonly number[];
  /** Modelled columns (indices into `widths`) whose places are learnt, in order. */
  readonly placed: readonly number[];
  /** Modelled columns none of whose alternatives has a place: categories, and numbers that are all single values. */
  readonly discrete: readonly number[];
  /** 1 where the alternative has a place that means something, else 0: all columns end to end, as long as all widths. */
  readonly hasPlace: Float32Array;
}

/** Rows as a network takes and gives them. */
export interface EncodedRows {
  readonly rowCount: number;
  /** Alternative per row and modelled column, row-major `[rowCount, widths.length]`. */
  readonly alternatives: Int32Array;
  /** Place per row and placed column, row-major `[rowCount, placed.length]`; 0 where the alternative has none. */
  readonly places: Float32Array;
}

/** Rows to decode, some of whose places were drawn by the caller. */
export interface DrawnRows extends EncodedRows {
  /**
   * Places drawn inside of a condition's ranges, per row and modelled column, row-major `[rowCount, widths.length]`.
   * They win over `places` and over the uniform ones; NaN where there is none.
   */
  readonly drawnPlaces?: Float64Array;
}

/** How columns are cut into alternatives. */
export interface EncodingOptions {
  /**
   * `blocks`: numbers in blocks of about equal shares of the rows, frequent values apart. `mixture`: components of a
   * Gaussian mixture and deviations from their means (Xu et al. 2019, section 4.2). `copula`: the same of normal scores.
   */
  readonly numbers: "blocks" | "mixture" | "copula";
  /** Family of each number's distribution, which gives `copula` its scores. Default `empirical`: the column's own. */
  readonly marginal?: MarginalName;
  /**
   * How `copula` cuts normal scores: `mixture` (default): the modes of a Gaussian mixture; `stretches`: at most `maxBlocks`
   * stretches of about equal shares of the rows, frequent values apart.
   */
  readonly scores?: "mixture" | "stretches";
  /** Most alternatives of a number in blocks, missing cells not counted; at least 1. */
  readonly maxBlocks: number;
  /** Most components of a mixture, 1 to 100. The paper's is 10. */
  readonly maxClusters: number;
  /** False: places inside of blocks are not learnt but drawn evenly in decode. Those of modes are always learnt. */
  readonly places: boolean;
  /** Most alternatives of a category column, missing cells not counted; at least 1. Rarer categories share blocks. */
  readonly maxCategories: number;
  /** Fewest rows behind a single value or a stretch of a number in blocks; at least 1. */
  readonly minGroup: number;
  /** Whether columns that another column decides are looked up instead of learnt. */
  readonly derive: boolean;
}

/** Sorted, disjoint `[low, high]` pairs of places in [-1, 1], flattened; `low === high` is a single place. */
export type PlaceRanges = Float64Array;

/** What a condition leaves of one modelled column. */
export interface AllowedColumn {
  /** Index of the modelled column. */
  readonly column: number;
  /** Per alternative: none where it is not allowed, `[-1, 1]` where all of it is. */
  readonly ranges: readonly PlaceRanges[];
  /**
   * Share of each alternative that is allowed, 0 to 1: the length of its ranges over 2, at least 1e-6 where a single
   * place is left; 0 or 1 for alternatives without a place.
   */
  readonly shares: Float64Array;
  /** Number columns: the cells that a decoded value must lie among, sorted; decode moves it to the nearest. */
  readonly numbers?: readonly (readonly [number, number])[];
}

/** One product of allowed parts; columns that are not named are free. */
export interface AllowedBox {
  readonly columns: readonly AllowedColumn[];
}

/** The box that a row was drawn from, by its number inside of the batch; undefined where nothing was asked. */
export type SnapRows = (row: number) => AllowedBox | undefined;
