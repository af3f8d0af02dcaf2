// From latent normal scores to cells: codes by thresholds, numbers by a piecewise linear quantile function.

import { type NativeOptions, runNative } from "../native.ts";

/**
 * `out[i]` = the number of thresholds <= `z[i]`, or that entry of `labels`; NaN gives -1. Resolves to `out`.
 * @param thresholds ascending, without NaN
 * @param labels one more than thresholds
 * @throws VerisimError `VERISIM_NATIVE_ARGUMENT`, `VERISIM_ABORTED`
 */
export async function bucketize(
  z: Float64Array,
  thresholds: Float64Array,
  out: Int32Array,
  labels?: Int32Array,
  options?: NativeOptions,
): Promise<Int32Array> {
  await runNative("bucketize", options, (addon, ...run) =>
    addon.bucketize(z, thresholds, out, labels, ...run),
  );
  return out;
}

/** A distribution on the line in S >= 1 segments, each an atom (`low === high`) or a uniform piece. */
export interface Marginal {
  /** The S - 1 inner boundaries of the segments on the latent scale, ascending. */
  readonly thresholds: Float64Array;
  /** The S + 1 probabilities at the segments' ends, in [0, 1], ascending. */
  readonly cumulative: Float64Array;
  /** The S values at the segments' lower and upper ends. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Digits after the point to round to, half away from zero; -1 keeps the number as it is. Atoms are never rounded. */
  readonly decimals: number;
}

/**
 * Cells of a marginal for latent normal scores. With s the segment of `z` (as {@link bucketize}) and u = Phi(z):
 * t = clamp((u - cumulative[s]) / (cumulative[s + 1] - cumulative[s]), 0, 1), x = low[s] + t (high[s] - low[s]).
 * NaN stays NaN; `out` may be `z`. Resolves to `out`.
 * @throws VerisimError `VERISIM_NATIVE_ARGUMENT`, `VERISIM_ABORTED`
 */
export async function quantileMap(
  z: Float64Array,
  marginal: Marginal,
  out: Float64Array = new Float64Array(z.length),
  options?: NativeOptions,
): Promise<Float64Array> {
  const { thresholds, cumulative, low, high, decimals } = marginal;
  await runNative("quantileMap", options, (addon, ...run) =>
    addon.quantileMap(z, thresholds, cumulative, low, high, decimals, out, ...run),
  );
  return out;
}
