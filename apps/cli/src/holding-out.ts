// Rows to learn from and rows kept out of it, for commands that judge what was learnt.

import type { Table } from "@verisim/core";
import type { ReadResult } from "@verisim/data";
import { splitHoldout } from "@verisim/trees";
import { readCompared } from "./reading.ts";
import type { Session } from "./session.ts";

/**
 * The rows kept out are those of a file where it is given, else a quarter of the table.
 * @returns with all warnings of reading
 */
export async function withHoldout(
  read: ReadResult,
  holdoutPath: string | undefined,
  options: { target: string | undefined; seed: number },
  session: Session,
): Promise<{ train: Table; holdout: Table; warnings: readonly string[] }> {
  const { table, metadata } = read;
  if (holdoutPath === undefined)
    return {
      ...splitHoldout(table, metadata, options.target, { seed: options.seed }),
      warnings: read.warnings,
    };
  const held = await readCompared(holdoutPath, metadata, session);
  return { train: table, holdout: held.table, warnings: [...read.warnings, ...held.warnings] };
}
