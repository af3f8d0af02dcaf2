// `verisim synth`: fit, sample and evaluate in one go. All files appear together at the end, or none does.

import { basename } from "node:path";
import { type Generator, type SamplingNote, Table, VerisimError } from "@verisim/core";
import { formatOfPath, openTableWriter } from "@verisim/data";
import type { Evaluation, PartName } from "@verisim/evaluate";
import { figuresOf } from "@verisim/evaluate/figures";
import { Checks } from "../checks.ts";
import { combinedMetadata, marked } from "../combining.ts";
import { readParts } from "../evaluation-parts.ts";
import { requireFlag, seedOf } from "../flag-values.ts";
import { judge, summaryText } from "../judging.ts";
import { type FitPlan, learn, planFit } from "../learning.ts";
import { checkOptionColumns } from "../model-options.ts";
import type { SynthFlags } from "../program.ts";
import { formatCount, formatSeconds, plural } from "../quantities.ts";
import { readCompared, readReal } from "../reading.ts";
import { requireColumn } from "../required-column.ts";
import { checkRequestColumns, planSample, type SamplePlan, writeRows } from "../sampling.ts";
import type { PhaseTime, Session } from "../session.ts";
import { trainingFigures } from "../training-words.ts";
import { sayWarnings } from "../warnings.ts";
import { writeText } from "../write-text.ts";

/** Cells of the synthetic table that are kept in memory to be judged: 8 million are at most 64 MB. */
const mostJudgedCells = 8_000_000;

export async function synth(data: string, flags: SynthFlags, session: Session): Promise<void> {
  const checks = new Checks();
  const fitPlan = planFit(flags, checks);
  const samplePlan = planSample(flags, checks);
  const seed = seedOf(flags, checks);
  const parts = checks.attempt(() => partsOfReport(flags));
  checks.input(data, "real table");
  checks.attempt(() => formatOfPath(data));
  checks.input(flags.metadata, "metadata");
  checks.input(flags.holdout, "holdout");
  checks.attempt(() => formatOfPath(requireFlag(flags.out, "out", "the file to write")));
  checks.output(flags.out, "out");
  checks.output(flags.checkpoint, "checkpoint");
  checks.output(flags.report, "report");
  checks.settle();

  // The report's code loads while the database reads the file; an error would come again where it is used.
  if (flags.report !== undefined) import("@verisim/report").catch(() => undefined);
  const read = await readReal(data, flags.metadata, session);
  const { table: real, metadata } = read;
  checks.attempt(() => requireColumn(metadata, flags.target, "target"));
  checkOptionColumns(fitPlan.options, metadata, checks);
  checkRequestColumns(samplePlan, metadata, checks);
  const outMetadata = checks.attempt(() => (flags.combine ? combinedMetadata(metadata) : metadata));
  checks.settle();
  const holdout =
    flags.holdout === undefined ? undefined : await readCompared(flags.holdout, metadata, session);

  const plan = { ...samplePlan, seed, rows: samplePlan.rows ?? real.rowCount };
  const generator = await learn(fitPlan, read, seed, session);
  const out = flags.out!;
  const writer = await openTableWriter(out, outMetadata!, { signal: session.signal });
  let evaluation: Evaluation;
  let notes: string[];
  let told: SamplingNote[];
  try {
    if (flags.combine) await session.timed("write", () => writer.append(marked(real, false)));
    const judgedRows = Math.max(1, Math.floor(mostJudgedCells / Math.max(1, real.columns.length)));
    const kept: Table[] = [];
    let keptRows = 0;
    told = await writeRows(generator, plan, writer, session, (batch) => {
      const part = Math.min(batch.rowCount, judgedRows - keptRows);
      if (part > 0) kept.push(part === batch.rowCount ? batch : batch.slice(0, part));
      keptRows += part;
      return flags.combine ? marked(batch, true) : batch;
    });
    notes = [
      ...fitPlan.notes,
      ...read.warnings,
      ...(holdout?.warnings ?? []),
      ...generator.warnings,
      ...told.map(({ message }) => message),
      ...judgementNotes(plan, keptRows),
    ];
    const wantsModelFile = parts === undefined || parts.includes("model-file");
    evaluation = await judge(
      {
        real,
        synthetic: Table.concat(kept),
        holdout: holdout?.table,
        metadata,
        target: flags.target,
        parts,
        ...(wantsModelFile ? { modelFile: generator.toArtifact() } : {}),
        seed,
      },
      session,
    );
    evaluation.warnings.push(...judgementNotes(plan, keptRows));
    const report =
      flags.report === undefined
        ? undefined
        : await session.timed("report", () =>
            reportText(data, flags, fitPlan, generator, evaluation, notes, read.metadata, session),
          );
    if (session.signal.aborted) throw new VerisimError("VERISIM_ABORTED", "The work was stopped on request.");
    await session.timed("write", () => writer.close());
    if (report !== undefined) await session.timed("report", () => writeText(flags.report!, report));
  } catch (error) {
    await writer.abort();
    throw error;
  }

  const combined = flags.combine ? ` after the ${plural(real.rowCount, "real row")}` : "";
  session.say(
    `Wrote ${plural(plan.rows, "synthetic row")}${combined} to ${out}.\n\n${summaryText(evaluation)}\n`,
  );
  if (flags.report !== undefined) session.say(`Report: ${flags.report}`);
  const warnings = [...new Set([...notes, ...evaluation.warnings])];
  sayWarnings(warnings, session);
  session.say(`Done in ${formatSeconds(session.seconds)} (${timingText(session.timings)}).`);
  if (session.json)
    session.printJson({
      version: 1,
      model: generator.name,
      options: generator.choice?.options ?? fitPlan.options,
      choice: generator.choice ?? null,
      seed,
      rows: { real: real.rowCount, synthetic: plan.rows, holdout: holdout?.table.rowCount ?? null },
      from: plan.from,
      out,
      report: flags.report ?? null,
      training: generator.training ? trainingFigures(generator.training) : null,
      figures: figuresOf(evaluation),
      notes: told,
      warnings,
      timings: session.timings,
    });
}

/**
 * Without a report quality alone is judged, in a moment. With one, all parts are made where a holdout gives them their
 * ceiling and their control; without a holdout they would say little and take the time of many fits.
 */
function partsOfReport({ report, holdout, parts }: SynthFlags): PartName[] | undefined {
  if (report === undefined) return [];
  if (parts !== undefined) return readParts(parts);
  return holdout === undefined ? [] : undefined;
}

function judgementNotes(plan: SamplePlan & { rows: number }, judgedRows: number): string[] {
  const notes: string[] = [];
  if (judgedRows < plan.rows)
    notes.push(
      `The scores are those of the first ${formatCount(judgedRows)} of ${formatCount(plan.rows)} synthetic rows.`,
    );
  const asked = plan.where ? "--where" : plan.counts ? "--counts" : plan.fairness ? "--fair" : undefined;
  if (asked !== undefined)
    notes.push(
      `The rows were asked for with ${asked}; the scores compare them with all real rows ` +
        "and are lower for that.",
    );
  return notes;
}

async function reportText(
  data: string,
  flags: SynthFlags,
  { options }: FitPlan,
  { name, choice }: Generator,
  evaluation: Evaluation,
  warnings: readonly string[],
  metadata: Parameters<typeof combinedMetadata>[0],
  session: Session,
): Promise<string> {
  const { renderReport } = await import("@verisim/report");
  return renderReport({
    title: basename(data),
    evaluation,
    metadata,
    generator: { name, options: choice?.options ?? options, warnings },
    timings: session.timings,
    files: [
      { role: "Real table", path: data },
      ...(flags.holdout === undefined ? [] : [{ role: "Holdout", path: flags.holdout }]),
      { role: "Synthetic table", path: flags.out! },
    ],
  });
}

function timingText(timings: readonly PhaseTime[]): string {
  return timings.map(({ phase, seconds }) => `${phase} ${formatSeconds(seconds)}`).join(", ");
}
