// What rows may be asked for: the condition tree that `--where` parses into (condition-parser.ts), and the
// sets of values per column that generators work with (condition-cells.ts).

export type Literal = number | string | boolean;
export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=";

/** SQL's meaning: a comparison with a missing cell is not true, and neither is its negation. */
export type Condition =
  | { readonly type: "and" | "or"; readonly terms: readonly Condition[] }
  | { readonly type: "not"; readonly term: Condition }
  | {
      readonly type: "compare";
      readonly column: string;
      readonly operator: Comparison;
      readonly value: Literal;
    }
  | { readonly type: "in"; readonly column: string; readonly values: readonly Literal[] }
  | { readonly type: "null"; readonly column: string };

/** The columns that a condition names, in its order. */
export function namedColumns(condition: Condition): string[] {
  switch (condition.type) {
    case "and":
    case "or":
      return condition.terms.flatMap(namedColumns);
    case "not":
      return namedColumns(condition.term);
    default:
      return [condition.column];
  }
}

/** One interval of numbers; an end is left out of it where `open` says so. Infinite ends are allowed. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly lowOpen: boolean;
  readonly highOpen: boolean;
}

/** The values that one column may take: intervals (numerical, datetime) or categories, and whether it may be missing. */
export type ValueSet =
  | { readonly kind: "number"; readonly intervals: readonly Interval[]; readonly missing: boolean }
  | { readonly kind: "category"; readonly categories: ReadonlySet<string>; readonly missing: boolean };

/** A product of value sets: columns that are not named are free. */
export type ConditionCell = ReadonlyMap<string, ValueSet>;

/** Exact numbers of rows per label of one column. */
export interface LabelCounts {
  readonly column: string;
  readonly counts: ReadonlyMap<string, number>;
}
