// Rows in which one column owes nothing to others: its values are as frequent in every group of the sensitive columns
// (statistical parity), up to a gap that is allowed. Groups keep their sizes, values their shares, and everything else of a
// row is drawn given both: the request is a mixture of conditions, one per group and value, and exact like them.

import type { Condition } from "./condition.ts";
import { type ConditionColumns, conditionForMessage } from "./condition-match.ts";
import { VerisimError } from "./errors.ts";
import { knownTextsHint } from "./near-matches.ts";

/** What is to be fair to whom. */
export interface Fairness {
  /** A column of categories, such as the income. */
  readonly target: string;
  /** Columns of categories whose combinations are the groups. */
  readonly sensitive: readonly string[];
  /** The largest difference of a value's share between two groups that may be left, 0 to 1. Default 0: none. */
  readonly gap?: number;
}

/** A value of the target in a group. */
export interface FairPair {
  readonly group: number;
  readonly value: number;
  readonly condition: Condition;
}

/** The most pairs of a group and a value. */
const mostPairs = 1000;

/**
 * Every group with every value of the target.
 * @throws VerisimError `VERISIM_UNKNOWN_COLUMN`, `VERISIM_CONDITION_TYPE` for columns of numbers, `VERISIM_OPTION_VALUE`,
 * `VERISIM_CONDITION_TOO_COMPLEX`
 */
export function fairPairs(
  { target, sensitive, gap = 0 }: Fairness,
  columns: ConditionColumns,
  where: Condition | undefined,
): FairPair[] {
  if (!(gap >= 0 && gap <= 1)) throw badValue("Expected the gap to be a number from 0 to 1", String(gap));
  if (sensitive.length === 0) throw badValue("Expected at least one sensitive column", "none");
  if (sensitive.includes(target) || new Set(sensitive).size < sensitive.length)
    throw badValue("Expected each column once in a fair request", [target, ...sensitive].join(", "));
  const values = valuesOf(target, columns);
  let groups: readonly (readonly Condition[])[] = [[]];
  for (const name of sensitive) {
    const own = valuesOf(name, columns);
    if (groups.length * own.length * values.length > mostPairs) throw tooMany(target, sensitive);
    groups = groups.flatMap((group) => own.map((value) => [...group, value]));
  }
  const asked = where ? [where] : [];
  return groups.flatMap((group, place) =>
    values.map((own, value) => ({
      group: place,
      value,
      condition: { type: "and", terms: [...asked, ...group, own] } as const,
    })),
  );
}

/**
 * Every value that some group can have must be possible in every group that there is.
 * @throws VerisimError `VERISIM_CONDITION_IMPOSSIBLE`
 */
export function requireAllPairs(asked: readonly FairPair[], found: readonly FairPair[]): void {
  const groups = new Set(found.map(({ group }) => group));
  const values = new Set(found.map(({ value }) => value));
  const lacking = asked.find(
    (pair) => groups.has(pair.group) && values.has(pair.value) && !found.includes(pair),
  );
  if (!lacking) return;
  throw new VerisimError(
    "VERISIM_CONDITION_IMPOSSIBLE",
    `No row of the model can meet ${conditionForMessage(lacking.condition)}: groups that cannot have the same values cannot be treated alike.`,
    { where: { option: "fairness" }, hint: "Leave out that group or value with a condition." },
  );
}

/**
 * The probabilities of the pairs in fair rows, from what they are in the model's, up to a common factor. Shares of the
 * target's values move towards their mean over the groups until none differs by more than the gap.
 */
export function fairProbabilities(
  pairs: readonly Omit<FairPair, "condition">[],
  probabilities: readonly number[],
  gap: number,
): number[] {
  const total = probabilities.reduce((sum, own) => sum + own, 0);
  const groups = new Map<number, number>();
  const values = new Map<number, number>();
  pairs.forEach(({ group, value }, i) => {
    groups.set(group, (groups.get(group) ?? 0) + probabilities[i]!);
    values.set(value, (values.get(value) ?? 0) + probabilities[i]!);
  });
  const lowest = new Map<number, number>();
  const highest = new Map<number, number>();
  pairs.forEach(({ group, value }, i) => {
    const size = groups.get(group)!;
    if (size === 0) return;
    const share = probabilities[i]! / size;
    lowest.set(value, Math.min(lowest.get(value) ?? 1, share));
    highest.set(value, Math.max(highest.get(value) ?? 0, share));
  });
  const found = Math.max(0, ...[...highest].map(([value, share]) => share - lowest.get(value)!));
  const kept = found > gap ? gap / found : 1;
  return pairs.map(
    ({ group, value }, i) =>
      kept * probabilities[i]! + (1 - kept) * (groups.get(group)! * (values.get(value)! / total)),
  );
}

/** A condition for each value of a column of categories, its missing cell among them where it may have one. */
function valuesOf(column: string, columns: ConditionColumns): Condition[] {
  const description = columns.get(column);
  const where = { column, option: "fairness" };
  if (!description)
    throw new VerisimError(
      "VERISIM_UNKNOWN_COLUMN",
      `Expected a modelled column in a fair request but received ${JSON.stringify(column)}.`,
      { where, hint: knownTextsHint("modelled columns", column, [...columns.keys()]) },
    );
  if (description.kind !== "category")
    throw new VerisimError(
      "VERISIM_CONDITION_TYPE",
      "Expected the columns of a fair request to hold categories but received one of numbers.",
      { where, hint: "Cut the numbers into classes in a column of its own and learn that." },
    );
  return [
    ...description.categories.map((value): Condition => ({ type: "compare", column, operator: "=", value })),
    ...(description.mayBeMissing === false ? [] : [{ type: "null", column } as const]),
  ];
}

function badValue(expected: string, received: string): VerisimError {
  return new VerisimError("VERISIM_OPTION_VALUE", `${expected} but received ${received}.`, {
    where: { option: "fairness" },
  });
}

function tooMany(target: string, sensitive: readonly string[]): VerisimError {
  return new VerisimError(
    "VERISIM_CONDITION_TOO_COMPLEX",
    `Expected at most ${mostPairs} pairs of a group and a value of the target but received more.`,
    {
      where: { option: "fairness" },
      hint: `Take fewer sensitive columns than ${sensitive.length}, or ones of fewer categories; ${JSON.stringify(target)} counts too.`,
    },
  );
}
