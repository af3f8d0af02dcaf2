// The gamma function and its incomplete integrals. Everything rests on Stirling's series and on Loader's deviance
// form of the Poisson probability ("Fast and accurate computation of binomial probabilities", 2000), which keep full
// relative accuracy where logarithms of large gamma values would cancel.

import { normalQuantile } from "../normal.ts";
import { invertIncreasing } from "./invert.ts";
import { largeShape, nearMiddle, smallerTail } from "./large-gamma.ts";

const halfLogTwoPi = 0.9189385332046727;
/** B(2k) / (2k (2k - 1)) of Stirling's series. */
const stirling = [
  1 / 12,
  -1 / 360,
  1 / 1260,
  -1 / 1680,
  1 / 1188,
  -691 / 360360,
  1 / 156,
  -3617 / 122400,
  43867 / 244188,
];

/** Remainder of Stirling's formula, log Gamma(x) - ((x - 1/2) log x - x + log(2 pi) / 2), for x >= 10. */
function stirlingSeries(x: number): number {
  const square = 1 / (x * x);
  let sum = 0;
  for (let k = stirling.length - 1; k >= 0; k--) sum = sum * square + stirling[k]!;
  return sum / x;
}

/** Natural logarithm of Gamma(x) for x > 0; absolute error about 1e-15 near 1 and 2, relative elsewhere. */
export function logGamma(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  let product = 1;
  let shifted = x;
  while (shifted < 10) product *= shifted++;
  const value = (shifted - 0.5) * Math.log(shifted) - shifted + halfLogTwoPi + stirlingSeries(shifted);
  return product === 1 ? value : value - Math.log(product);
}

/** Remainder of Stirling's formula for n! (n > 0 need not be whole). */
export function stirlingRemainder(n: number): number {
  if (n >= 10) return stirlingSeries(n);
  return logGamma(n + 1) - (n + 0.5) * Math.log(n) + n - halfLogTwoPi;
}

/** x log(x / mean) + mean - x without cancellation near x = mean. */
export function devianceTerm(x: number, mean: number): number {
  if (Math.abs(x - mean) < 0.1 * (x + mean)) {
    const v = (x - mean) / (x + mean);
    let sum = (x - mean) * v;
    let power = 2 * x * v;
    for (let j = 1; j < 1000; j++) {
      power *= v * v;
      const next = sum + power / (2 * j + 1);
      if (next === sum) return next;
      sum = next;
    }
  }
  return x * Math.log(x / mean) + mean - x;
}

/** log of x^a e^-x / Gamma(a + 1). */
function logPoisson(a: number, x: number): number {
  return -stirlingRemainder(a) - devianceTerm(a, x) - 0.5 * Math.log(2 * Math.PI * a);
}

/** P(a, x) where `upper` is false, Q(a, x) = 1 - P(a, x) where it is true; each with full relative accuracy. */
function incompleteGamma(a: number, x: number, upper: boolean): number {
  if (Number.isNaN(a) || Number.isNaN(x) || a <= 0) return Number.NaN;
  if (x <= 0) return upper ? 1 : 0;
  if (x === Number.POSITIVE_INFINITY) return upper ? 0 : 1;
  if (a >= largeShape && Math.abs(x - a) < nearMiddle * a) {
    const tail = smallerTail(a, x, devianceTerm(a, x));
    return upper === x > a ? tail : 1 - tail;
  }
  const factor = Math.exp(logPoisson(a, x));
  if (x < a + 1) {
    let term = 1;
    let sum = 1;
    for (let n = 1; n < 100_000 && term > sum * 1e-17; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return upper ? 1 - factor * sum : factor * sum;
  }
  const tail = factor * a * gammaFraction(a, x);
  return upper ? tail : 1 - tail;
}

/** Legendre's continued fraction of Gamma(a, x) e^x x^-a, evaluated by Lentz's method. */
function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < 100_000; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / nonZero(numerator * d + b);
    c = nonZero(b + numerator / c);
    const change = c * d;
    fraction *= change;
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return fraction;
}

/** Lentz's guard: a denominator that vanishes is replaced by a tiny one. */
export function nonZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}

/** Regularised lower incomplete gamma function P(a, x), a > 0, x >= 0. */
export function gammaP(a: number, x: number): number {
  return incompleteGamma(a, x, false);
}

/** Regularised upper incomplete gamma function Q(a, x) = 1 - P(a, x). */
export function gammaQ(a: number, x: number): number {
  return incompleteGamma(a, x, true);
}

/** The x with P(a, x) = p. */
export function gammaPInverse(a: number, p: number): number {
  if (!(p >= 0 && p <= 1) || !(a > 0)) return Number.NaN;
  if (p === 0) return 0;
  if (p === 1) return Number.POSITIVE_INFINITY;
  // Wilson and Hilferty's cube for moderate shapes, the first term of the series near zero; then Newton steps in log x.
  const z = normalQuantile(p);
  const cube = 1 - 1 / (9 * a) + z / (3 * Math.sqrt(a));
  const small = (Math.log(p) + logGamma(a + 1)) / a;
  const start = cube > 0.3 && a > 0.3 ? Math.log(a) + 3 * Math.log(cube) : Math.min(small, 700);
  const upper = p > 0.5;
  const target = upper ? 1 - p : p;
  const log = invertIncreasing({
    value: (t) => (upper ? target - gammaQ(a, Math.exp(t)) : gammaP(a, Math.exp(t)) - target),
    slope: (t) => a * Math.exp(logPoisson(a, Math.exp(t))),
    start,
    low: -745,
    high: 709,
  });
  return Math.exp(log);
}

/** Derivative of {@link logGamma}. */
export function digamma(x: number): number {
  let sum = 0;
  let shifted = x;
  while (shifted < 10) sum -= 1 / shifted++;
  const square = 1 / (shifted * shifted);
  const series =
    square *
    (1 / 12 -
      square *
        (1 / 120 - square * (1 / 252 - square * (1 / 240 - square * (1 / 132 - square * (691 / 32760))))));
  return sum + Math.log(shifted) - 0.5 / shifted - series;
}

/** Second derivative of {@link logGamma}. */
export function trigamma(x: number): number {
  let sum = 0;
  let shifted = x;
  while (shifted < 10) {
    sum += 1 / (shifted * shifted);
    shifted++;
  }
  const square = 1 / (shifted * shifted);
  const series =
    square *
    (1 / 6 -
      square * (1 / 30 - square * (1 / 42 - square * (1 / 30 - square * (5 / 66 - square * (691 / 2730))))));
  return sum + (1 + series) / shifted + 0.5 * square;
}
