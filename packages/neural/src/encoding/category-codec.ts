// Categories as alternatives. Where there are too many, the frequent ones keep alternatives of their own and the others
// share blocks: a place inside of a block is a category by cumulative frequency. Memory is that of the categories.

import type { EncodedColumn } from "@verisim/core";
import { type AllowedParts, type CodedCells, type ColumnCodec, noPlace, wholePlace } from "./column-codec.ts";
import {
  alternativesOfParts,
  beginsOfParts,
  cutRuns,
  joinRanges,
  type Parts,
  partAt,
  placeInside,
  placeParts,
} from "./parts.ts";

/** Everything about a column of categories; part p is the category with code `codes[p]`. */
export type CategoryCodecState = {
  /** Whether alternative 0 is the missing cell. */
  readonly missing: boolean;
  readonly first: Int32Array;
  readonly ends: Float64Array;
  readonly codes: Int32Array;
  /** Number of codes of the encoded column. */
  readonly cardinality: number;
};

/** In place of a code: the alternative is a block. */
const byPlace = -2;

export class CategoryCodec implements ColumnCodec<CategoryCodecState> {
  readonly kind = "category";
  readonly state: CategoryCodecState;
  readonly width: number;
  readonly hasPlace: Uint8Array;
  readonly #offset: number;
  readonly #parts: Parts;
  readonly #begins: Float64Array;
  readonly #alternatives: Int32Array;
  /** Part per code; -1 for codes that no row had. */
  readonly #partOf: Int32Array;
  /** Code per alternative, -1 for the missing cell; `byPlace` where the place says which. */
  readonly #cells: Int32Array;

  constructor(state: CategoryCodecState) {
    const { first, ends, codes, cardinality, missing } = state;
    this.state = state;
    this.#offset = missing ? 1 : 0;
    this.#parts = { first, ends };
    this.#begins = beginsOfParts(this.#parts);
    this.#alternatives = alternativesOfParts(this.#parts);
    this.width = first.length - 1 + this.#offset;
    this.hasPlace = new Uint8Array(this.width);
    for (let k = 0; k + 1 < first.length; k++) {
      this.hasPlace[k + this.#offset] = first[k + 1]! - first[k]! > 1 ? 1 : 0;
    }
    this.#cells = Int32Array.from(this.hasPlace, (placed, alternative) => {
      if (placed === 1) return byPlace;
      return alternative < this.#offset ? -1 : codes[first[alternative - this.#offset]!]!;
    });
    this.#partOf = new Int32Array(cardinality).fill(-1);
    codes.forEach((code, part) => {
      this.#partOf[code] = part;
    });
  }

  /** @param counts rows per code; at least one above 0 */
  static fit(counts: Float64Array, missing: boolean, maxCategories: number): CategoryCodec {
    const used: number[] = [];
    let rows = 0;
    for (let code = 0; code < counts.length; code++) {
      if (counts[code]! > 0) used.push(code);
      rows += counts[code]!;
    }
    const few = used.length <= maxCategories;
    const isAlone = (code: number): boolean => few || counts[code]! * maxCategories >= rows;
    const lonely = used.filter(isAlone);
    const codes = few ? used : [...lonely, ...used.filter((code) => !isAlone(code))];
    const mass = Float64Array.from(codes, (code) => counts[code]!);
    const alone = new Uint8Array(codes.length).fill(1, 0, lonely.length);
    const { first, ends } = placeParts(mass, cutRuns(mass, alone, maxCategories));
    return new CategoryCodec({
      missing,
      first,
      ends,
      codes: Int32Array.from(codes),
      cardinality: counts.length,
    });
  }

  encode(column: EncodedColumn, fallback: number, uniform: (row: number) => number): CodedCells {
    const cells = codesOf(column);
    const alternatives = new Int32Array(cells.length);
    const places = new Float32Array(cells.length);
    for (let row = 0; row < cells.length; row++) {
      const code = cells[row]!;
      const part = code >= 0 && code < this.#partOf.length ? this.#partOf[code]! : -1;
      if (part < 0) {
        alternatives[row] = this.#offset === 1 ? 0 : fallback;
        continue;
      }
      const alternative = this.#alternatives[part]! + this.#offset;
      alternatives[row] = alternative;
      if (this.hasPlace[alternative] === 1) {
        places[row] = placeInside(this.#begins[part]!, this.#parts.ends[part]!, uniform(row));
      }
    }
    return { alternatives, places };
  }

  decode(alternatives: Int32Array, places: Float64Array, into: EncodedColumn): void {
    const cells = codesOf(into);
    const { codes } = this.state;
    const [known, parts, offset] = [this.#cells, this.#parts, this.#offset];
    for (let row = 0; row < cells.length; row++) {
      const alternative = alternatives[row]!;
      const cell = known[alternative]!;
      cells[row] = cell === byPlace ? codes[partAt(parts, alternative - offset, places[row]!)]! : cell;
    }
  }

  /** What is left of the column where only some codes (-1: the missing cell) are allowed. */
  allowed(isAllowed: (code: number) => boolean): AllowedParts {
    const { codes, first, ends, missing } = this.state;
    const ranges = missing ? [isAllowed(-1) ? wholePlace : noPlace] : [];
    for (let k = 0; k + 1 < first.length; k++) {
      const pairs: [number, number][] = [];
      for (let part = first[k]!; part < first[k + 1]!; part++) {
        if (isAllowed(codes[part]!)) pairs.push([this.#begins[part]!, ends[part]!]);
      }
      ranges.push(joinRanges(pairs));
    }
    return { ranges };
  }
}

function codesOf(column: EncodedColumn): Int32Array {
  if (column.kind === "discrete") return column.codes;
  throw new Error(`internal: expected categories in ${JSON.stringify(column.name)}`);
}
