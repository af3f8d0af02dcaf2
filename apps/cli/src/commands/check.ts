// `verisim check`: a gate for CI.

import { VerisimError } from "@verisim/core";
import { figuresOf } from "@verisim/evaluate/figures";
import { Checks, ChecksFailed } from "../checks.ts";
import { gateCode } from "../exit-codes.ts";
import { judgeGate, namesMetric, neededFor, readGates } from "../figures.ts";
import { requireFlag } from "../flag-values.ts";
import type { CheckFlags } from "../program.ts";
import type { Session } from "../session.ts";
import { checkTables, judgeFiles } from "../table-files.ts";
import { textGrid } from "../text-grid.ts";
import { sayWarnings } from "../warnings.ts";
import { writeText } from "../write-text.ts";

export async function check(flags: CheckFlags, session: Session): Promise<void> {
  const checks = new Checks();
  if ((flags.failIf ?? []).length === 0)
    checks.attempt(() => requireFlag(undefined, "fail-if", 'a condition such as "quality<0.9"'));
  // The metrics' code takes a moment to load: only where a gate names something that is no figure.
  const metrics = (flags.failIf ?? []).some(namesMetric)
    ? (await import("@verisim/evaluate")).metricDescriptions.map(({ name }) => name)
    : [];
  const gates = (flags.failIf ?? []).flatMap(
    (text) => checks.attempt(() => readGates(text, { metrics })) ?? [],
  );
  const needed = neededFor(gates);
  const plan = { ...checkTables(flags, checks, needed.parts), metrics: needed.metrics };
  checks.output(flags.out, "out");
  checks.settle();

  const { judged, warnings } = await judgeFiles(plan, checks, session);
  const { evaluation } = judged[0]!;
  const results = gates.flatMap((gate) => checks.attempt(() => judgeGate(gate, evaluation)) ?? []);
  checks.settle();
  const failed = results.filter((result) => result.failed);
  const outcome = {
    version: 1,
    passed: failed.length === 0,
    gates: results.map(({ figure, operator, limit, value, failed }) => ({
      figure,
      operator,
      limit,
      value,
      failed,
    })),
    figures: figuresOf(evaluation),
  };
  if (flags.out !== undefined) {
    await writeText(flags.out, JSON.stringify(outcome, null, 2));
    session.say(`Outcome: ${flags.out}`);
  }
  if (session.json) session.printJson(outcome);
  else
    session.print(
      textGrid(
        results.map((result) => [
          result.failed ? "FAILED" : "ok",
          result.figure,
          exactly(result.value),
          `fails if ${result.operator} ${exactly(result.limit)}`,
        ]),
      ),
    );
  sayWarnings([...warnings, ...evaluation.warnings], session);
  if (failed.length > 0)
    throw new ChecksFailed(
      failed.map(
        ({ figure, operator, limit, value }) =>
          new VerisimError(
            gateCode,
            `${figure} is ${exactly(value)}, and fails if ${operator} ${exactly(limit)}.`,
            {
              where: { file: plan.synthetic[0]!, option: "fail-if" },
            },
          ),
      ),
    );
}

/** Up to six digits after the point, so that a value never looks equal to a limit that it misses. */
function exactly(value: number): string {
  return String(Number(value.toFixed(6)));
}
