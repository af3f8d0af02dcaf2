// Turns a condition into disjoint product cells: sets of rows that generators can give probabilities to and draw from
// exactly. NOT is pushed to the leaves, AND intersects, OR subtracts what came before, so that no row is in two cells.

import type { Comparison, Condition, ConditionCell, Interval, Literal, ValueSet } from "./condition.ts";
import {
  type ConditionColumn,
  type ConditionColumns,
  conditionForMessage,
  numberLiteral,
  textTest,
  typeError,
} from "./condition-match.ts";
import { VerisimError } from "./errors.ts";
import { knownTextsHint } from "./near-matches.ts";
import { quoteForMessage } from "./source-caret.ts";
import {
  complementIntervals,
  fullSet,
  intersectCells,
  isEmptySet,
  subtractCells,
  uniteIntervals,
  uniteSets,
  type WorkBudget,
} from "./value-sets.ts";

/** The most cells that a condition may fall into. */
export const maxConditionCells = 1_000;
/** The deepest condition tree that is walked. */
const maxDepth = 500;
/** Elementary set steps; a few seconds' work at most. */
const maxSteps = 20_000_000;

/**
 * Disjoint cells whose union holds exactly the rows for which the condition is true under SQL's null rules.
 * A column that a cell does not name is free, missing included.
 *
 * Values that a category column never had are refused where they are asked for and harmless where they are excluded.
 *
 * @param columns descriptions of the table's columns by name
 * @throws VerisimError `VERISIM_UNKNOWN_COLUMN`, `VERISIM_CONDITION_TYPE`, `VERISIM_CONDITION_IMPOSSIBLE` naming the value
 * or the part that contradicts itself, `VERISIM_CONDITION_TOO_COMPLEX` above 1,000 cells
 */
export function conditionCells(condition: Condition, columns: ConditionColumns): ConditionCell[] {
  const splitter = new CellSplitter(columns);
  const cells = splitter.cells(condition, false, 0);
  if (cells.length === 0) throw contradiction(splitter, condition);
  return cells;
}

/** The error of a condition that no row can meet. */
export function impossibleCondition(part: string, reason: string, hint?: string): VerisimError {
  return new VerisimError("VERISIM_CONDITION_IMPOSSIBLE", `No row can meet ${part}: ${reason}.`, {
    where: { option: "where" },
    hint: hint ?? "Change or leave out that part of the condition.",
  });
}

class CellSplitter {
  readonly #columns: ConditionColumns;
  readonly #categories = new Map<string, ReadonlySet<string>>();
  readonly #budget: WorkBudget;

  constructor(columns: ConditionColumns) {
    this.#columns = columns;
    let left = maxSteps;
    this.#budget = {
      spend(steps) {
        left -= steps;
        if (left < 0) throw tooComplex("more set arithmetic than is allowed");
      },
    };
  }

  cells(condition: Condition, negated: boolean, depth: number): ConditionCell[] {
    if (depth > maxDepth) throw tooComplex(`terms nested more than ${maxDepth} deep`);
    this.#budget.spend(1);
    switch (condition.type) {
      case "not":
        return this.cells(condition.term, !negated, depth + 1);
      case "and":
      case "or": {
        const parts = condition.terms.map((term) => this.cells(term, negated, depth + 1));
        return (condition.type === "and") === negated ? this.#unite(parts) : this.#intersect(parts);
      }
      default: {
        const set = this.#leaf(condition, negated);
        return isEmptySet(set) ? [] : [new Map([[condition.column, set]])];
      }
    }
  }

  #intersect(parts: readonly ConditionCell[][]): ConditionCell[] {
    let result: ConditionCell[] = [new Map()];
    for (const part of parts) {
      const next: ConditionCell[] = [];
      for (const a of result) {
        for (const b of part) {
          const both = intersectCells(a, b, this.#budget);
          if (both) next.push(both);
        }
        checkCount(next.length);
      }
      result = next;
    }
    return result;
  }

  #unite(parts: readonly ConditionCell[][]): ConditionCell[] {
    let result: ConditionCell[] = [];
    for (const part of this.#mergeSingles(parts)) {
      for (const cell of part) {
        let rest: ConditionCell[] = [cell];
        for (const known of result) {
          const next: ConditionCell[] = [];
          for (const piece of rest)
            next.push(...subtractCells(piece, known, (name) => this.#full(name), this.#budget));
          rest = next;
          checkCount(result.length + rest.length);
          if (rest.length === 0) break;
        }
        result = result.concat(rest);
      }
    }
    return result;
  }

  /** Alternatives about one and the same column are one set: `a = 1 or a = 2` is a single cell. */
  #mergeSingles(parts: readonly ConditionCell[][]): ConditionCell[][] {
    const singles = new Map<string, [ValueSet, ...ValueSet[]]>();
    const others: ConditionCell[][] = [];
    for (const part of parts) {
      const [only] = part;
      if (part.length !== 1 || only!.size !== 1) {
        others.push(part);
        continue;
      }
      for (const [column, set] of only!) {
        const known = singles.get(column);
        if (known) known.push(set);
        else singles.set(column, [set]);
      }
    }
    const united = [...singles].map(([column, sets]) => [
      new Map([[column, sets.length === 1 ? sets[0] : uniteSets(sets, this.#budget)]]),
    ]);
    return [...united, ...others];
  }

  #describe(name: string): ConditionColumn {
    const column = this.#columns.get(name);
    if (column) return column;
    throw new VerisimError(
      "VERISIM_UNKNOWN_COLUMN",
      `Expected the name of a column in the condition but received ${quoteForMessage(name)}.`,
      {
        where: { column: name, option: "where" },
        hint: knownTextsHint("columns", name, this.#columns.keys()),
      },
    );
  }

  #categorySet(name: string, column: ConditionColumn): ReadonlySet<string> {
    let set = this.#categories.get(name);
    if (!set) {
      set = new Set(column.kind === "category" ? column.categories : []);
      this.#categories.set(name, set);
    }
    return set;
  }

  #full(name: string): ValueSet {
    const column = this.#describe(name);
    return fullSet(column.kind, this.#categorySet(name, column));
  }

  #leaf(leaf: Condition & { type: "compare" | "in" | "null" }, negated: boolean): ValueSet {
    const column = this.#describe(leaf.column);
    if (leaf.type === "null") {
      if (!negated && column.mayBeMissing === false)
        throw impossibleCondition(conditionForMessage(leaf), "the column never has a missing cell");
      if (!negated)
        return column.kind === "number"
          ? { kind: "number", intervals: [], missing: true }
          : { kind: "category", categories: new Set(), missing: true };
      return { ...this.#full(leaf.column), missing: false };
    }
    const values = leaf.type === "in" ? leaf.values : [leaf.value];
    const operator = leaf.type === "in" ? "=" : leaf.operator;
    return column.kind === "number"
      ? numberSet(leaf.column, operator, values, column, negated)
      : this.#categoryLeaf(leaf.column, operator, values, column, negated);
  }

  #categoryLeaf(
    name: string,
    operator: Comparison,
    values: readonly Literal[],
    column: ConditionColumn,
    negated: boolean,
  ): ValueSet {
    const known = this.#categorySet(name, column);
    const chosen = new Set<string>();
    for (const value of values) {
      if (typeof value === "string" && operator === "=") {
        this.#budget.spend(1);
        if (known.has(value)) chosen.add(value);
        else if (!negated) throw unknownCategory(name, value, known);
        continue;
      }
      this.#budget.spend(known.size);
      const matches = textTest(name, operator, value, column);
      let count = 0;
      for (const category of known) {
        if (!matches(category)) continue;
        chosen.add(category);
        count++;
      }
      if (count === 0 && operator === "=" && !negated) throw unknownCategory(name, value, known);
    }
    if (!negated) return { kind: "category", categories: chosen, missing: false };
    this.#budget.spend(known.size);
    const rest = new Set<string>();
    for (const category of known) if (!chosen.has(category)) rest.add(category);
    return { kind: "category", categories: rest, missing: false };
  }
}

function numberSet(
  name: string,
  operator: Comparison,
  values: readonly Literal[],
  column: ConditionColumn,
  negated: boolean,
): ValueSet {
  const intervals = uniteIntervals(
    values.flatMap((value) => compareIntervals(operator, numberLiteral(name, value, column))),
  );
  return { kind: "number", intervals: negated ? complementIntervals(intervals) : intervals, missing: false };
}

function compareIntervals(operator: Comparison, value: number): Interval[] {
  const below: Interval = { low: Number.NEGATIVE_INFINITY, high: value, lowOpen: false, highOpen: true };
  const above: Interval = { low: value, high: Number.POSITIVE_INFINITY, lowOpen: true, highOpen: false };
  switch (operator) {
    case "=":
      return [{ low: value, high: value, lowOpen: false, highOpen: false }];
    case "!=":
      return [below, above];
    case "<":
      return [below];
    case "<=":
      return [{ ...below, highOpen: false }];
    case ">":
      return [above];
    case ">=":
      return [{ ...above, lowOpen: false }];
  }
}

function unknownCategory(column: string, value: Literal, known: ReadonlySet<string>): VerisimError {
  if (typeof value === "boolean") return typeError(column, "one of the column's values", value);
  const text = typeof value === "string" ? quoteForMessage(value) : String(value);
  return new VerisimError(
    "VERISIM_CONDITION_IMPOSSIBLE",
    `No row can have ${text}: the column never had it.`,
    {
      where: { column, option: "where" },
      hint: knownTextsHint("values", String(value), known),
    },
  );
}

function checkCount(count: number): void {
  if (count > maxConditionCells) throw tooComplex(`more than ${maxConditionCells} separate cases`);
}

function tooComplex(received: string): VerisimError {
  return new VerisimError(
    "VERISIM_CONDITION_TOO_COMPLEX",
    `Expected a condition of at most ${maxConditionCells} separate cases but it makes ${received}.`,
    {
      where: { option: "where" },
      hint: "Use IN or BETWEEN for alternatives of one column, or ask in several runs.",
    },
  );
}

/** Names the smallest part of an impossible condition: a term that is empty alone, else two that exclude each other. */
function contradiction(splitter: CellSplitter, condition: Condition): VerisimError {
  const part = emptyPart(splitter, condition, false, 0);
  const reason =
    part.type === "and" || part.type === "or" ? "its terms exclude each other" : "it leaves no value";
  return impossibleCondition(conditionForMessage(part), reason);
}

function emptyPart(splitter: CellSplitter, condition: Condition, negated: boolean, depth: number): Condition {
  if (condition.type === "not") {
    const inner = emptyPart(splitter, condition.term, !negated, depth + 1);
    return inner === condition.term ? condition : inner;
  }
  if (condition.type !== "and" && condition.type !== "or") return condition;
  if ((condition.type === "or") !== negated) return condition;
  const cells = condition.terms.map((term) => splitter.cells(term, negated, depth + 1));
  const alone = cells.findIndex((part) => part.length === 0);
  if (alone >= 0) {
    const part = emptyPart(splitter, condition.terms[alone]!, negated, depth + 1);
    return negated && part === condition.terms[alone] ? { type: "not", term: part } : part;
  }
  const shown = Math.min(cells.length, 20);
  for (let i = 0; i < shown; i++) {
    for (let j = i + 1; j < shown; j++) {
      const terms = [condition.terms[i]!, condition.terms[j]!];
      if (splitter.cells({ type: condition.type, terms }, negated, depth + 1).length === 0)
        return { type: condition.type, terms };
    }
  }
  return condition;
}
