// The probability of rows of categories under the tree of pairwise dependencies that fits the real rows best: C. K. Chow,
// C. N. Liu, "Approximating Discrete Probability Distributions with Dependence Trees", IEEE Trans. Inf. Theory 14 (1968).

import type { ComparedCategories } from "../compared-column.ts";

/**
 * The probability of every row of a table by the shares of the real rows; 0 for a combination that no real row has.
 *
 * @param table whose rows are judged
 * @returns null without columns
 */
export function rowLikelihoods(columns: readonly ComparedCategories[], table: number): Float64Array | null {
  const [first] = columns;
  if (!first) return null;
  const realRows = first.codes[0]!.length;
  const parents = treeOf(columns, realRows);
  const likelihoods = new Float64Array(first.codes[table]!.length).fill(1);
  for (const [child, parent] of parents.entries()) {
    const { codes, counts, labels } = columns[child]!;
    const own = codes[table]!;
    if (parent < 0) {
      for (let row = 0; row < own.length; row++) likelihoods[row]! *= counts[0]![own[row]!]! / realRows;
      continue;
    }
    const width = labels.length + 1;
    const pairs = countPairs(columns[parent]!.codes[0]!, codes[0]!, width);
    const above = columns[parent]!;
    for (let row = 0; row < own.length; row++) {
      const parentCode = above.codes[table]![row]!;
      const together = pairs.get(parentCode * width + own[row]!) ?? 0;
      likelihoods[row]! *= together === 0 ? 0 : together / above.counts[0]![parentCode]!;
    }
  }
  return likelihoods;
}

/** Parent per column, -1 for the root (the first column): the spanning tree of largest mutual information. */
function treeOf(columns: readonly ComparedCategories[], rows: number): Int32Array {
  const parents = new Int32Array(columns.length).fill(-1);
  const best = new Float64Array(columns.length).fill(Number.NEGATIVE_INFINITY);
  const isIn = new Uint8Array(columns.length);
  let latest = 0;
  isIn[0] = 1;
  for (let added = 1; added < columns.length; added++) {
    let next = -1;
    for (let column = 0; column < columns.length; column++) {
      if (isIn[column] === 1) continue;
      const information = mutualInformation(columns[latest]!, columns[column]!, rows);
      if (information > best[column]!) {
        best[column] = information;
        parents[column] = latest;
      }
      if (next < 0 || best[column]! > best[next]!) next = column;
    }
    isIn[next] = 1;
    latest = next;
  }
  return parents;
}

function mutualInformation(a: ComparedCategories, b: ComparedCategories, rows: number): number {
  const width = b.labels.length + 1;
  let sum = 0;
  for (const [cell, count] of countPairs(a.codes[0]!, b.codes[0]!, width)) {
    const first = a.counts[0]![Math.floor(cell / width)]!;
    const second = b.counts[0]![cell % width]!;
    sum += (count / rows) * Math.log((count * rows) / (first * second));
  }
  return sum;
}

function countPairs(a: Int32Array, b: Int32Array, width: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (let row = 0; row < a.length; row++) {
    const cell = a[row]! * width + b[row]!;
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  return counts;
}
