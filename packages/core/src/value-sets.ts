// Sets of values of one column (intervals of numbers, or categories, and whether missing cells belong) and the product
// cells made of them: intersection and difference, which is all that splitting a condition into disjoint cells needs.

import type { ConditionCell, Interval, ValueSet } from "./condition.ts";

/** Counts the elementary steps of set arithmetic and stops what would not end; see condition-cells.ts. */
export interface WorkBudget {
  spend(steps: number): void;
}

const allNumbers: Interval = {
  low: Number.NEGATIVE_INFINITY,
  high: Number.POSITIVE_INFINITY,
  lowOpen: false,
  highOpen: false,
};

/** Every value that a column of this kind can hold, missing included. */
export function fullSet(kind: "number" | "category", categories: ReadonlySet<string>): ValueSet {
  return kind === "number"
    ? { kind, intervals: [allNumbers], missing: true }
    : { kind, categories, missing: true };
}

export function isEmptySet(set: ValueSet): boolean {
  return !set.missing && (set.kind === "number" ? set.intervals.length === 0 : set.categories.size === 0);
}

function setSize(set: ValueSet): number {
  return 1 + (set.kind === "number" ? set.intervals.length : set.categories.size);
}

function isEmptyInterval({ low, high, lowOpen, highOpen }: Interval): boolean {
  return !(low < high || (low === high && !lowOpen && !highOpen));
}

/** Sorted intervals without overlaps; two that touch without a gap become one. */
export function uniteIntervals(intervals: readonly Interval[]): Interval[] {
  const sorted = intervals
    .filter((interval) => !isEmptyInterval(interval))
    .sort((a, b) => (a.low === b.low ? Number(a.lowOpen) - Number(b.lowOpen) : a.low < b.low ? -1 : 1));
  const united: Interval[] = [];
  for (const next of sorted) {
    const last = united.at(-1);
    const joins =
      last && (next.low < last.high || (next.low === last.high && !(next.lowOpen && last.highOpen)));
    if (!joins) united.push(next);
    else if (next.high > last.high || (next.high === last.high && !next.highOpen))
      united[united.length - 1] = { ...last, high: next.high, highOpen: next.highOpen };
  }
  return united;
}

function intersectIntervals(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const x = a[i]!;
    const y = b[j]!;
    const low = Math.max(x.low, y.low);
    const high = Math.min(x.high, y.high);
    const lowOpen = (x.low === low && x.lowOpen) || (y.low === low && y.lowOpen);
    const highOpen = (x.high === high && x.highOpen) || (y.high === high && y.highOpen);
    const part = { low, high, lowOpen, highOpen };
    if (!isEmptyInterval(part)) result.push(part);
    const xEndsFirst = x.high < y.high || (x.high === y.high && (x.highOpen || !y.highOpen));
    if (xEndsFirst) i++;
    else j++;
  }
  return result;
}

/** The numbers outside of sorted, disjoint intervals. */
export function complementIntervals(intervals: readonly Interval[]): Interval[] {
  const gaps: Interval[] = [];
  let low = Number.NEGATIVE_INFINITY;
  let lowOpen = false;
  for (const interval of intervals) {
    gaps.push({ low, lowOpen, high: interval.low, highOpen: !interval.lowOpen });
    low = interval.high;
    lowOpen = !interval.highOpen;
  }
  gaps.push({ low, lowOpen, high: Number.POSITIVE_INFINITY, highOpen: false });
  return gaps.filter((gap) => !isEmptyInterval(gap));
}

export function intersectSets(a: ValueSet, b: ValueSet, budget: WorkBudget): ValueSet {
  const missing = a.missing && b.missing;
  if (a.kind === "number" && b.kind === "number") {
    budget.spend(setSize(a) + setSize(b));
    return { kind: "number", intervals: intersectIntervals(a.intervals, b.intervals), missing };
  }
  if (a.kind === "category" && b.kind === "category") {
    const [small, large] = a.categories.size <= b.categories.size ? [a, b] : [b, a];
    budget.spend(setSize(small));
    const categories = new Set<string>();
    for (const category of small.categories) if (large.categories.has(category)) categories.add(category);
    return { kind: "category", categories, missing };
  }
  throw new Error("internal: value sets of two kinds for one column");
}

/** The union of sets of one column, in one go: the time is that of sorting their parts. */
export function uniteSets(sets: readonly [ValueSet, ...ValueSet[]], budget: WorkBudget): ValueSet {
  for (const set of sets) budget.spend(setSize(set));
  const missing = sets.some((set) => set.missing);
  if (sets[0].kind === "number") {
    const intervals = sets.flatMap((set) => (set.kind === "number" ? set.intervals : []));
    return { kind: "number", intervals: uniteIntervals(intervals), missing };
  }
  const categories = new Set<string>();
  for (const set of sets)
    if (set.kind === "category") for (const category of set.categories) categories.add(category);
  return { kind: "category", categories, missing };
}

/** What of `a` is not in `b`. */
export function subtractSets(a: ValueSet, b: ValueSet, budget: WorkBudget): ValueSet {
  budget.spend(setSize(a));
  const missing = a.missing && !b.missing;
  if (a.kind === "number" && b.kind === "number") {
    budget.spend(setSize(b));
    const outside = complementIntervals(b.intervals);
    return { kind: "number", intervals: intersectIntervals(a.intervals, outside), missing };
  }
  if (a.kind === "category" && b.kind === "category") {
    const categories = new Set<string>();
    for (const category of a.categories) if (!b.categories.has(category)) categories.add(category);
    return { kind: "category", categories, missing };
  }
  throw new Error("internal: value sets of two kinds for one column");
}

/** The rows in both cells, or null where there are none. */
export function intersectCells(a: ConditionCell, b: ConditionCell, budget: WorkBudget): ConditionCell | null {
  budget.spend(1 + a.size);
  const cell = new Map(a);
  for (const [column, set] of b) {
    const mine = cell.get(column);
    const both = mine ? intersectSets(mine, set, budget) : set;
    if (isEmptySet(both)) return null;
    cell.set(column, both);
  }
  return cell;
}

/**
 * The rows of `a` outside of `b` as disjoint cells: for each column of `b` in turn, the rows that agree with `b` on the
 * columns before it and differ on this one. `full` gives every value of a column that `a` leaves free.
 */
export function subtractCells(
  a: ConditionCell,
  b: ConditionCell,
  full: (column: string) => ValueSet,
  budget: WorkBudget,
): ConditionCell[] {
  if (intersectCells(a, b, budget) === null) return [a];
  const parts: ConditionCell[] = [];
  const rest = new Map(a);
  for (const [column, set] of b) {
    budget.spend(1 + rest.size);
    const mine = rest.get(column) ?? full(column);
    const outside = subtractSets(mine, set, budget);
    if (!isEmptySet(outside)) parts.push(new Map(rest).set(column, outside));
    rest.set(column, intersectSets(mine, set, budget));
  }
  return parts;
}
