// Borderline-SMOTE (Han, Wang and Mao 2005, section 3): only rows in danger, of whose m neighbours at least half but not
// all are of other classes, make new rows. Kind 1 goes towards rows of the class, kind 2 towards any row, and at most
// half-way where that is of another class.

import type { NewRows } from "../new-rows.ts";
import {
  affordableNeighbours,
  allRows,
  findNeighbours,
  missingRows,
  type Outcome,
  type Work,
} from "../work.ts";
import { interpolate } from "./interpolation.ts";
import { rowsWithNeighbours, smoteClass } from "./smote.ts";

export const borderlineSmote =
  (kind: 1 | 2) =>
  async (work: Work): Promise<Outcome> => {
    const made: NewRows[] = [];
    const everything = allRows(work);
    for (const [label, count] of missingRows(work)) {
      const rows = rowsWithNeighbours(work, label);
      const mismatch = work.features.mismatch(rows);
      const strangers = await strangersAround(work, label, rows, everything, mismatch);
      const bases = rows.filter(
        (_, place) => strangers.shares[place]! >= 0.5 && strangers.shares[place]! < 1,
      );
      if (bases.length === 0) {
        work.note(
          "VERISIM_NOTE_NO_BORDER",
          `No row of class ${JSON.stringify(work.classes[label])} is in danger: its new rows are those of SMOTE.`,
        );
        made.push(await smoteClass(work, label, count));
        continue;
      }
      const pool = kind === 1 ? rows : everything;
      const k = affordableNeighbours(work, label, work.options.kNeighbors, pool.length - 1, "neighbours");
      const neighbours = await findNeighbours(work, bases, pool, k, mismatch);
      const fresh = await interpolate(work, { label, bases, neighbours, count });
      if (kind === 2) {
        const half = await work.draws.uniforms(`${work.classes[label]}: half-way`, count);
        for (let i = 0; i < count; i++)
          if (work.labels[fresh.other[i]!] !== label) fresh.share[i]! *= half[i]! / 2;
      }
      made.push(fresh);
    }
    return { kept: everything, made };
  };

/** Per row, the share of its m neighbours among all rows that are of another class. */
export async function strangersAround(
  work: Work,
  label: number,
  rows: Int32Array,
  everything: Int32Array,
  mismatch: number,
): Promise<{ readonly shares: Float64Array; readonly m: number }> {
  const m = affordableNeighbours(work, label, work.options.mNeighbors, everything.length - 1, "in the table");
  const around = await findNeighbours(work, rows, everything, m, mismatch);
  const shares = Float64Array.from(rows, (_, place) => {
    let others = 0;
    for (let j = place * m; j < (place + 1) * m; j++) if (work.labels[around.rows[j]!] !== label) others++;
    return others / m;
  });
  return { shares, m };
}
