// What a stretch of rows is while it is being made: one vector per slot, the random numbers of every stream, the place
// of each row in its sequence, and the row before the stretch for what depends on it.

import { lowerBound } from "@verisim/stats";
import type { BatchBuffers } from "./batch-buffers.ts";

/** Of a cell: numbers, booleans (0 and 1), datetimes and durations (microseconds) are all kept as doubles. */
export type ValueType = "number" | "boolean" | "text" | "datetime" | "duration";

/** NaN marks a missing cell. */
export interface NumberVector {
  readonly kind: "number";
  readonly values: Float64Array;
}

/** -1 marks a missing cell. */
export interface TextVector {
  readonly kind: "text";
  readonly codes: Int32Array;
  readonly dictionary: readonly string[];
  /** Where the texts are not known beforehand. */
  readonly growing?: GrowingDictionary;
}

export type Vector = NumberVector | TextVector;

/** A dictionary that grows while a batch is made, for texts that are not known beforehand. */
export class GrowingDictionary {
  readonly texts: string[] = [];
  readonly #codes = new Map<string, number>();

  code(text: string): number {
    let code = this.#codes.get(text);
    if (code === undefined) {
      code = this.texts.length;
      this.#codes.set(text, code);
      this.texts.push(text);
    }
    return code;
  }
}

/** The slots that every table has. */
export const rowSlot = 0;
export const indexSlot = 1;
export const countSlot = 2;
export const firstFreeSlot = 3;

/** An empty vector of a type. */
export function makeVector(
  type: ValueType,
  rowCount: number,
  dictionary: readonly string[] | undefined,
  buffers?: BatchBuffers,
): Vector {
  if (type !== "text")
    return { kind: "number", values: buffers?.take(rowCount) ?? new Float64Array(rowCount) };
  const codes = buffers?.takeCodes(rowCount) ?? new Int32Array(rowCount);
  if (dictionary) return { kind: "text", codes, dictionary };
  const growing = new GrowingDictionary();
  return { kind: "text", codes, dictionary: growing.texts, growing };
}

/** Copies rows [from, to) of texts into a vector whose dictionary may be another one. */
export function copyTexts(
  source: { readonly codes: Int32Array; readonly dictionary: readonly string[] },
  target: TextVector,
  from: number,
  to: number,
): void {
  if (source.dictionary === target.dictionary) {
    target.codes.set(source.codes.subarray(from, to), from);
    return;
  }
  const known = target.growing ? undefined : new Map(target.dictionary.map((text, code) => [text, code]));
  const codeOf = (text: string): number => {
    const code = target.growing ? target.growing.code(text) : known!.get(text);
    if (code === undefined) throw new Error(`internal: ${JSON.stringify(text)} is in no dictionary`);
    return code;
  };
  // Only texts that occur get a code: those of a growing dictionary are in the order of the rows.
  const codes =
    to - from < source.dictionary.length
      ? new Map<number, number>()
      : new Int32Array(source.dictionary.length).fill(unseen);
  const isTable = codes instanceof Int32Array;
  for (let i = from; i < to; i++) {
    const code = source.codes[i]!;
    let found = code < 0 ? -1 : isTable ? codes[code]! : (codes.get(code) ?? unseen);
    if (found === unseen) {
      found = codeOf(source.dictionary[code]!);
      if (isTable) codes[code] = found;
      else codes.set(code, found);
    }
    target.codes[i] = found;
  }
}

const unseen = -2;

let batches = 0;

export class Batch {
  /** Tells batches apart for what is kept per batch. */
  readonly id: number = ++batches;
  readonly rowStart: number;
  readonly rowCount: number;
  /** Rows are drawn again under another number when a constraint does not hold. */
  readonly attempt: number;
  /** By slot; filled in the order of the plan. */
  readonly vectors: Vector[];
  /** By stream. */
  readonly draws: Float64Array[] = [];
  /** Row numbers, from 0 on. */
  readonly rows: Float64Array;
  /** Which sequence a row belongs to: its parent's row, 0 in tables without a parent. */
  readonly sequence: Float64Array;
  /** Places in the sequence, from 0 on. */
  readonly index: Float64Array;
  /** Rows of the sequence. */
  readonly count: Float64Array;
  /** The cells before the first row, by slot; only where that row is not the first of its sequence. */
  readonly carry: ReadonlyMap<number, number | string | null>;
  readonly #eventPlaces = new Map<number, Int32Array>();

  constructor(options: {
    rowStart: number;
    rowCount: number;
    slots: number;
    attempt?: number;
    carry?: ReadonlyMap<number, number | string | null>;
    buffers?: BatchBuffers;
  }) {
    const { rowStart, rowCount } = options;
    this.rowStart = rowStart;
    this.rowCount = rowCount;
    this.attempt = options.attempt ?? 0;
    this.carry = options.carry ?? new Map();
    const { buffers } = options;
    const array = (): Float64Array => buffers?.take(rowCount) ?? new Float64Array(rowCount);
    this.rows = array();
    for (let i = 0; i < rowCount; i++) this.rows[i] = rowStart + i;
    this.sequence = array();
    this.index = array();
    this.count = array();
    this.vectors = new Array(options.slots);
    this.vectors[rowSlot] = { kind: "number", values: this.rows };
    this.vectors[indexSlot] = { kind: "number", values: this.index };
    this.vectors[countSlot] = { kind: "number", values: this.count };
  }

  numbers(slot: number): Float64Array {
    const vector = this.vectors[slot];
    if (vector?.kind !== "number") throw new Error(`internal: slot ${slot} holds no numbers`);
    return vector.values;
  }

  texts(slot: number): TextVector {
    const vector = this.vectors[slot];
    if (vector?.kind !== "text") throw new Error(`internal: slot ${slot} holds no texts`);
    return vector;
  }

  /** The rows within [from, to) of the event whose steps lie in a slot: few of many, found once for all that ask. */
  eventPlaces(stepSlot: number, from: number, to: number): Int32Array {
    let places = this.#eventPlaces.get(stepSlot);
    if (!places) {
      const steps = this.numbers(stepSlot);
      const found: number[] = [];
      for (let i = 0; i < steps.length; i++) if (steps[i]! >= 0) found.push(i);
      places = Int32Array.from(found);
      this.#eventPlaces.set(stepSlot, places);
    }
    if (from === 0 && to === this.rowCount) return places;
    return places.subarray(lowerBound(places, from), lowerBound(places, to));
  }

  /** The cell of the row before row `i` of the same sequence; undefined at its beginning. */
  numberBefore(slot: number, i: number): number | undefined {
    if (this.index[i] === 0) return undefined;
    if (i > 0) return this.numbers(slot)[i - 1]!;
    const kept = this.carry.get(slot);
    return typeof kept === "number" ? kept : Number.NaN;
  }

  /** As {@link numberBefore}; null for a missing cell. */
  textBefore(slot: number, i: number): string | null | undefined {
    if (this.index[i] === 0) return undefined;
    if (i > 0) {
      const { codes, dictionary } = this.texts(slot);
      return codes[i - 1]! < 0 ? null : dictionary[codes[i - 1]!]!;
    }
    const kept = this.carry.get(slot);
    return typeof kept === "string" ? kept : null;
  }

  /** The last cell of a slot, for the batch that follows. */
  lastCell(slot: number): number | string | null {
    const vector = this.vectors[slot]!;
    const last = this.rowCount - 1;
    if (vector.kind === "number") return vector.values[last]!;
    const code = vector.codes[last]!;
    return code < 0 ? null : vector.dictionary[code]!;
  }
}
