// A compiled formula: a node fills a stretch of rows at once, from the vectors of the batch, into an array of its own
// that lives as long as the plan does. Calling it for one row at a time gives the same cells.

import { type Batch, GrowingDictionary, type ValueType } from "../engine/batch.ts";

export interface NumericNode {
  readonly type: Exclude<ValueType, "text">;
  /** Where it is the same in all rows. */
  readonly constant?: number;
  /** Where it follows from the cell of one column of texts alone. */
  readonly byText?: ByText;
  /** Rows [from, to) of the result are valid until the next call. */
  evaluate(batch: Batch, from: number, to: number): Float64Array;
}

/** A value for each text of a column, and for a missing one. */
export interface ByText {
  readonly slot: number;
  readonly value: (text: string | null) => number;
}

export interface TextCells {
  readonly codes: Int32Array;
  readonly dictionary: readonly string[];
}

export interface TextNode {
  readonly type: "text";
  readonly constant?: string;
  /** Where it is a column. */
  readonly slot?: number;
  /** Where it is known before any row is. */
  readonly dictionary?: readonly string[];
  evaluate(batch: Batch, from: number, to: number): TextCells;
}

export type FormulaNode = NumericNode | TextNode;

/** An array that is made once and again when a batch is longer. */
export class Scratch {
  #array = new Float64Array(0);

  of(batch: Batch): Float64Array {
    if (this.#array.length < batch.rowCount) this.#array = new Float64Array(batch.rowCount);
    return this.#array;
  }
}

export class CodeScratch {
  #array = new Int32Array(0);

  of(batch: Batch): Int32Array {
    if (this.#array.length < batch.rowCount) this.#array = new Int32Array(batch.rowCount);
    return this.#array;
  }
}

/** A growing dictionary of its own for every batch. */
export class BatchDictionary {
  #batch = -1;
  #dictionary = new GrowingDictionary();

  of(batch: Batch): GrowingDictionary {
    if (this.#batch !== batch.id) {
      this.#batch = batch.id;
      this.#dictionary = new GrowingDictionary();
    }
    return this.#dictionary;
  }
}

/** Codes of a node's texts, from outside of its dictionary; translated once per dictionary. */
export class Translation {
  #from: readonly string[] = [];
  #known = 0;
  #codes: number[] = [];

  /** Codes in the target for all texts that the source has now. */
  of(source: readonly string[], code: (text: string) => number): readonly number[] {
    if (source !== this.#from) {
      this.#from = source;
      this.#known = 0;
      this.#codes = [];
    }
    for (; this.#known < source.length; this.#known++) this.#codes.push(code(source[this.#known]!));
    return this.#codes;
  }
}

export function numberConstant(value: number, type: NumericNode["type"] = "number"): NumericNode {
  const scratch = new Scratch();
  return {
    type,
    constant: value,
    evaluate: (batch, from, to) => scratch.of(batch).fill(value, from, to),
  };
}

export function textConstant(value: string): TextNode {
  const scratch = new CodeScratch();
  const dictionary = [value];
  return {
    type: "text",
    constant: value,
    dictionary,
    evaluate: (batch, from, to) => ({ codes: scratch.of(batch).fill(0, from, to), dictionary }),
  };
}

/** A node that is computed once for each text of a column. */
export function byTextNode(type: NumericNode["type"], byText: ByText): NumericNode {
  const scratch = new Scratch();
  const known = new Translation();
  const { slot, value } = byText;
  const none = value(null);
  return {
    type,
    byText,
    evaluate: (batch, from, to) => {
      const out = scratch.of(batch);
      const { codes, dictionary } = batch.texts(slot);
      const values = known.of(dictionary, value);
      for (let i = from; i < to; i++) out[i] = codes[i]! < 0 ? none : values[codes[i]!]!;
      return out;
    },
  };
}

/** What nodes give for a text, where all of them follow from the texts of one column. */
export function commonText(
  nodes: readonly NumericNode[],
): { readonly slot: number; readonly values: readonly ByText["value"][] } | undefined {
  const slots = new Set(nodes.flatMap(({ byText }) => (byText ? [byText.slot] : [])));
  const [slot] = slots;
  if (slots.size !== 1 || !nodes.every(({ constant, byText }) => constant !== undefined || byText))
    return undefined;
  return { slot: slot!, values: nodes.map(({ constant, byText }) => byText?.value ?? (() => constant!)) };
}
