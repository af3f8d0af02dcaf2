// What a condition leaves of the outcomes. A condition on a column that is looked up binds the column that decides it; one
// on a column that never varies holds or does not.

import type { ConditionCell, ValueSet } from "@verisim/core";
import { type AllowedRanges, isInside, roundedInterval } from "@verisim/stats";
import type { DerivedColumn } from "@verisim/transforms";
import type { AllowedOutcomes } from "@verisim/trees";
import type { LearntClasses, LearntColumn, LearntNumber } from "./learnt-columns.ts";
import { outcomesOf } from "./learnt-columns.ts";
import type { TreesModel } from "./table-sampler.ts";

/** Share of a stretch that a single value of it has. */
const pointShare = 1e-9;

/** One product of allowed outcomes, and the cells that drawn numbers are moved to. */
export interface AllowedBox {
  /** In the order of the chain. */
  readonly allowed: readonly AllowedOutcomes[];
  readonly numbers: readonly { readonly encoded: number; readonly ranges: AllowedRanges }[];
}

export interface AllowedContext {
  /** Place in the chain by encoded column. */
  readonly placeOf: ReadonlyMap<number, number>;
  readonly dictionaryOf: (encoded: number) => readonly string[];
}

/** The box of a cell, in a list; none where no row of the model can lie in it. */
export function allowedBoxes(cell: ConditionCell, model: TreesModel, context: AllowedContext): AllowedBox[] {
  const bound = new Map<number, AllowedOutcomes>();
  const numbers: { encoded: number; ranges: AllowedRanges }[] = [];
  for (const [name, set] of cell) {
    const encoded = model.encoded.findIndex((column) => column.name === name);
    if (encoded < 0) throw new Error(`internal: a condition on the unknown column ${name}`);
    const fixed = model.fixed.find((column) => column.encoded === encoded);
    if (fixed) {
      if (!holdsCell(fixed.cell, set, context.dictionaryOf(encoded))) return [];
      continue;
    }
    const rule = model.derived.find((candidate) => candidate.column === encoded);
    const place = context.placeOf.get(rule ? rule.from : encoded);
    if (place === undefined) throw new Error(`internal: the column ${name} is not drawn`);
    const column = model.columns[place]!;
    let found: AllowedOutcomes;
    if (rule) found = derivedOutcomes(rule, column, place, set, context);
    else if (column.kind === "number") {
      const { allowed, ranges } = numberOutcomes(column, place, set);
      found = allowed;
      const classes = model.columns[place - 1];
      if (classes?.kind === "classes" && classes.encoded === encoded)
        bound.set(place - 1, classesOf(classes, place - 1, allowed.share));
      numbers.push({ encoded, ranges });
    } else
      found = categoryOutcomes(column, place, (code) => holdsCell(code, set, context.dictionaryOf(encoded)));
    const known = bound.get(place);
    bound.set(place, known ? both(known, found) : found);
  }
  const allowed = [...bound.values()].sort((a, b) => a.column - b.column);
  if (allowed.some(({ share }) => share.every((part) => part === 0))) return [];
  return [{ allowed, numbers }];
}

/** @param holds for a code, or -1 for the missing cell */
function categoryOutcomes(
  column: LearntColumn,
  place: number,
  holds: (code: number) => boolean,
): AllowedOutcomes {
  if (column.kind !== "category") throw new Error("internal: a condition of the wrong kind");
  const share = new Float64Array(outcomesOf(column));
  for (let code = 0; code < share.length; code++)
    share[code] = holds(code === column.cardinality ? -1 : code) ? 1 : 0;
  return { column: place, share };
}

function derivedOutcomes(
  rule: DerivedColumn,
  column: LearntColumn,
  place: number,
  set: ValueSet,
  { dictionaryOf }: AllowedContext,
): AllowedOutcomes {
  const dictionary = set.kind === "category" ? dictionaryOf(rule.column) : [];
  return categoryOutcomes(column, place, (code) => holdsCell(rule.cells.at(code)!, set, dictionary));
}

function numberOutcomes(
  column: LearntNumber,
  place: number,
  set: ValueSet,
): { allowed: AllowedOutcomes; ranges: AllowedRanges } {
  if (set.kind !== "number") throw new Error("internal: a condition of the wrong kind");
  const { low, high, unit, decimals, missing } = column;
  const offset = missing ? 1 : 0;
  const outcomes = outcomesOf(column);
  const share = new Float64Array(outcomes);
  const parts: [number, number][][] = Array.from({ length: outcomes }, () => []);
  const ranges: [number, number][] = [];
  if (missing && set.missing) share[0] = 1;
  for (const interval of set.intervals) {
    const { raw, cells } = roundedInterval(interval, unit, decimals);
    const [from, to] = raw;
    if (!(from <= to)) continue;
    let found = false;
    let single: { readonly outcome: number; readonly value: number } | undefined;
    for (let s = 0; s < low.length; s++) {
      const [a, b] = [low[s]!, high[s]!];
      if (b < from || a > to) continue;
      const outcome = s + offset;
      const [begin, end] = [Math.max(a, from), Math.min(b, to)];
      if (a === b || begin < end) {
        found = true;
        share[outcome] = Math.min(1, share[outcome]! + (a === b ? 1 : (end - begin) / (b - a)));
        parts[outcome]!.push([begin * unit, end * unit]);
      } else if (from === to) single = { outcome, value: begin };
    }
    if (!found && single) {
      found = true;
      share[single.outcome] = Math.min(1, share[single.outcome]! + pointShare);
      parts[single.outcome]!.push([single.value * unit, single.value * unit]);
    }
    if (found) ranges.push([cells[0] * unit, cells[1] * unit]);
  }
  const first = new Int32Array(outcomes + 1);
  parts.forEach((own, outcome) => {
    first[outcome + 1] = first[outcome]! + own.length;
  });
  const flat = parts.flat();
  return {
    allowed: {
      column: place,
      share,
      parts: {
        first,
        low: Float64Array.from(flat, ([begin]) => begin),
        high: Float64Array.from(flat, ([, end]) => end),
      },
    },
    ranges,
  };
}

/** The classes that something allowed lies in. */
function classesOf({ classOf, binOf }: LearntClasses, place: number, share: Float64Array): AllowedOutcomes {
  const own = new Float64Array(binOf.length);
  classOf.forEach((code, outcome) => {
    if (share[outcome]! > 0) own[code] = 1;
  });
  return { column: place, share: own };
}

/** Two conditions on the categories of one column. */
function both(a: AllowedOutcomes, b: AllowedOutcomes): AllowedOutcomes {
  return { column: a.column, share: a.share.map((share, outcome) => Math.min(share, b.share[outcome]!)) };
}

/** Whether a number (NaN: missing) or a code (-1: missing) is in a set. */
function holdsCell(cell: number, set: ValueSet, dictionary: readonly string[]): boolean {
  if (set.kind === "category") return cell < 0 ? set.missing : set.categories.has(dictionary[cell]!);
  return Number.isNaN(cell) ? set.missing : set.intervals.some((interval) => isInside(cell, interval));
}
