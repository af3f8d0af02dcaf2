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

/** The looks that all networks reached, with the mean of their qualities. */
export function commonHistory(histories: readonly (readonly QualityPoint[])[]): QualityPoint[] {
  const looks = Math.min(...histories.map((history) => history.length));
  const mean = (of: (history: readonly QualityPoint[]) => number): number =>
    histories.reduce((sum, history) => sum + of(history), 0) / histories.length;
  return Array.from({ length: looks }, (_, look) => {
    const { step, learnt } = histories[0]![look]!;
    return {
      step,
      quality: mean((history) => history[look]!.quality),
      ...(learnt === undefined ? {} : { learnt: mean((history) => history[look]!.learnt!) }),
      losses: {},
    };
  });
}

/** The step with the best quality; 0 where there is none. */
export function bestStep(history: readonly QualityPoint[]): number {
  let best = { step: 0, quality: Number.NEGATIVE_INFINITY };
  for (const point of history) if (point.quality > best.quality) best = point;
  return best.step;
}
