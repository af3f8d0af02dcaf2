// The files that `evaluate` and `check` compare: the same flags, the same checks, the same reading.

import type { TableMetadata } from "@verisim/core";
import type { Evaluation } from "@verisim/evaluate";
import type { Checks } from "./checks.ts";
import { requireFlag, seedOf } from "./flag-values.ts";
import { judge } from "./judging.ts";
import type { EvaluateFlags } from "./program.ts";
import { readCompared, readReal } from "./reading.ts";
import { requireColumn } from "./required-column.ts";
import type { Session } from "./session.ts";

export interface TableFiles {
  readonly real: string;
  readonly synthetic: string;
  readonly holdout: string | undefined;
  readonly metadata: string | undefined;
  readonly target: string | undefined;
  readonly seed: number;
}

export function checkTables(flags: EvaluateFlags, checks: Checks): TableFiles {
  const real = checks.attempt(() => requireFlag(flags.real, "real", "the real table"));
  const synthetic = checks.attempt(() => requireFlag(flags.synthetic, "synthetic", "the synthetic table"));
  checks.input(real, "real table");
  checks.input(synthetic, "synthetic table");
  checks.input(flags.holdout, "holdout");
  checks.input(flags.metadata, "metadata");
  return {
    real: real!,
    synthetic: synthetic!,
    holdout: flags.holdout,
    metadata: flags.metadata,
    target: flags.target,
    seed: seedOf(flags, checks),
  };
}

export async function judgeFiles(
  files: TableFiles,
  checks: Checks,
  session: Session,
): Promise<{ evaluation: Evaluation; metadata: TableMetadata; warnings: string[] }> {
  const real = await readReal(files.real, files.metadata, session);
  const { metadata } = real;
  checks.attempt(() => requireColumn(metadata, files.target, "target"));
  checks.settle();
  const synthetic = await readCompared(files.synthetic, metadata, session);
  const holdout =
    files.holdout === undefined ? undefined : await readCompared(files.holdout, metadata, session);
  const tables = {
    real: real.table,
    synthetic: synthetic.table,
    holdout: holdout?.table,
    metadata,
    seed: files.seed,
  };
  const evaluation = await judge(tables, session);
  const warnings = [...new Set([...real.warnings, ...synthetic.warnings, ...(holdout?.warnings ?? [])])];
  return { evaluation, metadata, warnings };
}
