// Sorting and ranking: a radix sort, linear in the number of values.

import { type NativeOptions, runNative, wrongArgument } from "../native.ts";

function likeValues(op: string, values: Float64Array): Float64Array {
  if (!(values instanceof Float64Array)) throw wrongArgument(op, "Expected a Float64Array for values");
  return new Float64Array(values.length);
}

/**
 * The values in ascending order, NaN left out; -0 comes before 0. The result may be shorter than the input.
 * @throws VerisimError `VERISIM_NATIVE_ARGUMENT`, `VERISIM_ABORTED`
 */
export async function sortNumbers(values: Float64Array, options?: NativeOptions): Promise<Float64Array> {
  const out = likeValues("sortNumbers", values);
  const count = await runNative("sortNumbers", options, (addon, ...run) =>
    addon.sortNumbers(values, out, ...run),
  );
  return out.subarray(0, count);
}

/**
 * Ranks from 1; equal values share the mean of their ranks, -0 equals 0, NaN stays NaN.
 * @throws VerisimError `VERISIM_NATIVE_ARGUMENT`, `VERISIM_ABORTED`
 */
export async function ranks(values: Float64Array, options?: NativeOptions): Promise<Float64Array> {
  const out = likeValues("ranks", values);
  await runNative("ranks", options, (addon, ...run) => addon.ranks(values, out, ...run));
  return out;
}
