// Ridge regression whose penalty the rows choose by generalised cross-validation (Golub, Heath, Wahba, Technometrics 21,
// 1979), with the residual that each row would have had it not been learnt from (Cook, Weisberg, 1982, section 2.2).

import { choleskyFactor } from "./cholesky.ts";

/** Penalties that are tried, in squares of a column's unit. */
const penalties = [1e-3, 1e-2, 0.1, 1, 10, 100, 1000] as const;

export interface RidgeFit {
  /** One per column. */
  readonly weights: Float64Array;
  readonly intercept: number;
  /** The target less what the other rows say of it. */
  readonly residuals: Float64Array;
  /** Share of the target's variance that the other rows tell, 1 at most; below 0 where they mislead. */
  readonly told: number;
}

/**
 * Weights that tell a target from columns, all of the same few thousand rows at most.
 *
 * @param columns numbers of about the same spread: the penalty takes none of them for larger
 * @returns undefined where there are fewer than three rows or the target never varies
 */
export function ridge(columns: readonly Float64Array[], target: Float64Array): RidgeFit | undefined {
  const rows = target.length;
  const width = columns.length;
  if (rows < 3) return undefined;
  const means = columns.map(mean);
  const centre = mean(target);
  const x = columns.map((column, at) => column.map((value) => value - means[at]!));
  const y = target.map((value) => value - centre);
  const square = dot(y, y);
  if (!(square > 0)) return undefined;
  const gram = x.map((a) => Float64Array.from(x, (b) => dot(a, b)));
  const products = Float64Array.from(x, (a) => dot(a, y));
  let best: { readonly factor: Float64Array; readonly weights: Float64Array } | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const penalty of penalties) {
    const factor = choleskyFactor(
      gram.map((row, at) => row.map((value, own) => (own === at ? value + penalty : value))),
    );
    if (!factor) continue;
    const weights = solve(factor, products);
    // Squared errors and the degrees of freedom that the weights take.
    let errors = square - 2 * dot(weights, products);
    for (let at = 0; at < width; at++) errors += weights[at]! * dot(gram[at]!, weights);
    const score = Math.max(0, errors) / (rows - 1 - freedom(factor, width, penalty)) ** 2;
    if (score < least) {
      least = score;
      best = { factor, weights };
    }
  }
  if (!best) return undefined;
  const { factor, weights } = best;
  const residuals = new Float64Array(rows);
  const row = new Float64Array(width);
  for (let i = 0; i < rows; i++) {
    for (let at = 0; at < width; at++) row[at] = x[at]![i]!;
    const half = forward(factor, row);
    const leverage = Math.min(1 - 1e-6, 1 / rows + dot(half, half));
    residuals[i] = (y[i]! - dot(row, weights)) / (1 - leverage);
  }
  const intercept = centre - means.reduce((sum, own, at) => sum + own * weights[at]!, 0);
  return { weights, intercept, residuals, told: 1 - dot(residuals, residuals) / square };
}

const mean = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The factor's inverse times a vector. */
function forward(factor: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  const result = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let sum = right[i]!;
    for (let k = 0; k < i; k++) sum -= factor[i * size + k]! * result[k]!;
    result[i] = sum / factor[i * size + i]!;
  }
  return result;
}

function solve(factor: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  const result = forward(factor, right);
  for (let i = size - 1; i >= 0; i--) {
    result[i]! /= factor[i * size + i]!;
    for (let k = 0; k < i; k++) result[k]! -= factor[i * size + k]! * result[i]!;
  }
  return result;
}

/** Trace of the hat matrix: its width less the penalty times the trace of the inverse. */
function freedom(factor: Float64Array, width: number, penalty: number): number {
  let trace = 0;
  for (let at = 0; at < width; at++) {
    const unit = new Float64Array(width);
    unit[at] = 1;
    const half = forward(factor, unit);
    trace += dot(half, half);
  }
  return width - penalty * trace;
}
