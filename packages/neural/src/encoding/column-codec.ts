// What the ways to cut a column into alternatives have in common. With missing cells alternative 0 is the missing
// cell, and the others follow it.

import type { EncodedColumn, StateValue, ValueSet } from "@verisim/core";
import type { AllowedRanges } from "@verisim/stats";
import type { PlaceRanges } from "./layout.ts";

/** The cells of one column as alternatives and places, one of each per row. */
export interface CodedCells {
  readonly alternatives: Int32Array;
  /** 0 where the alternative has no place. */
  readonly places: Float32Array;
}

/** What a set of values leaves of a column: ranges per alternative, and the cells that numbers must lie among. */
export interface AllowedParts {
  readonly ranges: readonly PlaceRanges[];
  readonly numbers?: AllowedRanges;
}

/** A state as it travels in a model file: plain numbers and typed arrays. */
export type CodecState = { readonly [key: string]: StateValue };

export interface ColumnCodec<State extends CodecState = CodecState> {
  readonly kind: "category" | "blocks" | "mixture" | "copula";
  readonly state: State;
  /** Number of alternatives, that of missing cells included. */
  readonly width: number;
  /** 1 per alternative whose place means something, else 0. */
  readonly hasPlace: Uint8Array;
  /**
   * Cells that the fit did not see go to the nearest thing that is defined.
   *
   * @param uniform a number in (0, 1) for a row, by its number inside of the column
   */
  encode(column: EncodedColumn, fallback: number, uniform: (row: number) => number): CodedCells;
  /** Fills the column's cells. Places outside of [-1, 1] count as its ends. */
  decode(alternatives: Int32Array, places: Float64Array, into: EncodedColumn): void;
}

/** The two ends of every place. */
export const wholePlace: PlaceRanges = Float64Array.of(-1, 1);
export const noPlace: PlaceRanges = new Float64Array(0);

/** The set of a condition on a column of numbers. */
export type NumberSet = Extract<ValueSet, { kind: "number" }>;

/** The cells of a column that must hold numbers. */
export function numbersOf(column: EncodedColumn): Float64Array {
  if (column.kind === "continuous") return column.values;
  throw new Error(`internal: expected numbers in ${JSON.stringify(column.name)}`);
}
