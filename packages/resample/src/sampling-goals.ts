// How many rows of each class are wanted: exact totals, or one of the named balances. Everything here is settled and
// refused before any work starts.

import { knownTextsHint, VerisimError } from "@verisim/core";
import type { Strategy } from "./strategies.ts";

/** A balance by name; `auto` is `not majority` for adding and `not minority` for taking away. */
export type NamedBalance = "auto" | "minority" | "majority" | "not minority" | "not majority" | "all";

/**
 * What a class may become. A name: those classes reach the size of the largest (adding) or the smallest (taking away).
 * A number, two classes only: minority rows per majority row afterwards, in (0, 1]. An object or map: total rows per
 * class, originals included; classes not named keep theirs. A list, for cleaning: the classes that may lose rows.
 * A function of the classes' sizes that returns totals.
 */
export type SamplingStrategy =
  | NamedBalance
  | number
  | Readonly<Record<string, number>>
  | ReadonlyMap<string, number>
  | readonly string[]
  | ((sizes: ReadonlyMap<string, number>) => Readonly<Record<string, number>> | ReadonlyMap<string, number>);

/** Per class in order: rows there are, and rows wanted; for cleaning, whether it may lose rows. */
export interface SamplingGoals {
  readonly sizes: readonly number[];
  readonly totals: readonly number[];
  readonly mayLose: readonly boolean[];
}

const names: readonly string[] = ["auto", "minority", "majority", "not minority", "not majority", "all"];

/**
 * @throws VerisimError `VERISIM_RESAMPLE_COUNTS` for totals that the strategy cannot reach, `VERISIM_OPTION_VALUE`
 */
export function samplingGoals(
  strategy: Strategy,
  classes: readonly string[],
  sizes: readonly number[],
  wanted: SamplingStrategy,
): SamplingGoals {
  const bySize = new Map(classes.map((label, index) => [label, sizes[index]!]));
  const given = typeof wanted === "function" ? wanted(bySize) : wanted;
  const adds = strategy.kind === "over" || strategy.kind === "combined";
  const largest = Math.max(...sizes);
  const smallest = Math.min(...sizes);
  // Of equals the first is the majority, and the first the minority, as a class each.
  const majority = sizes.indexOf(largest);
  const minority = sizes.indexOf(smallest);
  const all = classes.map((_, index) => index);
  if (typeof given === "string") {
    if (!names.includes(given))
      throw wrong(
        `Expected one of ${names.join(", ")} for samplingStrategy but received ${JSON.stringify(given)}.`,
      );
    const name = given === "auto" ? (adds ? "not majority" : "not minority") : given;
    if (strategy.kind === "over" && name === "majority")
      throw wrong(`${strategy.name} adds rows: "majority" names the one class that needs none.`);
    if (strategy.kind === "under" && name === "minority")
      throw wrong(`${strategy.name} takes rows away: "minority" names the one class that has none to give.`);
    const touched: Record<string, readonly number[]> = {
      minority: [minority],
      majority: [majority],
      "not minority": all.filter((index) => index !== minority),
      "not majority": all.filter((index) => index !== majority),
      all,
    };
    const touch = touched[name]!;
    const goal = adds ? largest : smallest;
    return {
      sizes,
      totals: sizes.map((size, index) => (strategy.kind !== "clean" && touch.includes(index) ? goal : size)),
      mayLose: all.map((index) => touch.includes(index)),
    };
  }
  if (typeof given === "number") {
    if (strategy.kind === "clean") throw wrong(`${strategy.name} cleans by a rule: it takes no share.`);
    if (classes.length !== 2)
      throw wrong(
        `Expected two classes for a share of rows but found ${classes.length}: name totals by class.`,
      );
    if (!(given > 0 && given <= 1))
      throw wrong(`Expected a share above 0 and at most 1 but received ${given}.`);
    const totals = [...sizes];
    if (adds) totals[minority] = Math.floor(largest * given);
    else totals[majority] = Math.floor(smallest / given);
    if (minority === majority) totals[1] = Math.floor(largest * given);
    return checked(strategy, classes, sizes, totals);
  }
  if (Array.isArray(given)) {
    if (strategy.kind !== "clean")
      throw wrong(
        "A list of classes says which may lose rows by cleaning; this strategy needs totals per class.",
      );
    const touch = (given as readonly string[]).map((label) => indexOf(classes, String(label)));
    return { sizes, totals: sizes, mayLose: all.map((index) => touch.includes(index)) };
  }
  if (typeof given !== "object" || given === null)
    throw wrong(
      `Expected a name, a share, totals per class or a list of classes but received ${String(given)}.`,
    );
  if (strategy.kind === "clean")
    throw new VerisimError(
      "VERISIM_RESAMPLE_COUNTS",
      `${strategy.name} leaves out what its rule names: it takes no counts.`,
      {
        where: { option: "counts" },
        hint: "Use random-under, near-miss-1 or cluster-centroids for exact counts.",
      },
    );
  const entries =
    given instanceof Map ? [...given] : Object.entries(given as Readonly<Record<string, number>>);
  const totals = [...sizes];
  for (const [label, total] of entries as [string, number][]) {
    if (!Number.isSafeInteger(total) || total < 0 || total > 2 ** 31 - 1)
      throw new VerisimError(
        "VERISIM_RESAMPLE_COUNTS",
        `Expected a whole number of rows below 2^31 for ${JSON.stringify(label)} but received ${total}.`,
        { where: { option: "counts" } },
      );
    totals[indexOf(classes, label)] = total;
  }
  return checked(strategy, classes, sizes, totals);
}

function checked(
  strategy: Strategy,
  classes: readonly string[],
  sizes: readonly number[],
  totals: readonly number[],
): SamplingGoals {
  for (const [index, total] of totals.entries()) {
    const size = sizes[index]!;
    const tooFew = strategy.kind !== "under" && total < size;
    if (!tooFew && !(strategy.kind === "under" && total > size)) continue;
    throw new VerisimError(
      "VERISIM_RESAMPLE_COUNTS",
      `${strategy.name} ${tooFew ? "only adds rows" : "only takes rows away"}: class ${JSON.stringify(classes[index])} has ${size} rows and cannot have ${total}.`,
      {
        where: { option: "counts" },
        hint: tooFew
          ? `Counts are totals, the original rows included: ask for at least ${size}, or use random-under.`
          : `Ask for at most ${size}, or use smote.`,
      },
    );
  }
  return { sizes, totals, mayLose: totals.map((total, index) => total < sizes[index]!) };
}

function indexOf(classes: readonly string[], label: string): number {
  const index = classes.indexOf(label);
  if (index >= 0) return index;
  throw new VerisimError("VERISIM_RESAMPLE_COUNTS", `No row is of class ${JSON.stringify(label)}.`, {
    where: { option: "counts" },
    hint: knownTextsHint("classes", label, classes),
  });
}

const wrong = (message: string) =>
  new VerisimError("VERISIM_OPTION_VALUE", message, { where: { option: "samplingStrategy" } });
