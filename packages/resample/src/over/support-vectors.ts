// The support vectors of a machine with a Gaussian kernel, C = 1: sequential minimal optimisation with second-order
// choice of the pair (Fan, Chen and Lin, "Working set selection using second order information for training support
// vector machines", JMLR 6 (2005), algorithm 2). Rows of the kernel are computed when asked for and kept while they fit.

import { throwIfAborted } from "@verisim/core";
import type { Work } from "../work.ts";

const cost = 1;
const tolerance = 1e-3;
const cacheBytes = 256e6;

/** Places in `rows` of the support vectors of `label` against all other classes. */
export function supportVectors(work: Work, rows: Int32Array, label: number, mismatch: number): Int32Array {
  const n = rows.length;
  const y = Float64Array.from(rows, (row) => (work.labels[row] === label ? 1 : -1));
  const kernel = kernelRows(work, rows, mismatch);
  const alpha = new Float64Array(n);
  const gradient = new Float64Array(n).fill(-1);
  const most = Math.max(10_000, 100 * n);
  for (let step = 0; step < most; step++) {
    if (step % 256 === 0) throwIfAborted(work.run.signal);
    let i = -1;
    let high = Number.NEGATIVE_INFINITY;
    for (let t = 0; t < n; t++) {
      if (!(y[t]! > 0 ? alpha[t]! < cost : alpha[t]! > 0)) continue;
      const value = -y[t]! * gradient[t]!;
      if (value >= high) {
        high = value;
        i = t;
      }
    }
    if (i < 0) break;
    const ki = kernel(i);
    let j = -1;
    let low = Number.POSITIVE_INFINITY;
    let best = Number.POSITIVE_INFINITY;
    for (let t = 0; t < n; t++) {
      if (!(y[t]! > 0 ? alpha[t]! > 0 : alpha[t]! < cost)) continue;
      const value = -y[t]! * gradient[t]!;
      if (value < low) low = value;
      const gap = high - value;
      if (gap <= 0) continue;
      // K is 1 on the diagonal.
      const gain = -(gap * gap) / Math.max(2 - 2 * ki[t]!, 1e-12);
      if (gain <= best) {
        best = gain;
        j = t;
      }
    }
    if (j < 0 || high - low < tolerance) break;
    const kj = kernel(j);
    const [yi, yj] = [y[i]!, y[j]!];
    const [ai, aj] = [alpha[i]!, alpha[j]!];
    // Along the line that keeps the sum of y alpha, as far as both bounds allow.
    const gap = -yi * gradient[i]! + yj * gradient[j]!;
    let move = gap / Math.max(2 - 2 * ki[j]!, 1e-12);
    move = Math.min(move, yi > 0 ? cost - ai : ai, yj > 0 ? aj : cost - aj);
    alpha[i] = clip(ai + yi * move);
    alpha[j] = clip(aj - yj * move);
    const [di, dj] = [yi * (alpha[i]! - ai), yj * (alpha[j]! - aj)];
    for (let t = 0; t < n; t++) gradient[t]! += y[t]! * (ki[t]! * di + kj[t]! * dj);
  }
  return Int32Array.from(alpha.keys()).filter((t) => alpha[t]! > 0);
}

const clip = (value: number): number => (value < 1e-12 ? 0 : value > cost - 1e-12 ? cost : value);

/** exp(-gamma distance^2) with gamma = 1 / (columns x variance of all cells). */
function kernelRows(work: Work, rows: Int32Array, mismatch: number): (row: number) => Float32Array {
  const { numbers, codes } = work.features.gather(rows);
  const n = rows.length;
  const [width, columns] = [work.features.numbers.length, work.features.categories.length];
  let sum = 0;
  let squares = 0;
  for (const value of numbers) {
    sum += value;
    squares += value * value;
  }
  const variance = width > 0 ? squares / numbers.length - (sum / numbers.length) ** 2 : 1;
  const gamma = 1 / (Math.max(1, width + columns) * (variance > 0 ? variance : 1));
  const kept = new Map<number, Float32Array>();
  const mostKept = Math.max(2, Math.floor(cacheBytes / (4 * n)));
  return (row) => {
    const known = kept.get(row);
    if (known) {
      // The last used goes to the end.
      kept.delete(row);
      kept.set(row, known);
      return known;
    }
    const out = kept.size >= mostKept ? takeOldest(kept) : new Float32Array(n);
    for (let t = 0; t < n; t++) {
      let distance = 0;
      for (let d = 0; d < width; d++) distance += (numbers[row * width + d]! - numbers[t * width + d]!) ** 2;
      for (let c = 0; c < columns; c++)
        if (codes[row * columns + c] !== codes[t * columns + c]) distance += mismatch;
      out[t] = Math.exp(-gamma * distance);
    }
    kept.set(row, out);
    return out;
  };
}

function takeOldest(kept: Map<number, Float32Array>): Float32Array {
  const [oldest, row] = kept.entries().next().value!;
  kept.delete(oldest);
  return row;
}
