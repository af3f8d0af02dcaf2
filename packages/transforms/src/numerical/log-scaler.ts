// log(x - constant), or log(constant - x) where `invert` is set: for amounts over several orders of magnitude.

import { VerisimError } from "@verisim/core";
import type { NumberStats } from "../number-stats.ts";
import { maximumDecimals } from "../number-stats.ts";
import type { TransformOptions } from "../transform-options.ts";
import type { FloatFormatterOptions } from "./float-formatter.ts";
import { numberFinishOptions } from "./float-formatter.ts";
import type { NumberMap } from "./number-scaler.ts";
import { RangeScaler } from "./number-scaler.ts";

export interface LogScalerOptions extends FloatFormatterOptions {
  /** Where the logarithm starts. Default `auto`: 0 where all values are on its right side, else just outside of them. */
  constant?: "auto" | number;
  /** Logarithm of the distance below the constant instead of above. Default false. */
  invert?: boolean;
}

export type LogScalerOwn = { readonly constant: number; readonly sign: number };

/** The distance between neighbouring values of a column: its last digit, or a thousandth of its range. */
export function valueStep(stats: NumberStats): number {
  if (stats.decimals <= maximumDecimals) return Number(`1e-${stats.decimals}`);
  return (stats.max - stats.min) / 1000 || Math.max(1, Math.abs(stats.max)) / 1000;
}

/** Cost: one logarithm per row. */
export class LogScaler extends RangeScaler<LogScalerOwn, LogScalerOptions> {
  static readonly sdtypes: readonly string[] = ["numerical"];
  static readonly options: TransformOptions = {
    ...numberFinishOptions,
    constant: {
      type: "number-or-choice",
      default: "auto",
      values: ["auto"],
      description: "Where the logarithm starts; auto is 0 or just outside of the values.",
    },
    invert: {
      type: "boolean",
      default: false,
      description: "Logarithm of the distance below the constant instead of above.",
    },
  };

  constructor(options: LogScalerOptions = {}) {
    super("LogScaler", LogScaler, options);
  }

  protected override learn(stats: NumberStats): LogScalerOwn {
    const { constant, invert } = this.options;
    const sign = invert ? -1 : 1;
    if (stats.min > stats.max) return { constant: constant === "auto" ? 0 : constant, sign };
    const nearest = invert ? stats.max : stats.min;
    if (constant === "auto") {
      return { constant: nearest * sign > 0 ? 0 : nearest - sign * valueStep(stats), sign };
    }
    if ((nearest - constant) * sign > 0) return { constant, sign };
    throw new VerisimError(
      "VERISIM_TRANSFORM_DOMAIN",
      `Expected values ${invert ? "below" : "above"} the constant ${constant} but received ${nearest}.`,
      { where: { column: stats.column, option: "constant" }, hint: 'Use the constant "auto".' },
    );
  }

  protected override forward({ constant, sign }: LogScalerOwn): NumberMap {
    // Cells outside of the fitted range may lie beyond the constant: they get the smallest distance there is.
    return (value) => Math.log(Math.max((value - constant) * sign, Number.MIN_VALUE));
  }

  protected override backward({ constant, sign }: LogScalerOwn): NumberMap {
    return (value) => constant + sign * Math.min(Math.exp(value), Number.MAX_VALUE);
  }
}
