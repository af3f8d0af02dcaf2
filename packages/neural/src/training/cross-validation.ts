// Tables of too few rows to keep some out of training: how long to train is found by networks that each have not seen a part
// of the rows and are judged by it; the network that stays then learns from all rows for so long.

import { Permutation, streamKey } from "@verisim/core";
import type { QualityPoint } from "./supervise.ts";

/** Parts of the rows, each kept out once. */
export const foldCount = 3;
/** Fewest rows that are worth it: a part must hold more than a few. */
const fewestRows = 30;

/** Whether a table of so many rows, of which none are held out, is cut into parts. */
export function isCrossValidated(rowCount: number, holdoutShare: number): boolean {
  return holdoutShare > 0 && rowCount >= fewestRows;
}

/** The part that each row is in: parts of equal size, dealt at random. */
export function foldsOf(rowCount: number, seed: number): Uint8Array {
  const order = new Permutation(rowCount, streamKey(seed, "folds"));
  const folds = new Uint8Array(rowCount);
  for (let i = 0; i < rowCount; i++) folds[order.at(i)] = i % foldCount;
  return folds;
}

/** The step with the best mean quality among those that all networks reached; 0 where there is none. */
export function bestCommonStep(histories: readonly (readonly QualityPoint[])[]): number {
  const looks = Math.min(...histories.map((history) => history.length));
  let best = { step: 0, quality: Number.NEGATIVE_INFINITY };
  for (let look = 0; look < looks; look++) {
    const quality = histories.reduce((sum, history) => sum + history[look]!.quality, 0) / histories.length;
    if (quality > best.quality) best = { step: histories[0]![look]!.step, quality };
  }
  return best.step;
}
