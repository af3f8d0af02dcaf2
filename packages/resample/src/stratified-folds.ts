// Parts of a cross-validation in which every class has its share: a class's rows are dealt out in a random order.

import { type Draws, randomOrder } from "./draws.ts";

/**
 * Per row its fold, 0 to folds - 1; -1 for rows of no class.
 * @param classRows the rows of each class
 * @param stream tells the random numbers of one use from those of another
 */
export async function stratifiedFolds(
  draws: Draws,
  classes: readonly string[],
  classRows: readonly Int32Array[],
  rowCount: number,
  folds: number,
  stream: string,
): Promise<Int32Array> {
  const foldOf = new Int32Array(rowCount).fill(-1);
  for (const [label, rows] of classRows.entries()) {
    const order = await randomOrder(draws, `${classes[label]}: ${stream}`, rows.length);
    for (const [place, at] of order.entries()) foldOf[rows[at]!] = place % folds;
  }
  return foldOf;
}
