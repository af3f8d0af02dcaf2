// What a condition leaves of the modelled columns. A condition on a column that is looked up binds the column that
// decides it; one on a fixed column holds or does not.

import type { ConditionCell, ValueSet } from "@verisim/core";
import { isInside } from "@verisim/stats";
import type { DerivedColumn } from "@verisim/transforms";
import type { ColumnPlan } from "./coded-columns.ts";
import type { AllowedParts } from "./column-codec.ts";
import type { AllowedBox, AllowedColumn, PlaceRanges } from "./layout.ts";

/** The least share of an alternative that is not impossible. */
const leastShare = 1e-6;

/** The columns of a plan by name, and their categories. */
export interface AllowedContext {
  readonly plan: ColumnPlan;
  /** Categories by encoded column. */
  readonly dictionaryOf: (encoded: number) => readonly string[];
}

/** The boxes of a cell: none where no row of the model can lie in it. */
export function allowedBoxes(cell: ConditionCell, context: AllowedContext): AllowedBox[] {
  const { plan } = context;
  const bound = new Map<number, AllowedParts>();
  for (const [name, set] of cell) {
    const encoded = plan.encoded.findIndex((column) => column.name === name);
    if (encoded < 0) throw new Error(`internal: a condition on the unknown column ${name}`);
    const fixed = plan.fixed.find((column) => column.encoded === encoded);
    if (fixed) {
      if (!holdsCell(fixed.cell, set, context.dictionaryOf(encoded))) return [];
      continue;
    }
    const rule = plan.derived.find((candidate) => candidate.column === encoded);
    const place = plan.coded.findIndex((column) => column.encoded === (rule ? rule.from : encoded));
    if (place < 0) {
      // The column that decides it never varies in what was learnt.
      throw new Error(`internal: the column ${name} has no codec`);
    }
    const parts = rule ? derivedParts(rule, place, set, context) : columnParts(place, encoded, set, context);
    const known = bound.get(place);
    bound.set(place, known ? bothParts(known, parts) : parts);
  }
  const columns: AllowedColumn[] = [];
  for (const [column, parts] of [...bound].sort((a, b) => a[0] - b[0])) {
    if (parts.ranges.every((range) => range.length === 0)) return [];
    const { hasPlace } = plan.coded[column]!.codec;
    columns.push({
      column,
      ...parts,
      shares: Float64Array.from(parts.ranges, (range, k) => shareOf(range, hasPlace[k] === 1)),
    });
  }
  return [{ columns }];
}

function columnParts(place: number, encoded: number, set: ValueSet, context: AllowedContext): AllowedParts {
  const { codec } = context.plan.coded[place]!;
  if (codec.kind === "category") {
    if (set.kind !== "category") throw new Error("internal: a condition of the wrong kind");
    const dictionary = context.dictionaryOf(encoded);
    return codec.allowed((code) => holdsCell(code, set, dictionary));
  }
  if (set.kind !== "number") throw new Error("internal: a condition of the wrong kind");
  return codec.allowed(set);
}

function derivedParts(
  rule: DerivedColumn,
  place: number,
  set: ValueSet,
  context: AllowedContext,
): AllowedParts {
  const { codec } = context.plan.coded[place]!;
  if (codec.kind !== "category") throw new Error("internal: a rule over numbers");
  const dictionary = set.kind === "category" ? context.dictionaryOf(rule.column) : [];
  return codec.allowed((code) => holdsCell(rule.cells.at(code)!, set, dictionary));
}

/** Whether a number (NaN: missing) or a code (-1: missing) is in a set. */
function holdsCell(cell: number, set: ValueSet, dictionary: readonly string[]): boolean {
  if (set.kind === "category") return cell < 0 ? set.missing : set.categories.has(dictionary[cell]!);
  return Number.isNaN(cell) ? set.missing : set.intervals.some((interval) => isInside(cell, interval));
}

function bothParts(a: AllowedParts, b: AllowedParts): AllowedParts {
  const numbers = a.numbers ?? b.numbers;
  return {
    ranges: a.ranges.map((range, k) => intersect(range, b.ranges[k]!)),
    ...(numbers ? { numbers } : {}),
  };
}

function intersect(a: PlaceRanges, b: PlaceRanges): PlaceRanges {
  const both: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const low = Math.max(a[i]!, b[j]!);
    const high = Math.min(a[i + 1]!, b[j + 1]!);
    if (low < high || (low === high && (a[i] === a[i + 1] || b[j] === b[j + 1]))) both.push(low, high);
    if (a[i + 1]! < b[j + 1]!) i += 2;
    else j += 2;
  }
  return Float64Array.from(both);
}

function shareOf(ranges: PlaceRanges, hasPlace: boolean): number {
  if (ranges.length === 0) return 0;
  if (!hasPlace) return 1;
  let length = 0;
  for (let i = 0; i < ranges.length; i += 2) length += ranges[i + 1]! - ranges[i]!;
  // Ranges of whole parts end a hair before the part does.
  return length > 2 - 1e-9 ? 1 : Math.max(leastShare, length / 2);
}
