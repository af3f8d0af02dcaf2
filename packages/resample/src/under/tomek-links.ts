// Tomek links (Tomek 1976): two rows of different classes that are each other's nearest neighbour.

import { allRows, type Outcome, type Work } from "../work.ts";
import { neighboursAmong, withoutRows } from "./selections.ts";

/** The rows of `rows` in a link, whose class may lose rows. */
export async function linkedRows(
  work: Work,
  rows: Int32Array,
  mayLose: readonly boolean[],
): Promise<number[]> {
  if (rows.length < 2) return [];
  const nearest = (await neighboursAmong(work, rows, rows, 1)).rows;
  const place = new Int32Array(work.labels.length).fill(-1);
  for (let i = 0; i < rows.length; i++) place[rows[i]!] = i;
  const linked: number[] = [];
  for (const [i, row] of rows.entries()) {
    const other = nearest[i]!;
    if (!mayLose[work.labels[row]!] || work.labels[other] === work.labels[row]) continue;
    if (nearest[place[other]!] === row) linked.push(row);
  }
  return linked;
}

export async function tomekLinks(work: Work): Promise<Outcome> {
  return withoutRows(work, await linkedRows(work, allRows(work), work.goals.mayLose));
}
