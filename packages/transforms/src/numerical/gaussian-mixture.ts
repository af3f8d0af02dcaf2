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
  const x = sorted.map((value) => (value - centre) / scale);
  const components = Math.min(most, distinctValues(x));
  const result = joinNeighbours(x, variationalMixture(x, components))
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

function distinctValues(sorted: Float64Array): number {
  let count = 0;
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) count++;
  return count;
}

/** Standardised data in, components in the same unit out. Normal-Wishart updates, equations 10.51 to 10.67. */
function variationalMixture(x: Float64Array, components: number): MixtureComponent[] {
  const n = x.length;
  const priorDegrees = 1;
  // The prior's variance is the data's own share, floored so that a component on one value keeps a width.
  const priorScale = Math.max(1 / components ** 2, 1e-6);
  const responsibilities = startByBlocks(n, components);
  const counts = new Float64Array(components);
  const means = new Float64Array(components);
  const scales = new Float64Array(components);
  const logs = new Float64Array(components);
  for (let iteration = 0; iteration < iterations; iteration++) {
    let moved = 0;
    for (let k = 0; k < components; k++) {
      let weight = 0;
      let sum = 0;
      for (let i = 0; i < n; i++) {
        weight += responsibilities[k * n + i]!;
        sum += responsibilities[k * n + i]! * x[i]!;
      }
      const average = weight > 1e-12 ? sum / weight : 0;
      let squares = 0;
      for (let i = 0; i < n; i++) squares += responsibilities[k * n + i]! * (x[i]! - average) ** 2;
      const mean = (weight * average) / (meanPrior + weight);
      moved = Math.max(moved, Math.abs(mean - means[k]!), Math.abs(weight - counts[k]!) / n);
      counts[k] = weight;
      means[k] = mean;
      scales[k] = priorScale + squares + ((meanPrior * weight) / (meanPrior + weight)) * average ** 2;
    }
    for (let k = 0; k < components; k++) {
      const degrees = priorDegrees + counts[k]!;
      const logPrecision = digamma(degrees / 2) + Math.log(2 / scales[k]!);
      const logWeight = digamma(weightPrior + counts[k]!) - digamma(components * weightPrior + n);
      logs[k] = logWeight + 0.5 * logPrecision - 0.5 / (meanPrior + counts[k]!);
    }
    assign(x, { counts, means, scales, logs, degreesPrior: priorDegrees }, responsibilities);
    if (iteration > 0 && moved < tolerance) break;
  }
  return Array.from(counts, (weight, k) => ({
    weight: (weightPrior + weight) / (components * weightPrior + n),
    mean: means[k]!,
    deviation: Math.sqrt(scales[k]! / (priorDegrees + weight)),
  }));
}

function logLikelihood(x: Float64Array, components: readonly MixtureComponent[]): number {
  let sum = 0;
  for (const value of x) {
    let density = 0;
    for (const { weight, mean, deviation } of components) {
      const z = (value - mean) / deviation;
      density += (weight / deviation) * Math.exp(-0.5 * z * z);
    }
    sum += Math.log(Math.max(density, Number.MIN_VALUE));
  }
  return sum;
}

/** One component with the weight, mean and variance of two. */
function joined(a: MixtureComponent, b: MixtureComponent): MixtureComponent {
  const weight = a.weight + b.weight;
  const mean = (a.weight * a.mean + b.weight * b.mean) / weight;
  const square = (part: MixtureComponent): number =>
    part.weight * (part.deviation ** 2 + (part.mean - mean) ** 2);
  return { weight, mean, deviation: Math.sqrt((square(a) + square(b)) / weight) };
}

/** Joins the two neighbours that cost the least likelihood, while that is less than three parameters are worth. */
function joinNeighbours(x: Float64Array, start: readonly MixtureComponent[]): MixtureComponent[] {
  let components = start.filter(({ weight }) => weight * x.length > 1e-3).sort((a, b) => a.mean - b.mean);
  const worth = 1.5 * Math.log(x.length);
  let current = logLikelihood(x, components);
  while (components.length > 1) {
    let best: { readonly components: MixtureComponent[]; readonly value: number } | undefined;
    for (let k = 0; k + 1 < components.length; k++) {
      const candidate = [
        ...components.slice(0, k),
        joined(components[k]!, components[k + 1]!),
        ...components.slice(k + 2),
      ];
      const value = logLikelihood(x, candidate);
      if (!best || value > best.value) best = { components: candidate, value };
    }
    if (!best || current - best.value > worth) break;
    ({ components, value: current } = best);
  }
  return components;
}

/** Component k starts with the k-th block of neighbouring order statistics. */
function startByBlocks(n: number, components: number): Float64Array {
  const responsibilities = new Float64Array(components * n);
  for (let i = 0; i < n; i++) responsibilities[Math.floor((i * components) / n) * n + i] = 1;
  return responsibilities;
}

interface Posterior {
  readonly counts: Float64Array;
  readonly means: Float64Array;
  readonly scales: Float64Array;
  readonly logs: Float64Array;
  readonly degreesPrior: number;
}

function assign(x: Float64Array, posterior: Posterior, responsibilities: Float64Array): void {
  const { counts, means, scales, logs, degreesPrior } = posterior;
  const n = x.length;
  for (let i = 0; i < n; i++) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < counts.length; k++) {
      const precision = (degreesPrior + counts[k]!) / scales[k]!;
      const value = logs[k]! - 0.5 * precision * (x[i]! - means[k]!) ** 2;
      responsibilities[k * n + i] = value;
      if (value > largest) largest = value;
    }
    let total = 0;
    for (let k = 0; k < counts.length; k++) {
      const value = Math.exp(responsibilities[k * n + i]! - largest);
      responsibilities[k * n + i] = value;
      total += value;
    }
    for (let k = 0; k < counts.length; k++) responsibilities[k * n + i]! /= total;
  }
}
