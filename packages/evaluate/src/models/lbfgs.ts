// Minimises a smooth function of many numbers, giving way to other work of the process.

import { setImmediate } from "node:timers/promises";
import { type RunOptions, throwIfAborted } from "@verisim/core";
import { minimizeSmooth } from "@verisim/stats";

/** Writes the gradient at `point` and returns the value there. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

export interface LbfgsOptions extends RunOptions {
  /** Steps, at most. Default 200. */
  maxSteps?: number;
  /** Ends when no entry of the gradient is larger. Default 1e-4. */
  tolerance?: number;
}

/** Values between two turns of other work. */
const valuesPerTurn = 4;

/** The lowest point found, starting at `start`, which is not changed. */
export async function minimise(
  objective: Objective,
  start: Float64Array,
  { maxSteps = 200, tolerance = 1e-4, signal }: LbfgsOptions = {},
): Promise<Float64Array> {
  const point = start.slice();
  const search = minimizeSmooth(point, objective, {
    mostIterations: maxSteps,
    gradientTolerance: tolerance,
  });
  for (let count = 0; !search.next().done; count++) {
    if (count % valuesPerTurn !== 0) continue;
    await setImmediate();
    throwIfAborted(signal);
  }
  return point;
}
