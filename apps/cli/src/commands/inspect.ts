// `verisim inspect`: types, keys, a profile of every column, warnings, and what fit would do with them.

import {
  type ColumnMetadata,
  isModelled,
  type TableMetadata,
  toSdvMetadata,
  uniqueColumns,
} from "@verisim/core";
import { chooseGenerators, tableFacts } from "@verisim/verisim/auto";
import { Checks } from "../checks.ts";
import { type ColumnSummary, summariseColumn } from "../column-summary.ts";
import type { InspectFlags } from "../program.ts";
import { formatCount, formatShare, plural } from "../quantities.ts";
import { readReal } from "../reading.ts";
import { requireColumn } from "../required-column.ts";
import type { Session } from "../session.ts";
import { forLine, textGrid } from "../text-grid.ts";
import { sayWarnings } from "../warnings.ts";
import { writeText } from "../write-text.ts";

export async function inspect(data: string, flags: InspectFlags, session: Session): Promise<void> {
  const checks = new Checks();
  checks.input(data, "table");
  checks.input(flags.metadata, "metadata");
  checks.output(flags.out, "out");
  checks.output(flags.metadataOut, "metadata-out");
  checks.settle();

  const { table, metadata, warnings } = await readReal(data, flags.metadata, session);
  checks.attempt(() => requireColumn(metadata, flags.target, "target"));
  checks.settle();
  const columns = table.columns.map((column) => summariseColumn(column, metadata.columns[column.name]!));
  const [{ choice, rivals = [] }] = chooseGenerators(tableFacts(table, metadata), { purpose: "fidelity" });
  const plan = {
    model: choice.name,
    why: choice.reason,
    rivals: rivals.map(({ definition }) => definition.name),
    ...fitPlan(metadata),
  };
  const result = {
    version: 1,
    file: data,
    rows: table.rowCount,
    columns,
    primaryKey: metadata.primaryKey ?? null,
    alternateKeys: metadata.alternateKeys ?? [],
    fit: plan,
    warnings,
    metadata: toSdvMetadata({ tables: { table: metadata }, relationships: [] }),
  };
  if (flags.metadataOut !== undefined) {
    await writeText(flags.metadataOut, JSON.stringify(result.metadata, null, 2));
    session.say(`Metadata: ${flags.metadataOut}`);
  }
  if (flags.out !== undefined) {
    await writeText(flags.out, JSON.stringify(result, null, 2));
    session.say(`Profile: ${flags.out}`);
  }
  if (session.json) session.printJson(result);
  else if (flags.out === undefined) session.print(inspectText(data, table.rowCount, columns, metadata, plan));
  sayWarnings(warnings, session);
}

interface InspectPlan {
  /** The generator that `auto` chooses without a budget, and why. */
  model: string;
  why: string;
  /** Those that fit measures against it first, and takes where they are closer to the real rows. */
  rivals: string[];
  /** Columns whose values come from a model, by name. */
  modelled: string[];
  /** Columns whose values are made up without one: ids, personal data, free text. */
  generated: string[];
  unique: string[];
}

function fitPlan(metadata: TableMetadata): Omit<InspectPlan, "model" | "why" | "rivals"> {
  const names = Object.keys(metadata.columns);
  return {
    modelled: names.filter((name) => isModelled(metadata.columns[name]!)),
    generated: names.filter((name) => !isModelled(metadata.columns[name]!)),
    unique: [...uniqueColumns(metadata)],
  };
}

function inspectText(
  data: string,
  rows: number,
  columns: readonly ColumnSummary[],
  metadata: TableMetadata,
  plan: InspectPlan,
): string {
  const head = [["column", "type", "missing", "distinct", "profile"]];
  const body = columns.map((column) => [
    forLine(column.name),
    typeText(metadata.columns[column.name]!),
    column.missing === 0 ? "" : formatShare(column.missing / rows),
    formatCount(column.distinct),
    profileText(column),
  ]);
  const key = metadata.primaryKey;
  const lines = [
    `${data}: ${plural(rows, "row")}, ${plural(columns.length, "column")}`,
    "",
    textGrid([...head, ...body], new Set([2, 3])),
    "",
    key === undefined
      ? "No primary key found."
      : `Primary key: ${typeof key === "string" ? key : key.join(", ")}`,
  ];
  if (plan.modelled.length > 0)
    lines.push(`fit would learn ${plural(plan.modelled.length, "column")} with ${plan.model}: ${plan.why}.`);
  if (plan.modelled.length > 0 && plan.rivals.length > 0)
    lines.push(`Where its rows can be told from real ones it would try ${plan.rivals.join(", ")} too.`);
  if (plan.generated.length > 0)
    lines.push(`It would make up ${named(plan.generated)} without learning their values.`);
  if (plan.modelled.length === 0)
    lines.push("fit would find nothing to learn: every column is an id, personal or text.");
  lines.push("A wrong type? Correct it: --metadata-out F.json, edit, then --metadata F.json.");
  return lines.join("\n");
}

function named(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => forLine(name));
  return `${shown.join(", ")}${names.length > 8 ? ` and ${names.length - 8} more` : ""}`;
}

function typeText(column: ColumnMetadata): string {
  const personal = column.pii === true ? ", personal" : "";
  const format = column.datetimeFormat ?? column.regexFormat;
  return forLine(`${column.sdtype}${personal}${format ? ` ${format}` : ""}`, 36);
}

function profileText({ range, top }: ColumnSummary): string {
  if (range)
    return `${forLine(range.low, 24)} to ${forLine(range.high, 24)}${range.middle ? `, median ${range.middle}` : ""}`;
  return top.map(({ value, share }) => `${forLine(value, 20)} ${formatShare(share)}`).join(", ");
}
