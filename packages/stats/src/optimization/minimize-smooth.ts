// The minimum of a smooth function of many variables by limited-memory BFGS: D. C. Liu, J. Nocedal, "On the Limited Memory
// BFGS Method for Large Scale Optimization", Mathematical Programming 45 (1989). Start, memory, line search and end are
// those of L-BFGS-B 3.0 (C. Zhu et al., ACM TOMS 23, 1997) without bounds, so that a run that is stopped early stands where
// a run of that program stands.

import { searchLine } from "./line-search.ts";

export interface MinimizeOptions {
  /** Most iterations, 1 or more. */
  mostIterations: number;
  /** Ends when no entry of the gradient is larger. */
  gradientTolerance: number;
}

/** Pairs of steps and gradient changes that are kept. */
const memory = 10;
/** Most values of one line search. */
const mostTries = 50;
const epsilon = 2 ** -52;
/** Ends when an iteration lowers the value by less than this part of it. */
const valueTolerance = 64 * epsilon;

/**
 * Minimises from `x`, which is overwritten by the minimum. Yields after every value, so that the caller can give way.
 *
 * @param evaluate returns the value at x and writes the gradient
 * @returns iterations done
 */
export function* minimizeSmooth(
  x: Float64Array,
  evaluate: (x: Float64Array, gradient: Float64Array) => number,
  { mostIterations, gradientTolerance }: MinimizeOptions,
): Generator<void, number> {
  const size = x.length;
  const start = x.slice();
  const gradient = new Float64Array(size);
  const earlier = new Float64Array(size);
  const direction = new Float64Array(size);
  let pairs: Pair[] = [];
  let value = evaluate(x, gradient);
  yield;
  for (let iteration = 0; iteration < mostIterations; iteration++) {
    if (largest(gradient) <= gradientTolerance) return iteration;
    descend(direction, gradient, pairs);
    const slope = dot(gradient, direction);
    if (!(slope < 0)) {
      if (pairs.length === 0) return iteration;
      pairs = [];
      iteration--;
      continue;
    }
    start.set(x);
    earlier.set(gradient);
    const before = value;
    const firstStep = iteration === 0 ? Math.min(1 / Math.sqrt(dot(direction, direction)), 1e10) : 1;
    const found = searchLine({ value, slope }, firstStep, mostTries, (step) => {
      for (let i = 0; i < size; i++) x[i] = step * direction[i]! + start[i]!;
      value = evaluate(x, gradient);
      return { value, slope: dot(gradient, direction) };
    });
    yield;
    if (!found) {
      x.set(start);
      gradient.set(earlier);
      value = before;
      if (pairs.length === 0) return iteration;
      pairs = [];
      iteration--;
      continue;
    }
    if (largest(gradient) <= gradientTolerance) return iteration + 1;
    if (before - value <= valueTolerance * Math.max(Math.abs(before), Math.abs(value), 1))
      return iteration + 1;
    remember(pairs, direction, found.step, gradient, earlier, slope);
  }
  return mostIterations;
}

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  /** step . change and change . change. */
  readonly product: number;
  readonly square: number;
}

function remember(
  pairs: Pair[],
  direction: Float64Array,
  length: number,
  gradient: Float64Array,
  earlier: Float64Array,
  slope: number,
): void {
  const change = gradient.map((entry, i) => entry - earlier[i]!);
  const step = direction.map((entry) => length * entry);
  const product = length * (dot(gradient, direction) - slope);
  // Curvature that is lost in rounding would spoil the memory.
  if (product <= epsilon * -slope * length) return;
  if (pairs.length === memory) pairs.shift();
  pairs.push({ step, change, product, square: dot(change, change) });
}

/** direction = - inverse Hessian x gradient, by the two loops of Liu and Nocedal. */
function descend(direction: Float64Array, gradient: Float64Array, pairs: readonly Pair[]): void {
  for (let i = 0; i < direction.length; i++) direction[i] = -gradient[i]!;
  const weights = new Float64Array(pairs.length);
  for (let at = pairs.length - 1; at >= 0; at--) {
    const { step, change, product } = pairs[at]!;
    weights[at] = dot(step, direction) / product;
    add(direction, change, -weights[at]!);
  }
  const newest = pairs.at(-1);
  if (newest) {
    const scale = newest.product / newest.square;
    for (let i = 0; i < direction.length; i++) direction[i]! *= scale;
  }
  for (const [at, { step, change, product }] of pairs.entries())
    add(direction, step, weights[at]! - dot(change, direction) / product);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function add(to: Float64Array, what: Float64Array, times: number): void {
  for (let i = 0; i < to.length; i++) to[i]! += times * what[i]!;
}

function largest(values: Float64Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]!));
  return most;
}
