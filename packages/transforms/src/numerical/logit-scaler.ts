// log(p / (1 - p)) of the place p of a number between two bounds: for shares and scores, whose bounds then hold by
// construction.

import type { ColumnMetadata } from "@verisim/core";
import { VerisimError } from "@verisim/core";
import type { NumberStats } from "../number-stats.ts";
import type { TransformOptions } from "../transform-options.ts";
import type { FloatFormatterOptions } from "./float-formatter.ts";
import { numberFinishOptions } from "./float-formatter.ts";
import { valueStep } from "./log-scaler.ts";
import type { NumberMap } from "./number-scaler.ts";
import { RangeScaler } from "./number-scaler.ts";

export interface LogitScalerOptions extends FloatFormatterOptions {
  /** The bounds. Default `auto`: the declared range, else half a digit outside of the values. */
  low?: "auto" | number;
  high?: "auto" | number;
}

export type LogitScalerOwn = { readonly low: number; readonly high: number };

// Values on a bound would be infinite; this is the nearest place to it that doubles tell from 1.
const edge: number = Number.EPSILON / 2;

/** Cost: one logarithm per row. */
export class LogitScaler extends RangeScaler<LogitScalerOwn, LogitScalerOptions> {
  static readonly sdtypes: readonly string[] = ["numerical"];
  static readonly options: TransformOptions = {
    ...numberFinishOptions,
    low: { type: "number-or-choice", default: "auto", values: ["auto"], description: "The lower bound." },
    high: { type: "number-or-choice", default: "auto", values: ["auto"], description: "The upper bound." },
  };

  constructor(options: LogitScalerOptions = {}) {
    super("LogitScaler", LogitScaler, options);
  }

  protected override learn(stats: NumberStats, metadata: ColumnMetadata): LogitScalerOwn {
    const empty = stats.min > stats.max;
    const pad = empty ? 0 : valueStep(stats) / 2;
    const auto = empty ? [0, 1] : [stats.min - pad, stats.max + pad];
    const { low: givenLow, high: givenHigh } = this.options;
    const low = givenLow === "auto" ? (metadata.rangeMin ?? auto[0]!) : givenLow;
    const high = givenHigh === "auto" ? (metadata.rangeMax ?? auto[1]!) : givenHigh;
    if (low < high && (empty || (stats.min >= low && stats.max <= high))) return { low, high };
    throw new VerisimError(
      "VERISIM_TRANSFORM_DOMAIN",
      `Expected values between the bounds ${low} and ${high} but received ${stats.min} to ${stats.max}.`,
      { where: { column: stats.column, option: low > stats.min ? "low" : "high" }, hint: 'Use "auto".' },
    );
  }

  protected override forward({ low, high }: LogitScalerOwn): NumberMap {
    return (value) => {
      const place = Math.min(1 - edge, Math.max(edge, (value - low) / (high - low)));
      return Math.log(place / (1 - place));
    };
  }

  protected override backward({ low, high }: LogitScalerOwn): NumberMap {
    return (value) => low + (high - low) / (1 + Math.exp(-value));
  }
}
