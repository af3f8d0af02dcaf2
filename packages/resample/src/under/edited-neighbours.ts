// Edited nearest neighbours (Wilson 1972): rows that their neighbours disagree with are left out, of the classes that may
// lose rows; repeated, or with 1, 2, ... k neighbours in turn (Tomek 1976).

import { allRows, type Outcome, type Work } from "../work.ts";
import { majorityLabel, minorityOf, neighboursAmong } from "./selections.ts";

/** The rows of `rows` that their k neighbours among them agree with, or whose class may lose none. */
export async function edited(
  work: Work,
  rows: Int32Array,
  k: number,
  mayLose: readonly boolean[],
  vote: "all" | "mode",
): Promise<Int32Array> {
  const asked = rows.filter((row) => mayLose[work.labels[row]!]);
  const size = Math.min(k, rows.length - 1);
  if (size < 1 || asked.length === 0) return rows;
  const around = await neighboursAmong(work, asked.length === rows.length ? rows : asked, rows, size);
  const gone = new Set<number>();
  for (const [place, row] of asked.entries()) {
    const label = work.labels[row]!;
    const [from, to] = [place * size, (place + 1) * size];
    const agree =
      vote === "mode"
        ? majorityLabel(work, around.rows, from, to) === label
        : around.rows.subarray(from, to).every((other) => work.labels[other] === label);
    if (!agree) gone.add(row);
  }
  return gone.size === 0 ? rows : rows.filter((row) => !gone.has(row));
}

export async function editedNeighbours(work: Work): Promise<Outcome> {
  const { kNeighbors, vote } = work.options;
  return { kept: await edited(work, allRows(work), kNeighbors, work.goals.mayLose, vote), made: [] };
}

/** Until nothing changes, a class would fall below the minority, or one would be gone. */
export async function repeatedEditedNeighbours(work: Work): Promise<Outcome> {
  const { kNeighbors, vote, rounds } = work.options;
  let rows = allRows(work);
  for (let round = 0; round < rounds; round++) {
    const kept = await edited(work, rows, kNeighbors, work.goals.mayLose, vote);
    const done = kept.length === rows.length || tooFew(work, kept);
    rows = kept;
    if (done) break;
  }
  return { kept: rows, made: [] };
}

export async function allKnn(work: Work): Promise<Outcome> {
  const { kNeighbors, vote } = work.options;
  let rows = allRows(work);
  for (let k = 1; k <= kNeighbors; k++) {
    rows = await edited(work, rows, k, work.goals.mayLose, vote);
    if (tooFew(work, rows)) break;
  }
  return { kept: rows, made: [] };
}

function tooFew(work: Work, rows: Int32Array): boolean {
  const sizes = new Int32Array(work.classes.length);
  for (const row of rows) sizes[work.labels[row]!]!++;
  const minority = minorityOf(work);
  const least = work.goals.sizes[minority]!;
  return sizes.some((size, label) => size === 0 || (label !== minority && size < least));
}
