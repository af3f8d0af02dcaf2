// The one entry: reads the target, settles how many rows each class shall have, runs the strategy and writes the table.

import {
  type Column,
  dictionaryColumn,
  knownTextsHint,
  numberColumn,
  Table,
  type TableMetadata,
  VerisimError,
} from "@verisim/core";
import { seededDraws } from "./draws.ts";
import { featureRows } from "./feature-rows.ts";
import { writeRows } from "./new-rows.ts";
import { type ResampleOptions, resolveOptions } from "./options.ts";
import { runStrategy } from "./run-strategy.ts";
import { type SamplingStrategy, samplingGoals } from "./sampling-goals.ts";
import { strategies, strategyNames } from "./strategies.ts";
import type { ResampleNote, Work } from "./work.ts";

export interface ResampleRequest extends Partial<ResampleOptions> {
  /** The column of classes; rows without one stay as they are and play no part. */
  readonly target: string;
  /** One of {@link strategyNames}. Default `smote`. */
  readonly strategy?: string;
  /** Total rows per class in the result, originals included; classes not named keep theirs. Exact, or an error. */
  readonly counts?: Readonly<Record<string, number>> | ReadonlyMap<string, number>;
  /** What the classes may become, where `counts` does not say; default `auto`. */
  readonly samplingStrategy?: SamplingStrategy;
  /** Any safe integer; default 0. Equal seeds and data give equal rows. */
  readonly seed?: number;
  /** The columns whose likeness counts; default: all that are numbers or categories. */
  readonly columns?: readonly string[];
  readonly signal?: AbortSignal | undefined;
  /** Most threads; never changes a result. */
  readonly threads?: number | undefined;
}

export interface Resampled {
  /** Rows that stayed, in their order, then the new ones, class by class. */
  readonly table: Table;
  /** Per row of `table`, 1 where it is synthetic. */
  readonly isSynthetic: Uint8Array;
  /** Per row of `table`: the row of the original table that it is, or that it started from. */
  readonly base: Int32Array;
  /** The row of the original table that a new row went towards; -1 for original rows. */
  readonly other: Int32Array;
  /** How far it went, 0 to 1 between the two; NaN for original rows. */
  readonly share: Float64Array;
  /** Rows per class before and after. */
  readonly counts: ReadonlyMap<string, { readonly before: number; readonly after: number }>;
  /** What was done otherwise than asked, and why. */
  readonly notes: readonly ResampleNote[];
  /** Columns that took no part in distances, and why; new rows leave them empty. */
  readonly leftOut: readonly { readonly column: string; readonly reason: string }[];
}

/**
 * Balances the classes of a table: adds rows, takes rows away, or both.
 *
 * Numbers, categories and missing cells go together in every strategy: a missing number counts as the column's median in
 * distances, a missing category as a category, and new rows have missing cells as their parents do. Distances are
 * Euclidean over the numbers as they are (`scaling: "standard"` divides them by their standard deviations); categories
 * that differ add SMOTE-NC's median of the standard deviations.
 *
 * Memory: the table that is returned, and the numbers of the classes that are searched.
 *
 * @throws VerisimError `VERISIM_UNKNOWN_COLUMN`, `VERISIM_UNKNOWN_STRATEGY`, `VERISIM_UNKNOWN_OPTION`,
 * `VERISIM_OPTION_VALUE`, `VERISIM_TARGET`, `VERISIM_RESAMPLE_COUNTS` (a total that cannot be reached),
 * `VERISIM_RESAMPLE_ROWS` (a class with too few rows), `VERISIM_RESAMPLE_FEATURES`, `VERISIM_ABORTED`
 * @example
 * const { table, isSynthetic } = await resample(train, metadata, { target: "fraud", strategy: "smote", seed: 1 });
 */
export async function resample(
  table: Table,
  metadata: TableMetadata,
  request: ResampleRequest,
): Promise<Resampled> {
  const {
    target,
    strategy: name = "smote",
    counts,
    samplingStrategy,
    seed = 0,
    columns,
    signal,
    threads,
    ...given
  } = request;
  const strategy = strategies.find((known) => known.name === name);
  if (!strategy)
    throw new VerisimError(
      "VERISIM_UNKNOWN_STRATEGY",
      `Expected the name of a strategy but received ${JSON.stringify(name)}.`,
      { where: { option: "strategy" }, hint: knownTextsHint("strategies", String(name), strategyNames) },
    );
  if (!Number.isSafeInteger(seed))
    throw new VerisimError("VERISIM_OPTION_VALUE", `Expected a whole number for seed but received ${seed}.`, {
      where: { option: "seed" },
    });
  if (counts !== undefined && samplingStrategy !== undefined)
    throw new VerisimError("VERISIM_OPTION_VALUE", "Expected counts or samplingStrategy but received both.", {
      where: { option: "counts" },
    });
  if (counts !== undefined && strategy.kind === "combined")
    throw new VerisimError(
      "VERISIM_RESAMPLE_COUNTS",
      `${name} cleans after it has added rows: it cannot keep exact counts.`,
      { where: { option: "counts" }, hint: "Give samplingStrategy for the step that adds, or use smote." },
    );
  const options = resolveOptions(strategy, given);
  const { classes, labels, classRows } = readClasses(table, target);
  const goals = samplingGoals(
    strategy,
    classes,
    classRows.map((rows) => rows.length),
    counts ?? samplingStrategy ?? "auto",
  );
  const features = featureRows(table, metadata, [target], options, columns);
  const notes: ResampleNote[] = [];
  const run = { signal, threads };
  const work: Work = {
    ...{ features, labels, classes, classRows, goals, options, run },
    draws: seededDraws(seed, run),
    note: (code, message) => void notes.push({ code, message }),
  };
  const outcome = await runStrategy(strategy.name, work);
  const kept = withUnlabelled(outcome.kept, labels);
  const total = outcome.made.reduce((sum, { base }) => sum + base.length, kept.length);
  const result: Resampled = {
    table: new Table(writeRows(table, metadata, features, kept, outcome.made), total),
    isSynthetic: new Uint8Array(total).fill(1, kept.length),
    base: new Int32Array(total),
    other: new Int32Array(total).fill(-1, 0, kept.length),
    share: new Float64Array(total).fill(Number.NaN, 0, kept.length),
    counts: countsOf(classes, goals.sizes, labels, kept, outcome.made),
    notes,
    leftOut: features.leftOut,
  };
  result.base.set(kept);
  let next = kept.length;
  for (const { base, other, share } of outcome.made) {
    result.base.set(base, next);
    result.other.set(other, next);
    result.share.set(share, next);
    next += base.length;
  }
  return result;
}

/**
 * The table with three more columns: `is_synthetic` (`true` or `false`), and for synthetic rows `base_row` and
 * `other_row`, the rows of the original table (from 1) that they lie between.
 * @throws VerisimError `VERISIM_DUPLICATE_COLUMN` where the table has one of these columns
 */
export function withOrigins({ table, isSynthetic, base, other }: Resampled): Table {
  const rows = (from: Int32Array) =>
    Float64Array.from(from, (row, index) => (isSynthetic[index] ? row + 1 : Number.NaN));
  return new Table([
    ...table.columns,
    dictionaryColumn("is_synthetic", Int32Array.from(isSynthetic), ["false", "true"]),
    numberColumn("base_row", rows(base)),
    numberColumn("other_row", rows(other)),
  ]);
}

/** The classes in the order of their texts, each row's class, and each class's rows. */
export function readClasses(
  table: Table,
  target: string,
): { classes: string[]; labels: Int32Array; classRows: Int32Array[] } {
  const column = table.column(target);
  const labels = new Int32Array(table.rowCount).fill(-1);
  const classes: string[] = [];
  const labelOf = new Map<string, number>();
  const learn = (text: string): number => {
    let label = labelOf.get(text);
    if (label === undefined) {
      label = classes.push(text) - 1;
      labelOf.set(text, label);
      if (label === mostClasses) throw tooManyClasses(column);
    }
    return label;
  };
  if (column.kind === "dictionary") {
    const known = new Int32Array(column.dictionary.length).fill(-1);
    for (let row = 0; row < labels.length; row++) {
      const code = column.codes[row]!;
      if (code < 0) continue;
      if (known[code] === -1) known[code] = learn(column.dictionary[code]!);
      labels[row] = known[code]!;
    }
  } else
    for (let row = 0; row < labels.length; row++)
      if (!Number.isNaN(column.values[row])) labels[row] = learn(String(column.values[row]));
  if (classes.length < 2)
    throw new VerisimError("VERISIM_TARGET", `Expected at least two classes but found ${classes.length}.`, {
      where: { column: target },
      hint: "Name the column that holds the classes as the target.",
    });
  // In the order of their texts, so that it does not depend on which row comes first.
  const order = classes.map((_, label) => label).sort((a, b) => (classes[a]! < classes[b]! ? -1 : 1));
  const rank = new Int32Array(classes.length);
  for (const [place, label] of order.entries()) rank[label] = place;
  const sizes = new Int32Array(classes.length);
  for (let row = 0; row < labels.length; row++) {
    if (labels[row]! < 0) continue;
    labels[row] = rank[labels[row]!]!;
    sizes[labels[row]!]!++;
  }
  const classRows = Array.from(sizes, (size) => new Int32Array(size));
  const next = new Int32Array(classes.length);
  for (let row = 0; row < labels.length; row++)
    if (labels[row]! >= 0) classRows[labels[row]!]![next[labels[row]!]!++] = row;
  return { classes: order.map((label) => classes[label]!), labels, classRows };
}

const mostClasses = 10_000;

const tooManyClasses = (column: Column) =>
  new VerisimError("VERISIM_TARGET", `Expected at most ${mostClasses} classes but found more.`, {
    where: { column: column.name },
    hint: "A column of numbers is resampled by resampleRegression.",
  });

/** Rows without a class stay where they are. */
function withUnlabelled(kept: Int32Array, labels: Int32Array): Int32Array {
  let unlabelled = 0;
  for (const label of labels) if (label < 0) unlabelled++;
  if (unlabelled === 0) return kept;
  const stays = Uint8Array.from(labels, (label) => (label < 0 ? 1 : 0));
  for (const row of kept) stays[row] = 1;
  return Int32Array.from(stays.keys()).filter((row) => stays[row] === 1);
}

function countsOf(
  classes: readonly string[],
  sizes: readonly number[],
  labels: Int32Array,
  kept: Int32Array,
  made: readonly { readonly label: number; readonly base: Int32Array }[],
): ReadonlyMap<string, { before: number; after: number }> {
  const after = new Array<number>(classes.length).fill(0);
  for (let i = 0; i < kept.length; i++) if (labels[kept[i]!]! >= 0) after[labels[kept[i]!]!]!++;
  for (const { label, base } of made) after[label]! += base.length;
  return new Map(classes.map((name, index) => [name, { before: sizes[index]!, after: after[index]! }]));
}
