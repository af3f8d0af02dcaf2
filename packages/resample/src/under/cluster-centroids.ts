// Cluster centroids: a class becomes the centres of as many clusters as rows are wanted (soft), or the rows nearest to
// them (hard). A centre's parent is the row nearest to it; its categories are the most frequent of its cluster.

import { type Clusters, clusterRows } from "../clusters.ts";
import type { NewRows } from "../new-rows.ts";
import type { Outcome, Work } from "../work.ts";
import { ascending } from "./selections.ts";

export async function clusterCentroids(work: Work): Promise<Outcome> {
  const kept: Int32Array[] = [];
  const made: NewRows[] = [];
  for (const [label, rows] of work.classRows.entries()) {
    const count = work.goals.totals[label]!;
    if (count >= rows.length || count === 0) {
      kept.push(rows.subarray(0, count));
      continue;
    }
    const clusters = await clusterRows(work, rows, count, work.classes[label]!);
    const nearest = nearestMembers(clusters, rows);
    if (work.options.voting === "hard") kept.push(nearest);
    else made.push(centresOf(work, label, rows, clusters, nearest));
  }
  return { kept: ascending(kept), made };
}

/** Per cluster the row nearest to its centre: a row is of one cluster, so that all of them differ. */
function nearestMembers({ count, of, distances }: Clusters, rows: Int32Array): Int32Array {
  const nearest = new Int32Array(count).fill(-1);
  for (const [i, cluster] of of.entries()) {
    const known = nearest[cluster]!;
    if (known < 0 || distances[i]! < distances[known]!) nearest[cluster] = i;
  }
  // A cluster that stayed empty (rows that are all alike) takes a row that no other has.
  const taken = new Set(nearest);
  let free = 0;
  return nearest.map((place) => {
    if (place >= 0) return rows[place]!;
    while (taken.has(free)) free++;
    taken.add(free);
    return rows[free]!;
  });
}

function centresOf(
  work: Work,
  label: number,
  rows: Int32Array,
  { count, of, centers }: Clusters,
  base: Int32Array,
): NewRows {
  const { numbers: columns, categories, scales } = work.features;
  const numbers = new Float64Array(columns.length * count);
  for (let d = 0; d < columns.length; d++)
    for (let i = 0; i < count; i++)
      numbers[d * count + i] = centers.numbers[i * columns.length + d]! * scales[d]!;
  const categoryRows = new Int32Array(categories.length * count);
  for (const [c, { codes }] of categories.entries()) {
    const at = categoryRows.subarray(c * count, (c + 1) * count);
    at.set(base);
    const found = new Uint8Array(count);
    for (const [i, cluster] of of.entries())
      if (!found[cluster] && codes[rows[i]!] === centers.codes[cluster * categories.length + c]) {
        found[cluster] = 1;
        at[cluster] = rows[i]!;
      }
  }
  return { label, base, other: base, share: new Float64Array(count), numbers, categoryRows };
}
