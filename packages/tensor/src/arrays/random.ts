// Uniform and normal numbers in bulk, from the same counters as core's rowUniform: the cell of a row is the same
// whoever draws it, in whatever batch.

import type { StreamKey } from "@verisim/core";
import { type NativeOptions, runNative } from "../native.ts";

/** Options of {@link randomUniforms} and {@link randomNormals}. */
export interface DrawOptions extends NativeOptions {
  /** Third counter word: the number of the attempt. Default 0. */
  attempt?: number;
  /** Fourth counter word: the block. Default 0. */
  block?: number;
}

const draw =
  (op: string, normal: boolean) =>
  async (
    out: Float64Array,
    keys: readonly StreamKey[],
    rowStart: number,
    rowCount: number,
    options: DrawOptions = {},
  ): Promise<Float64Array> => {
    const { attempt = 0, block = 0 } = options;
    await runNative(op, options, (addon, ...run) =>
      addon.drawNumbers(out, keys, rowStart, rowCount, attempt, block, normal, ...run),
    );
    return out;
  };

type Draw = (
  out: Float64Array,
  keys: readonly StreamKey[],
  rowStart: number,
  rowCount: number,
  options?: DrawOptions,
) => Promise<Float64Array>;

/**
 * Fills `out`, column-major `[keys.length][rowCount]`, with uniforms in (0, 1):
 * `out[c * rowCount + i] = rowUniform(keys[c], rowStart + i, attempt, block)`. Resolves to `out`.
 * @throws VerisimError `VERISIM_NATIVE_ARGUMENT`, `VERISIM_ABORTED`
 */
export const randomUniforms: Draw = draw("randomUniforms", false);

/** As {@link randomUniforms}, each uniform taken through {@link normalQuantile}. */
export const randomNormals: Draw = draw("randomNormals", true);
