// The parts of a judgement beyond quality: which ones there are, what each needs, and how one that fails is named
// without costing the others. Their code is loaded when they run.

import { type Artifact, type RunOptions, type Table, throwIfAborted, VerisimError } from "@verisim/core";
import type { ShadowOptions } from "@verisim/privacy";
import { type Evaluation, type PartName, type PartState, partNames } from "./evaluation.ts";
import type { Compared, JudgedTables } from "./metrics/judged-tables.ts";
import { concurrently } from "./models/concurrently.ts";
import { metricRows, sampledRows } from "./row-limits.ts";

/** What every part is made from. */
export interface PartContext {
  readonly tables: JudgedTables;
  readonly compared: Compared;
  readonly target: string | undefined;
  readonly sensitive: readonly string[] | undefined;
  readonly quasiIdentifiers: readonly string[] | undefined;
  readonly known: readonly string[] | undefined;
  readonly secret: readonly string[] | undefined;
  readonly shadow: ShadowOptions | undefined;
  readonly modelFile: Artifact | undefined;
  readonly metrics: readonly string[] | undefined;
  readonly seed: number;
  readonly run: RunOptions;
}

/** Rows of each table whose neighbours are looked for: the figures stand to the third digit, in a few seconds. */
const neighbourRows = 10_000;

/** Differences of two cells that one search for neighbours may make at worst: wide tables are judged on fewer rows. */
const mostDifferences = 1.5e9;

/** What is lacking, as the end of the sentence "It needs ...". */
type Lack = string;

/** Puts its result into the evaluation, or says what it lacks. */
type Part = (evaluation: Evaluation, context: PartContext) => Promise<Lack | null>;

const holdoutLack: Lack = "a holdout: real rows that the generator has not seen";

const parts: Readonly<Record<PartName, Part>> = {
  projection: async (evaluation, { compared, seed, run }) => {
    const { projection } = await import("./projection/projection.ts");
    evaluation.projection = await projection(compared, { ...run, seed });
    return evaluation.projection
      ? null
      : "at least 20 rows in each table and two directions in which they vary";
  },
  "two-sample": async (evaluation, { tables, compared, seed, run }) => {
    const { twoSampleTest } = await import("./two-sample/two-sample-test.ts");
    evaluation.twoSample = await twoSampleTest(tables, { ...run, seed, compared });
    return evaluation.twoSample ? null : "at least 20 rows in each table and a column that can be compared";
  },
  neighbours: async (evaluation, { compared, seed, run }) => {
    const { comparedPrecisionRecall } = await import("./metrics/precision-recall.ts");
    const affordable = Math.floor(Math.sqrt(mostDifferences / Math.max(1, compared.columns.length)));
    const maxRows = Math.min(neighbourRows, affordable);
    evaluation.neighbours = await comparedPrecisionRecall(compared, { ...run, seed, maxRows });
    return null;
  },
  diversity: async (evaluation, { tables, compared, seed, run }) => {
    const { diversity } = await import("./diversity/diversity.ts");
    evaluation.diversity = await diversity(tables, { ...run, seed, compared });
    return null;
  },
  utility: async (evaluation, { tables, compared, target, seed, run }) => {
    if (target === undefined) return "a target: the column that a model would predict";
    if (!tables.holdout) return holdoutLack;
    const { utility } = await import("./utility/utility.ts");
    evaluation.utility = await utility(tables, { ...run, target, seed, compared });
    return evaluation.utility ? null : "at least 10 held-out rows with a target";
  },
  bias: async (evaluation, { tables, compared, target, sensitive, seed, run }) => {
    const { bias } = await import("./bias/bias.ts");
    const report = await bias(tables, {
      ...run,
      seed,
      compared,
      ...(target === undefined ? {} : { target }),
      ...(sensitive ? { sensitive } : {}),
    });
    if (report.columns.length === 0 && report.unused.length === 0)
      return "sensitive columns: none was named, and no column's name says that it is one";
    evaluation.bias = report;
    return null;
  },
  privacy: async (evaluation, { tables, quasiIdentifiers, secret, shadow, seed, run }) => {
    const { privacyRisk } = await import("@verisim/privacy");
    const { holdout, ...rest } = tables;
    evaluation.privacy = await privacyRisk({
      ...rest,
      ...run,
      seed,
      ...(holdout ? { holdout } : {}),
      ...(quasiIdentifiers ? { quasiIdentifiers } : {}),
      ...(secret ? { sensitive: secret } : {}),
      ...(shadow ? { shadow } : {}),
    });
    return null;
  },
  "model-file": async (evaluation, { tables, modelFile }) => {
    if (!modelFile) return "the generator's model file";
    const { modelFileCheck } = await import("@verisim/privacy");
    evaluation.modelFile = modelFileCheck(modelFile, tables.real, tables.metadata);
    return null;
  },
  metrics: async (evaluation, context) => {
    const { tables, compared, target, metrics, seed, run } = context;
    const { attackColumns } = await import("./metrics/attack-columns.ts");
    const known = context.known ?? context.quasiIdentifiers;
    const attacked = attackColumns(compared, { known, secret: context.secret, target });
    const { computeMetrics, metricDescriptions } = await import("./metrics/registry.ts");
    // The part on neighbours has those of rows and neighbourhoods.
    const usual = metricDescriptions.filter(({ family }) => family !== "prdc").map(({ name }) => name);
    const limit = metricRows(compared.columns.length);
    const isWhole = compared.rowCounts.every((count) => count <= limit);
    const fewer = (table: Table, purpose: string): Table => sampledRows(table, limit, seed, purpose);
    const judged = isWhole
      ? tables
      : {
          ...tables,
          real: fewer(tables.real, "metrics real"),
          synthetic: fewer(tables.synthetic, "metrics synthetic"),
          holdout: tables.holdout && fewer(tables.holdout, "metrics holdout"),
        };
    if (!isWhole)
      evaluation.warnings.push(
        `The published metrics are those of ${limit.toLocaleString("en")} rows of a table at most: all pairs of ` +
          `${compared.columns.length} columns of more would take too long.`,
      );
    evaluation.metrics = await computeMetrics(judged, metrics ?? usual, {
      ...run,
      seed,
      ...(isWhole ? { compared } : {}),
      ...(target === undefined ? {} : { target }),
      ...(context.sensitive ? { groups: context.sensitive } : {}),
      ...(attacked ? { known: attacked.known, sensitive: attacked.secret } : {}),
    });
    evaluation.attackColumns = attacked;
    return null;
  },
};

/** The parts by what they take, longest first: begun in this order, several of them end at about the same time. */
const longestFirst: readonly PartName[] = ["metrics", "utility", "privacy", "two-sample", "bias"];

/**
 * Makes the parts and notes in `evaluation.parts` what became of each. While one waits for native work, such as trees that
 * grow, another one goes on: there are as many at a time as processors, and no two of large tables.
 *
 * @param asked default: all; the model file is judged where there is one
 * @throws VerisimError `VERISIM_ABORTED`
 */
export async function runParts(
  evaluation: Evaluation,
  context: PartContext,
  asked: readonly PartName[] = partNames.filter((part) => part !== "model-file" || context.modelFile),
  onPart?: (part: PartName, seconds: number) => void,
): Promise<void> {
  const chosen = partNames.filter((part) => asked.includes(part));
  const { onProgress } = context.run;
  let done = 0;
  const report = (detail: string): void =>
    onProgress?.({ phase: "evaluate", done, total: chosen.length, unit: "parts", detail });
  const jobs = chosen
    .toSorted((a, b) => rank(a) - rank(b))
    .map((part) => async (): Promise<PartState> => {
      throwIfAborted(context.run.signal);
      report(part);
      const run: RunOptions = {
        ...context.run,
        ...(onProgress && {
          onProgress: (progress) =>
            onProgress({ ...progress, detail: progress.detail ? `${part}: ${progress.detail}` : part }),
        }),
      };
      const begun = performance.now();
      const state = await attempt(part, evaluation, { ...context, run });
      done++;
      onPart?.(part, (performance.now() - begun) / 1000);
      return state;
    });
  const states = await concurrently(Math.max(...context.compared.rowCounts), jobs);
  evaluation.parts.push(...chosen.map((part) => states.find((state) => state.part === part)!));
}

function rank(part: PartName): number {
  const place = longestFirst.indexOf(part);
  return place < 0 ? longestFirst.length : place;
}

async function attempt(part: PartName, evaluation: Evaluation, context: PartContext): Promise<PartState> {
  const leftOut = (code: string, reason: string): PartState => ({ part, state: "left-out", code, reason });
  try {
    const lack = await parts[part](evaluation, context);
    return lack === null
      ? { part, state: "done", code: null, reason: null }
      : leftOut("VERISIM_PART_NEEDS", `It needs ${lack}.`);
  } catch (error) {
    if (context.run.signal?.aborted) throw error;
    if (VerisimError.isInstance(error)) return leftOut(error.code, error.message);
    // A broken invariant of one part: the others stand, and the report says what to report.
    return leftOut("VERISIM_PART_FAILED", error instanceof Error ? error.message : String(error));
  }
}
