// Condensed nearest neighbour (Hart 1968) and one-sided selection (Kubat and Matwin 1997): from one row of a class and
// all of the minority, keep what a nearest neighbour among them gets wrong.

import { throwIfAborted } from "@verisim/core";
import { wholeNumbers } from "../draws.ts";
import type { GatheredRows } from "../feature-rows.ts";
import type { Outcome, Work } from "../work.ts";
import { ascending, minorityOf, neighboursAmong } from "./selections.ts";
import { linkedRows } from "./tomek-links.ts";

/**
 * Rows are taken in order: one that its nearest kept row gets wrong is kept at once. A row's nearest kept row is carried
 * along, so that a pass costs rows times kept rows, and nothing is searched twice.
 */
export async function condensed(work: Work): Promise<Outcome> {
  const minority = minorityOf(work);
  const kept: Int32Array[] = [];
  for (const [label, rows] of work.classRows.entries()) {
    if (!work.goals.mayLose[label]) {
      kept.push(rows);
      continue;
    }
    const first = await seedRow(work, label, rows);
    const gathered = work.features.gather(rows);
    const mismatch = work.features.mismatch(rows);
    const store = new Set<number>([first]);
    // Distance to the nearest minority row, and to the nearest kept row of the class.
    const toMinority = squaredDistances(await neighboursAmong(work, rows, work.classRows[minority]!, 1));
    const toKept = new Float64Array(rows.length).fill(Number.POSITIVE_INFINITY);
    const carry = (place: number): void => {
      throwIfAborted(work.run.signal);
      for (let i = 0; i < rows.length; i++)
        toKept[i] = Math.min(toKept[i]!, squaredDistance(gathered, i, place, work.features, mismatch));
    };
    carry(rows.indexOf(first));
    for (let i = 0; i < rows.length; i++) {
      if (store.has(rows[i]!) || toKept[i]! < toMinority[i]!) continue;
      store.add(rows[i]!);
      carry(i);
    }
    kept.push(Int32Array.from(store));
  }
  return { kept: ascending(kept), made: [] };
}

export async function oneSided(work: Work): Promise<Outcome> {
  const minority = work.classRows[minorityOf(work)]!;
  const kept: Int32Array[] = [];
  for (const [label, rows] of work.classRows.entries()) {
    if (!work.goals.mayLose[label]) {
      kept.push(rows);
      continue;
    }
    const first = await seedRow(work, label, rows);
    const known = Int32Array.of(...minority, first);
    const rest = rows.filter((row) => row !== first);
    const nearest =
      rest.length === 0 ? new Int32Array(0) : (await neighboursAmong(work, rest, known, 1)).rows;
    kept.push(
      Int32Array.of(first),
      rest.filter((_, i) => nearest[i] !== first),
    );
  }
  const rows = ascending(kept);
  const gone = new Set(await linkedRows(work, rows, work.goals.mayLose));
  return { kept: rows.filter((row) => !gone.has(row)), made: [] };
}

async function seedRow(work: Work, label: number, rows: Int32Array): Promise<number> {
  const draw = await work.draws.uniforms(`${work.classes[label]}: first`, 1);
  return rows[wholeNumbers(draw, rows.length)[0]!]!;
}

const squaredDistances = ({ distances }: { distances: Float64Array }) =>
  distances.map((distance) => distance ** 2);

function squaredDistance(
  { numbers, codes }: GatheredRows,
  a: number,
  b: number,
  features: Work["features"],
  mismatch: number,
): number {
  const [width, columns] = [features.numbers.length, features.categories.length];
  let sum = 0;
  for (let d = 0; d < width; d++) sum += (numbers[a * width + d]! - numbers[b * width + d]!) ** 2;
  for (let c = 0; c < columns; c++) if (codes[a * columns + c] !== codes[b * columns + c]) sum += mismatch;
  return sum;
}
