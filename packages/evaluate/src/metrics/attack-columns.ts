// What an attacker knows and what he is after, where nobody has said so: columns of which people could know the values,
// and the target.

import type { ComparedColumn } from "../compared-column.ts";
import type { Compared } from "./judged-tables.ts";

/** Columns of the published attack metrics. */
export interface AttackColumns {
  /** What the attacker knows of a record. */
  known: string[];
  /** What he wants to know. */
  secret: string[];
  /** Whether the caller named them; else they are a guess. */
  chosenBy: "caller" | "guess";
}

const mostKnown = 3;
/** Categories, and different whole numbers, of a column whose values others may know. */
const fewCategories = 100;
const fewNumbers = 150;

/**
 * The given columns. For those that are not given: as secret the target, or the last column with few values; as known the
 * first three others with few values.
 *
 * @returns null where the table has too few such columns
 */
export function attackColumns(
  { columns }: Compared,
  given: {
    known?: readonly string[] | undefined;
    secret?: readonly string[] | undefined;
    target?: string | undefined;
  },
): AttackColumns | null {
  const few = columns.filter(hasFewValues).map(({ name }) => name);
  const secret = given.secret ?? secretOf(few, given.known ?? [], given.target);
  const known = given.known ?? few.filter((name) => !secret.includes(name)).slice(0, mostKnown);
  if (known.length === 0 || secret.length === 0) return null;
  return {
    known: [...known],
    secret: [...secret],
    chosenBy: given.known || given.secret ? "caller" : "guess",
  };
}

function secretOf(few: readonly string[], known: readonly string[], target: string | undefined): string[] {
  if (target !== undefined && few.includes(target) && !known.includes(target)) return [target];
  return few.filter((name) => !known.includes(name)).slice(-1);
}

/** Whether a column's values are few enough to be known and to recur. */
function hasFewValues(column: ComparedColumn): boolean {
  if (column.kind === "unscored") return false;
  if (column.kind === "category")
    return column.labels.length <= fewCategories && column.counts[0]!.some((count) => count > 0);
  const values = new Set<number>();
  for (const value of column.values[0]!) {
    if (Number.isNaN(value)) continue;
    if (value % 1 !== 0 || values.add(value).size > fewNumbers) return false;
  }
  return values.size > 0;
}
