// Logistic regression with a quadratic penalty on the weights, over numbers and one-hot blocks. A value costs one pass over
// the codes, however many columns the blocks stand for.

import { setImmediate } from "node:timers/promises";

import { type RunOptions, throwIfAborted } from "@verisim/core";
import { minimizeSmooth } from "@verisim/stats";
import { featureWidth, type LinearFeatures, type RobustScale } from "./linear-features.ts";

export interface LogisticOptions extends RunOptions {
  /** Inverse strength of the penalty. Default 1. */
  c?: number;
  /** Weight per row of `rows`, their number in all. Default 1. */
  weights?: Float64Array;
  /** Default 100. */
  mostIterations?: number;
  /** Ends when no entry of the gradient of the mean loss is larger. Default 1e-4. */
  gradientTolerance?: number;
}

export interface LogisticModel {
  readonly weights: Float64Array;
  readonly intercept: number;
  readonly iterations: number;
}

/** Other work of the process gets its turn after this many milliseconds. */
const turnMs = 20;

/**
 * Minimises mean log loss + |weights|^2 / (2 c n) from zero; the intercept has no penalty.
 *
 * @param rows rows that are learnt from
 * @param labels 0 or 1 per row of the features
 */
export async function fitLogistic(
  features: LinearFeatures,
  scaling: RobustScale,
  rows: Int32Array,
  labels: ArrayLike<number>,
  { c = 1, weights, mostIterations = 100, gradientTolerance = 1e-4, ...run }: LogisticOptions = {},
): Promise<LogisticModel> {
  const width = featureWidth(features);
  const scaled = scaledNumbers(features, scaling, rows);
  const blocks = features.blocks.map(({ codes }) => Int32Array.from(rows, (row) => codes[row]!));
  const target = Float64Array.from(rows, (row) => labels[row]!);
  const count = rows.length;
  const penalty = 1 / (c * count);
  const raw = new Float64Array(count);
  const parameters = new Float64Array(width + 1);
  const evaluate = (x: Float64Array, gradient: Float64Array): number => {
    rawScores(raw, x, scaled, blocks, features, scaling);
    let loss = 0;
    let total = 0;
    for (let row = 0; row < count; row++) {
      const score = raw[row]!;
      // log(1 + e^score) - label score, without overflow.
      const power = Math.exp(-Math.abs(score));
      const weight = weights ? weights[row]! : 1;
      loss += weight * (Math.log1p(power) + Math.max(score, 0) - target[row]! * score);
      const residual = weight * ((score >= 0 ? 1 / (1 + power) : power / (1 + power)) - target[row]!);
      raw[row] = residual;
      total += residual;
    }
    gradient.fill(0);
    for (const [at, values] of scaled.entries()) {
      let sum = 0;
      for (let row = 0; row < count; row++) sum += values[row]! * raw[row]!;
      gradient[at] = sum;
    }
    let base = features.numbers.length;
    for (const [index, codes] of blocks.entries()) {
      for (let row = 0; row < count; row++) {
        const code = codes[row]!;
        if (code >= 0) gradient[base + code]! += raw[row]!;
      }
      const end = base + features.blocks[index]!.width;
      for (; base < end; base++)
        gradient[base] = (gradient[base]! - scaling.centre[base]! * total) / scaling.scale[base]!;
    }
    let squares = 0;
    for (let at = 0; at < width; at++) {
      gradient[at] = gradient[at]! / count + penalty * x[at]!;
      squares += x[at]! * x[at]!;
    }
    gradient[width] = total / count;
    return loss / count + 0.5 * penalty * squares;
  };
  const search = minimizeSmooth(parameters, evaluate, { mostIterations, gradientTolerance });
  let turnStart = performance.now();
  let state = search.next();
  while (!state.done) {
    if (performance.now() - turnStart >= turnMs) {
      await setImmediate();
      turnStart = performance.now();
    }
    throwIfAborted(run.signal);
    state = search.next();
  }
  return { weights: parameters.subarray(0, width), intercept: parameters[width]!, iterations: state.value };
}

/** The probability of label 1 for some rows. */
export function predictLogistic(
  model: LogisticModel,
  features: LinearFeatures,
  scaling: RobustScale,
  rows: Int32Array,
): Float64Array {
  const raw = new Float64Array(rows.length);
  const blocks = features.blocks.map(({ codes }) => Int32Array.from(rows, (row) => codes[row]!));
  const x = Float64Array.from([...model.weights, model.intercept]);
  rawScores(raw, x, scaledNumbers(features, scaling, rows), blocks, features, scaling);
  return raw.map((score) => 1 / (1 + Math.exp(-score)));
}

function scaledNumbers(
  { numbers }: LinearFeatures,
  { centre, scale }: RobustScale,
  rows: Int32Array,
): Float64Array[] {
  return numbers.map((values, at) =>
    Float64Array.from(rows, (row) => (values[row]! - centre[at]!) / scale[at]!),
  );
}

function rawScores(
  raw: Float64Array,
  x: Float64Array,
  scaled: readonly Float64Array[],
  blocks: readonly Int32Array[],
  features: LinearFeatures,
  { centre, scale }: RobustScale,
): void {
  // What the zeros of a one-hot row add is the same for every row.
  let shared = x[x.length - 1]!;
  const perCode = new Float64Array(x.length);
  for (let at = scaled.length; at < x.length - 1; at++) {
    perCode[at] = x[at]! / scale[at]!;
    shared -= perCode[at]! * centre[at]!;
  }
  raw.fill(shared);
  for (const [at, values] of scaled.entries()) {
    const weight = x[at]!;
    for (let row = 0; row < raw.length; row++) raw[row]! += weight * values[row]!;
  }
  let base = scaled.length;
  for (const [index, codes] of blocks.entries()) {
    for (let row = 0; row < raw.length; row++) {
      const code = codes[row]!;
      if (code >= 0) raw[row]! += perCode[base + code]!;
    }
    base += features.blocks[index]!.width;
  }
}
