// Normal scores through the data's own distribution, as stats' empirical marginal keeps it: values that many rows share
// are atoms, the rest is pooled so that no value of a single row is stored. A value at an atom gets a random score
// within the atom's share, by the row's own stream, so that scores are normal even where half of the rows are zero.

import type { ColumnMetadata, RowContext } from "@verisim/core";
import { rowUniform } from "@verisim/core";
import type { Marginal } from "@verisim/stats";
import { empiricalMarginal, marginalQuantile, normalCdf, normalQuantile } from "@verisim/stats";
import type { TransformOptions } from "../transform-options.ts";
import type { FloatFormatterOptions } from "./float-formatter.ts";
import { numberFinishOptions } from "./float-formatter.ts";
import type { NumberMap } from "./number-scaler.ts";
import { DistributionScaler } from "./number-scaler.ts";
import type { ValueCounts } from "./value-counts.ts";
import { orderStatistics, totalCount } from "./value-counts.ts";

export interface ECDFNormalizerOptions extends FloatFormatterOptions {
  /** Fewest rows behind every stored value. Default 5. */
  minGroup?: number;
}

export type ECDFNormalizerOwn = {
  readonly cumulative: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
};

const mostRows = 1_000_000;
// Scores stay within 8 standard deviations, where the normal cdf still tells numbers apart.
const smallest = 1e-15;

function marginalOf(state: ECDFNormalizerOwn): Marginal {
  return { ...state, thresholds: new Float64Array(0), decimals: -1 };
}

/** The segment that holds the value, or the nearest one below a gap between segments. */
function segmentOf(state: ECDFNormalizerOwn, value: number): number {
  let from = 0;
  let to = state.low.length - 1;
  while (from < to) {
    const middle = (from + to + 1) >> 1;
    if (state.low[middle]! <= value) from = middle;
    else to = middle - 1;
  }
  // An atom and the stretch that starts there share their low end; the atom stands before it.
  if (from > 0 && state.low[from - 1] === value && state.high[from - 1] === value) return from - 1;
  return from;
}

/** Cost: a binary search and a normal quantile per row; the state has at most a few thousand numbers. */
export class ECDFNormalizer extends DistributionScaler<ECDFNormalizerOwn, ECDFNormalizerOptions> {
  static readonly sdtypes: readonly string[] = ["numerical"];
  static readonly options: TransformOptions = {
    ...numberFinishOptions,
    minGroup: {
      type: "integer",
      default: 5,
      min: 1,
      max: 1_000_000,
      description: "Fewest rows behind every stored value.",
    },
  };

  constructor(options: ECDFNormalizerOptions = {}) {
    super("ECDFNormalizer", ECDFNormalizer, options);
  }

  protected override learn(stats: ValueCounts, _metadata: ColumnMetadata): ECDFNormalizerOwn {
    if (totalCount(stats) === 0) {
      return { cumulative: Float64Array.of(0, 1), low: Float64Array.of(0), high: Float64Array.of(0) };
    }
    const { cumulative, low, high } = empiricalMarginal(orderStatistics(stats, mostRows), {
      minGroup: this.options.minGroup,
    });
    return { cumulative, low, high };
  }

  protected override forward(state: ECDFNormalizerOwn, context: RowContext): NumberMap {
    const { cumulative, low, high } = state;
    return (value, index) => {
      const segment = segmentOf(state, value);
      const width = high[segment]! - low[segment]!;
      const place =
        width > 0
          ? Math.min(1, Math.max(0, (value - low[segment]!) / width))
          : rowUniform(context.key, context.rowStart + index);
      const p = cumulative[segment]! + place * (cumulative[segment + 1]! - cumulative[segment]!);
      return normalQuantile(Math.min(1 - smallest, Math.max(smallest, p)));
    };
  }

  protected override backward(state: ECDFNormalizerOwn): NumberMap {
    const marginal = marginalOf(state);
    return (z) => marginalQuantile(marginal, normalCdf(z));
  }
}
