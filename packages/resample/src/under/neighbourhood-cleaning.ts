// Neighbourhood cleaning (Laurikkala 2001): what edited nearest neighbours leave out by most votes, and the neighbours of
// minority rows that theirs get wrong, where their class is large enough to spare them.

import { allRows, type Outcome, type Work } from "../work.ts";
import { edited } from "./edited-neighbours.ts";
import { majorityLabel, minorityOf, neighboursAmong } from "./selections.ts";

export async function neighbourhoodCleaning(work: Work): Promise<Outcome> {
  const { kNeighbors, cleaningThreshold } = work.options;
  const { mayLose, sizes } = work.goals;
  const rows = allRows(work);
  const stay = new Set(await edited(work, rows, kNeighbors, mayLose, "mode"));
  const minority = minorityOf(work);
  const small = work.classRows[minority]!;
  const k = Math.min(kNeighbors, rows.length - 1);
  const around = await neighboursAmong(work, small, rows, k);
  // A minority row is judged by the k rows nearest to its place, of which it is one, as imbalanced-learn does.
  const voters = new Int32Array(k);
  for (let place = 0; place < small.length; place++) {
    voters[0] = small[place]!;
    voters.set(around.rows.subarray(place * k, (place + 1) * k - 1), 1);
    if (majorityLabel(work, voters, 0, k) === minority) continue;
    for (const other of around.rows.subarray(place * k, (place + 1) * k)) {
      const label = work.labels[other]!;
      if (mayLose[label] && sizes[label]! > sizes[minority]! * cleaningThreshold) stay.delete(other);
    }
  }
  return { kept: rows.filter((row) => stay.has(row)), made: [] };
}
