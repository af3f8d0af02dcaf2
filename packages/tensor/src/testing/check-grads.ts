// Checks derivatives against differences in the float64 reference, along one random direction: a wrong rule shows there
// with probability 1, and one direction costs two evaluations whatever the number of parameters.

import { RowRandom, streamKey, VerisimError } from "@verisim/core";
import { grad } from "../grad.ts";
import type { Tensor } from "../graph/tensor.ts";
import { add, mul } from "../ops/pointwise.ts";
import { sum } from "../ops/reduce.ts";
import { constant } from "../ops/source.ts";
import { type ReferenceNumbers, runReference } from "../runtime/reference.ts";
import { sizeOf } from "../shape.ts";
import { traceEntry } from "../trace.ts";

/** Options of {@link checkGrads}. */
export interface CheckGradsOptions {
  /** Derivatives of orders 1 to this; default 2. */
  readonly order?: number;
  /** Seed of the direction; default 1. */
  readonly seed?: number;
  /** Half the distance of the difference; default 1e-4. */
  readonly step?: number;
  /** Largest accepted difference relative to 1 + |derivative|; default 1e-5. */
  readonly tolerance?: number;
}

/** One derivative along the direction, by the op's rules and by differences. */
export interface CheckedDerivative {
  readonly order: number;
  readonly derived: number;
  readonly measured: number;
}

const floats = ({ data }: ReferenceNumbers): boolean => !(data instanceof Int32Array);

/** Numbers from -1 to 1. */
function direction(seed: number, name: string, size: number): Float32Array {
  const random = new RowRandom(streamKey(seed, name), 0);
  return Float32Array.from({ length: size }, () => 2 * random.uniform() - 1);
}

/**
 * Checks the derivatives of `f` for all its float arguments: with a random weighting w of f's elements and a random
 * direction v, s0 = w . f and s(k+1) = v . grad s(k); every s(k+1) must be the slope of s(k) along v.
 * @param f takes one tensor per argument, of the argument's shape
 * @returns the derivatives that were compared
 * @throws VerisimError `VERISIM_GRADIENT_WRONG`
 *
 * @example
 * checkGrads((x) => tanh(x), [tensorData([0.1, -0.7])], { order: 3 });
 */
export function checkGrads(
  f: (...args: Tensor[]) => Tensor,
  args: readonly ReferenceNumbers[],
  { order = 2, seed = 1, step = 1e-4, tolerance = 1e-5 }: CheckGradsOptions = {},
): CheckedDerivative[] {
  const directions = args.map((arg, i) => direction(seed, `argument ${i}`, sizeOf(arg.shape)));
  const types = args.map((arg) => ({
    shape: arg.shape,
    dtype: floats(arg) ? ("f32" as const) : ("i32" as const),
  }));
  const entry = traceEntry("checkGrads", {}, types, ({ inputs }) => {
    const vary = (inputs as Tensor[]).filter(({ dtype }) => dtype === "f32");
    const along = directions.filter((_, i) => floats(args[i]!)).map((v, i) => constant(v, vary[i]!.shape));
    const call = (own: readonly Tensor[]): Tensor => {
      let next = 0;
      const y = f(...(inputs as Tensor[]).map((input) => (input.dtype === "f32" ? own[next++]! : input)));
      return sum(mul(y, constant(direction(seed, "weights", sizeOf(y.shape)), y.shape)));
    };
    const slopes = [call];
    for (let k = 0; k < order; k++) {
      const lower = slopes[k]!;
      slopes.push((own) =>
        grad(lower)(own)
          .map((slope, i) => sum(mul(slope, along[i]!)))
          .reduce((a, b) => add(a, b)),
      );
    }
    return { outputs: slopes.map((slope) => slope(vary)) };
  });
  const at = (distance: number): number[] => {
    const moved = args.map((arg, i) => ({
      shape: arg.shape,
      data: floats(arg) ? Float64Array.from(arg.data, (x, j) => x + distance * directions[i]![j]!) : arg.data,
    }));
    return (runReference(entry, { inputs: moved }).outputs as ReferenceNumbers[]).map(({ data }) => data[0]!);
  };
  const [low, middle, high] = [at(-step), at(0), at(step)];
  return Array.from({ length: order }, (_, k) => {
    const checked = { order: k + 1, derived: middle![k + 1]!, measured: (high![k]! - low![k]!) / (2 * step) };
    const { derived, measured } = checked;
    if (!(Math.abs(derived - measured) <= tolerance * (1 + Math.abs(measured))))
      throw new VerisimError(
        "VERISIM_GRADIENT_WRONG",
        `[checkGrads] Expected ${measured} for the derivative of order ${k + 1} along a random direction but received ${derived}`,
        { where: { op: "checkGrads" } },
      );
    return checked;
  });
}
