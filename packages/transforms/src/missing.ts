// Missing cells, in one place for all transforms. A mode says whether a model sees them ("keep"), sees an indicator
// ("from_column"), or sees a stand-in value while decode makes new gaps at the learnt rate ("random") or none ("none").

import type { DiscreteColumn, EncodedColumn, RowContext } from "@verisim/core";
import { rowUniform } from "@verisim/core";
import type { EncodedShape } from "./column-transform.ts";

export type MissingMode = "random" | "from_column" | "none" | "keep";
export type MissingReplacement = "mean" | "random" | number;

/** What decode needs to know; `low` and `high` bound the stand-in values of encode. */
export type MissingState = {
  readonly mode: MissingMode;
  /** Share of missing cells, 0 to 1. */
  readonly rate: number;
  readonly low: number;
  readonly high: number;
};

// Words of a row that nothing else reads: RowRandom counts blocks up from 0 and never gets here.
const gapBlock = 0xfffffff0;
const standInBlock = 0xfffffff1;

/** Whether the row has a gap in a column whose cells are missing at `rate`: a function of (key, row). */
export function drawsGap(context: RowContext, index: number, rate: number): boolean {
  return rate > 0 && rowUniform(context.key, context.rowStart + index, 0, gapBlock) < rate;
}

/** The uniform that places a stand-in value of a missing cell. */
export function standInUniform(context: RowContext, index: number): number {
  return rowUniform(context.key, context.rowStart + index, 0, standInBlock);
}

export function missingRate(stats: { readonly rows: number; readonly missing: number }): number {
  return stats.rows === 0 ? 0 : stats.missing / stats.rows;
}

/** The state of a numerical column with these statistics. */
export function numberMissing(
  mode: MissingMode,
  replacement: MissingReplacement,
  stats: {
    readonly rows: number;
    readonly missing: number;
    readonly min: number;
    readonly max: number;
    readonly mean: number;
  },
): MissingState {
  const rate = missingRate(stats);
  const hasValues = stats.min <= stats.max;
  if (replacement === "random" && hasValues) return { mode, rate, low: stats.min, high: stats.max };
  const fixed = typeof replacement === "number" ? replacement : hasValues ? stats.mean : 0;
  return { mode, rate, low: fixed, high: fixed };
}

/** The values with stand-ins for missing cells; the same array where there is nothing to replace. */
export function fillNumbers(values: Float64Array, missing: MissingState, context: RowContext): Float64Array {
  if (missing.mode === "keep") return values;
  let filled: Float64Array | undefined;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i])) continue;
    filled ??= values.slice();
    filled[i] =
      missing.low === missing.high
        ? missing.low
        : missing.low + standInUniform(context, i) * (missing.high - missing.low);
  }
  return filled ?? values;
}

/** True where encode adds an indicator column: in mode "from_column", when any cell was missing. */
export function hasIndicator(missing: MissingState): boolean {
  return missing.mode === "from_column" && missing.rate > 0;
}

export function indicatorShapes(column: string, missing: MissingState): EncodedShape[] {
  return hasIndicator(missing) ? [{ kind: "discrete", name: `${column}.is_null`, cardinality: 2 }] : [];
}

/** The indicator column (1 = missing) as a list, empty where the mode has none. */
export function indicatorColumns(
  column: string,
  missing: MissingState,
  length: number,
  isMissing: (index: number) => boolean,
): DiscreteColumn[] {
  if (!hasIndicator(missing)) return [];
  const codes = new Int32Array(length);
  for (let i = 0; i < length; i++) codes[i] = isMissing(i) ? 1 : 0;
  return [{ kind: "discrete", name: `${column}.is_null`, codes, cardinality: 2 }];
}

/** Calls `clear(i)` for every decoded row that must be missing. Mode "keep" has marked its rows already. */
export function restoreGaps(
  missing: MissingState,
  indicator: EncodedColumn | undefined,
  context: RowContext,
  clear: (index: number) => void,
): void {
  if (missing.rate === 0) return;
  if (missing.mode === "random") {
    for (let i = 0; i < context.rowCount; i++) if (drawsGap(context, i, missing.rate)) clear(i);
  } else if (missing.mode === "from_column" && indicator?.kind === "discrete") {
    for (let i = 0; i < context.rowCount; i++) if (indicator.codes[i] === 1) clear(i);
  }
}
