// Outliers apart from the rest: a code says below, inside or above Tukey's fences ("Exploratory Data Analysis", 1977),
// and the value is scaled by what is usual there. A model then sees numbers of ordinary size, and outliers are kept
// exactly instead of stretching the scale of everything else.

import type { Column, ColumnMetadata, DiscreteColumn, EncodedColumn, RowContext } from "@verisim/core";
import type { ColumnTransform, EncodedShape } from "../column-transform.ts";
import { ConfiguredTransform } from "../configured-transform.ts";
import type { MissingState } from "../missing.ts";
import { fillNumbers, indicatorColumns, indicatorShapes, numberMissing, restoreGaps } from "../missing.ts";
import { numbersOf } from "../number-stats.ts";
import type { TransformOptions } from "../transform-options.ts";
import type { FloatFormatterOptions, NumberFinish } from "./float-formatter.ts";
import { continuousValues, finishNumbers, numberFinish, numberFinishOptions } from "./float-formatter.ts";
import type { ValueCounts } from "./value-counts.ts";
import { countValues, mergeValueCounts, totalCount, valueQuantile } from "./value-counts.ts";

export interface OutlierEncoderOptions extends FloatFormatterOptions {
  /** Distance of the fences from the quartiles, in interquartile ranges. Default 1.5. */
  fence?: number;
}

export type OutlierEncoderState = {
  readonly column: string;
  readonly missing: MissingState;
  readonly finish: NumberFinish;
  readonly centre: number;
  readonly scale: number;
  readonly low: number;
  readonly high: number;
};

const [below, inside, above] = [0, 1, 2];

/** Codes of the region column: 0 below, 1 inside, 2 above the fences. */
export class OutlierEncoder
  extends ConfiguredTransform<OutlierEncoderOptions>
  implements ColumnTransform<ValueCounts, OutlierEncoderState>
{
  static readonly sdtypes: readonly string[] = ["numerical"];
  static readonly options: TransformOptions = {
    ...numberFinishOptions,
    fence: {
      type: "number",
      default: 1.5,
      min: 0,
      max: 1000,
      description: "Distance of the fences from the quartiles, in interquartile ranges.",
    },
  };

  constructor(options: OutlierEncoderOptions = {}) {
    super("OutlierEncoder", OutlierEncoder, options);
  }

  analyze(part: Column): ValueCounts {
    return countValues(part);
  }

  merge(a: ValueCounts, b: ValueCounts): ValueCounts {
    return mergeValueCounts(a, b);
  }

  fit(stats: ValueCounts, metadata: ColumnMetadata): OutlierEncoderState {
    const { missing, missingReplacement, fence } = this.options;
    const empty = totalCount(stats) === 0;
    const [first, centre, third] = empty ? [0, 0, 0] : [0.25, 0.5, 0.75].map((p) => valueQuantile(stats, p));
    const spread = third! - first!;
    // Half of the rows on one value leave no quartile range; the standard deviation then gives the scale.
    const scale =
      spread > 0 ? spread : Math.sqrt(stats.numbers.squares / Math.max(1, totalCount(stats))) || 1;
    return {
      column: stats.numbers.column,
      missing: numberMissing(missing, missingReplacement, stats.numbers),
      finish: numberFinish(stats.numbers, metadata, this.options),
      centre: centre!,
      scale,
      low: first! - fence * spread,
      high: third! + fence * spread,
    };
  }

  outputs(state: OutlierEncoderState): readonly EncodedShape[] {
    return [
      { kind: "continuous", name: state.column },
      { kind: "discrete", name: `${state.column}.region`, cardinality: 3 },
      ...indicatorShapes(state.column, state.missing),
    ];
  }

  encode(column: Column, state: OutlierEncoderState, context: RowContext): EncodedColumn[] {
    const { values } = numbersOf(column);
    const filled = fillNumbers(values, state.missing, context);
    const { centre, scale, low, high } = state;
    const codes = new Int32Array(filled.length);
    const scaled = filled.map((value, i) => {
      codes[i] = Number.isNaN(value) ? -1 : value < low ? below : value > high ? above : inside;
      if (value < low) return Math.log1p((low - value) / scale);
      return value > high ? Math.log1p((value - high) / scale) : (value - centre) / scale;
    });
    const region: DiscreteColumn = {
      kind: "discrete",
      name: `${state.column}.region`,
      codes,
      cardinality: 3,
    };
    return [
      { kind: "continuous", name: state.column, values: scaled },
      region,
      ...indicatorColumns(state.column, state.missing, values.length, (i) => Number.isNaN(values[i])),
    ];
  }

  decode(encoded: readonly EncodedColumn[], state: OutlierEncoderState, context: RowContext): Column {
    const source = continuousValues(encoded, state.column);
    const region = encoded[1] as DiscreteColumn;
    const { centre, scale, low, high } = state;
    const values = source.map((value, i) => {
      const code = region.codes[i]!;
      if (code < 0) return Number.NaN;
      if (code === below) return low - scale * Math.expm1(Math.max(0, value));
      if (code === above) return high + scale * Math.expm1(Math.max(0, value));
      return Math.min(high, Math.max(low, centre + scale * value));
    });
    const finished = finishNumbers(values, state.finish);
    restoreGaps(state.missing, encoded[2], context, (i) => {
      finished[i] = Number.NaN;
    });
    return { kind: "number", name: state.column, values: finished };
  }
}
