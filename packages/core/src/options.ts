// Options from a table of rows: one place says what a value may be, for generators used from code and for the command
// line alike.

import { VerisimError } from "./errors.ts";
import type { OptionRow, OptionTable } from "./generator.ts";
import { knownTextsHint } from "./near-matches.ts";

/** What a row accepts, for messages and for lists of options: `a whole number from 1 to 1000`. */
export function describeOption(row: OptionRow): string {
  const range =
    row.min !== undefined && row.max !== undefined
      ? ` from ${row.min} to ${row.max}`
      : row.min !== undefined
        ? ` from ${row.min} on`
        : row.max !== undefined
          ? ` up to ${row.max}`
          : "";
  switch (row.type) {
    case "integer":
      return `a whole number${range}`;
    case "number":
      return `a number${range}`;
    case "integers":
      return `whole numbers${range}, one or more`;
    case "boolean":
      return "true or false";
    case "choice":
      return `one of ${(row.values ?? []).join(", ")}`;
    case "map":
      return row.values ? `a map of columns to one of ${row.values.join(", ")}` : "a map of columns to texts";
    case "text":
      return "a text";
  }
}

/** True when the value is of the row's type and in its range. */
export function acceptsOption(row: OptionRow, value: unknown): boolean {
  switch (row.type) {
    case "integer":
    case "number":
      return (
        typeof value === "number" &&
        Number.isFinite(value) &&
        (row.type === "number" || Number.isSafeInteger(value)) &&
        value >= (row.min ?? Number.NEGATIVE_INFINITY) &&
        value <= (row.max ?? Number.POSITIVE_INFINITY)
      );
    case "integers":
      return (
        Array.isArray(value) &&
        value.length > 0 &&
        value.every((entry: unknown) => acceptsOption({ ...row, type: "integer" }, entry))
      );
    case "boolean":
      return typeof value === "boolean";
    case "text":
      return typeof value === "string";
    case "choice":
      return typeof value === "string" && (row.values ?? []).includes(value);
    case "map":
      return (
        typeof value === "object" &&
        value !== null &&
        !Array.isArray(value) &&
        Object.values(value).every(
          (entry) => typeof entry === "string" && (row.values === undefined || row.values.includes(entry)),
        )
      );
  }
}

/**
 * The options with defaults filled in.
 * @param generator name for messages
 * @param columns where given, keys of maps must be among them
 * @throws VerisimError `VERISIM_UNKNOWN_OPTION`, `VERISIM_OPTION_VALUE`, `VERISIM_UNKNOWN_COLUMN`
 */
export function checkOptions(
  generator: string,
  rows: OptionTable,
  options: Readonly<Record<string, unknown>>,
  columns?: readonly string[],
): Record<string, unknown> {
  const resolved: Record<string, unknown> = {};
  for (const [name, row] of Object.entries(rows)) resolved[name] = row.default;
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const row = Object.hasOwn(rows, name) ? rows[name] : undefined;
    if (!row) {
      throw new VerisimError(
        "VERISIM_UNKNOWN_OPTION",
        `Expected an option of ${generator} but received ${JSON.stringify(name)}.`,
        { where: { option: name }, hint: knownTextsHint("options", name, Object.keys(rows)) },
      );
    }
    if (!acceptsOption(row, value)) {
      throw new VerisimError(
        "VERISIM_OPTION_VALUE",
        `Expected ${describeOption(row)} for ${name} but received ${JSON.stringify(value)}.`,
        { where: { option: name } },
      );
    }
    if (row.type === "map" && columns) requireColumns(name, Object.keys(value as object), columns);
    resolved[name] = value;
  }
  return resolved;
}

function requireColumns(option: string, names: readonly string[], columns: readonly string[]): void {
  for (const name of names) {
    if (columns.includes(name)) continue;
    throw new VerisimError(
      "VERISIM_UNKNOWN_COLUMN",
      `Expected the name of a column but received ${JSON.stringify(name)}.`,
      {
        where: { option, column: name },
        hint: knownTextsHint("columns", name, columns),
      },
    );
  }
}
