// `verisim augment`: do synthetic rows help a model that predicts a column? Boosted trees learn the real rows alone and
// with synthetic ones beside them, and both predict real rows that nothing has learnt. How the synthetic rows are used is
// chosen before, on the other real rows.

import type { Generator, SamplingNote } from "@verisim/core";
import {
  type AugmentationChoice,
  type AugmentationGain,
  type AugmentationPlan,
  augmentationGain,
  type ScoreGain,
} from "@verisim/trees";
import { chooseUse, choosingFits, planUse } from "../augmenting.ts";
import { Checks } from "../checks.ts";
import { requireFlag, seedOf } from "../flag-values.ts";
import { withHoldout } from "../holding-out.ts";
import { type FitPlan, learn, planFit } from "../learning.ts";
import { checkOptionColumns } from "../model-options.ts";
import type { AugmentFlags } from "../program.ts";
import { formatCount, formatSeconds, plural } from "../quantities.ts";
import { readReal } from "../reading.ts";
import { requireColumn } from "../required-column.ts";
import { checkRequestColumns, drawRows, planSample } from "../sampling.ts";
import type { Session } from "../session.ts";
import { forLine, textGrid } from "../text-grid.ts";
import { trainingFigures } from "../training-words.ts";
import { sayWarnings } from "../warnings.ts";
import { writeText } from "../write-text.ts";

export async function augment(data: string, flags: AugmentFlags, session: Session): Promise<void> {
  const checks = new Checks();
  const given = planUse(flags, checks);
  const fitPlan = inShares(planFit(flags, checks), given ? 1 : choosingFits);
  const samplePlan = planSample(flags, checks);
  const seed = seedOf(flags, checks);
  const target = checks.attempt(() => requireFlag(flags.target, "target", "the column to predict"))!;
  checks.input(data, "real table");
  checks.input(flags.metadata, "metadata");
  checks.input(flags.holdout, "holdout");
  checks.output(flags.out, "out");
  checks.output(flags.checkpoint, "checkpoint");
  checks.settle();

  const read = await readReal(data, flags.metadata, session);
  const { metadata } = read;
  checks.attempt(() => requireColumn(metadata, target, "target"));
  checkOptionColumns(fitPlan.options, metadata, checks);
  checkRequestColumns(samplePlan, metadata, checks);
  checks.settle();
  const split = await withHoldout(read, flags.holdout, { target, seed }, session);
  const { train, holdout } = split;

  const warnings = new Set([...fitPlan.notes, ...split.warnings]);
  const ofParts = new Set<string>();
  const choice = given
    ? undefined
    : await chooseUse({ fitPlan, samplePlan, read, train, target, seed }, ofParts, session);
  const plan = choice ? choice.plan : given!;
  let generator: Generator | undefined;
  let drawn: Awaited<ReturnType<typeof drawRows>> | undefined;
  if (plan) {
    generator = await learn(fitPlan, { ...read, table: train }, seed, session);
    const rows = samplePlan.rows ?? Math.max(1, Math.round(plan.amount * train.rowCount));
    const learnt = generator;
    drawn = await session.timed("sample", () => drawRows(learnt, { ...samplePlan, rows }, seed, session));
  }
  for (const warning of generator?.warnings ?? ofParts) warnings.add(warning);
  const notes: readonly SamplingNote[] = drawn?.notes ?? [];
  for (const { message } of notes) warnings.add(message);
  const gain = await session.timed("evaluate", () =>
    augmentationGain({
      real: train,
      synthetic: drawn?.table ?? null,
      holdout,
      metadata,
      target,
      ...(plan
        ? { weight: plan.weight, plausibleOnly: plan.plausibleOnly, taught: plan.taught === true }
        : {}),
      ...(choice ? { trees: leavesOf(choice) } : {}),
      seed,
      signal: session.signal,
      onProgress: session.onProgress,
    }),
  );

  const result = {
    version: 1,
    model: generator?.name ?? fitPlan.definition.name,
    options: generator?.choice?.options ?? fitPlan.options,
    seed,
    training: generator?.training ? trainingFigures(generator.training) : null,
    plan: plan && drawn ? { ...plan, amount: drawn.table.rowCount / train.rowCount } : null,
    choice: choice
      ? { words: choice.words, score: choice.score, alone: choice.alone, tried: choice.tried }
      : null,
    ...gain,
    notes,
    warnings: [...warnings],
    timings: session.timings,
  };
  if (flags.out !== undefined) await writeText(flags.out, JSON.stringify(result, null, 2));
  if (session.json) session.printJson(result);
  else
    session.print(
      [...(choice ? [choiceText(choice, train.rowCount)] : []), gainText(gain, plan)].join("\n\n"),
    );
  sayWarnings([...warnings], session);
  if (flags.out !== undefined) session.say(`Outcome: ${flags.out}`);
  session.say(`Done in ${formatSeconds(session.seconds)}.`);
}

/** The time that was given is that of all trainings together, in equal shares. */
function inShares(plan: FitPlan, trainings: number): FitPlan {
  const { maxTimeMs } = plan.training;
  if (maxTimeMs === undefined) return plan;
  return { ...plan, training: { ...plan.training, maxTimeMs: maxTimeMs / trainings } };
}

/** The size of a leaf that was best for the real rows alone. */
function leavesOf({ trees: { minDataInLeaf, minDataPerGroup } }: AugmentationChoice): {
  minDataInLeaf?: number;
  minDataPerGroup?: number;
} {
  return {
    ...(minDataInLeaf === undefined ? {} : { minDataInLeaf }),
    ...(minDataPerGroup === undefined ? {} : { minDataPerGroup }),
  };
}

const verdicts: Readonly<Record<AugmentationGain["verdict"], string>> = {
  better: "Better: with the synthetic rows the trees predict the held-out rows better.",
  "no difference": "No difference that this many held-out rows can show.",
  worse: "Worse: with the synthetic rows the trees predict the held-out rows worse.",
};

function choiceText({ words, score, tried }: AugmentationChoice, rows: number): string {
  const signed = (gain: number) => `${gain >= 0 ? "+" : ""}${gain.toPrecision(2)}`;
  const lines = tried.map(({ plan, gain, standardError }) => [
    Number(plan.amount.toPrecision(3)).toString(),
    String(plan.weight),
    plan.taught ? "taught" : plan.plausibleOnly ? "plausible" : "all",
    signed(gain),
    standardError.toPrecision(2),
  ]);
  const head = ["per real row", "each counts", "which", `gain in ${score}`, "standard error"];
  return `How synthetic rows are used, chosen by validation inside the ${plural(rows, "real row")} to learn:

${textGrid([head, ...lines], new Set([0, 1, 3, 4]))}

${words}`;
}

function gainText(
  { target, classes, rows, scores, verdict, rounds }: AugmentationGain,
  plan: AugmentationPlan | null,
): string {
  const what =
    classes.length > 0 ? plural(classes.length, "class").replace(/classs$/, "classes") : "a number";
  const judged = `Boosted trees predict ${forLine(target)} (${what}) of ${plural(rows.holdout, "held-out row")}, ${rounds.real.length} trainings each`;
  if (!plan)
    return `${judged},
from ${plural(rows.real, "real row")} and no synthetic ones:

${textGrid(
  scores.map((one) => [one.score, one.real.toFixed(decimalsFor(one))]),
  new Set([1]),
)}

No synthetic rows are used: the trees are those of the real rows alone.`;
  const head = ["", "real", "real + synthetic", "gain", "95 % interval"];
  const lines = scores.map((one) => {
    const decimals = decimalsFor(one);
    const signed = (gain: number) => `${gain > 0 ? "+" : ""}${gain.toFixed(decimals)}`;
    return [
      one.score,
      one.real.toFixed(decimals),
      one.augmented.toFixed(decimals),
      signed(one.gain),
      `${signed(one.low)} to ${signed(one.high)}`,
    ];
  });
  const used = [
    plan.weight === 1 ? "" : ` that count ${plan.weight} each`,
    plan.plausibleOnly ? ", those with a plausible label" : "",
    plan.taught ? ", with labels of a committee of trees that learnt the real rows" : "",
  ].join("");
  return `${judged}:
from ${plural(rows.real, "real row")}, and with ${formatCount(rows.synthetic)} synthetic ones beside them${used}.

${textGrid([head, ...lines], new Set([1, 2, 3, 4]))}

${verdicts[verdict]}`;
}

/** Four digits after the point, fewer for scores beyond 10: an error of 4630 needs none. */
function decimalsFor({ real, augmented }: ScoreGain): number {
  const largest = Math.max(Math.abs(real), Math.abs(augmented));
  return Math.max(0, Math.min(4, 4 - Math.floor(Math.log10(largest || 1))));
}
