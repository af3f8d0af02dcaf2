// How the correlation of two observed columns follows from the correlation of the normal variables behind them.
// With f(Z) = sum a_m h_m(Z) in normalised Hermite polynomials, Corr(f(Z1), g(Z2)) = sum rho^m a_m b_m (Mehler's
// formula; Lancaster 1957). One root per pair gives the polychoric (two step functions), polyserial (one) and
// Nataf (two quantile functions) correlation alike.

import { type Marginal, marginalQuantile } from "./marginal.ts";
import { normalCdf, normalQuantile } from "./normal.ts";

/** Number of Hermite terms kept: enough for step functions at correlations of 0.97. */
export const HERMITE_TERMS = 60;

const REACH = 6.5;
const GRID = 1301;

let basis: { z: Float64Array; rows: Float64Array[] } | null = null;

/** Weighted values of h_1..h_M on an even grid: row m - 1 dotted with f gives a_m. */
function quadrature(): { z: Float64Array; rows: Float64Array[] } {
  if (basis) return basis;
  const z = new Float64Array(GRID);
  const weight = new Float64Array(GRID);
  let total = 0;
  for (let i = 0; i < GRID; i++) {
    z[i] = -REACH + (2 * REACH * i) / (GRID - 1);
    weight[i] = Math.exp(-0.5 * z[i]! * z[i]!);
    total += weight[i]!;
  }
  let before = weight.map((w) => w / total);
  let current = before.map((w, i) => w * z[i]!);
  const rows = [before, current];
  for (let m = 1; m < HERMITE_TERMS; m++) {
    const next = current.map((h, i) => (z[i]! * h - Math.sqrt(m) * before[i]!) / Math.sqrt(m + 1));
    before = current;
    current = next;
    rows.push(next);
  }
  basis = { z, rows };
  return basis;
}

/** Hermite coefficients a_1..a_M of f, scaled so that Var f(Z) = 1; all zero for a constant f. */
export function hermiteCoefficients(f: (z: number) => number): Float64Array {
  const { z, rows } = quadrature();
  const values = Float64Array.from(z, f);
  const weights = rows[0]!;
  let mean = 0;
  let square = 0;
  for (let i = 0; i < GRID; i++) mean += weights[i]! * values[i]!;
  for (let i = 0; i < GRID; i++) square += weights[i]! * (values[i]! - mean) ** 2;
  const coefficients = new Float64Array(HERMITE_TERMS);
  if (!(square > 0)) return coefficients;
  const scale = 1 / Math.sqrt(square);
  for (let m = 1; m <= HERMITE_TERMS; m++) {
    const row = rows[m]!;
    let sum = 0;
    for (let i = 0; i < GRID; i++) sum += row[i]! * values[i]!;
    coefficients[m - 1] = sum * scale;
  }
  return coefficients;
}

/** The coefficients of a step function: value k between thresholds k - 1 and k, exactly. */
export function stepCoefficients(
  thresholds: Float64Array,
  values: Float64Array,
  mass: Float64Array,
): Float64Array {
  let mean = 0;
  let square = 0;
  for (let k = 0; k < values.length; k++) mean += mass[k]! * values[k]!;
  for (let k = 0; k < values.length; k++) square += mass[k]! * (values[k]! - mean) ** 2;
  const coefficients = new Float64Array(HERMITE_TERMS);
  if (!(square > 0)) return coefficients;
  const scale = 1 / Math.sqrt(square);
  // The integral of h_m phi over (a, b) is [h_{m-1} phi](a) - [h_{m-1} phi](b), over sqrt(m).
  for (let k = 0; k < thresholds.length; k++) {
    const t = thresholds[k]!;
    const jump = (values[k + 1]! - values[k]!) * scale;
    if (jump === 0 || !Number.isFinite(t)) continue;
    let before = 0;
    let current = 0.3989422804014327 * Math.exp(-0.5 * t * t);
    for (let m = 1; m <= HERMITE_TERMS; m++) {
      coefficients[m - 1]! += (jump * current) / Math.sqrt(m);
      const next = (t * current - Math.sqrt(m - 1) * before) / Math.sqrt(m);
      before = current;
      current = next;
    }
  }
  return coefficients;
}

/** E[Z | segment k] of a standard normal cut at `thresholds`, for segments of the given masses. */
export function segmentMeans(thresholds: Float64Array, mass: ArrayLike<number>): Float64Array {
  const means = new Float64Array(thresholds.length + 1);
  let left = 0;
  for (let k = 0; k < means.length; k++) {
    const t = thresholds[k];
    const right = t === undefined || !Number.isFinite(t) ? 0 : 0.3989422804014327 * Math.exp(-0.5 * t * t);
    means[k] = mass[k]! > 0 ? (left - right) / mass[k]! : 0;
    left = right;
  }
  return means;
}

/** Coefficients of the marginal's own quantile function, x = F^-1(Phi(z)). */
export function quantileCoefficients(marginal: Marginal): Float64Array {
  return hermiteCoefficients((z) => marginalQuantile(marginal, normalCdf(z)));
}

/** Normal quantiles of the inner cumulative sums of `mass` (any positive scale). */
export function thresholdsOf(mass: ArrayLike<number>): Float64Array {
  let total = 0;
  for (let k = 0; k < mass.length; k++) total += mass[k]!;
  const thresholds = new Float64Array(Math.max(0, mass.length - 1));
  let sum = 0;
  for (let k = 0; k < thresholds.length; k++) {
    sum += mass[k]!;
    thresholds[k] = normalQuantile(Math.min(1, sum / total));
  }
  return thresholds;
}

/**
 * The latent correlation at which two columns with coefficients a and b correlate as observed; the nearest end of
 * [-limit, limit] where none does. Both columns must rise with their latent variable.
 */
export function latentCorrelation(
  observed: number,
  a: Float64Array,
  b: Float64Array,
  limit: number = 0.999,
): number {
  const terms = new Float64Array(HERMITE_TERMS);
  for (let m = 0; m < HERMITE_TERMS; m++) terms[m] = a[m]! * b[m]!;
  const implied = (rho: number): number => {
    let sum = 0;
    for (let m = HERMITE_TERMS - 1; m >= 0; m--) sum = (sum + terms[m]!) * rho;
    return sum;
  };
  if (!(implied(limit) > implied(-limit))) return 0;
  if (observed >= implied(limit)) return limit;
  if (observed <= implied(-limit)) return -limit;
  let low = -limit;
  let high = limit;
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (implied(middle) < observed) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
