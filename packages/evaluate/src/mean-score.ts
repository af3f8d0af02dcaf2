// The mean of scores, leaving out those that are not defined.
import type { Score } from "./evaluation.ts";

export function meanScore(scores: readonly Score[]): Score {
  let sum = 0;
  let count = 0;
  for (const score of scores) {
    if (score === null) continue;
    sum += score;
    count++;
  }
  return count === 0 ? null : sum / count;
}
