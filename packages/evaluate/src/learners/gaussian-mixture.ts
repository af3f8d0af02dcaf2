// A mixture of Gaussians with diagonal covariances by expectation maximisation (A. Dempster et al., 1977), started from
// centres that are spread by k-means++ (D. Arthur, S. Vassilvitskii, 2007) so that the seed decides it.

import { RowRandom, streamKey } from "@verisim/core";

export interface Mixture {
  readonly logWeights: Float64Array;
  /** Components x columns. */
  readonly means: Float64Array;
  readonly variances: Float64Array;
}

const mostRounds = 100;
const leastGain = 1e-3;
/** Added to each variance, as scikit-learn does. */
const floor = 1e-6;
const logTwoPi = Math.log(2 * Math.PI);

/** @param points `rows` x `width`, row by row */
export function fitMixture(
  points: Float64Array,
  rows: number,
  width: number,
  components: number,
  seed: number,
): Mixture {
  let responsibility = nearestCentres(points, rows, width, components, seed);
  let mixture = maximise(points, rows, width, components, responsibility);
  let before = Number.NEGATIVE_INFINITY;
  for (let round = 0; round < mostRounds; round++) {
    const expected = expectation(mixture, points, rows, width);
    responsibility = expected.responsibility;
    mixture = maximise(points, rows, width, components, responsibility);
    if (Math.abs(expected.mean - before) < leastGain) break;
    before = expected.mean;
  }
  return mixture;
}

/** Mean logarithm of the density of some points. */
export function meanLogDensity(mixture: Mixture, points: Float64Array, rows: number, width: number): number {
  return expectation(mixture, points, rows, width).mean;
}

function nearestCentres(
  points: Float64Array,
  rows: number,
  width: number,
  components: number,
  seed: number,
): Float64Array {
  const random = new RowRandom(streamKey(seed, "evaluate", "mixture"), 0);
  const distances = new Float64Array(rows).fill(Number.POSITIVE_INFINITY);
  const nearest = new Int32Array(rows);
  let centre = random.below(rows);
  for (let component = 0; component < components; component++) {
    let total = 0;
    for (let row = 0; row < rows; row++) {
      let distance = 0;
      for (let at = 0; at < width; at++)
        distance += (points[row * width + at]! - points[centre * width + at]!) ** 2;
      if (distance < distances[row]!) {
        distances[row] = distance;
        nearest[row] = component;
      }
      total += distances[row]!;
    }
    let rest = random.uniform() * total;
    centre = rows - 1;
    for (let row = 0; row < rows; row++) {
      rest -= distances[row]!;
      if (rest < 0) {
        centre = row;
        break;
      }
    }
  }
  const responsibility = new Float64Array(rows * components);
  for (let row = 0; row < rows; row++) responsibility[row * components + nearest[row]!] = 1;
  return responsibility;
}

function maximise(
  points: Float64Array,
  rows: number,
  width: number,
  components: number,
  responsibility: Float64Array,
): Mixture {
  const totals = new Float64Array(components).fill(10 * 2 ** -52);
  const means = new Float64Array(components * width);
  const squares = new Float64Array(components * width);
  for (let row = 0; row < rows; row++)
    for (let component = 0; component < components; component++) {
      const share = responsibility[row * components + component]!;
      if (share === 0) continue;
      totals[component]! += share;
      for (let at = 0; at < width; at++) means[component * width + at]! += share * points[row * width + at]!;
    }
  for (let at = 0; at < means.length; at++) means[at]! /= totals[Math.floor(at / width)]!;
  // Around the mean: squares of the values would cancel where a column is far from 0.
  for (let row = 0; row < rows; row++)
    for (let component = 0; component < components; component++) {
      const share = responsibility[row * components + component]!;
      if (share === 0) continue;
      for (let at = 0; at < width; at++)
        squares[component * width + at]! +=
          share * (points[row * width + at]! - means[component * width + at]!) ** 2;
    }
  return {
    logWeights: totals.map((total) => Math.log(total / rows)),
    means,
    variances: squares.map((sum, at) => sum / totals[Math.floor(at / width)]! + floor),
  };
}

function expectation(
  { logWeights, means, variances }: Mixture,
  points: Float64Array,
  rows: number,
  width: number,
): { responsibility: Float64Array; mean: number } {
  const components = logWeights.length;
  const constants = logWeights.map((weight, component) => {
    let sum = weight - (width * logTwoPi) / 2;
    for (let at = 0; at < width; at++) sum -= Math.log(variances[component * width + at]!) / 2;
    return sum;
  });
  const inverse = variances.map((variance) => 1 / variance);
  const responsibility = new Float64Array(rows * components);
  const logs = new Float64Array(components);
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    let most = Number.NEGATIVE_INFINITY;
    for (let component = 0; component < components; component++) {
      let log = constants[component]!;
      for (let at = 0; at < width; at++)
        log -=
          ((points[row * width + at]! - means[component * width + at]!) ** 2 *
            inverse[component * width + at]!) /
          2;
      logs[component] = log;
      if (log > most) most = log;
    }
    let total = 0;
    for (let component = 0; component < components; component++) total += Math.exp(logs[component]! - most);
    const log = most + Math.log(total);
    sum += log;
    for (let component = 0; component < components; component++)
      responsibility[row * components + component] = Math.exp(logs[component]! - log);
  }
  return { responsibility, mean: sum / rows };
}
