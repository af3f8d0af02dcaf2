// Tables with many rows for each thing that is resampled: which column says so, and more sequences of rare classes.

import { knownTextsHint, type Table, type TableMetadata, VerisimError } from "@verisim/core";
import type { ReadResult } from "@verisim/data";
import {
  resampleSequences,
  type SequenceRequest,
  sequenceOptionRows,
  withContext,
  withSequenceOrigins,
} from "@verisim/resample";
import { optionValueError, plural } from "./quantities.ts";
import { readReal } from "./reading.ts";
import { requireColumn } from "./required-column.ts";
import type { Resampling } from "./resampling.ts";
import type { Session } from "./session.ts";
import type { ResampleFlags } from "./table-commands.ts";

/** A table of steps, with the columns of its context where there is one. */
export interface Sequences {
  readonly table: Table;
  readonly metadata: TableMetadata;
  readonly key: string;
  readonly order: string | undefined;
}

/**
 * The sequences that flags or metadata name; undefined for a table of single rows.
 * @throws VerisimError `VERISIM_OPTION_VALUE` for what sequences do not have, `VERISIM_UNKNOWN_COLUMN`, as reading
 */
export async function sequencesOf(
  { table, metadata }: ReadResult,
  flags: ResampleFlags,
  session: Session,
): Promise<Sequences | undefined> {
  const key = flags.sequenceKey ?? metadata.sequenceKey;
  if (key === undefined) {
    if (flags.context === undefined && flags.sequenceOrder === undefined) return undefined;
    throw new VerisimError(
      "VERISIM_USAGE",
      "Expected --sequence-key, the column that says which sequence a row is of.",
      {
        where: { option: "sequence-key" },
      },
    );
  }
  requireColumn(metadata, key, "sequence-key");
  if (flags.strategy !== undefined && flags.strategy !== "smote")
    throw optionValueError(
      "strategy",
      "smote, the strategy for sequences",
      flags.strategy,
      "To resample rows one by one, leave the sequence key out, in --metadata too.",
    );
  if (flags.gain)
    throw optionValueError(
      "gain",
      "a table of single rows",
      "sequences",
      "The gain is that of trees over rows.",
    );
  const order = flags.sequenceOrder ?? metadata.sequenceIndex;
  if (flags.context === undefined) return { table, metadata, key, order };
  const context = await readReal(flags.context, undefined, session);
  requireColumn(context.metadata, key, "sequence-key");
  return {
    table: withContext(table, context.table, key),
    metadata: { ...metadata, columns: { ...context.metadata.columns, ...metadata.columns } },
    key,
    order,
  };
}

export async function sequencesBalanced(
  { table, metadata, key, order }: Sequences,
  options: Readonly<Record<string, unknown>>,
  { origins, ...request }: SequenceRequest & { readonly origins: boolean },
  session: Session,
): Promise<Resampling> {
  for (const name of Object.keys(options))
    if (!Object.hasOwn(sequenceOptionRows, name))
      throw optionValueError(
        "set",
        "an option of sequences",
        name,
        knownTextsHint("options", name, Object.keys(sequenceOptionRows)),
      );
  const result = await resampleSequences(table, metadata, {
    ...options,
    ...request,
    sequenceKey: key,
    sequenceOrder: order,
    onProgress: session.onProgress,
  });
  const counts = [...result.counts].map(([label, { before, after }]) => ({ label, before, after }));
  const added = origins
    ? {
        is_synthetic: { sdtype: "boolean" },
        base_sequence: { sdtype: "categorical" },
        other_sequence: { sdtype: "categorical" },
      }
    : {};
  return {
    table: origins ? withSequenceOrigins(result) : result.table,
    metadata: { ...metadata, columns: { ...metadata.columns, ...added } } as TableMetadata,
    said: counts.map(
      ({ label, before, after }) =>
        `${label}: ${plural(before, "sequence")} before, ${plural(after, "sequence")} after.`,
    ),
    warnings: [
      ...result.notes.map(({ message }) => message),
      ...result.leftOut.map(({ column, reason }) => `${column} took no part: ${reason}.`),
    ],
    details: { counts, made: result.made, notes: result.notes, leftOut: result.leftOut },
  };
}
