// SVM-SMOTE (Nguyen, Cooper and Kamei 2011, section 3): new rows start from the support vectors of a class. Those in
// danger, among more of other classes than of theirs, go towards a neighbour; safe ones go away from it, by `outStep` at
// most; those among other classes alone are noise. How many of each kind is a draw from Beta(10, 10).

import type { NewRows } from "../new-rows.ts";
import {
  affordableNeighbours,
  allRows,
  findNeighbours,
  missingRows,
  type Outcome,
  type Work,
} from "../work.ts";
import { strangersAround } from "./borderline-smote.ts";
import { interpolate } from "./interpolation.ts";
import { rowsWithNeighbours, smoteClass } from "./smote.ts";
import { supportVectors } from "./support-vectors.ts";

/** Rows that a machine is trained on: its time grows with their square. */
const mostTrained = 8_000;

export async function svmSmote(work: Work): Promise<Outcome> {
  const made: NewRows[] = [];
  const everything = allRows(work);
  for (const [label, count] of missingRows(work)) {
    const own = rowsWithNeighbours(work, label);
    const name = work.classes[label]!;
    const mismatch = work.features.mismatch(own);
    const trained = await trainingRows(work, label, everything);
    const vectors = supportVectors(work, trained, label, mismatch)
      .map((place) => trained[place]!)
      .filter((row) => work.labels[row] === label);
    const { shares } = await strangersAround(work, label, vectors, everything, mismatch);
    const danger = vectors.filter((_, place) => shares[place]! >= 0.5 && shares[place]! < 1);
    const safe = vectors.filter((_, place) => shares[place]! < 0.5);
    if (danger.length + safe.length === 0) {
      work.note(
        "VERISIM_NOTE_NO_BORDER",
        `Every support vector of class ${JSON.stringify(name)} lies among other classes alone: its new rows are those of SMOTE.`,
      );
      made.push(await smoteClass(work, label, count));
      continue;
    }
    const k = affordableNeighbours(work, label, work.options.kNeighbors, own.length - 1, "of its class");
    const share = await betaTenTen(work, name);
    const inwards = safe.length === 0 ? count : danger.length === 0 ? 0 : Math.floor(share * (count + 1));
    for (const [part, bases, step, size] of [
      ["danger", danger, 1, inwards],
      ["safe", safe, -work.options.outStep, count - inwards],
    ] as const) {
      if (size === 0) continue;
      const neighbours = await findNeighbours(work, bases, own, k, mismatch);
      made.push(await interpolate(work, { label, part, bases, neighbours, count: size, step }));
    }
  }
  return { kept: everything, made };
}

/** All rows, or of more a draw that holds as many of the class as of the others where it can. */
async function trainingRows(work: Work, label: number, everything: Int32Array): Promise<Int32Array> {
  if (everything.length <= mostTrained) return everything;
  work.note(
    "VERISIM_NOTE_FEWER_ROWS",
    `The machine for class ${JSON.stringify(work.classes[label])} was trained on ${mostTrained} of ${everything.length} rows.`,
  );
  const keys = await work.draws.uniforms(`${work.classes[label]}: trained`, everything.length);
  const drawn = (own: boolean): number[] =>
    Array.from(everything.keys())
      .filter((place) => (work.labels[everything[place]!] === label) === own)
      .sort((a, b) => keys[a]! - keys[b]! || a - b);
  const own = drawn(true).slice(0, mostTrained / 2);
  const others = drawn(false).slice(0, mostTrained - own.length);
  return Int32Array.from([...own, ...others], (place) => everything[place]!).sort();
}

/** The tenth smallest of nineteen uniforms. */
async function betaTenTen(work: Work, name: string): Promise<number> {
  return (await work.draws.uniforms(`${name}: inwards`, 19)).sort()[9]!;
}
