// Rows added and taken away: by classes, by stretches of a target of numbers, by several labels.

import type { OptionTable, Table, TableMetadata } from "@verisim/core";
import {
  type JoinedRows,
  mlsmote,
  multiLabelOptionRows,
  type ResampleNote,
  regressionOptionRows,
  regressionStrategies,
  resample,
  resampleOptionRows,
  resampleRegression,
  strategyNames,
  withOrigins,
} from "@verisim/resample";
import { formatCount, plural } from "./quantities.ts";
import type { Resampling } from "./resampling.ts";

/** What a strategy balances. */
export type Balanced = "classes" | "numbers" | "labels";

export const labelStrategy = "mlsmote";
export const rowStrategies: readonly string[] = [...strategyNames, ...regressionStrategies, labelStrategy];

export function balancedBy(strategy: string): Balanced {
  if (regressionStrategies.includes(strategy)) return "numbers";
  return strategy === labelStrategy ? "labels" : "classes";
}

/** The options that --set may name, by what is balanced. */
export const optionRowsOf: Readonly<Record<Balanced, OptionTable>> = {
  classes: resampleOptionRows,
  numbers: regressionOptionRows,
  labels: multiLabelOptionRows,
};

type ClassesRequest = Parameters<typeof resample>[2];

export interface RowsRequest {
  readonly strategy: string;
  /** Of `--set`. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly target: string;
  readonly labels: readonly string[];
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Of classes alone. */
  readonly goals: Pick<ClassesRequest, "counts" | "samplingStrategy">;
}

/** @param origins whether the rows say where they come from */
export async function rowsBalanced(
  table: Table,
  metadata: TableMetadata,
  request: RowsRequest,
  origins: boolean,
): Promise<Resampling> {
  const { strategy, options, target, labels, seed, signal } = request;
  const run = { ...options, seed, signal };
  switch (balancedBy(strategy)) {
    case "classes": {
      const result = await resample(table, metadata, classesRequest(request));
      return rowsOf(result, metadata, origins, [...result.counts], "");
    }
    case "numbers": {
      const result = await resampleRegression(table, metadata, {
        ...run,
        target,
        strategy: strategy as "smoter" | "smogn",
      });
      const counts = result.stretches.map(
        ({ from, to, rare, ...sizes }) =>
          [`${target} ${formatNumber(from)} to ${formatNumber(to)}${rare ? " (rare)" : ""}`, sizes] as const,
      );
      const resampling = rowsOf(result, metadata, origins, counts, "");
      return { ...resampling, details: { ...resampling.details, stretches: result.stretches } };
    }
    case "labels": {
      const result = await mlsmote(table, metadata, { ...run, labels });
      const resampling = rowsOf(result, metadata, origins, [...result.labels], " have it");
      return {
        ...resampling,
        details: {
          ...resampling.details,
          labels: [...result.labels].map(([label, about]) => ({ label, ...about })),
        },
      };
    }
  }
}

/** What is asked of classes, for the rows and for their gain. */
export function classesRequest({
  strategy,
  options,
  target,
  seed,
  signal,
  goals,
}: RowsRequest): ClassesRequest {
  return { ...options, ...goals, target, strategy, seed, signal };
}

const formatNumber = (value: number): string =>
  Number.isInteger(value) && Math.abs(value) >= 10_000
    ? formatCount(value)
    : `${Number(value.toPrecision(6))}`;

function rowsOf(
  result: JoinedRows & {
    readonly notes: readonly ResampleNote[];
    readonly leftOut: readonly { readonly column: string; readonly reason: string }[];
  },
  metadata: TableMetadata,
  origins: boolean,
  sizes: readonly (readonly [label: string, { readonly before: number; readonly after: number }])[],
  have: string,
): Resampling {
  const counts = sizes.map(([label, { before, after }]) => ({ label, before, after }));
  const { primaryKey: _key, alternateKeys: _others, ...keyless } = metadata;
  const row = { sdtype: "numerical", numberStyle: "integer", decimals: 0 } as const;
  const added = origins ? { is_synthetic: { sdtype: "boolean" }, base_row: row, other_row: row } : {};
  return {
    table: origins ? withOrigins(result) : result.table,
    // New rows have no keys of their own; rows that are repeated have those of others.
    metadata: { ...keyless, columns: { ...metadata.columns, ...added } },
    said: counts.map(
      ({ label, before, after }) =>
        `${label}: ${plural(before, "row")}${have} before, ${plural(after, "row")} after.`,
    ),
    warnings: [
      ...result.notes.map(({ message }) => message),
      ...result.leftOut.map(({ column, reason }) => `${column} took no part: ${reason}.`),
    ],
    details: { counts, notes: result.notes, leftOut: result.leftOut },
  };
}
