// The standard normal distribution function and its inverse over arrays.

import { type NativeOptions, runNative } from "../native.ts";

type MapNormal = (x: Float64Array, out?: Float64Array, options?: NativeOptions) => Promise<Float64Array>;

const mapNormal =
  (op: string, inverse: boolean): MapNormal =>
  async (x, out = new Float64Array(x.length), options) => {
    await runNative(op, options, (addon, ...run) => addon.mapNormal(x, out, inverse, ...run));
    return out;
  };

/**
 * Phi(x), relative error below 1e-15 down to the denormals; NaN stays NaN. `out` may be `x`.
 * @throws VerisimError `VERISIM_NATIVE_ARGUMENT`, `VERISIM_ABORTED`
 */
export const normalCdf: MapNormal = mapNormal("normalCdf", false);

/**
 * The inverse of Phi (Wichura 1988, AS 241), relative error below 1e-15: 0 and 1 give infinities, values outside
 * [0, 1] NaN. `out` may be `p`.
 * @throws VerisimError `VERISIM_NATIVE_ARGUMENT`, `VERISIM_ABORTED`
 */
export const normalQuantile: MapNormal = mapNormal("normalQuantile", true);
