// Counts by inversion: a sum of probabilities where the mean is small, else a search around the normal approximation in
// the distribution function itself, so that the result is exact for any parameter.

import { betaI, gammaQ, logGamma, normalQuantile } from "@verisim/stats";
import type { Family, Parameters } from "./families.ts";

type CountFamily = Pick<Family, "quantile" | "cdf">;

/** Means up to here are inverted by adding probabilities from 0 on. */
const smallMean = 40;

/** The smallest k in [0, most] with cdf(k) >= u, found from a guess by steps that double, then by halving. */
export function searchCount(u: number, guess: number, most: number, cdf: (k: number) => number): number {
  let low = -1;
  let high = Math.max(0, Math.min(most, Math.floor(guess)));
  let step = 1;
  if (cdf(high) >= u) {
    for (;;) {
      const next = high - step;
      if (next < 0 || cdf(next) < u) {
        low = Math.max(-1, next);
        break;
      }
      high = next;
      step *= 2;
    }
  } else {
    low = high;
    for (;;) {
      high = Math.min(most, low + step);
      if (high === most || cdf(high) >= u) break;
      low = high;
      step *= 2;
    }
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (cdf(middle) >= u) high = middle;
    else low = middle;
  }
  return high;
}

const around = (u: number, mean: number, variance: number): number =>
  mean + Math.sqrt(variance) * normalQuantile(u);

/** Above this a probability from logarithms has too few digits to be added up. */
const walkedMean = 1e5;

/**
 * One value of the distribution function at a guess that is off by one or two (Cornish and Fisher 1938), from where
 * probabilities are added or taken away.
 */
function walkPoisson(u: number, mean: number): number {
  const z = normalQuantile(u);
  let k = Math.max(0, Math.floor(mean + Math.sqrt(mean) * z + (z * z - 1) / 6 + 0.5));
  let sum = gammaQ(k + 1, mean);
  let term = Math.exp(k * Math.log(mean) - mean - logGamma(k + 1));
  while (sum < u && term > 0) {
    k++;
    term *= mean / k;
    sum += term;
  }
  while (k > 0 && sum - term >= u) {
    sum -= term;
    term *= k / mean;
    k--;
  }
  return k;
}

export const poisson: CountFamily = {
  quantile: (u, p) => {
    const mean = p[0]!;
    if (mean === 0) return 0;
    if (mean > smallMean && mean <= walkedMean) return walkPoisson(u, mean);
    if (mean > smallMean)
      return searchCount(u, around(u, mean, mean), Number.MAX_SAFE_INTEGER, (k) => gammaQ(k + 1, mean));
    let term = Math.exp(-mean);
    let sum = term;
    let k = 0;
    // Beyond the last term that changes the sum there is nothing left to find.
    while (sum < u && term > 0) {
      k++;
      term *= mean / k;
      const next = sum + term;
      if (next === sum && k > mean) break;
      sum = next;
    }
    return k;
  },
  cdf: (x, p) => (x < 0 ? 0 : p[0] === 0 ? 1 : gammaQ(Math.floor(x) + 1, p[0]!)),
};

const binomialCdf = (x: number, p: Parameters): number => {
  const k = Math.floor(x);
  const [trials, probability] = [p[0]!, p[1]!];
  if (k < 0) return 0;
  if (k >= trials || probability === 0) return 1;
  if (probability === 1) return 0;
  return betaI(trials - k, k + 1, 1 - probability, probability);
};

export const binomial: CountFamily = {
  quantile: (u, p) => {
    const [trials, probability] = [p[0]!, p[1]!];
    if (trials === 0 || probability === 0) return 0;
    if (probability === 1) return trials;
    const mean = trials * probability;
    if (mean > smallMean || trials > 1e6)
      return searchCount(u, around(u, mean, mean * (1 - probability)), trials, (k) => binomialCdf(k, p));
    const odds = probability / (1 - probability);
    let term = Math.exp(trials * Math.log1p(-probability));
    let sum = term;
    let k = 0;
    while (sum < u && k < trials) {
      k++;
      term *= (odds * (trials - k + 1)) / k;
      const next = sum + term;
      if (next === sum && k > mean) break;
      sum = next;
    }
    return k;
  },
  cdf: binomialCdf,
};

const negativeBinomialCdf = (x: number, p: Parameters): number => {
  if (x < 0) return 0;
  const [mean, size] = [p[0]!, p[1]!];
  return mean === 0 ? 1 : betaI(size, Math.floor(x) + 1, size / (size + mean), mean / (size + mean));
};

export const negativeBinomial: CountFamily = {
  quantile: (u, p) => {
    const [mean, size] = [p[0]!, p[1]!];
    if (mean === 0) return 0;
    const guess = around(u, mean, mean + (mean * mean) / size);
    return searchCount(u, guess, Number.MAX_SAFE_INTEGER, (k) => negativeBinomialCdf(k, p));
  },
  cdf: negativeBinomialCdf,
};

export const geometric: CountFamily = {
  quantile: (u, p) => (p[0] === 1 ? 0 : Math.max(0, Math.ceil(Math.log1p(-u) / Math.log1p(-p[0]!)) - 1)),
  cdf: (x, p) => (x < 0 ? 0 : p[0] === 1 ? 1 : -Math.expm1((Math.floor(x) + 1) * Math.log1p(-p[0]!))),
};

/** Ranks whose weights are added one by one; beyond them a sum is its integral and some corrections. */
const addedRanks = 32;
const addedSums = new Float64Array(addedRanks + 1);
let addedExponent = Number.NaN;

/**
 * The sum of i^-s for i from 1 to k by the formula of Euler and Maclaurin (NIST Digital Library of Mathematical Functions,
 * 2.10.1): the same for any k, where a table would be made anew for every row whose parameters are its own.
 */
function rankWeights(k: number, s: number): number {
  if (s !== addedExponent) {
    for (let i = 1; i <= addedRanks; i++) addedSums[i] = addedSums[i - 1]! + i ** -s;
    addedExponent = s;
  }
  if (k <= addedRanks) return addedSums[k]!;
  const m = addedRanks;
  const log = Math.log(k / m);
  const integral = m ** (1 - s) * (s === 1 ? log : Math.expm1((1 - s) * log) / (1 - s));
  const [low, high] = [m ** -s, k ** -s];
  const first = s * (low / m - high / k);
  const third = s * (s + 1) * (s + 2) * (low / m ** 3 - high / k ** 3);
  const fifth = s * (s + 1) * (s + 2) * (s + 3) * (s + 4) * (low / m ** 5 - high / k ** 5);
  return addedSums[m]! + integral + (high - low) / 2 + first / 12 - third / 720 + fifth / 30_240;
}

/** The rank at which the integral of the weights reaches a share of its whole. */
function rankGuess(u: number, s: number, size: number): number {
  const log = Math.log(size);
  if (Math.abs(s - 1) < 1e-9) return Math.exp(u * log);
  return Math.exp(Math.log1p(u * Math.expm1((1 - s) * log)) / (1 - s));
}

const zipfCdf = (x: number, p: Parameters): number => {
  const [s, size] = [p[0]!, p[1]!];
  if (x < 1) return 0;
  return x >= size ? 1 : rankWeights(Math.floor(x), s) / rankWeights(size, s);
};

export const zipf: CountFamily = {
  quantile: (u, p) => searchCount(u, rankGuess(u, p[0]!, p[1]!), p[1]!, (k) => zipfCdf(k, p)),
  cdf: zipfCdf,
};
