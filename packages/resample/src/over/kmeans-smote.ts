// KMeans-SMOTE (Douzas, Bacao and Last 2018, section 3): clusters of all rows, of them those with enough of the class;
// new rows are shared out by how sparse the class is there, and made by SMOTE inside each.

import { clusterRows } from "../clusters.ts";
import type { NewRows } from "../new-rows.ts";
import { allRows, apportion, findNeighbours, missingRows, type Outcome, type Work } from "../work.ts";
import { interpolate } from "./interpolation.ts";
import { rowsWithNeighbours, smoteClass } from "./smote.ts";

/** Rows of a cluster whose pairs are averaged: all pairs of more would take long and say the same. */
const mostMeasured = 1_000;

export async function kmeansSmote(work: Work): Promise<Outcome> {
  const made: NewRows[] = [];
  const everything = allRows(work);
  const { kNeighbors, clusters: wanted, clusterBalanceThreshold } = work.options;
  const clusters = await clusterRows(work, everything, Math.min(wanted, everything.length), "clusters");
  const sizes = new Int32Array(clusters.count);
  for (const cluster of clusters.of) sizes[cluster]!++;
  const added = [...missingRows(work)].reduce((sum, [, count]) => sum + count, 0);
  for (const [label, count] of missingRows(work)) {
    rowsWithNeighbours(work, label);
    const members: number[][] = Array.from(sizes, () => []);
    for (const [place, cluster] of clusters.of.entries())
      if (work.labels[everything[place]!] === label) members[cluster]!.push(everything[place]!);
    const least = clusters.count === 1 ? 0 : (clusterBalanceThreshold ?? count / added / 2);
    const valid = members
      .filter((rows, cluster) => rows.length / sizes[cluster]! >= least && rows.length > kNeighbors)
      .map((rows) => Int32Array.from(rows));
    if (valid.length === 0) {
      work.note(
        "VERISIM_NOTE_NO_CLUSTER",
        `No cluster holds enough rows of class ${JSON.stringify(work.classes[label])}: its new rows are those of SMOTE. A lower clusterBalanceThreshold or fewer clusters would find some.`,
      );
      made.push(await smoteClass(work, label, count));
      continue;
    }
    const parts = apportion(
      valid.map((rows) => sparsity(work, rows)),
      count,
    );
    for (const [index, rows] of valid.entries()) {
      if (parts[index] === 0) continue;
      const neighbours = await findNeighbours(work, rows, rows, kNeighbors, work.features.mismatch(rows));
      made.push(
        await interpolate(work, {
          label,
          part: String(index),
          bases: rows,
          neighbours,
          count: parts[index]!,
        }),
      );
    }
  }
  return { kept: everything, made };
}

/** Mean distance to the power of the exponent, per row (section 3, algorithm 1): 1 where all rows are alike. */
function sparsity(work: Work, rows: Int32Array): number {
  const exponent =
    work.options.densityExponent ?? (Math.log(rows.length) ** 1.8 / Math.log(1.6) ** 1.8) * 0.16;
  const step = Math.max(1, Math.ceil(rows.length / mostMeasured));
  const some = rows.filter((_, place) => place % step === 0);
  const { numbers, codes } = work.features.gather(some);
  const [width, columns] = [work.features.numbers.length, work.features.categories.length];
  const mismatch = work.features.mismatch(rows);
  let sum = 0;
  for (let a = 0; a < some.length; a++)
    for (let b = 0; b < a; b++) {
      let squares = 0;
      for (let d = 0; d < width; d++) squares += (numbers[a * width + d]! - numbers[b * width + d]!) ** 2;
      for (let c = 0; c < columns; c++)
        if (codes[a * columns + c] !== codes[b * columns + c]) squares += mismatch;
      sum += Math.sqrt(squares);
    }
  const mean = (2 * sum) / (some.length * (some.length - 1));
  return Math.max(mean ** exponent, Number.MIN_VALUE) / rows.length;
}
