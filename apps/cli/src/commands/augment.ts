// `verisim augment`: do synthetic rows help a model that predicts a column? Boosted trees learn the real rows alone and
// with synthetic ones beside them, and both predict real rows that nothing has learnt.

import { Table } from "@verisim/core";
import { type AugmentationGain, augmentationGain, type ScoreGain, splitHoldout } from "@verisim/trees";
import { Checks } from "../checks.ts";
import { requireFlag, seedOf } from "../flag-values.ts";
import { learn, planFit } from "../learning.ts";
import { checkOptionColumns } from "../model-options.ts";
import type { AugmentFlags } from "../program.ts";
import { formatCount, formatSeconds, plural } from "../quantities.ts";
import { readCompared, readReal } from "../reading.ts";
import { requireColumn } from "../required-column.ts";
import { checkRequestColumns, planSample, type SamplePlan } from "../sampling.ts";
import type { Session } from "../session.ts";
import { forLine, textGrid } from "../text-grid.ts";
import { trainingFigures } from "../training-words.ts";
import { sayWarnings } from "../warnings.ts";
import { writeText } from "../write-text.ts";

export async function augment(data: string, flags: AugmentFlags, session: Session): Promise<void> {
  const checks = new Checks();
  const fitPlan = planFit(flags, checks);
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
  const given =
    flags.holdout === undefined ? undefined : await readCompared(flags.holdout, metadata, session);
  const { train, holdout } = given
    ? { train: read.table, holdout: given.table }
    : splitHoldout(read.table, metadata, target, { seed });

  const generator = await learn(fitPlan, { ...read, table: train }, seed, session);
  const rows = samplePlan.rows ?? train.rowCount;
  const synthetic = await session.timed("sample", () =>
    draw(generator, { ...samplePlan, rows }, seed, session),
  );
  const gain = await session.timed("evaluate", () =>
    augmentationGain({
      real: train,
      synthetic,
      holdout,
      metadata,
      target,
      seed,
      signal: session.signal,
      onProgress: session.onProgress,
    }),
  );

  const warnings = [
    ...new Set([
      // Here the target has an effect, whatever the generator makes of it.
      ...fitPlan.notes.filter((note) => !note.startsWith("--target ")),
      ...read.warnings,
      ...(given?.warnings ?? []),
      ...generator.warnings,
    ]),
  ];
  const result = {
    version: 1,
    model: generator.name,
    options: fitPlan.options,
    seed,
    training: generator.training ? trainingFigures(generator.training) : null,
    ...gain,
    warnings,
    timings: session.timings,
  };
  if (flags.out !== undefined) await writeText(flags.out, JSON.stringify(result, null, 2));
  if (session.json) session.printJson(result);
  else session.print(gainText(gain));
  sayWarnings(warnings, session);
  if (flags.out !== undefined) session.say(`Outcome: ${flags.out}`);
  session.say(`Done in ${formatSeconds(session.seconds)}.`);
}

async function draw(
  generator: Awaited<ReturnType<typeof learn>>,
  { rows, from, where, counts }: SamplePlan & { readonly rows: number },
  seed: number,
  session: Session,
): Promise<Table> {
  const batches: Table[] = [];
  for await (const batch of generator.sampleBatches(rows, {
    seed,
    from,
    signal: session.signal,
    onProgress: session.onProgress,
    ...(where ? { where } : {}),
    ...(counts ? { counts } : {}),
  }))
    batches.push(batch);
  return Table.concat(batches);
}

const verdicts: Readonly<Record<AugmentationGain["verdict"], string>> = {
  better: "Better: with the synthetic rows the trees predict the held-out rows better.",
  "no difference": "No difference that this many held-out rows can show.",
  worse: "Worse: with the synthetic rows the trees predict the held-out rows worse.",
};

function gainText({ target, classes, rows, scores, verdict, rounds }: AugmentationGain): string {
  const what =
    classes.length > 0 ? plural(classes.length, "class").replace(/classs$/, "classes") : "a number";
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
  return `Boosted trees predict ${forLine(target)} (${what}) of ${plural(rows.holdout, "held-out row")}, ${rounds.real.length} trainings each:
from ${plural(rows.real, "real row")}, and with ${formatCount(rows.synthetic)} synthetic ones beside them.

${textGrid([head, ...lines], new Set([1, 2, 3, 4]))}

${verdicts[verdict]}`;
}

/** Four digits after the point, fewer for scores beyond 10: an error of 4630 needs none. */
function decimalsFor({ real, augmented }: ScoreGain): number {
  const largest = Math.max(Math.abs(real), Math.abs(augmented));
  return Math.max(0, Math.min(4, 4 - Math.floor(Math.log10(largest || 1))));
}
