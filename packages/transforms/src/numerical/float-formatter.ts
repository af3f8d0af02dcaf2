// Numbers as they are: encode hands the cells on, decode gives them the digits and, if asked, the range of the real
// column. With missing "keep" nothing is copied on the way in.

import type { Column, ColumnMetadata, EncodedColumn, RowContext } from "@verisim/core";
import type { ColumnTransform, EncodedShape } from "../column-transform.ts";
import { ConfiguredTransform } from "../configured-transform.ts";
import type { MissingMode, MissingReplacement, MissingState } from "../missing.ts";
import { fillNumbers, indicatorColumns, indicatorShapes, numberMissing, restoreGaps } from "../missing.ts";
import type { NumberStats } from "../number-stats.ts";
import { analyzeNumbers, maximumDecimals, mergeNumbers, numbersOf, roundTo } from "../number-stats.ts";
import type { TransformOptions } from "../transform-options.ts";
import { missingOption, replacementOption } from "../transform-options.ts";

export interface FloatFormatterOptions {
  missing?: MissingMode;
  missingReplacement?: MissingReplacement;
  /** Round to the most digits seen after the point. Default true. */
  learnRounding?: boolean;
  /** Clamp to the range seen; a range declared in the metadata always holds. Default false. */
  enforceMinMax?: boolean;
}

/** How decoded numbers are finished, shared by all numerical transforms. */
export type NumberFinish = {
  /** Digits after the point, or -1 for no rounding. */
  readonly decimals: number;
  readonly low: number | null;
  readonly high: number | null;
};

export const numberFinishOptions: TransformOptions = {
  missing: missingOption,
  missingReplacement: replacementOption,
  learnRounding: {
    type: "boolean",
    default: true,
    description: "Round decoded numbers to the most digits seen after the point.",
  },
  enforceMinMax: {
    type: "boolean",
    default: false,
    description: "Clamp decoded numbers to the range seen; a declared range always holds.",
  },
};

/** The finish that the statistics, the options and the declared range ask for. */
export function numberFinish(
  stats: NumberStats,
  metadata: ColumnMetadata,
  options: { readonly learnRounding: boolean; readonly enforceMinMax: boolean },
): NumberFinish {
  const learnt = Math.min(metadata.decimals ?? stats.decimals, maximumDecimals + 1);
  const bounded = options.enforceMinMax && stats.min <= stats.max;
  return {
    decimals: options.learnRounding && learnt <= maximumDecimals ? learnt : -1,
    low: metadata.rangeMin ?? (bounded ? stats.min : null),
    high: metadata.rangeMax ?? (bounded ? stats.max : null),
  };
}

/** Rounded and clamped numbers; the same array where the finish asks for nothing. */
export function finishNumbers(values: Float64Array, finish: NumberFinish): Float64Array {
  const { decimals, low, high } = finish;
  if (decimals < 0 && low === null && high === null) return values;
  const result = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    let value = values[i]!;
    if (decimals >= 0) value = roundTo(value, decimals);
    if (low !== null && value < low) value = low;
    if (high !== null && value > high) value = high;
    result[i] = value;
  }
  return result;
}

export type FloatFormatterState = {
  readonly column: string;
  readonly missing: MissingState;
  readonly finish: NumberFinish;
};

/** The default transform of numerical columns. Cost: one pass, no copy with missing "keep". */
export class FloatFormatter
  extends ConfiguredTransform<FloatFormatterOptions>
  implements ColumnTransform<NumberStats, FloatFormatterState>
{
  static readonly sdtypes: readonly string[] = ["numerical"];
  static readonly options: TransformOptions = numberFinishOptions;

  constructor(options: FloatFormatterOptions = {}) {
    super("FloatFormatter", FloatFormatter, options);
  }

  analyze(part: Column): NumberStats {
    return analyzeNumbers(part);
  }

  merge(a: NumberStats, b: NumberStats): NumberStats {
    return mergeNumbers(a, b);
  }

  fit(stats: NumberStats, metadata: ColumnMetadata): FloatFormatterState {
    return {
      column: stats.column,
      missing: numberMissing(this.options.missing, this.options.missingReplacement, stats),
      finish: numberFinish(stats, metadata, this.options),
    };
  }

  outputs(state: FloatFormatterState): readonly EncodedShape[] {
    return [{ kind: "continuous", name: state.column }, ...indicatorShapes(state.column, state.missing)];
  }

  encode(column: Column, state: FloatFormatterState, context: RowContext): EncodedColumn[] {
    const { values } = numbersOf(column);
    return [
      { kind: "continuous", name: state.column, values: fillNumbers(values, state.missing, context) },
      ...indicatorColumns(state.column, state.missing, values.length, (i) => Number.isNaN(values[i])),
    ];
  }

  decode(encoded: readonly EncodedColumn[], state: FloatFormatterState, context: RowContext): Column {
    const values = finishNumbers(continuousValues(encoded, state.column), state.finish);
    return { kind: "number", name: state.column, values: withGaps(values, encoded, state.missing, context) };
  }
}

/** The values of the first encoded column. */
export function continuousValues(encoded: readonly EncodedColumn[], column: string): Float64Array {
  const first = encoded[0];
  if (first?.kind === "continuous") return first.values;
  throw new Error(`internal: expected a continuous encoded column for ${JSON.stringify(column)}`);
}

/** The decoded values with the gaps of the mode; copies only where a gap is made in an array that may be shared. */
export function withGaps(
  values: Float64Array,
  encoded: readonly EncodedColumn[],
  missing: MissingState,
  context: RowContext,
): Float64Array {
  if (missing.rate === 0 || missing.mode === "keep" || missing.mode === "none") return values;
  const result = values === (encoded[0] as { values?: Float64Array }).values ? values.slice() : values;
  restoreGaps(missing, encoded[1], context, (i) => {
    result[i] = Number.NaN;
  });
  return result;
}
