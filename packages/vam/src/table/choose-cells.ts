// From what a table part says of a row to alternatives and places: the likeliest ones and means, or a draw. Missing is a choice
// among others where rows are made up, and none where missing cells are filled.

import type { RowRandom } from "@verisim/core";
import type { EncodedRows, Layout } from "@verisim/neural";
import { placeOfNumber } from "../parts/column-numbers.ts";
import type { TablePart } from "../parts/table-part.ts";

export interface SaidOfTable {
  /** Logits, row-major [rows, choices of the part]. */
  readonly logits: ArrayLike<number>;
  /** Standardised means, row-major [rows, numbers of the part]. */
  readonly numbers?: ArrayLike<number>;
}

export interface ChoiceOptions {
  /** Draws by it; without, the likeliest and means. */
  readonly random?: RowRandom;
  /** Whether cells may come out missing. */
  readonly mayBeMissing: boolean;
}

/** Chooses the cells of row `from` of what is said, into row `to` of `rows`. @param wanted whether a modelled column is filled */
export function chooseCells(
  part: TablePart,
  layout: Layout,
  said: SaidOfTable,
  [from, to]: readonly [number, number],
  rows: EncodedRows,
  wanted: (column: number) => boolean,
  { random, mayBeMissing }: ChoiceOptions,
): void {
  const choices = part.widths.reduce((a, b) => a + b, 0);
  let at = from * choices;
  part.columns.forEach((column, cell) => {
    const start = at;
    const width = part.widths[cell]!;
    at += width;
    if (!wanted(column)) return;
    const first = part.mayMiss(cell) && !mayBeMissing ? 1 : 0;
    const powers = powersOf(said.logits, start, width, first);
    const slot = layout.placed.indexOf(column);
    const put = (alternative: number, place: number): void => {
      rows.alternatives[to * layout.widths.length + column] = alternative;
      if (slot >= 0) rows.places[to * layout.placed.length + slot] = place;
    };
    const scale = part.scales.findIndex((own) => own.column === column);
    if (random) put(drawn(powers, random.uniform()), 2 * random.uniform() - 1);
    else if (scale < 0) put(powers.indexOf(Math.max(...powers)), 0);
    else {
      // Blocks know the tails, the mean knows more of the middle: half of each.
      const own = part.scales[scale]!;
      const ofBlocks = powers.reduce((sum, power, k) => sum + power * own.alternativeMeans[k]!, 0);
      const ofNumber = said.numbers![from * part.scales.length + scale]!;
      const { alternative, place } = placeOfNumber(own, (ofBlocks + ofNumber) / 2);
      put(alternative, place);
    }
  });
}

/** Probabilities of alternatives from `first` on; 0 before. */
function powersOf(logits: ArrayLike<number>, start: number, width: number, first: number): Float64Array {
  let largest = Number.NEGATIVE_INFINITY;
  for (let k = first; k < width; k++) largest = Math.max(largest, logits[start + k]!);
  let total = 0;
  const powers = Float64Array.from({ length: width }, (_, k) => {
    const power = k < first ? 0 : Math.exp(logits[start + k]! - largest);
    total += power;
    return power;
  });
  return powers.map((power) => power / total);
}

function drawn(powers: Float64Array, uniform: number): number {
  let left = uniform;
  let last = 0;
  for (let k = 0; k < powers.length; k++) {
    if (powers[k] === 0) continue;
    last = k;
    left -= powers[k]!;
    if (left <= 0) return k;
  }
  return last;
}
