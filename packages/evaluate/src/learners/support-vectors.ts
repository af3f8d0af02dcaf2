// Support vector machines with a Gaussian kernel, for two classes (C. Cortes, V. Vapnik, 1995) and for numbers (V. Vapnik,
// 1995), solved by pairs: J. Platt's sequential minimal optimisation with the working sets of R.-E. Fan, P.-H. Chen and
// C.-J. Lin, "Working Set Selection Using Second Order Information", JMLR 6 (2005). Kernel values in single precision, end
// at a violation of 1e-3, as LIBSVM has them, so that results lie within that of LIBSVM's.

import { setImmediate } from "node:timers/promises";

import { type RunOptions, throwIfAborted } from "@verisim/core";
import type { ScaledRows, Scaling } from "./scaled-rows.ts";

/** The kernel between rows. */
export interface Kernel {
  /** Kernel values of the row `i` of the learnt ones and all of them. */
  row(i: number): Float32Array;
  /** Kernel values of row `i` of others and all learnt ones. */
  between(others: ScaledRows, i: number): Float32Array;
  readonly count: number;
}

const penalty = 1;
const tolerance = 1e-3;
const tau = 1e-12;
/** Give way after so many steps. */
const stepsPerTurn = 200;

/**
 * exp(-gamma |a - b|^2), gamma being 1 / (columns x variance of all entries) of the learnt rows. All values are kept: 4
 * bytes for each pair of rows.
 */
export function gaussianKernel(scaling: Scaling, learnt: ScaledRows): Kernel {
  const { count } = learnt;
  const gamma = 1 / (scaling.width * (entryVariance(scaling, learnt) || 1));
  const own = flatRows(scaling, learnt);
  const flat = new Map<ScaledRows, FlatRows>([[learnt, own]]);
  const between = (others: ScaledRows, i: number): Float32Array => {
    const asked = flat.get(others) ?? flatRows(scaling, others);
    flat.set(others, asked);
    const { numbersWidth, codesWidth } = own;
    const number = asked.numbers.subarray(i * numbersWidth, (i + 1) * numbersWidth);
    const code = asked.codes.subarray(i * codesWidth, (i + 1) * codesWidth);
    const cost = asked.costs.subarray(i * codesWidth, (i + 1) * codesWidth);
    const values = new Float32Array(count);
    for (let row = 0; row < count; row++) {
      let sum = 0;
      for (let at = 0, place = row * numbersWidth; at < numbersWidth; at++, place++) {
        const difference = own.numbers[place]! - number[at]!;
        sum += difference * difference;
      }
      for (let at = 0, place = row * codesWidth; at < codesWidth; at++, place++)
        if (own.codes[place] !== code[at]) sum += cost[at]! + own.costs[place]!;
      values[row] = Math.exp(-gamma * sum);
    }
    return values;
  };
  const rows: Float32Array[] = [];
  return {
    count,
    between,
    row: (i) => {
      rows[i] ??= between(learnt, i);
      return rows[i];
    },
  };
}

/** Rows one after the other: numbers, codes, and what the one of each code adds to a squared distance. */
interface FlatRows {
  readonly numbersWidth: number;
  readonly numbers: Float64Array;
  readonly codesWidth: number;
  readonly codes: Int32Array;
  readonly costs: Float64Array;
}

function flatRows({ bases, zero, one }: Scaling, { count, numbers, codes }: ScaledRows): FlatRows {
  const [numbersWidth, codesWidth] = [numbers.length, codes.length];
  const flat = {
    numbersWidth,
    numbers: new Float64Array(count * numbersWidth),
    codesWidth,
    codes: new Int32Array(count * codesWidth),
    costs: new Float64Array(count * codesWidth),
  };
  for (const [at, values] of numbers.entries())
    for (let row = 0; row < count; row++) flat.numbers[row * numbersWidth + at] = values[row]!;
  for (const [at, own] of codes.entries())
    for (let row = 0; row < count; row++) {
      const [code, column] = [own[row]!, bases[at]! + own[row]!];
      flat.codes[row * codesWidth + at] = code;
      flat.costs[row * codesWidth + at] = code < 0 ? 0 : (one[column]! - zero[column]!) ** 2;
    }
  return flat;
}

/** Variance of all entries of the dense matrix, one-hot columns among them. */
function entryVariance({ width, bases, zero, one }: Scaling, { count, numbers, codes }: ScaledRows): number {
  let sum = 0;
  let squares = 0;
  const add = (value: number, times: number): void => {
    sum += value * times;
    squares += value * value * times;
  };
  for (const values of numbers) for (const value of values) add(value, 1);
  for (const [block, own] of codes.entries()) {
    const end = bases[block + 1] ?? width;
    const counts = new Float64Array(end - bases[block]!);
    for (const code of own) if (code >= 0) counts[code]!++;
    for (const [code, ones] of counts.entries()) {
      add(one[bases[block]! + code]!, ones);
      add(zero[bases[block]! + code]!, count - ones);
    }
  }
  const total = count * width;
  return total === 0 ? 0 : squares / total - (sum / total) ** 2;
}

/** How the decision is made of kernel values: their weighted sum less `rho`. */
export interface Machine {
  readonly weights: Float64Array;
  readonly rho: number;
}

/** @param labels 1 or -1 per learnt row */
export async function fitClassifier(kernel: Kernel, labels: Float64Array, run: RunOptions): Promise<Machine> {
  const { alpha, rho } = await solve(kernel, labels, new Float64Array(labels.length).fill(-1), run);
  return { weights: alpha.map((value, row) => value * labels[row]!), rho };
}

/** Errors below `tube` cost nothing. */
export async function fitRegressor(
  kernel: Kernel,
  target: Float64Array,
  run: RunOptions,
  tube = 0.1,
): Promise<Machine> {
  const count = target.length;
  const signs = Float64Array.from({ length: 2 * count }, (_, at) => (at < count ? 1 : -1));
  const linear = Float64Array.from({ length: 2 * count }, (_, at) =>
    at < count ? tube - target[at]! : tube + target[at - count]!,
  );
  const { alpha, rho } = await solve(kernel, signs, linear, run);
  return { weights: target.map((_, row) => alpha[row]! - alpha[row + count]!), rho };
}

/** The decision for every row of others. */
export async function decide(
  { weights, rho }: Machine,
  kernel: Kernel,
  others: ScaledRows,
  run: RunOptions,
): Promise<Float64Array> {
  const decisions = new Float64Array(others.count);
  for (let row = 0; row < others.count; row++) {
    if (row % stepsPerTurn === 0) await turn(run);
    const values = kernel.between(others, row);
    let sum = -rho;
    for (let at = 0; at < weights.length; at++) if (weights[at] !== 0) sum += weights[at]! * values[at]!;
    decisions[row] = sum;
  }
  return decisions;
}

async function turn({ signal }: RunOptions): Promise<void> {
  await setImmediate();
  throwIfAborted(signal);
}

/**
 * Minimises alpha' Q alpha / 2 + linear' alpha with 0 <= alpha <= C and signs' alpha = 0; Q_ij = s_i s_j K_ij. More variables
 * than the kernel has rows stand for its rows again.
 */
async function solve(
  kernel: Kernel,
  signs: Float64Array,
  linear: Float64Array,
  run: RunOptions,
): Promise<{ alpha: Float64Array; rho: number }> {
  const size = signs.length;
  const alpha = new Float64Array(size);
  const gradient = linear.slice();
  const rowOf = (t: number): Float32Array => {
    const own = kernel.row(t % kernel.count);
    if (size === kernel.count) return own;
    const twice = new Float32Array(size);
    for (let at = 0; at < size; at += kernel.count) twice.set(own, at);
    return twice;
  };
  const mostSteps = Math.max(10_000_000, 100 * size);
  for (let step = 0; step < mostSteps; step++) {
    if (step % stepsPerTurn === 0) await turn(run);
    let most = Number.NEGATIVE_INFINITY;
    let i = -1;
    for (let t = 0; t < size; t++) {
      const sign = signs[t]!;
      if (sign > 0 ? alpha[t]! >= penalty : alpha[t]! <= 0) continue;
      const own = -sign * gradient[t]!;
      if (own >= most) {
        most = own;
        i = t;
      }
    }
    if (i < 0) break;
    const row = rowOf(i);
    let least = Number.POSITIVE_INFINITY;
    let lowest = Number.POSITIVE_INFINITY;
    let j = -1;
    for (let t = 0; t < size; t++) {
      const sign = signs[t]!;
      if (sign > 0 ? alpha[t]! <= 0 : alpha[t]! >= penalty) continue;
      const own = -sign * gradient[t]!;
      if (own < lowest) lowest = own;
      const gap = most - own;
      if (gap <= 0) continue;
      // The kernel of a row and itself is 1.
      const curve = 2 - 2 * row[t]!;
      const change = -(gap * gap) / (curve > 0 ? curve : tau);
      if (change <= least) {
        least = change;
        j = t;
      }
    }
    if (j < 0 || most - lowest < tolerance) break;
    const [oldI, oldJ] = [alpha[i]!, alpha[j]!];
    movePair(alpha, gradient, signs, i, j, 2 - 2 * row[j]!);
    const [stepI, stepJ] = [(alpha[i]! - oldI) * signs[i]!, (alpha[j]! - oldJ) * signs[j]!];
    const other = rowOf(j);
    for (let t = 0; t < size; t++) gradient[t]! += signs[t]! * (row[t]! * stepI + other[t]! * stepJ);
  }
  return { alpha, rho: offset(alpha, gradient, signs) };
}

/** The step of Fan, Chen and Lin's section 2 along the pair, kept within the box. */
function movePair(
  alpha: Float64Array,
  gradient: Float64Array,
  signs: Float64Array,
  i: number,
  j: number,
  curve: number,
): void {
  const bend = curve > 0 ? curve : tau;
  if (signs[i] !== signs[j]) {
    const delta = (-gradient[i]! - gradient[j]!) / bend;
    const difference = alpha[i]! - alpha[j]!;
    alpha[i]! += delta;
    alpha[j]! += delta;
    if (difference > 0 && alpha[j]! < 0) [alpha[i], alpha[j]] = [difference, 0];
    else if (difference <= 0 && alpha[i]! < 0) [alpha[i], alpha[j]] = [0, -difference];
    if (difference > 0 && alpha[i]! > penalty) [alpha[i], alpha[j]] = [penalty, penalty - difference];
    else if (difference <= 0 && alpha[j]! > penalty) [alpha[i], alpha[j]] = [penalty + difference, penalty];
    return;
  }
  const delta = (gradient[i]! - gradient[j]!) / bend;
  const sum = alpha[i]! + alpha[j]!;
  alpha[i]! -= delta;
  alpha[j]! += delta;
  if (sum > penalty && alpha[i]! > penalty) [alpha[i], alpha[j]] = [penalty, sum - penalty];
  else if (sum <= penalty && alpha[j]! < 0) [alpha[i], alpha[j]] = [sum, 0];
  if (sum > penalty && alpha[j]! > penalty) [alpha[i], alpha[j]] = [sum - penalty, penalty];
  else if (sum <= penalty && alpha[i]! < 0) [alpha[i], alpha[j]] = [0, sum];
}

/** The mean over variables between their bounds, or the middle of what the others allow. */
function offset(alpha: Float64Array, gradient: Float64Array, signs: Float64Array): number {
  let [upper, lower] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let [sum, free] = [0, 0];
  for (let t = 0; t < alpha.length; t++) {
    const own = signs[t]! * gradient[t]!;
    if (alpha[t]! >= penalty) {
      if (signs[t]! < 0) upper = Math.min(upper, own);
      else lower = Math.max(lower, own);
    } else if (alpha[t]! <= 0) {
      if (signs[t]! > 0) upper = Math.min(upper, own);
      else lower = Math.max(lower, own);
    } else {
      free++;
      sum += own;
    }
  }
  return free > 0 ? sum / free : (upper + lower) / 2;
}
