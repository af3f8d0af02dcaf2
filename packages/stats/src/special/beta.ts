// The beta function and its regularised incomplete integral: a continued fraction (Lentz's method) times Loader's
// form of the binomial probability, which keeps full relative accuracy for large parameters.

import { devianceTerm, logGamma, nonZero, stirlingRemainder } from "./gamma.ts";
import { invertIncreasing } from "./invert.ts";

/** Natural logarithm of B(a, b) = Gamma(a) Gamma(b) / Gamma(a + b), a and b > 0. */
export function logBeta(a: number, b: number): number {
  const small = Math.min(a, b);
  const large = Math.max(a, b);
  if (large < 10) return logGamma(small) + logGamma(large) - logGamma(small + large);
  const sum = small + large;
  if (small < 10) {
    // log Gamma(large) - log Gamma(sum) by Stirling's formula, without the cancelling leading terms.
    const difference =
      (large - 0.5) * -Math.log1p(small / large) -
      small * Math.log(sum) +
      small +
      stirlingRemainder(large) -
      stirlingRemainder(sum);
    return logGamma(small) + difference;
  }
  return (
    0.9189385332046727 -
    0.5 * Math.log(large) +
    (small - 0.5) * Math.log(small / sum) -
    large * Math.log1p(small / large) +
    stirlingRemainder(small) +
    stirlingRemainder(large) -
    stirlingRemainder(sum)
  );
}

/** log of x^a y^b / B(a, b) with x + y = 1; y is passed so that it keeps its accuracy near x = 1. */
export function logBetaPower(a: number, b: number, x: number, y: number): number {
  if (a < 1 || b < 1) return a * Math.log(x) + b * logComplement(x, y) - logBeta(a, b);
  const sum = a + b;
  const corrections = stirlingRemainder(sum) - stirlingRemainder(a) - stirlingRemainder(b);
  const deviance = devianceTerm(a, sum * x) + devianceTerm(b, sum * y);
  return corrections - deviance + 0.5 * Math.log((a * b) / (2 * Math.PI * sum));
}

function logComplement(x: number, y: number): number {
  return x < 0.5 ? Math.log1p(-x) : Math.log(y);
}

function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    const change = d * c;
    fraction *= change;
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return fraction;
}

/**
 * Regularised incomplete beta function I_x(a, b), a and b > 0.
 * @param y 1 - x, where the caller knows it better than the subtraction does
 */
export function betaI(a: number, b: number, x: number, y: number = 1 - x): number {
  if (Number.isNaN(x) || !(a > 0 && b > 0)) return Number.NaN;
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  const factor = Math.exp(logBetaPower(a, b, x, y));
  if (x < (a + 1) / (a + b + 2)) return (factor * betaFraction(a, b, x)) / a;
  return 1 - (factor * betaFraction(b, a, y)) / b;
}

/** The x with I_x(a, b) = p, as the pair of x and 1 - x, both accurate. */
export function betaIInversePair(a: number, b: number, p: number): { x: number; y: number } {
  if (!(p >= 0 && p <= 1) || !(a > 0 && b > 0)) return { x: Number.NaN, y: Number.NaN };
  if (p === 0) return { x: 0, y: 1 };
  if (p === 1) return { x: 1, y: 0 };
  // Solved for the log odds of x, in which both ends are equally well resolved.
  const mean = Math.log(a / b);
  const lowerSeries = (Math.log(p) + Math.log(a) + logBeta(a, b)) / a;
  const upperSeries = -(Math.log1p(-p) + Math.log(b) + logBeta(a, b)) / b;
  const start =
    lowerSeries < Math.min(-2, mean - 1)
      ? lowerSeries
      : upperSeries > Math.max(2, mean + 1)
        ? upperSeries
        : mean;
  const upper = p > 0.5;
  const target = upper ? 1 - p : p;
  const odds = invertIncreasing({
    value: (t) => {
      const { x, y } = fromLogOdds(t);
      return upper ? target - betaI(b, a, y, x) : betaI(a, b, x, y) - target;
    },
    slope: (t) => {
      const { x, y } = fromLogOdds(t);
      return Math.exp(logBetaPower(a, b, x, y));
    },
    start,
    low: -740,
    high: 740,
  });
  return fromLogOdds(odds);
}

function fromLogOdds(t: number): { x: number; y: number } {
  const e = Math.exp(-Math.abs(t));
  const smaller = e / (1 + e);
  const larger = 1 / (1 + e);
  return t < 0 ? { x: smaller, y: larger } : { x: larger, y: smaller };
}

/** The x with I_x(a, b) = p. */
export function betaIInverse(a: number, b: number, p: number): number {
  return betaIInversePair(a, b, p).x;
}
