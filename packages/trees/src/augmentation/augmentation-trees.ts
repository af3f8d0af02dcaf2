// The options of the trees that judge synthetic rows.

import type { TreeOptions } from "../tree-options.ts";

/**
 * Options of the trees for a number of real rows: the same for both sides, and such that few rows can be learnt too.
 */
export function augmentationTreeOptions(rowCount: number): Partial<TreeOptions> {
  const least = rowCount < 1000 ? 5 : 20;
  return {
    numIterations: 1000,
    earlyStoppingRounds: 50,
    learningRate: 0.05,
    numLeaves: 15,
    minDataInLeaf: least,
    minDataPerGroup: least,
    lambdaL2: 1,
    baggingFraction: 0.8,
    baggingFreq: 1,
    featureFraction: 0.8,
  };
}
