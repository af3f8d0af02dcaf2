// `verisim evaluate`: how good a synthetic table is.

import { basename, extname } from "node:path";
import { VerisimError } from "@verisim/core";
import { Checks } from "../checks.ts";
import { figuresOf } from "../figures.ts";
import { summaryText } from "../judging.ts";
import type { EvaluateFlags } from "../program.ts";
import { optionValueError } from "../quantities.ts";
import type { Session } from "../session.ts";
import { checkTables, judgeFiles } from "../table-files.ts";
import { sayWarnings } from "../warnings.ts";
import { writeText } from "../write-text.ts";

export async function evaluateTables(flags: EvaluateFlags, session: Session): Promise<void> {
  const checks = new Checks();
  const plan = checkTables(flags, checks);
  const format = flags.out === undefined ? undefined : extname(flags.out).toLowerCase();
  if (format !== undefined && ![".html", ".htm", ".json"].includes(format))
    checks.add(optionValueError("out", "a file ending in .html or .json", flags.out!));
  checks.output(flags.out, "out");
  checks.settle();

  const { evaluation, metadata, warnings } = await judgeFiles(plan, checks, session);
  evaluation.warnings.unshift(...warnings);
  const result = { ...evaluation, figures: figuresOf(evaluation) };
  if (flags.out !== undefined) {
    const text =
      format === ".json"
        ? JSON.stringify(result, null, 2)
        : (await import("@verisim/report")).renderReport({
            title: basename(plan.synthetic),
            evaluation,
            metadata,
            timings: session.timings,
            files: [
              { role: "Real table", path: plan.real },
              ...(plan.holdout === undefined ? [] : [{ role: "Holdout", path: plan.holdout }]),
              { role: "Synthetic table", path: plan.synthetic },
            ],
          });
    if (session.signal.aborted) throw new VerisimError("VERISIM_ABORTED", "The work was stopped on request.");
    await writeText(flags.out, text);
  }
  if (session.json) session.printJson(result);
  else session.print(summaryText(evaluation));
  sayWarnings(evaluation.warnings, session);
  if (flags.out !== undefined) session.say(`${format === ".json" ? "Evaluation" : "Report"}: ${flags.out}`);
}
