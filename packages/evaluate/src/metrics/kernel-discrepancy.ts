// Maximum mean discrepancy of two tables of points with a Gaussian kernel: A. Gretton et al., "A Kernel Two-Sample Test",
// JMLR 13 (2012), equation 5: the squared distance of the two mean embeddings, every point counted with itself.

import { setImmediate } from "node:timers/promises";

import { type RunOptions, throwIfAborted } from "@verisim/core";
import type { MixedRows } from "./mixed-rows.ts";

const turnMs = 20;

/** The kernel is exp(-gamma d^2), d the Euclidean distance of one-hot rows. Quadratic in the rows. */
export async function gaussianDiscrepancy(
  first: MixedRows,
  second: MixedRows,
  gamma: number,
  run: RunOptions = {},
): Promise<number> {
  const within =
    (await meanKernel(first, first, gamma, run)) + (await meanKernel(second, second, gamma, run));
  return within - 2 * (await meanKernel(first, second, gamma, run));
}

async function meanKernel(a: MixedRows, b: MixedRows, gamma: number, run: RunOptions): Promise<number> {
  const { numbersWidth, codesWidth, mismatch } = a;
  // Pairs of one table are looked at once, and each point with itself has the kernel 1.
  const isSame = a === b;
  let sum = 0;
  let turnStart = performance.now();
  for (let i = 0; i < a.rowCount; i++) {
    let row = 0;
    for (let j = isSame ? i + 1 : 0; j < b.rowCount; j++) {
      let squares = 0;
      for (let c = 0; c < numbersWidth; c++) {
        const gap = a.numbers[i * numbersWidth + c]! - b.numbers[j * numbersWidth + c]!;
        squares += gap * gap;
      }
      let different = 0;
      for (let c = 0; c < codesWidth; c++)
        if (a.codes[i * codesWidth + c] !== b.codes[j * codesWidth + c]) different++;
      row += Math.exp(-gamma * (squares + mismatch * different));
    }
    sum += isSame ? 1 + 2 * row : row;
    if (performance.now() - turnStart < turnMs) continue;
    await setImmediate();
    throwIfAborted(run.signal);
    turnStart = performance.now();
  }
  return sum / (a.rowCount * b.rowCount);
}
