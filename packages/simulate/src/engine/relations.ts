// Keys and what refers to them: a column that is nothing but the key of a parent or of a picked row is a foreign key.

import type { ColumnMetadata } from "@verisim/core";
import type { ReadTable } from "../model/read-model.ts";
import type { TablePlan } from "./table-plan.ts";
import type { TableRun } from "./table-run.ts";

/** The column of a table that is its key: the first whose kind is `key`. */
export function keyOf(plan: TablePlan): string | undefined {
  return [...plan.columns.values()].find(({ plan: { metadata } }) => metadata.sdtype === "id")?.name;
}

export interface ForeignKey {
  readonly table: string;
  readonly column: string;
  readonly metadata: ColumnMetadata;
}

/** What a column refers to; undefined for columns that are no foreign keys. */
export function foreignKey(
  table: ReadTable,
  column: string,
  runs: ReadonlyMap<string, TableRun>,
): ForeignKey | undefined {
  const formulas = table.columns.find(({ name }) => name === column)?.reading.formulas;
  const [formula] = formulas ?? [];
  if (formulas?.length !== 1 || formula?.type !== "name" || formula.of === undefined) return undefined;
  const target = formula.of === "parent" ? table.parent?.table : table.picks.get(formula.of)?.table;
  const plan = target === undefined ? undefined : runs.get(target)?.plan;
  if (!plan || keyOf(plan) !== formula.name) return undefined;
  return { table: target!, column: formula.name, metadata: plan.columns.get(formula.name)!.plan.metadata };
}
