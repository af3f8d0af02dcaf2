// Dates as microseconds since 1970, as the table holds them. Decode rounds to the largest unit of time that all real
// cells were whole in, so that a column of days gives days.

import type { Column, ColumnMetadata, EncodedColumn, RowContext } from "@verisim/core";
import type { ColumnTransform, EncodedShape } from "../column-transform.ts";
import { ConfiguredTransform } from "../configured-transform.ts";
import type { MissingMode, MissingReplacement, MissingState } from "../missing.ts";
import { fillNumbers, indicatorColumns, indicatorShapes, numberMissing } from "../missing.ts";
import type { NumberStats } from "../number-stats.ts";
import { analyzeNumbers, mergeNumbers, numbersOf } from "../number-stats.ts";
import { continuousValues, withGaps } from "../numerical/float-formatter.ts";
import type { TransformOptions } from "../transform-options.ts";
import { missingOption, replacementOption } from "../transform-options.ts";

export interface TimestampOptions {
  missing?: MissingMode;
  missingReplacement?: MissingReplacement;
  /** Clamp to the range seen; a range declared in the metadata always holds. Default false. */
  enforceMinMax?: boolean;
}

export const timestampOptions: TransformOptions = {
  missing: missingOption,
  missingReplacement: replacementOption,
  enforceMinMax: {
    type: "boolean",
    default: false,
    description: "Clamp decoded dates to the range seen; a declared range always holds.",
  },
};

// Days, hours, minutes, seconds, milliseconds, microseconds; each divides the one before.
const units = [86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000, 1000, 1];

export interface TimestampStats {
  readonly numbers: NumberStats;
  /** Index of the largest unit that all values are whole in. */
  readonly unit: number;
}

export function analyzeTimestamps(part: Column): TimestampStats {
  let unit = 0;
  for (const value of numbersOf(part).values) {
    while (unit < units.length - 1 && Number.isFinite(value) && value % units[unit]! !== 0) unit++;
  }
  return { numbers: analyzeNumbers(part), unit };
}

export type TimestampState = {
  readonly column: string;
  readonly missing: MissingState;
  /** Microseconds of the unit that decoded cells are whole in. */
  readonly unit: number;
  /** What encoded values are multiplied by to get microseconds. */
  readonly scale: number;
  readonly low: number | null;
  readonly high: number | null;
};

/** The shared work of both timestamp encoders, which differ in the scale of the encoded values. */
abstract class TimestampEncoder
  extends ConfiguredTransform<TimestampOptions>
  implements ColumnTransform<TimestampStats, TimestampState>
{
  protected abstract scale(unit: number): number;

  analyze(part: Column): TimestampStats {
    return analyzeTimestamps(part);
  }

  merge(a: TimestampStats, b: TimestampStats): TimestampStats {
    return { numbers: mergeNumbers(a.numbers, b.numbers), unit: Math.max(a.unit, b.unit) };
  }

  fit(stats: TimestampStats, metadata: ColumnMetadata): TimestampState {
    const { numbers } = stats;
    const unit = units[stats.unit]!;
    const bounded = this.options.enforceMinMax && numbers.min <= numbers.max;
    return {
      column: numbers.column,
      missing: numberMissing(this.options.missing, this.options.missingReplacement, numbers),
      unit,
      scale: this.scale(unit),
      low: metadata.rangeMin ?? (bounded ? numbers.min : null),
      high: metadata.rangeMax ?? (bounded ? numbers.max : null),
    };
  }

  outputs(state: TimestampState): readonly EncodedShape[] {
    return [{ kind: "continuous", name: state.column }, ...indicatorShapes(state.column, state.missing)];
  }

  encode(column: Column, state: TimestampState, context: RowContext): EncodedColumn[] {
    const { values } = numbersOf(column);
    const filled = fillNumbers(values, state.missing, context);
    const scaled = state.scale === 1 ? filled : filled.map((value) => value / state.scale);
    return [
      { kind: "continuous", name: state.column, values: scaled },
      ...indicatorColumns(state.column, state.missing, values.length, (i) => Number.isNaN(values[i])),
    ];
  }

  decode(encoded: readonly EncodedColumn[], state: TimestampState, context: RowContext): Column {
    const source = continuousValues(encoded, state.column);
    const values = new Float64Array(source.length);
    const { unit, scale, low, high } = state;
    for (let i = 0; i < source.length; i++) {
      let value = Math.round((source[i]! * scale) / unit) * unit;
      if (low !== null && value < low) value = low;
      if (high !== null && value > high) value = high;
      values[i] = value;
    }
    return { kind: "number", name: state.column, values: withGaps(values, encoded, state.missing, context) };
  }
}

/** The default transform of datetime columns. Encoded values are microseconds since 1970-01-01T00:00:00. */
export class UnixTimestampEncoder extends TimestampEncoder {
  static readonly sdtypes: readonly string[] = ["datetime"];
  static readonly options: TransformOptions = timestampOptions;

  constructor(options: TimestampOptions = {}) {
    super("UnixTimestampEncoder", UnixTimestampEncoder, options);
  }

  protected override scale(): number {
    return 1;
  }
}

/** As UnixTimestampEncoder, with encoded values in the largest unit that keeps all of them whole: small numbers. */
export class OptimizedTimestampEncoder extends TimestampEncoder {
  static readonly sdtypes: readonly string[] = ["datetime"];
  static readonly options: TransformOptions = timestampOptions;

  constructor(options: TimestampOptions = {}) {
    super("OptimizedTimestampEncoder", OptimizedTimestampEncoder, options);
  }

  protected override scale(unit: number): number {
    return unit;
  }
}
