// The one entry: reads the target, settles how many rows each class shall have, runs the strategy and writes the table.

import { knownTextsHint, type Table, type TableMetadata, VerisimError } from "@verisim/core";
import { readClasses } from "./classes.ts";
import { type Draws, seededDraws } from "./draws.ts";
import { featureRows } from "./feature-rows.ts";
import { type JoinedRows, joinOutcome } from "./joined-rows.ts";
import { type ResampleOptions, resolveOptions } from "./options.ts";
import { runStrategy } from "./run-strategy.ts";
import { type SamplingStrategy, samplingGoals } from "./sampling-goals.ts";
import { type Strategy, strategies, strategyNames } from "./strategies.ts";
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
  /** Random numbers in place of those of the seed: what another program drew, for comparisons. */
  readonly draws?: Draws;
  readonly signal?: AbortSignal | undefined;
  /** Most threads; never changes a result. */
  readonly threads?: number | undefined;
}

export interface Resampled extends JoinedRows {
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
    draws,
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
      {
        where: { option: "counts" },
        hint: "Name a balance (samplingStrategy, --balance) for the step that adds, or use smote.",
      },
    );
  const options = resolveOptions(strategy, given);
  if (strategy.kind === "combined")
    return cleanedSmote(table, metadata, request, options, unusedOptions(strategy, given));
  const { classes, labels, classRows } = readClasses(table, target);
  refuseNumbers(metadata, target, classes);
  const goals = samplingGoals(
    strategy,
    classes,
    classRows.map((rows) => rows.length),
    counts ?? samplingStrategy ?? "auto",
  );
  const features = featureRows(table, metadata, [target], options, columns);
  const notes = unusedOptions(strategy, given);
  const run = { signal, threads };
  const work: Work = {
    ...{ features, labels, classes, classRows, goals, options, run },
    draws: draws ?? seededDraws(seed, run),
    note: (code, message) => void notes.push({ code, message }),
  };
  const outcome = await runStrategy(strategy.name, work);
  const kept = withUnlabelled(outcome.kept, labels);
  const after = countsOf(classes, goals.sizes, labels, kept, outcome.made);
  return {
    ...joinOutcome(table, metadata, features, { kept, made: outcome.made }),
    counts: after,
    notes: [...notes, ...lostClasses(strategy, after)],
    leftOut: features.leftOut,
  };
}

/** More numbers than this are no classes, unless the metadata says so. */
const mostNumbers = 50;

function refuseNumbers(metadata: TableMetadata, target: string, classes: readonly string[]): void {
  if (metadata.columns[target]?.sdtype !== "numerical" || classes.length <= mostNumbers) return;
  throw new VerisimError(
    "VERISIM_TARGET",
    `Expected a column of classes but found ${classes.length} different numbers.`,
    {
      where: { column: target },
      hint: "A column of numbers is balanced by smoter or smogn (resampleRegression); if these are classes, call it categorical in the metadata.",
    },
  );
}

/** Options that were set and that the strategy does not heed. */
function unusedOptions(strategy: Strategy, given: Readonly<Record<string, unknown>>): ResampleNote[] {
  const heeded = ["scaling", "rounding", ...strategy.options];
  const unused = Object.keys(given).filter((name) => given[name] !== undefined && !heeded.includes(name));
  return unused.map((name) => ({
    code: "VERISIM_NOTE_OPTION_UNUSED",
    message: `${strategy.name} has no use for ${name}.`,
  }));
}

/** Classes of which a rule has left nothing. */
function lostClasses({ name, kind }: Strategy, counts: Resampled["counts"]): ResampleNote[] {
  if (kind !== "clean") return [];
  return [...counts].flatMap(([label, { after }]) =>
    after > 0
      ? []
      : [
          {
            code: "VERISIM_NOTE_CLASS_LOST",
            message: `No row of class ${JSON.stringify(label)} is left: ${name} took all of them for noise.`,
          },
        ],
  );
}

/** SMOTE, then cleaning of the whole: old and new rows, of every class, are judged alike (Batista et al. 2004). */
async function cleanedSmote(
  table: Table,
  metadata: TableMetadata,
  request: ResampleRequest,
  options: ResampleOptions,
  unused: readonly ResampleNote[],
): Promise<Resampled> {
  const { strategy, samplingStrategy = "auto", seed = 0, target, columns, draws, signal, threads } = request;
  const { scaling, rounding, kNeighbors, editNeighbours } = options;
  const shared = {
    target,
    seed,
    signal,
    threads,
    scaling,
    rounding,
    ...(columns && { columns }),
    ...(draws && { draws }),
  };
  const grown = await resample(table, metadata, {
    ...shared,
    strategy: "smote",
    samplingStrategy,
    kNeighbors,
  });
  const judged = await resample(grown.table, metadata, {
    ...shared,
    samplingStrategy: "all",
    ...(strategy === "smote-enn"
      ? { strategy: "edited-nearest-neighbours", kNeighbors: editNeighbours }
      : { strategy: "tomek-links" }),
  });
  const stay = judged.base;
  return {
    table: judged.table,
    isSynthetic: Uint8Array.from(stay, (row) => grown.isSynthetic[row]!),
    base: stay.map((row) => grown.base[row]!),
    other: stay.map((row) => grown.other[row]!),
    share: Float64Array.from(stay, (row) => grown.share[row]!),
    counts: new Map(
      [...grown.counts].map(([label, { before }]) => [
        label,
        { before, after: judged.counts.get(label)?.after ?? 0 },
      ]),
    ),
    notes: [...unused, ...grown.notes, ...judged.notes],
    leftOut: grown.leftOut,
  };
}

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
