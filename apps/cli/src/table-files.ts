// The files that `evaluate` and `check` compare: the same flags, the same checks, the same reading.

import { basename } from "node:path";
import { readModelFile, type TableMetadata } from "@verisim/core";
import type { Evaluation, PartName } from "@verisim/evaluate";
import { type AttackOptions, checkShadowModels, readAttackColumns, shadowOptions } from "./attack-flags.ts";
import type { Checks } from "./checks.ts";
import { requireFlag, seedOf } from "./flag-values.ts";
import { judge } from "./judging.ts";
import type { JudgeFlags } from "./program.ts";
import { readCompared, readReal } from "./reading.ts";
import { requireColumn } from "./required-column.ts";
import type { Session } from "./session.ts";

export interface TableFiles {
  readonly real: string;
  /** The synthetic tables: the first is judged in full, the others beside it. */
  readonly synthetic: readonly string[];
  readonly holdout: string | undefined;
  readonly metadata: string | undefined;
  readonly target: string | undefined;
  readonly sensitive: readonly string[] | undefined;
  readonly modelFile: string | undefined;
  readonly shadowModels: number | undefined;
  /** Flags that name columns of attackers. */
  readonly attackers: JudgeFlags;
  /** Undefined: all parts. */
  readonly parts: readonly PartName[] | undefined;
  /** Names of published metrics. Undefined: those that the part takes by itself. */
  readonly metrics?: readonly string[] | undefined;
  readonly seed: number;
}

/** @param compared synthetic tables beside that of --synthetic, which may then be left out */
export function checkTables(
  flags: JudgeFlags,
  checks: Checks,
  parts?: readonly PartName[],
  compared: readonly string[] = [],
): TableFiles {
  const real = checks.attempt(() => requireFlag(flags.real, "real", "the real table"));
  if (compared.length === 0)
    checks.attempt(() => requireFlag(flags.synthetic, "synthetic", "the synthetic table"));
  const synthetic = [...(flags.synthetic === undefined ? [] : [flags.synthetic]), ...compared];
  checks.input(real, "real table");
  for (const path of synthetic) checks.input(path, "synthetic table");
  checks.input(flags.holdout, "holdout");
  checks.input(flags.metadata, "metadata");
  checks.input(flags.modelFile, "model file");
  return {
    real: real!,
    synthetic,
    holdout: flags.holdout,
    metadata: flags.metadata,
    target: flags.target,
    sensitive: flags.sensitive,
    modelFile: flags.modelFile,
    shadowModels: checkShadowModels(flags, checks),
    attackers: flags,
    parts,
    seed: seedOf(flags, checks),
  };
}

/** What was found about one synthetic table. */
export interface JudgedFile {
  /** The file's name, with its folder where another has the same. */
  readonly name: string;
  readonly evaluation: Evaluation;
}

export interface JudgedFiles {
  /** In the order of the files. */
  readonly judged: readonly JudgedFile[];
  readonly metadata: TableMetadata;
  readonly warnings: string[];
}

export async function judgeFiles(files: TableFiles, checks: Checks, session: Session): Promise<JudgedFiles> {
  const real = await readReal(files.real, files.metadata, session);
  const { metadata } = real;
  checks.attempt(() => requireColumn(metadata, files.target, "target"));
  for (const column of files.sensitive ?? [])
    checks.attempt(() => requireColumn(metadata, column, "sensitive"));
  const columns = readAttackColumns(files.attackers, metadata, checks);
  checks.settle();
  const holdout =
    files.holdout === undefined ? undefined : await readCompared(files.holdout, metadata, session);
  const modelFile =
    files.modelFile === undefined
      ? undefined
      : await session.timed("read", () => readModelFile(files.modelFile!));
  const attackers: AttackOptions = {
    ...columns,
    ...(files.shadowModels !== undefined && modelFile
      ? { shadow: shadowOptions(files.shadowModels, modelFile, metadata, session) }
      : {}),
  };
  const warnings = [...real.warnings, ...(holdout?.warnings ?? [])];
  const judged: JudgedFile[] = [];
  for (const path of files.synthetic) {
    const synthetic = await readCompared(path, metadata, session);
    warnings.push(...synthetic.warnings);
    const evaluation = await judge(
      {
        ...files,
        attackers,
        real: real.table,
        modelFile,
        synthetic: synthetic.table,
        holdout: holdout?.table,
        metadata,
      },
      session,
    );
    judged.push({ name: shortName(path, files.synthetic), evaluation });
  }
  return { judged, metadata, warnings: [...new Set(warnings)] };
}

function shortName(path: string, all: readonly string[]): string {
  const name = basename(path);
  return all.filter((other) => basename(other) === name).length > 1 ? path : name;
}
