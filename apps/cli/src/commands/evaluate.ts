// `verisim evaluate`: how good a synthetic table is, or several are.

import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { VerisimError } from "@verisim/core";
import { type FigureSheet, figureSheet, figuresOf } from "@verisim/evaluate/figures";
import { Checks } from "../checks.ts";
import { readParts } from "../evaluation-parts.ts";
import { judgementFormat } from "../judgement-format.ts";
import { compareText, summaryText } from "../judging.ts";
import type { EvaluateFlags } from "../program.ts";
import type { Session } from "../session.ts";
import { checkTables, judgeFiles } from "../table-files.ts";
import { sayWarnings } from "../warnings.ts";
import { writeText } from "../write-text.ts";

export async function evaluateTables(flags: EvaluateFlags, session: Session): Promise<void> {
  const checks = new Checks();
  const parts = checks.attempt(() => readParts(flags.parts));
  const plan = checkTables(flags, checks, parts, flags.compare);
  const format = judgementFormat(flags.out, checks);
  checks.input(flags.earlier, "earlier evaluation");
  checks.output(flags.out, "out");
  checks.settle();
  const earlier = flags.earlier === undefined ? undefined : await readEarlier(flags.earlier);

  const { judged, metadata, warnings } = await judgeFiles(plan, checks, session);
  const [{ evaluation }] = judged as [(typeof judged)[0]];
  evaluation.warnings.unshift(...warnings);
  const others = judged.slice(1);
  const result = {
    ...evaluation,
    figures: figuresOf(evaluation),
    ...(others.length > 0 && {
      compared: others.map(({ name, evaluation: other }) => ({
        name,
        figures: figuresOf(other),
        evaluation: other,
      })),
    }),
  };
  if (flags.out !== undefined) {
    const text =
      format === "json"
        ? JSON.stringify(result, null, 2)
        : (await import("@verisim/report")).renderReport({
            title: basename(plan.synthetic[0]!),
            evaluation,
            metadata,
            ...(others.length > 0 && { compared: others }),
            ...(earlier && { earlier }),
            timings: session.timings,
            files: [
              { role: "Real table", path: plan.real },
              ...(plan.holdout === undefined ? [] : [{ role: "Holdout", path: plan.holdout }]),
              ...plan.synthetic.map((path) => ({ role: "Synthetic table", path })),
              ...(flags.earlier === undefined ? [] : [{ role: "Earlier evaluation", path: flags.earlier }]),
            ],
          });
    if (session.signal.aborted) throw new VerisimError("VERISIM_ABORTED", "The work was stopped on request.");
    await writeText(flags.out, text);
  }
  if (session.json) session.printJson(result);
  else {
    session.print(summaryText(evaluation));
    const beside = [
      ...judged.map((own) => figureSheet(own.name, own.evaluation)),
      ...(earlier ? [earlier] : []),
    ];
    if (beside.length > 1) session.print(`\n${compareText(beside)}`);
  }
  sayWarnings(evaluation.warnings, session);
  if (flags.out !== undefined) session.say(`${format === "json" ? "Evaluation" : "Report"}: ${flags.out}`);
}

/** @throws VerisimError `VERISIM_EARLIER` where the file is no evaluation */
async function readEarlier(path: string): Promise<FigureSheet> {
  const refuse = (message: string, cause?: unknown): VerisimError =>
    new VerisimError("VERISIM_EARLIER", message, {
      where: { file: path, option: "earlier" },
      hint: "`verisim evaluate ... --out F.json` writes one.",
      ...(cause === undefined ? {} : { cause }),
    });
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw refuse("Expected an evaluation as JSON.", cause);
  }
  const sheet = figureSheet(basename(path), content);
  if ([...sheet.figures.values()].every(({ value }) => value === null))
    throw refuse("Expected an evaluation but found no figure in it.");
  return sheet;
}
