// More sequences of rare classes: each new one lies between a sequence and one of its nearest of the class, after dynamic
// time warping has found which of their steps belong together. SMOTE (Chawla et al. 2002, section 4.2) with a warped
// neighbour; K. Kamycki, T. Kapuscinski and M. Oszust, "Data augmentation with suboptimal warping for time-series
// classification", Sensors 20 (2020), 98, section 3, for means along a path.

import {
  checkOptions,
  dictionaryColumn,
  type Progress,
  Table,
  type TableMetadata,
  textColumn,
  VerisimError,
} from "@verisim/core";
import { readClasses } from "../classes.ts";
import { type Draws, seededDraws, wholeNumbers } from "../draws.ts";
import { featureRows } from "../feature-rows.ts";
import { resolveOptions, sequenceOptionRows } from "../options.ts";
import { rowsWithNeighbours } from "../over/smote.ts";
import { type SamplingStrategy, samplingGoals } from "../sampling-goals.ts";
import { strategies } from "../strategies.ts";
import { affordableNeighbours, missingRows, type ResampleNote } from "../work.ts";
import { placesBetween } from "./between.ts";
import { nearestSequences } from "./sequence-neighbours.ts";
import { contextColumns, readSequences, requireOneClass, stepsOf } from "./sequence-rows.ts";
import { warpingPath } from "./warping.ts";
import { type NewSequence, writeSequences } from "./write-sequences.ts";

export interface SequenceRequest {
  /** The column of classes, the same all through a sequence; sequences without one stay and play no part. */
  readonly target: string;
  /** The column that says which sequence a row is of. Default: that of the metadata. */
  readonly sequenceKey?: string | undefined;
  /** Numbers or dates that order the rows of a sequence. Default: that of the metadata, else the rows as they come. */
  readonly sequenceOrder?: string | undefined;
  /** Total sequences per class in the result, originals included. Exact, or an error. */
  readonly counts?: Readonly<Record<string, number>> | ReadonlyMap<string, number>;
  /** What the classes may become, where `counts` does not say; default `auto`. */
  readonly samplingStrategy?: SamplingStrategy;
  /** Neighbours of a sequence, at least 1. Default 5. */
  readonly kNeighbors?: number;
  /** How far steps that belong together may lie apart, as a share of the longer sequence, 0 to 1. Default 0.1. */
  readonly window?: number;
  /** Distances of the numbers divided by their standard deviations, the default, or as they are. */
  readonly scaling?: "none" | "standard";
  readonly rounding?: "none" | "integers" | "column";
  /** Any safe integer; default 0. */
  readonly seed?: number;
  /** The columns whose likeness counts; default: all numbers and categories that change inside a sequence. */
  readonly columns?: readonly string[];
  readonly draws?: Draws;
  readonly signal?: AbortSignal | undefined;
  readonly threads?: number | undefined;
  readonly onProgress?: (progress: Progress) => void;
}

/** A new sequence and what it was made of. */
export interface MadeSequence {
  readonly key: string | number;
  readonly label: string;
  /** Keys of the sequence that it started from and of the one that it went towards. */
  readonly base: string | number;
  readonly other: string | number;
  /** 0 lies on `base`, 1 on `other`. */
  readonly share: number;
}

export interface ResampledSequences {
  /** The rows as they were, then those of the new sequences, class by class. */
  readonly table: Table;
  /** Per row of `table`, 1 where it is synthetic. */
  readonly isSynthetic: Uint8Array;
  readonly made: readonly MadeSequence[];
  /** Per row of `table`, its place in `made`; -1 for original rows. */
  readonly madeOf: Int32Array;
  /** Sequences per class before and after. */
  readonly counts: ReadonlyMap<string, { readonly before: number; readonly after: number }>;
  readonly notes: readonly ResampleNote[];
  readonly leftOut: readonly { readonly column: string; readonly reason: string }[];
}

/**
 * Adds sequences to the classes of a table that has many rows for each: sensor traces, sessions, stays.
 *
 * Between two sequences both the time and the values of their steps are interpolated along the warping path, so that a
 * new one is about as long as its parents and has their peaks between where they had them. Steps are evenly apart where
 * the parents' are. Categories are those of the nearer parent; missing cells too. Columns that are the same all through a
 * sequence are those of the base, numbers between both.
 *
 * Time: for each sequence of a class, a table of steps x window for the others that are near enough to be worth it.
 *
 * @throws VerisimError `VERISIM_SEQUENCES` (no key; rows without a key or place; no column that changes), and as
 * `resample`
 * @example
 * const { table, made } = await resampleSequences(steps, metadata, { target: "activity", sequenceKey: "case_id" });
 */
export async function resampleSequences(
  table: Table,
  metadata: TableMetadata,
  request: SequenceRequest,
): Promise<ResampledSequences> {
  const { target, counts, samplingStrategy, seed = 0, signal, threads, onProgress } = request;
  const given = Object.keys(sequenceOptionRows).flatMap((name) => {
    const value = request[name as keyof typeof sequenceOptionRows];
    return value === undefined ? [] : [[name, value]];
  });
  const { window, ...shared } = checkOptions(
    "resampleSequences",
    sequenceOptionRows,
    Object.fromEntries(given),
  ) as { window: number; kNeighbors: number; scaling: "none" | "standard"; rounding: "none" | "integers" };
  const key = request.sequenceKey ?? metadata.sequenceKey;
  const order = request.sequenceOrder ?? metadata.sequenceIndex;
  if (key === undefined)
    throw new VerisimError("VERISIM_SEQUENCES", "Expected the column that says which sequence a row is of.", {
      where: { option: "sequenceKey" },
      hint: "Name it as sequenceKey, or in the metadata.",
    });
  const smote = strategies.find(({ name }) => name === "smote")!;
  const options = resolveOptions(smote, shared);
  const sequences = readSequences(table, key, order);
  requireOneClass(table, target, sequences);
  const firsts = table.take(sequences.rows.map((rows) => rows[0]!));
  const { classes, labels, classRows } = readClasses(firsts, target);
  const sizes = classRows.map((own) => own.length);
  const goals = samplingGoals(smote, classes, sizes, counts ?? samplingStrategy ?? "auto");
  const context = contextColumns(table, sequences);
  const apart = [target, key, ...(order === undefined ? [] : [order])];
  const changing = table.columnNames.filter((name) => !context.has(name) && !apart.includes(name));
  const compared = request.columns?.filter((name) => changing.includes(name)) ?? changing;
  if (compared.length === 0) throw nothingChanges(table, changing);
  const features = featureRows(table, metadata, [...apart, ...context], options, compared);
  const notes: ResampleNote[] = [];
  const run = { signal, threads };
  const work = {
    ...{ features, labels, classes, classRows, goals, options, run },
    draws: request.draws ?? seededDraws(seed, run),
    note: (code: string, message: string) => void notes.push({ code, message }),
  };
  const mismatch = features.mismatch(Int32Array.from({ length: table.rowCount }, (_, row) => row));
  const warping = { window, mismatch };
  const total = [...missingRows(work)].reduce((sum, [label]) => sum + sizes[label]!, 0);
  const made: NewSequence[] = [];
  const told: MadeSequence[] = [];
  const keys = newKeys(sequences.keys);
  let done = 0;
  for (const [label, count] of missingRows(work)) {
    const own = rowsWithNeighbours(work, label);
    const k = affordableNeighbours(work, label, options.kNeighbors, own.length - 1, "of its class");
    const steps = Array.from(own, (sequence) => stepsOf(features, sequences.rows[sequence]!));
    const nearest = await nearestSequences(steps, k, warping, signal, (place) =>
      onProgress?.({
        ...{ phase: "sample", done: done + place, total, unit: "sequences" },
        detail: classes[label]!,
      }),
    );
    done += own.length;
    const name = classes[label]!;
    const picks = wholeNumbers(
      await work.draws.uniforms(`${name}: row and neighbour`, count),
      own.length * k,
    );
    const shares = await work.draws.uniforms(`${name}: share`, count);
    for (let i = 0; i < count; i++) {
      const [a, b] = [Math.floor(picks[i]! / k), nearest[picks[i]!]!];
      const [base, other] = [own[a]!, own[b]!];
      const share = shares[i]!;
      const path = warpingPath(steps[a]!, steps[b]!, warping);
      const at = { base: sequences.rows[base]!, other: sequences.rows[other]! };
      // A key says nothing about how many were asked for of other classes.
      const fresh = keys.at(name, i * classes.length + label, i);
      made.push({ ...at, share, places: placesBetween(path, share), key: fresh });
      told.push({
        key: fresh,
        label: name,
        base: sequences.keys[base]!,
        other: sequences.keys[other]!,
        share,
      });
    }
  }
  const written = writeSequences(table, metadata, { features, context, key, order, target }, made);
  return {
    ...written,
    made: told,
    counts: new Map(
      classes.map((name, label) => [name, { before: sizes[label]!, after: goals.totals[label]! }]),
    ),
    notes,
    leftOut: features.leftOut.filter(({ column }) => !context.has(column)),
  };
}

/** Keys that no sequence has: numbers after the largest, or texts with the class and a number. */
function newKeys(taken: readonly (string | number)[]): {
  at(label: string, number: number, place: number): string | number;
} {
  const numbers = taken.filter((key) => typeof key === "number");
  if (numbers.length === taken.length) {
    const first = Math.floor(numbers.reduce((most, key) => Math.max(most, key), 0)) + 1;
    return { at: (_label, number) => first + number };
  }
  let prefix = "synthetic";
  while (taken.some((key) => String(key).startsWith(`${prefix}-`))) prefix += "-";
  return { at: (label, _number, place) => `${prefix}-${label}-${place + 1}` };
}

const nothingChanges = (table: Table, changing: readonly string[]) =>
  new VerisimError(
    "VERISIM_SEQUENCES",
    "Expected a column that changes inside a sequence to compare sequences by but found none.",
    {
      hint:
        changing.length > 0
          ? `Of those asked for none does; ${changing.join(", ")} would.`
          : `Each of the ${table.rowCount} rows seems to be a sequence of its own: is the key the right column? Tables of single rows are resampled without one.`,
    },
  );

/**
 * The table with three more columns: `is_synthetic` (`true` or `false`), and for rows of new sequences `base_sequence` and
 * `other_sequence`, the keys of both parents as texts.
 * @throws VerisimError `VERISIM_DUPLICATE_COLUMN` where the table has one of these columns
 */
export function withSequenceOrigins({ table, isSynthetic, made, madeOf }: ResampledSequences): Table {
  const parents = (name: "base" | "other") =>
    textColumn(
      `${name}_sequence`,
      Array.from(madeOf, (of) => (of < 0 ? null : String(made[of]![name]))),
    );
  return new Table([
    ...table.columns,
    dictionaryColumn("is_synthetic", Int32Array.from(isSynthetic), ["false", "true"]),
    parents("base"),
    parents("other"),
  ]);
}
