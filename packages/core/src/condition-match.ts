// What a comparison means for a single value, and whether a row meets a condition or lies in a cell. Everything that
// turns conditions into sets (condition-cells.ts) asks here, so that there is one meaning.

import type { Comparison, Condition, ConditionCell, Literal } from "./condition.ts";
import { formatCondition } from "./condition-format.ts";
import { VerisimError } from "./errors.ts";
import { quoteForMessage } from "./source-caret.ts";
import { cellAt, type Table } from "./table.ts";

/** What conditions need to know of a column. */
export type ConditionColumn = {
  /** False where the column never has a missing cell, so that IS NULL is impossible. Default true. */
  readonly mayBeMissing?: boolean;
} & (
  | {
      readonly kind: "number";
      /** Datetimes: the number that a text stands for, or undefined when it is not of the column's format. */
      readonly parse?: (text: string) => number | undefined;
    }
  | {
      readonly kind: "category";
      readonly categories: readonly string[];
      /** Ordinal: < and > compare places in `categories`. Default false: numbers as numbers, text by code unit. */
      readonly ordered?: boolean;
    }
);

/** Descriptions by column name. */
export type ConditionColumns = ReadonlyMap<string, ConditionColumn>;

const truthWords: ReadonlyMap<string, boolean> = new Map([
  ...["true", "t", "yes", "y", "1", "on"].map((word) => [word, true] as const),
  ...["false", "f", "no", "n", "0", "off"].map((word) => [word, false] as const),
]);

function compareOrder(order: number, operator: Comparison): boolean {
  switch (operator) {
    case "=":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}

export function typeError(column: string, expected: string, value: Literal, hint?: string): VerisimError {
  const received = typeof value === "string" ? `the text ${quoteForMessage(value)}` : String(value);
  return new VerisimError("VERISIM_CONDITION_TYPE", `Expected ${expected} but received ${received}.`, {
    where: { column, option: "where" },
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The number that a literal means for a column of numbers. @throws VerisimError `VERISIM_CONDITION_TYPE` */
export function numberLiteral(column: string, value: Literal, description?: ConditionColumn): number {
  const parse = description?.kind === "number" ? description.parse : undefined;
  if (parse && typeof value !== "boolean") {
    const parsed = parse(String(value));
    if (parsed === undefined || Number.isNaN(parsed))
      throw typeError(column, "a date", value, "Write it as '2024-01-31' or as the column does, in quotes.");
    return parsed;
  }
  if (typeof value !== "number" || Number.isNaN(value)) {
    const isNumber = typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value));
    throw typeError(column, "a number", value, isNumber ? "Write the number without quotes." : undefined);
  }
  return value;
}

/**
 * A test of one column's text against a literal: text compares exactly, numbers with the number that the text reads as
 * (text that is no number never matches), TRUE and FALSE with the usual words for them.
 *
 * @throws VerisimError `VERISIM_CONDITION_TYPE` for orders of booleans and of values that are not in an ordered column
 */
export function textTest(
  column: string,
  operator: Comparison,
  value: Literal,
  description?: ConditionColumn,
): (text: string) => boolean {
  const isOrder = operator !== "=" && operator !== "!=";
  if (isOrder && description?.kind === "category" && description.ordered) {
    const places = new Map(description.categories.map((text, place) => [text, place]));
    const place = places.get(String(value));
    if (place === undefined) throw typeError(column, "one of the column's ordered values", value);
    return (text) => {
      const other = places.get(text);
      return other !== undefined && compareOrder(other - place, operator);
    };
  }
  if (typeof value === "boolean") {
    if (isOrder) throw typeError(column, "a number or text after < or >", value);
    return (text) => {
      const truth = truthWords.get(text.trim().toLowerCase());
      return (truth === value) === (operator === "=");
    };
  }
  if (typeof value === "number") {
    return (text) => {
      const number = text.trim() === "" ? Number.NaN : Number(text);
      return Number.isNaN(number) ? operator === "!=" : compareOrder(Math.sign(number - value), operator);
    };
  }
  return (text) => compareOrder(text === value ? 0 : text < value ? -1 : 1, operator);
}

/**
 * Whether a row meets a condition, under SQL's rules: a comparison with a missing cell is neither true nor false.
 *
 * @param columns needed for datetimes given as text and for ordered categories only
 * @throws VerisimError `VERISIM_UNKNOWN_COLUMN`, `VERISIM_CONDITION_TYPE`
 */
export function conditionHolds(
  condition: Condition,
  table: Table,
  row: number,
  columns?: ConditionColumns,
): boolean {
  return truthOf(condition, table, row, columns) === true;
}

/** Kleene's three values: null stands for unknown. */
function truthOf(
  condition: Condition,
  table: Table,
  row: number,
  columns: ConditionColumns | undefined,
): boolean | null {
  switch (condition.type) {
    case "and":
    case "or": {
      const decisive = condition.type === "or";
      let result: boolean | null = !decisive;
      for (const term of condition.terms) {
        const truth = truthOf(term, table, row, columns);
        if (truth === decisive) return decisive;
        if (truth === null) result = null;
      }
      return result;
    }
    case "not": {
      const truth = truthOf(condition.term, table, row, columns);
      return truth === null ? null : !truth;
    }
    case "null":
      return cellAt(table.column(condition.column), row) === null;
    case "compare":
      return testCell(condition.column, condition.operator, [condition.value], table, row, columns);
    case "in":
      return testCell(condition.column, "=", condition.values, table, row, columns);
  }
}

function testCell(
  name: string,
  operator: Comparison,
  values: readonly Literal[],
  table: Table,
  row: number,
  columns: ConditionColumns | undefined,
): boolean | null {
  const cell = cellAt(table.column(name), row);
  const description = columns?.get(name);
  if (cell === null) return null;
  return values.some((value) =>
    typeof cell === "number"
      ? compareNumbers(cell, operator, numberLiteral(name, value, description))
      : textTest(name, operator, value, description)(cell),
  );
}

function compareNumbers(a: number, operator: Comparison, b: number): boolean {
  return compareOrder(a < b ? -1 : a > b ? 1 : 0, operator);
}

/** Whether a row lies in a cell. @throws VerisimError `VERISIM_UNKNOWN_COLUMN`; a cell of the other kind does not match */
export function matchesCell(cell: ConditionCell, table: Table, row: number): boolean {
  for (const [name, set] of cell) {
    const value = cellAt(table.column(name), row);
    if (value === null) {
      if (!set.missing) return false;
    } else if (typeof value === "number") {
      if (set.kind !== "number") return false;
      const inside = set.intervals.some(
        ({ low, high, lowOpen, highOpen }) =>
          (lowOpen ? value > low : value >= low) && (highOpen ? value < high : value <= high),
      );
      if (!inside) return false;
    } else if (set.kind !== "category" || !set.categories.has(value)) {
      return false;
    }
  }
  return true;
}

/** A condition for an error's text: as it would be written, cut to 200 characters. */
export function conditionForMessage(condition: Condition): string {
  let text: string;
  try {
    text = formatCondition(condition);
  } catch (error) {
    if (!VerisimError.isInstance(error)) throw error;
    text = "(a part that cannot be written)";
  }
  return text.length > 200 ? `${text.slice(0, 197)}...` : text;
}
