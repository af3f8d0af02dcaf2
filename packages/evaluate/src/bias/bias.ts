// Do the synthetic rows treat groups of people as the real ones do, and what does a model make of them? Group shares,
// outcome gaps with their amplification, and the errors of models that learnt either table.

import { type RunOptions, streamKey, throwIfAborted, VerisimError } from "@verisim/core";
import { type Compared, compareTables, type JudgedTables } from "../metrics/judged-tables.ts";
import { concurrently } from "../models/concurrently.ts";
import { judgedColumns } from "../models/judged-columns.ts";
import { holm } from "../models/multiple-tests.ts";
import { predictTarget } from "../models/predict-target.ts";
import { chanceOfNothing } from "../models/proportions.ts";
import { labelledRows, labelsOf, readTarget, type Target, usualRows } from "../models/target.ts";
import { wholeNumber } from "../models/whole-number.ts";
import { chosenClasses } from "../utility/scores.ts";
import type { BiasReport, SensitiveColumn } from "./bias-report.ts";
import { modelBias } from "./model-bias.ts";
import { groupShares, outcomeGap } from "./outcome-gaps.ts";
import { sensitiveGroups } from "./sensitive-columns.ts";

export interface BiasOptions extends RunOptions {
  /** The outcome's column. Without it only the groups' shares are compared. */
  target?: string;
  /** The class whose share is compared. Default: the rarer of two classes; of more, each column's worst. */
  outcome?: string;
  /** Sensitive columns. Default: those whose names say so, such as `sex`, `race`, `age`, `marital-status`. */
  sensitive?: readonly string[];
  /** Whether pairs of sensitive columns are looked at too. Default true. */
  pairs?: boolean;
  /**
   * Rows that models learn and are judged on, at most, per table: 20 to 10,000,000. Default 100,000; beyond
   * 100 columns fewer, but not fewer than 5,000.
   */
  maxRows?: number;
  /** Chooses rows and resamples. Any safe integer. Default 0. */
  seed?: number;
  /** The tables in their compared form, where they have been brought to it already. */
  compared?: Compared;
}

/** Classes of which the one with the widest gap is looked for. */
const mostOutcomes = 20;
/** Fewer held-out rows say nothing about groups. */
const leastHeldOut = 40;

/** A model's predictions as 1 where it says that a row has the outcome. */
interface Predicted {
  readonly rows: Int32Array;
  readonly labels: Float64Array;
  readonly real: Int32Array;
  readonly synthetic: Int32Array | null;
}

/**
 * Compares groups in the real and the synthetic rows. The outcome gap is that of the two groups, and of the class, for
 * which it is surest to be wide in either table; amplification is synthetic less real gap, and `control` what the holdout
 * shows in place of the synthetic rows.
 *
 * @throws VerisimError `VERISIM_TARGET` for a target that cannot be predicted or an outcome that it does not have,
 * `VERISIM_UNKNOWN_COLUMN`, `VERISIM_NO_ROWS`, `VERISIM_OPTION_VALUE`, `VERISIM_ABORTED`
 * @example
 * const { columns } = await bias({ real, synthetic, holdout, metadata }, { target: "income", outcome: ">50K" });
 * for (const { columns: by, gap } of columns) console.log(by, gap?.real.value, gap?.amplification);
 */
export async function bias(tables: JudgedTables, options: BiasOptions = {}): Promise<BiasReport> {
  const { seed = 0, pairs = true } = options;
  const compared = options.compared ?? compareTables(tables);
  const { columns, unused, rowCounts } = judgedColumns(compared, tables.metadata);
  const target = options.target === undefined ? null : readTarget(compared, tables.metadata, options.target);
  const usual = target ? usualRows(target) : 0;
  const maxRows = wholeNumber("maxRows", options.maxRows ?? Math.max(20, usual), 20, 10_000_000);
  const outcomes = target && outcomesOf(target, options.outcome);
  const run: RunOptions = options.signal ? { signal: options.signal } : {};
  const found = sensitiveGroups(columns, unused, rowCounts, {
    named: options.sensitive,
    target: target?.name ?? null,
    pairs,
  });
  const total = found.groups.length + 1;
  const report = (done: number, detail: string): void => {
    throwIfAborted(options.signal);
    options.onProgress?.({ phase: "evaluate", done, total, unit: "columns", detail });
  };
  if (found.groups.length > 0) report(0, "models");
  const predicted = target && found.groups.length > 0 ? await predictions(target, maxRows, seed, run) : null;
  const judged: SensitiveColumn[] = [];
  let gapsLookedAt = 0;
  for (const groups of found.groups) {
    report(judged.length + 1, groups.columns.join(", "));
    const { shares, distance, ceiling } = groupShares(groups);
    const { looked, ...outcome } = target
      ? outcomeGap(groups, target, outcomes)
      : { outcomes: [], gap: null, looked: 0 };
    gapsLookedAt += looked;
    const place =
      outcome.gap?.outcome === undefined ? -1 : (target?.classes.indexOf(outcome.gap.outcome ?? "") ?? -1);
    const isOutcome = (labels: ArrayLike<number>) =>
      Uint8Array.from(labels, (label) => (label === place ? 1 : 0));
    judged.push({
      columns: [...groups.columns],
      chosenBy: groups.chosenBy,
      groups: shares,
      shareDistance: distance,
      ceilingDistance: ceiling,
      ...outcome,
      models:
        predicted && place >= 0
          ? await modelBias(
              {
                names: groups.names,
                groups: Int16Array.from(predicted.rows, (row) => groups.codes[2]![row]!),
                positive: isOutcome(predicted.labels),
                predicted: {
                  real: isOutcome(predicted.real),
                  synthetic: predicted.synthetic && isOutcome(predicted.synthetic),
                },
              },
              seed,
              run,
            )
          : null,
    });
  }
  decide(judged);
  if (found.groups.length > 0) report(total, "done");
  return {
    target: target?.name ?? null,
    outcome: target && outcomes?.length === 1 ? target.classes[outcomes[0]!]! : null,
    columns: judged,
    gapsLookedAt,
    unused: found.unused,
  };
}

const level = 0.05;

/** Chances for all columns together, and the verdicts that follow. */
function decide(columns: readonly SensitiveColumn[]): void {
  const gaps = columns.flatMap(({ gap }) => (gap && gap.pValue !== null ? [gap] : []));
  const ofGaps = holm(Float64Array.from(gaps, ({ pValue }) => pValue!));
  for (const [place, gap] of gaps.entries()) {
    gap.pValue = ofGaps[place]!;
    const isSure = gap.pValue < level;
    gap.verdict = !isSure ? "no difference" : gap.amplification!.value > 0 ? "amplified" : "softened";
  }
  const odds = columns.flatMap(({ models }) => (models?.equalizedOdds?.change ? [models.equalizedOdds] : []));
  const ofOdds = holm(Float64Array.from(odds, ({ change }) => chanceOfNothing(change!)));
  for (const [place, own] of odds.entries()) own.pValue = ofOdds[place]!;
}

/** Places of the classes that may be the outcome; null for numbers. */
function outcomesOf(target: Target, outcome: string | undefined): number[] | null {
  if (outcome !== undefined) {
    const place = target.classes.indexOf(outcome);
    if (place >= 0) return [place];
    throw new VerisimError(
      "VERISIM_TARGET",
      `Expected one of the target's classes as outcome but received ${outcome}.`,
      {
        where: { column: target.name, option: "outcome" },
        hint:
          target.classes.length > 0 ? `It has ${target.classes.slice(0, 20).join(", ")}.` : "It is a number.",
      },
    );
  }
  if (target.task === "regression") return null;
  if (target.task === "binary") return [1];
  return target.classes.slice(0, mostOutcomes).map((_, place) => place);
}

/** What models say about the held-out rows; null for numbers and without enough such rows. */
async function predictions(
  target: Target,
  maxRows: number,
  seed: number,
  run: RunOptions,
): Promise<Predicted | null> {
  if (target.task === "regression" || target.rowCounts.length < 3) return null;
  const [real, synthetic, rows] = [0, 1, 2].map((table) =>
    labelledRows(target, table, maxRows, streamKey(seed, "bias", `rows ${table}`)),
  ) as [Int32Array, Int32Array, Int32Array];
  if (rows.length < leastHeldOut) return null;
  const asked = { table: 2, rows };
  const [first, second] = await concurrently(
    Math.max(real.length, synthetic.length),
    [
      { table: 0, rows: real },
      { table: 1, rows: synthetic },
    ].map((learnt) => () => predictTarget("boosted-trees", target, learnt, asked, seed, run)),
  );
  if (!first) return null;
  const count = target.classes.length;
  return {
    rows,
    labels: labelsOf(target, 2, rows),
    real: chosenClasses(first.predictions, rows.length, count),
    synthetic: second ? chosenClasses(second.predictions, rows.length, count) : null,
  };
}
