// What all transforms that map a number to a number do around the map: stand-ins for missing cells before it, the
// digits, the range and the gaps of the real column after it. A subclass says what it learns and how it maps.

import type { Column, ColumnMetadata, EncodedColumn, RowContext, TransformState } from "@verisim/core";
import type { ColumnTransform, EncodedShape } from "../column-transform.ts";
import { ConfiguredTransform } from "../configured-transform.ts";
import type { MissingState } from "../missing.ts";
import { fillNumbers, indicatorColumns, indicatorShapes, numberMissing } from "../missing.ts";
import type { NumberStats } from "../number-stats.ts";
import { analyzeNumbers, mergeNumbers, numbersOf } from "../number-stats.ts";
import type { FloatFormatterOptions, NumberFinish } from "./float-formatter.ts";
import { continuousValues, finishNumbers, numberFinish, withGaps } from "./float-formatter.ts";
import type { ValueCounts } from "./value-counts.ts";
import { countValues, mergeValueCounts } from "./value-counts.ts";

export type ScalerState = TransformState & {
  readonly column: string;
  readonly missing: MissingState;
  readonly finish: NumberFinish;
};

/** The number of one row; `index` counts within the batch, for maps that draw. */
export type NumberMap = (value: number, index: number) => number;

export abstract class NumberScaler<Stats, Own extends TransformState, Options extends FloatFormatterOptions>
  extends ConfiguredTransform<Options>
  implements ColumnTransform<Stats, ScalerState & Own>
{
  abstract analyze(part: Column): Stats;
  abstract merge(a: Stats, b: Stats): Stats;

  protected abstract numbers(stats: Stats): NumberStats;
  protected abstract learn(stats: Stats, metadata: ColumnMetadata): Own;
  protected abstract forward(state: Own, context: RowContext): NumberMap;
  protected abstract backward(state: Own): NumberMap;

  fit(stats: Stats, metadata: ColumnMetadata): ScalerState & Own {
    const numbers = this.numbers(stats);
    const options = this.options as Required<FloatFormatterOptions>;
    return {
      ...this.learn(stats, metadata),
      column: numbers.column,
      missing: numberMissing(options.missing, options.missingReplacement, numbers),
      finish: numberFinish(numbers, metadata, options),
    };
  }

  outputs(state: ScalerState): readonly EncodedShape[] {
    return [{ kind: "continuous", name: state.column }, ...indicatorShapes(state.column, state.missing)];
  }

  encode(column: Column, state: ScalerState & Own, context: RowContext): EncodedColumn[] {
    const { values } = numbersOf(column);
    const filled = fillNumbers(values, state.missing, context);
    const map = this.forward(state, context);
    const scaled = new Float64Array(filled.length);
    for (let i = 0; i < filled.length; i++) {
      scaled[i] = Number.isNaN(filled[i]) ? Number.NaN : map(filled[i]!, i);
    }
    return [
      { kind: "continuous", name: state.column, values: scaled },
      ...indicatorColumns(state.column, state.missing, values.length, (i) => Number.isNaN(values[i])),
    ];
  }

  decode(encoded: readonly EncodedColumn[], state: ScalerState & Own, context: RowContext): Column {
    const source = continuousValues(encoded, state.column);
    const map = this.backward(state);
    const values = new Float64Array(source.length);
    for (let i = 0; i < source.length; i++) {
      values[i] = Number.isNaN(source[i]) ? Number.NaN : map(source[i]!, i);
    }
    const finished = finishNumbers(values, state.finish);
    return {
      kind: "number",
      name: state.column,
      values: withGaps(finished, encoded, state.missing, context),
    };
  }
}

/** A scaler that needs the range and the digits of a column. */
export abstract class RangeScaler<
  Own extends TransformState,
  Options extends FloatFormatterOptions,
> extends NumberScaler<NumberStats, Own, Options> {
  override analyze(part: Column): NumberStats {
    return analyzeNumbers(part);
  }

  override merge(a: NumberStats, b: NumberStats): NumberStats {
    return mergeNumbers(a, b);
  }

  protected override numbers(stats: NumberStats): NumberStats {
    return stats;
  }
}

/** A scaler that needs the distribution of a column. */
export abstract class DistributionScaler<
  Own extends TransformState,
  Options extends FloatFormatterOptions,
> extends NumberScaler<ValueCounts, Own, Options> {
  override analyze(part: Column): ValueCounts {
    return countValues(part);
  }

  override merge(a: ValueCounts, b: ValueCounts): ValueCounts {
    return mergeValueCounts(a, b);
  }

  protected override numbers(stats: ValueCounts): NumberStats {
    return stats.numbers;
  }
}
