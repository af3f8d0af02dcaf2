// Minimises a smooth function of many numbers from its gradient: limited-memory BFGS with a backtracking line search.
// J. Nocedal and S. Wright, "Numerical Optimization", 2nd edition, 2006, algorithms 7.4 and 3.1.

import { setImmediate } from "node:timers/promises";
import { type RunOptions, throwIfAborted } from "@verisim/core";

/** Writes the gradient at `point` and returns the value there. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

export interface LbfgsOptions extends RunOptions {
  /** Steps, at most. Default 200. */
  maxSteps?: number;
  /** Ends when no entry of the gradient is larger. Default 1e-4. */
  tolerance?: number;
}

/** Pairs of steps and changes of the gradient that are kept. */
const memory = 10;

/** The lowest point found, starting at `start`, which is not changed. */
export async function minimise(
  objective: Objective,
  start: Float64Array,
  { maxSteps = 200, tolerance = 1e-4, signal }: LbfgsOptions = {},
): Promise<Float64Array> {
  let point: Float64Array = start.slice();
  let gradient: Float64Array = new Float64Array(point.length);
  let value = objective(point, gradient);
  const history: { step: Float64Array; change: Float64Array; scale: number }[] = [];
  for (let count = 0; count < maxSteps && largest(gradient) > tolerance; count++) {
    if (count % 4 === 0) {
      await setImmediate();
      throwIfAborted(signal);
    }
    let direction = descent(gradient, history);
    let slope = dot(direction, gradient);
    if (!(slope < 0)) {
      history.length = 0;
      direction = gradient.map((entry) => -entry);
      slope = -dot(gradient, gradient);
    }
    let length = history.length === 0 ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
    let next: Float64Array;
    const nextGradient: Float64Array = new Float64Array(point.length);
    let nextValue: number;
    let tries = 0;
    do {
      const factor = length;
      next = point.map((entry, i) => entry + factor * direction[i]!);
      nextValue = objective(next, nextGradient);
      length /= 2;
    } while (!(nextValue <= value + 1e-4 * 2 * length * slope) && ++tries < 40);
    if (!(nextValue < value)) break;
    const step = next.map((entry, i) => entry - point[i]!);
    const change = nextGradient.map((entry, i) => entry - gradient[i]!);
    const curvature = dot(step, change);
    if (curvature > 1e-12 * dot(change, change)) {
      history.push({ step, change, scale: 1 / curvature });
      if (history.length > memory) history.shift();
    }
    [point, gradient, value] = [next, nextGradient, nextValue];
  }
  return point;
}

/** The two loops over the history. */
function descent(
  gradient: Float64Array,
  history: readonly { step: Float64Array; change: Float64Array; scale: number }[],
): Float64Array {
  const direction = gradient.map((entry) => -entry);
  const factors: number[] = [];
  for (const { step, change, scale } of [...history].reverse()) {
    const factor = scale * dot(step, direction);
    factors.push(factor);
    for (let i = 0; i < direction.length; i++) direction[i]! -= factor * change[i]!;
  }
  const last = history.at(-1);
  if (last) {
    const scale = 1 / (last.scale * dot(last.change, last.change));
    for (let i = 0; i < direction.length; i++) direction[i]! *= scale;
  }
  for (const { step, change, scale } of history) {
    const factor = factors.pop()! - scale * dot(change, direction);
    for (let i = 0; i < direction.length; i++) direction[i]! += factor * step[i]!;
  }
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
