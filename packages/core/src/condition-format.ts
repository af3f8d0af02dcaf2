// Prints a condition in the language that condition-parser.ts reads: parsing the text gives the same tree.

import type { Condition, Literal } from "./condition.ts";
import { bareName, conditionKeywords } from "./condition-tokens.ts";
import { VerisimError } from "./errors.ts";

/** A tree deeper than this is refused rather than walked. */
const maxDepth = 1_000;

/** A column's name as conditions write it: bare where it can be, else in double quotes. */
export function formatConditionName(name: string): string {
  const bare = bareName.test(name) && !conditionKeywords.has(name.toUpperCase());
  return bare ? name : `"${name.replaceAll('"', '""')}"`;
}

/** A literal as conditions write it. @throws VerisimError `VERISIM_CONDITION_TYPE` for NaN and infinities. */
export function formatLiteral(value: Literal): string {
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  if (!Number.isFinite(value)) {
    throw new VerisimError(
      "VERISIM_CONDITION_TYPE",
      `Expected a finite number in a condition but received ${value}.`,
      { where: { option: "where" }, hint: "Leave that bound out, or ask for missing cells by IS NULL." },
    );
  }
  return Object.is(value, -0) ? "-0" : String(value);
}

/**
 * Prints a condition; {@link parseCondition} of the result gives the same tree (groups of one term print as the term).
 *
 * @throws VerisimError `VERISIM_CONDITION_TYPE` where the tree holds what the language cannot say: groups or IN lists
 * without terms, numbers that are not finite, nesting deeper than 1,000
 */
export function formatCondition(condition: Condition): string {
  return format(condition, 0);
}

function format(condition: Condition, depth: number): string {
  if (depth > maxDepth) throw unsayable(`at most ${maxDepth} levels of terms`, "more");
  switch (condition.type) {
    case "and":
    case "or": {
      if (condition.terms.length === 0) throw unsayable("at least one term", `an empty ${condition.type}`);
      if (condition.terms.length === 1) return format(condition.terms[0]!, depth + 1);
      const word = condition.type === "and" ? " AND " : " OR ";
      return condition.terms.map((term) => group(term, condition.type, depth + 1)).join(word);
    }
    case "not": {
      const { term } = condition;
      if (term.type === "null") return `${formatConditionName(term.column)} IS NOT NULL`;
      if (term.type === "in") return formatIn(term, "NOT IN");
      return `NOT ${group(term, "not", depth + 1)}`;
    }
    case "compare":
      return `${formatConditionName(condition.column)} ${condition.operator} ${formatLiteral(condition.value)}`;
    case "in":
      return formatIn(condition, "IN");
    case "null":
      return `${formatConditionName(condition.column)} IS NULL`;
  }
}

/** A term inside another one, in parentheses where it would be read otherwise. */
function group(term: Condition, outer: "and" | "or" | "not", depth: number): string {
  const text = format(term, depth);
  const compound = (term.type === "and" || term.type === "or") && term.terms.length > 1;
  return compound && !(outer === "or" && term.type === "and") ? `(${text})` : text;
}

function formatIn(condition: Condition & { type: "in" }, word: string): string {
  if (condition.values.length === 0) throw unsayable("at least one value", "an empty list");
  return `${formatConditionName(condition.column)} ${word} (${condition.values.map(formatLiteral).join(", ")})`;
}

function unsayable(expected: string, received: string): VerisimError {
  return new VerisimError(
    "VERISIM_CONDITION_TYPE",
    `Expected ${expected} in a condition but received ${received}.`,
    {
      where: { option: "where" },
    },
  );
}
