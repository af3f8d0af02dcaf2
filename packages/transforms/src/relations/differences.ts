// Columns that lie close to another or never before it: later dates, a cost by a computed amount. Their difference says
// more than they do themselves, so that it is what models learn.

import type { Relation } from "@verisim/core";
import { linear } from "./formulas.ts";
import { evenRows, fewestTelling, isSmooth, type NumberField, shiftedCells } from "./number-fields.ts";

/** What the middle nine tenths of differences may span of the column's own, where they are to be learnt instead. */
const closeShare = 0.1;
/** The same of the logarithms of ratios. */
const closeRatio = 0.3;
/** What another column's share must be of the best one's to be better. */
const clearlyLess = 0.95;
/** Rows of other rows' cells that must break an order before it means anything. */
const brokenShare = 0.05;
/** Rows that spans are taken of. */
const spanRows = 2_000;
const firstRows = 100;

/** @param mayNeed whether a column may be computed from another without a circle */
export function differenceOf(
  target: NumberField,
  others: readonly NumberField[],
  mayNeed: (column: string) => boolean,
): Relation | undefined {
  let best: { readonly field: NumberField; readonly apart: Apart; readonly share: number } | undefined;
  const present = presentRows(target);
  const looks = [firstRows, spanRows].map((most) => lookAt(target, evenRows(present, most)));
  // A number that many rows share says more than its distance to another.
  if (!target.isDate && !isSmooth(target)) return undefined;
  const kinds: Apart[] = !target.isDate && target.low > 0 ? ["difference", "ratio"] : ["difference"];
  for (const apart of kinds)
    for (const field of others) {
      if (field.isDate !== target.isDate || !mayNeed(field.name)) continue;
      if (apart === "ratio" ? !(field.low > 0) : field.step !== target.step) continue;
      const share = shareOf(target, field, apart, present, looks);
      if (share !== undefined && (!best || share < clearlyLess * best.share)) best = { field, apart, share };
    }
  if (!best) return undefined;
  const { field, apart } = best;
  return {
    column: target.name,
    formula: linear([[1, field.name]]),
    step: target.step,
    rounding: "nearest",
    apart,
  };
}

type Apart = Exclude<Relation["apart"], "nothing">;

/** Rows of a target and what its cells, and their logarithms, span there. */
interface Look {
  readonly rows: Int32Array;
  readonly span: Readonly<Record<Apart, number>>;
}

function lookAt({ values }: NumberField, rows: Int32Array): Look {
  const cells = Float64Array.from(rows, (row) => values[row]!);
  return { rows, span: { difference: middleSpan(cells), ratio: middleSpan(cells.map(Math.log)) } };
}

/** What the distance spans of the column's own span, where the distance is to be learnt in its place. */
function shareOf(
  target: NumberField,
  from: NumberField,
  kind: Apart,
  present: Int32Array,
  looks: readonly Look[],
): number | undefined {
  let share = 0;
  // Of two close columns the later one in the table is told by the other.
  let [mayBeClose, mayBeLater] = [from.place < target.place, target.isDate];
  for (const { rows, span } of looks) {
    const apart = Float64Array.from(rows, (row) => {
      const [cell, other] = [target.values[row]!, from.values[row]!];
      return kind === "ratio" ? Math.log(cell / other) : cell - other;
    });
    if (apart.length < fewestTelling || apart.some(Number.isNaN)) return undefined;
    share = middleSpan(apart) / span[kind];
    mayBeClose &&= share <= (kind === "ratio" ? closeRatio : closeShare);
    mayBeLater &&= !apart.some((distance) => distance < 0);
    if (!mayBeClose && !mayBeLater) return undefined;
  }
  // What is there where the other is not could not be written again.
  if (present.some((row) => Number.isNaN(from.values[row]!))) return undefined;
  if (mayBeClose) return share;
  const isLater = present.every((row) => target.values[row]! >= from.values[row]!);
  return isLater && isTellingOrder(target, from, present) ? share : undefined;
}

function presentRows({ values }: NumberField): Int32Array {
  return Int32Array.from(values.keys()).filter((row) => Number.isFinite(values[row]!));
}

/** Whether the order would be broken by the cells of other rows. */
function isTellingOrder(target: NumberField, from: NumberField, present: Int32Array): boolean {
  const others = shiftedCells(from.values);
  let broken = 0;
  for (const row of present) if (target.values[row]! < others[row]!) broken++;
  return broken >= brokenShare * present.length;
}

/** Distance of the 5 % and the 95 % quantile. */
function middleSpan(values: Float64Array): number {
  const sorted = values.slice().sort();
  return sorted[Math.floor(0.95 * (sorted.length - 1))]! - sorted[Math.ceil(0.05 * (sorted.length - 1))]!;
}
