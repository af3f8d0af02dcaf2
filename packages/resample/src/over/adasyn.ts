// ADASYN (He et al. 2008): as SMOTE, with each row used in proportion to how many of its neighbours among all rows are
// of other classes (equations 2 to 4). Counts are exact: what rounding would lose or add goes by largest remainders.

import type { NewRows } from "../new-rows.ts";
import {
  affordableNeighbours,
  allRows,
  apportion,
  findNeighbours,
  missingRows,
  type Outcome,
  type Work,
} from "../work.ts";
import { interpolate } from "./interpolation.ts";
import { rowsWithNeighbours } from "./smote.ts";

export async function adasyn(work: Work): Promise<Outcome> {
  const made: NewRows[] = [];
  const everything = allRows(work);
  for (const [label, count] of missingRows(work)) {
    const bases = rowsWithNeighbours(work, label);
    const mismatch = work.features.mismatch(bases);
    const { kNeighbors } = work.options;
    const among = affordableNeighbours(work, label, kNeighbors, everything.length - 1, "in the table");
    const around = await findNeighbours(work, bases, everything, among, mismatch);
    const strangers = Float64Array.from(bases, (_, place) => {
      let others = 0;
      for (let j = place * among; j < (place + 1) * among; j++)
        if (work.labels[around.rows[j]!] !== label) others++;
      return others;
    });
    if (strangers.every((others) => others === 0)) {
      work.note(
        "VERISIM_NOTE_NO_BORDER",
        `No row of class ${JSON.stringify(work.classes[label])} has a neighbour of another class, so that ADASYN has no weights: every row was used alike.`,
      );
      strangers.fill(1);
    }
    const k = affordableNeighbours(work, label, kNeighbors, bases.length - 1, "of its class");
    const neighbours = await findNeighbours(work, bases, bases, k, mismatch);
    made.push(
      await interpolate(work, { label, bases, neighbours, count, perBase: apportion(strangers, count) }),
    );
  }
  return { kept: everything, made };
}
