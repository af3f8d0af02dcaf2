// Gaussian mixture of one column by variational Bayes (Bishop, "Pattern Recognition and Machine Learning", 2006,
// section 10.2, in one dimension). The weight prior is so small that components the data do not need lose their weight,
// so the number of components is learnt up to a maximum. Variational Bayes may stop with one mode shared by several
// components: neighbours are then joined as long as the Bayesian information criterion (Schwarz 1978) gains by it.
// There is no random start.

import { digamma } from "@verisim/stats";

export interface MixtureComponent {
  /** Share of the rows. */
  readonly weight: number;
  readonly mean: number;
  /** Standard deviation, above 0. */
  readonly deviation: number;
}

const weightPrior = 1e-3;
// Rows that the prior mean (the mean of all rows) is worth: next to none, or far modes would be drawn and widened.
const meanPrior = 1e-3;
const iterations = 100;
const tolerance = 1e-4;

/**
 * @param sorted ascending, at least one value
 * @param most largest number of components
 * @param threshold components with a smaller weight are left out
 */
export function fitMixture(sorted: Float64Array, most: number, threshold: number): MixtureComponent[] {
  const count = sorted.length;
  const centre = sorted.reduce((sum, value) => sum + value / count, 0);
  const variance = sorted.reduce((sum, value) => sum + (value - centre) ** 2 / count, 0);
  const scale = Math.sqrt(variance);
  if (!(scale > 0) || !Number.isFinite(scale)) {
    return [{ weight: 1, mean: centre, deviation: Math.max(Math.abs(centre) * 1e-6, 1e-6) }];
  }
  const points = distinctPoints(sorted, centre, scale);
  const components = Math.min(most, points.x.length);
  const result = joinNeighbours(points, variationalMixture(points, components))
    .filter(({ weight }) => weight >= threshold)
    .map(({ weight, mean, deviation }) => ({
      weight,
      mean: centre + scale * mean,
      deviation: scale * deviation,
    }))
    .sort((a, b) => a.mean - b.mean);
  const total = result.reduce((sum, { weight }) => sum + weight, 0);
  return result.length === 0
    ? [{ weight: 1, mean: centre, deviation: scale }]
    : result.map((component) => ({ ...component, weight: component.weight / total }));
}

/** Standardised values, each once, with the number of rows that have it: all sums run over these. */
interface Points {
  readonly x: Float64Array;
  readonly counts: Float64Array;
  readonly rows: number;
}

function distinctPoints(sorted: Float64Array, centre: number, scale: number): Points {
  const x: number[] = [];
  const counts: number[] = [];
  for (let i = 0; i < sorted.length; i++) {
    if (i > 0 && sorted[i] === sorted[i - 1]) counts[counts.length - 1]!++;
    else {
      x.push((sorted[i]! - centre) / scale);
      counts.push(1);
    }
  }
  return { x: Float64Array.from(x), counts: Float64Array.from(counts), rows: sorted.length };
}

/** Per component: rows, and the sums of the deviations and of their squares from the mean that it had. */
interface Moments {
  readonly weights: Float64Array;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

interface Posterior {
  readonly counts: Float64Array;
  readonly means: Float64Array;
  readonly scales: Float64Array;
  readonly logs: Float64Array;
}

const priorDegrees = 1;

/** Standardised data in, components in the same unit out. Normal-Wishart updates, equations 10.51 to 10.67. */
function variationalMixture(points: Points, components: number): MixtureComponent[] {
  const n = points.rows;
  // The prior's variance is the data's own share, floored so that a component on one value keeps a width.
  const priorScale = Math.max(1 / components ** 2, 1e-6);
  const counts = new Float64Array(components);
  const means = new Float64Array(components);
  const scales = new Float64Array(components);
  const logs = new Float64Array(components);
  const moments: Moments = {
    weights: new Float64Array(components),
    sums: new Float64Array(components),
    squares: new Float64Array(components),
  };
  startByBlocks(points, components, moments);
  for (let iteration = 0; iteration < iterations; iteration++) {
    let moved = 0;
    for (let k = 0; k < components; k++) {
      const weight = moments.weights[k]!;
      const shift = weight > 1e-12 ? moments.sums[k]! / weight : 0;
      const average = weight > 1e-12 ? means[k]! + shift : 0;
      const squares = Math.max(0, moments.squares[k]! - weight * shift ** 2);
      const mean = (weight * average) / (meanPrior + weight);
      moved = Math.max(moved, Math.abs(mean - means[k]!), Math.abs(weight - counts[k]!) / n);
      counts[k] = weight;
      means[k] = mean;
      scales[k] = priorScale + squares + ((meanPrior * weight) / (meanPrior + weight)) * average ** 2;
    }
    if (iteration > 0 && moved < tolerance) break;
    for (let k = 0; k < components; k++) {
      const degrees = priorDegrees + counts[k]!;
      const logPrecision = digamma(degrees / 2) + Math.log(2 / scales[k]!);
      const logWeight = digamma(weightPrior + counts[k]!) - digamma(components * weightPrior + n);
      logs[k] = logWeight + 0.5 * logPrecision - 0.5 / (meanPrior + counts[k]!);
    }
    assign(points, { counts, means, scales, logs }, moments);
  }
  return Array.from(counts, (weight, k) => ({
    weight: (weightPrior + weight) / (components * weightPrior + n),
    mean: means[k]!,
    deviation: Math.sqrt(scales[k]! / (priorDegrees + weight)),
  }));
}

/** Component k starts with the k-th block of neighbouring order statistics. */
function startByBlocks({ x, counts, rows }: Points, components: number, moments: Moments): void {
  let row = 0;
  for (let i = 0; i < x.length; i++) {
    for (let left = counts[i]!; left > 0; ) {
      const k = Math.floor((row * components) / rows);
      const taken = Math.min(left, Math.ceil(((k + 1) * rows) / components) - row);
      moments.weights[k]! += taken;
      moments.sums[k]! += taken * x[i]!;
      moments.squares[k]! += taken * x[i]! ** 2;
      row += taken;
      left -= taken;
    }
  }
}

/** Logarithms of responsibilities this far below the largest are nothing. */
const negligible = -36;

/** The responsibilities of the components for every value, summed up around the means. */
function assign({ x, counts: rows }: Points, posterior: Posterior, moments: Moments): void {
  const { counts, means, scales, logs } = posterior;
  const { weights, sums, squares } = moments;
  const components = counts.length;
  const halfPrecisions = counts.map((count, k) => (0.5 * (priorDegrees + count)) / scales[k]!);
  const shares = new Float64Array(components);
  weights.fill(0);
  sums.fill(0);
  squares.fill(0);
  for (let i = 0; i < x.length; i++) {
    const value = x[i]!;
    let largest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < components; k++) {
      const deviation = value - means[k]!;
      const log = logs[k]! - halfPrecisions[k]! * deviation * deviation;
      shares[k] = log;
      if (log > largest) largest = log;
    }
    let total = 0;
    for (let k = 0; k < components; k++) {
      const below = shares[k]! - largest;
      const share = below < negligible ? 0 : Math.exp(below);
      shares[k] = share;
      total += share;
    }
    const scale = rows[i]! / total;
    for (let k = 0; k < components; k++) {
      const share = shares[k]! * scale;
      const deviation = value - means[k]!;
      weights[k]! += share;
      sums[k]! += share * deviation;
      squares[k]! += share * deviation * deviation;
    }
  }
}

/** One component with the weight, mean and variance of two. */
function joined(a: MixtureComponent, b: MixtureComponent): MixtureComponent {
  const weight = a.weight + b.weight;
  const mean = (a.weight * a.mean + b.weight * b.mean) / weight;
  const square = (part: MixtureComponent): number =>
    part.weight * (part.deviation ** 2 + (part.mean - mean) ** 2);
  return { weight, mean, deviation: Math.sqrt((square(a) + square(b)) / weight) };
}

/** The density of one component at every value. */
function densities({ x }: Points, { weight, mean, deviation }: MixtureComponent): Float64Array {
  const height = weight / deviation;
  return x.map((value) => {
    const z = (value - mean) / deviation;
    return height * Math.exp(-0.5 * z * z);
  });
}

function logLikelihood({ x, counts }: Points, parts: readonly Float64Array[]): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    let density = 0;
    for (const part of parts) density += part[i]!;
    sum += counts[i]! * Math.log(Math.max(density, Number.MIN_VALUE));
  }
  return sum;
}

/** Joins the two neighbours that cost the least likelihood, while that is less than three parameters are worth. */
function joinNeighbours(points: Points, start: readonly MixtureComponent[]): MixtureComponent[] {
  const components = start
    .filter(({ weight }) => weight * points.rows > 1e-3)
    .sort((a, b) => a.mean - b.mean);
  const parts = components.map((component) => densities(points, component));
  const worth = 1.5 * Math.log(points.rows);
  let current = logLikelihood(points, parts);
  while (components.length > 1) {
    let best: { readonly place: number; readonly value: number; readonly part: Float64Array } = {
      place: -1,
      value: Number.NEGATIVE_INFINITY,
      part: new Float64Array(0),
    };
    for (let k = 0; k + 1 < components.length; k++) {
      const part = densities(points, joined(components[k]!, components[k + 1]!));
      const value = logLikelihood(points, [...parts.slice(0, k), part, ...parts.slice(k + 2)]);
      if (value > best.value) best = { place: k, value, part };
    }
    if (best.place < 0 || current - best.value > worth) break;
    components.splice(best.place, 2, joined(components[best.place]!, components[best.place + 1]!));
    parts.splice(best.place, 2, best.part);
    current = best.value;
  }
  return components;
}
