// What every strategy is given, and the few things that several of them do: finding neighbours among rows of the table,
// sharing out exact counts, and saying what was done differently from what was asked.

import type { NativeOptions } from "@verisim/tensor/arrays";
import { nearestNeighbours } from "@verisim/tensor/arrays";
import type { Draws } from "./draws.ts";
import type { FeatureRows } from "./feature-rows.ts";
import type { NewRows } from "./new-rows.ts";
import type { ResampleOptions } from "./options.ts";
import type { SamplingGoals } from "./sampling-goals.ts";

/** Something that was done in another way than asked, with the reason. */
export interface ResampleNote {
  /** Begins with `VERISIM_NOTE_` and never changes once released. */
  readonly code: string;
  readonly message: string;
}

/** A table to resample, its classes and how. */
export interface Work {
  readonly features: FeatureRows;
  /** Per row its class, -1 where it has none. */
  readonly labels: Int32Array;
  readonly classes: readonly string[];
  /** Per class its rows, ascending. */
  readonly classRows: readonly Int32Array[];
  readonly goals: SamplingGoals;
  readonly options: ResampleOptions;
  readonly draws: Draws;
  readonly run: NativeOptions;
  note(code: string, message: string): void;
}

/** What a strategy answers: the rows that stay, ascending, and the new ones. */
export interface Outcome {
  readonly kept: Int32Array;
  readonly made: readonly NewRows[];
}

/** Neighbours of some rows, as rows of the table, nearest first. */
export interface NeighbourTable {
  /** `[queries, k]`. */
  readonly rows: Int32Array;
  readonly distances: Float64Array;
  readonly k: number;
}

/** Every row of the table that has a class. */
export function allRows(work: Work): Int32Array {
  const count = work.classRows.reduce((sum, rows) => sum + rows.length, 0);
  const rows = new Int32Array(count);
  let next = 0;
  for (let row = 0; row < work.labels.length; row++) if (work.labels[row]! >= 0) rows[next++] = row;
  return rows;
}

/**
 * The k nearest rows of `reference` for each of `queries`; a row never finds itself.
 * @param mismatch what categories that differ add to a squared distance
 */
export async function findNeighbours(
  work: Pick<Work, "features" | "run">,
  queries: Int32Array,
  reference: Int32Array,
  k: number,
  mismatch: number,
): Promise<NeighbourTable> {
  const { features } = work;
  const among = features.gather(reference);
  const asked = queries === reference ? among : features.gather(queries);
  const columns = features.categories.length;
  const places = new Int32Array(queries === reference ? 0 : features.rowCount).fill(-1);
  if (queries !== reference) for (let i = 0; i < reference.length; i++) places[reference[i]!] = i;
  const selves = queries === reference ? undefined : queries.map((row) => places[row]!);
  const found = await nearestNeighbours(
    {
      reference: among.numbers,
      queries: asked.numbers,
      width: features.numbers.length,
      k,
      excludeSelf: queries === reference || (selves?.some((place) => place >= 0) ? selves : false),
      ...(columns > 0 && {
        categories: {
          reference: among.codes,
          queries: asked.codes,
          weights: new Float64Array(columns).fill(mismatch),
        },
      }),
    },
    work.run,
  );
  for (let i = 0; i < found.indices.length; i++) found.indices[i] = reference[found.indices[i]!]!;
  return { rows: found.indices, distances: found.distances, k };
}

/**
 * As many neighbours as asked for, or all there are, which is then said.
 * @param where of the neighbours, such as "of its class"
 */
export function affordableNeighbours(
  work: Work,
  label: number,
  wanted: number,
  available: number,
  where: string,
): number {
  if (available >= wanted) return wanted;
  const { code, message } = fewerNeighbours(
    `Class ${JSON.stringify(work.classes[label])}`,
    available,
    where,
    wanted,
  );
  work.note(code, message);
  return available;
}

/** That all neighbours of a row were used, which are fewer than asked for. */
export function fewerNeighbours(
  subject: string,
  available: number,
  where: string,
  wanted: number,
): ResampleNote {
  const neighbours = available === 1 ? "neighbour" : "neighbours";
  return {
    code: "VERISIM_NOTE_FEWER_NEIGHBOURS",
    message: `${subject} has ${available} ${neighbours} ${where} for a row instead of the ${wanted} asked for: all of them were used.`,
  };
}

/** Whole numbers in proportion to the weights that sum to `total`, by largest remainders; of equals the first. */
export function apportion(weights: ArrayLike<number>, total: number): Int32Array {
  const parts = new Int32Array(weights.length);
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i]!;
  const rests = new Float64Array(weights.length);
  let given = 0;
  for (let i = 0; i < weights.length; i++) {
    const exact = (weights[i]! / sum) * total;
    parts[i] = Math.floor(exact);
    rests[i] = exact - parts[i]!;
    given += parts[i]!;
  }
  const order = Uint32Array.from({ length: weights.length }, (_, i) => i).sort(
    (a, b) => rests[b]! - rests[a]! || a - b,
  );
  for (let i = 0; given < total; i = (i + 1) % order.length)
    if (weights[order[i]!]! > 0) {
      parts[order[i]!]!++;
      given++;
    }
  return parts;
}

/** Per class with rows to add: its number and how many. */
export function* missingRows(work: Work): Generator<readonly [label: number, count: number]> {
  for (const [label, total] of work.goals.totals.entries()) {
    const count = total - work.goals.sizes[label]!;
    if (count > 0) yield [label, count];
  }
}
