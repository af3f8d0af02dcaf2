// `verisim fit`: learns a table and keeps the model.

import { extname } from "node:path";
import { writeModelFile } from "@verisim/core";
import { Checks } from "../checks.ts";
import { requireFlag, seedOf } from "../flag-values.ts";
import { learn, planFit } from "../learning.ts";
import { checkOptionColumns } from "../model-options.ts";
import type { FitFlags } from "../program.ts";
import { formatSeconds, optionValueError } from "../quantities.ts";
import { readReal } from "../reading.ts";
import { requireColumn } from "../required-column.ts";
import type { Session } from "../session.ts";
import { trainingFigures } from "../training-words.ts";
import { sayWarnings } from "../warnings.ts";

export async function fit(data: string, flags: FitFlags, session: Session): Promise<void> {
  const checks = new Checks();
  const plan = planFit(flags, checks);
  const seed = seedOf(flags, checks);
  checks.input(data, "real table");
  checks.input(flags.metadata, "metadata");
  checks.attempt(() => requireFlag(flags.out, "out", "the model file"));
  if (flags.out !== undefined && extname(flags.out) !== ".verisim")
    checks.add(optionValueError("out", "a file ending in .verisim", flags.out));
  checks.output(flags.out, "out");
  checks.output(flags.checkpoint, "checkpoint");
  checks.settle();

  const read = await readReal(data, flags.metadata, session);
  checks.attempt(() => requireColumn(read.metadata, flags.target, "target"));
  checkOptionColumns(plan.options, read.metadata, checks);
  checks.settle();
  const generator = await learn(plan, read, seed, session);
  await session.timed("write", () => writeModelFile(flags.out!, generator.toArtifact()));

  // No generator so far treats one column differently; the commands that judge have a use for the target.
  const target = flags.target === undefined ? [] : [`--target has no effect on ${generator.name}.`];
  const warnings = [...plan.notes, ...target, ...read.warnings, ...generator.warnings];
  sayWarnings(warnings, session);
  session.say(`Model: ${flags.out} (${formatSeconds(session.seconds)} in all)`);
  if (session.json)
    session.printJson({
      version: 1,
      model: generator.name,
      options: generator.choice?.options ?? plan.options,
      choice: generator.choice ?? null,
      seed,
      rows: read.table.rowCount,
      columns: read.table.columns.length,
      out: flags.out,
      training: generator.training ? trainingFigures(generator.training) : null,
      warnings,
      timings: session.timings,
    });
}
