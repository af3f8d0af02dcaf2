// The dictionary of one column as a file goes on: which codes its rows have there, and which texts the thread has to be
// told. Until the first rows are written all texts that come are collected; what form they take is decided by them.

import { canBeEnum } from "../duckdb/enum-members.ts";
import { type PhysicalType, textType } from "../write/physical-type.ts";
import { canLookUp, codeVector, type Form, type VectorSpec, wholeValueOf } from "./column-forms.ts";
import type { DictionaryBlock } from "./thread-messages.ts";

/** What the next dictionary means for rows that are not written yet. */
export type Effect =
  /** They may share a block with those that follow. */
  | "none"
  /** They have to go first: the codes mean something else from here on. */
  | "flush"
  /** The file cannot go on in its form: another one has to begin. */
  | "file";

const effects: readonly Effect[] = ["none", "flush", "file"];

export function strongest(a: Effect, b: Effect): Effect {
  return effects.indexOf(a) >= effects.indexOf(b) ? a : b;
}

export interface Change {
  readonly effect: Effect;
  apply(): void;
}

const noChange: Change = { effect: "none", apply: () => undefined };

/** Texts of one message: a string of all of them stays far below the longest that there can be. */
const blockTexts = 1 << 16;
const blockCharacters = 1 << 24;

export class CodeColumn {
  readonly #column: number;
  /** Decided when the first file begins. */
  #form: Exclude<Form, "number"> | undefined;
  #type: PhysicalType;
  /** The texts that codes in the file stand for; more may follow behind `#count`. */
  #texts: readonly string[] = [];
  #count = 0;
  /** Codes of `#texts`, where the column's own codes are others. */
  #codes: Map<string, number> | undefined;
  #remap: Int32Array | undefined;
  #source: readonly string[] | undefined;
  #sourceCount = 0;
  /** How many of the texts the thread knows. */
  #told = 0;
  #batches = 0;
  /** True where a later batch had texts that an earlier one did not have. */
  #grew = false;
  /** True where texts have come that only DuckDB can judge. */
  #isPlain = false;

  constructor(column: number, type: PhysicalType) {
    this.#column = column;
    this.#type = type;
  }

  /** The type of the file's column. */
  get type(): PhysicalType {
    return this.#type;
  }

  /** Texts of this file, for faults that they are to be found by. */
  get texts(): readonly string[] {
    return this.#texts.slice(0, this.#count);
  }

  /** What a batch's dictionary would change. */
  change(dictionary: readonly string[]): Change {
    this.#batches++;
    if (dictionary === this.#source && dictionary.length === this.#sourceCount) return noChange;
    const isPrefix = this.#isPrefix(dictionary);
    const collects = this.#form === undefined || this.#form === "categories";
    const unknown = isPrefix
      ? dictionary.slice(this.#count)
      : collects
        ? dictionary.filter((text) => this.#codeOf(text) === undefined)
        : dictionary;
    const fits = this.#fits(unknown);
    const take = (): void => {
      if (this.#batches > 1 && unknown.length > 0) this.#grew = true;
      this.#source = dictionary;
      this.#sourceCount = dictionary.length;
      if (isPrefix) {
        if (dictionary.length > this.#count) this.#setTexts(dictionary);
        this.#remap = undefined;
      } else if (this.#form === undefined || this.#form === "categories") this.#collect(dictionary, unknown);
      else {
        this.#setTexts(dictionary);
        this.#remap = undefined;
        this.#told = 0;
      }
    };
    if (this.#form === undefined)
      return {
        effect: "none",
        apply: () => {
          if (!fits) this.#refuseForm();
          take();
        },
      };
    if (!fits)
      return {
        effect: "file",
        apply: () => {
          this.#refuseForm();
          take();
        },
      };
    return { effect: isPrefix || collects ? "none" : "flush", apply: take };
  }

  /** The vectors of a file that begins now; the thread knows none of its texts. */
  begin(): VectorSpec {
    this.#told = 0;
    this.#form ??= this.#chooseForm();
    return codeVector(this.#form, this.#type, this.texts);
  }

  /** Copies codes of the last dictionary as those of the file. */
  write(codes: Int32Array, out: Int32Array, at: number): void {
    const remap = this.#remap;
    if (!remap) out.set(codes, at);
    else for (let i = 0; i < codes.length; i++) out[at + i] = codes[i]! < 0 ? -1 : remap[codes[i]!]!;
  }

  /** What the thread has to learn before the rows that follow. */
  news(): DictionaryBlock[] {
    if (this.#form === "categories" || this.#told === this.#count) return [];
    const column = this.#column;
    const blocks: DictionaryBlock[] = [];
    while (this.#told < this.#count) {
      const from = this.#told;
      if (this.#form === "values") {
        const values = BigInt64Array.from(this.#texts.slice(from, this.#count), (text) =>
          BigInt.asIntN(64, wholeValueOf(text, this.#type)!),
        );
        blocks.push({ kind: "values", column, from, values });
        this.#told = this.#count;
        continue;
      }
      let to = from;
      for (let characters = 0; to < this.#count && to < from + blockTexts; to++) {
        characters += this.#texts[to]!.length;
        if (characters > blockCharacters && to > from) break;
      }
      const texts = this.#texts.slice(from, to);
      const lengths = Uint32Array.from(texts, (text) => text.length);
      blocks.push({ kind: "texts", column, from, joined: texts.join(""), lengths });
      this.#told = to;
    }
    return blocks;
  }

  #chooseForm(): Exclude<Form, "number"> {
    if (canLookUp(this.#type) && !this.#isPlain) return "values";
    return !this.#grew && canBeEnum(this.texts) ? "categories" : "texts";
  }

  /** True where a file's form takes these texts as well. */
  #fits(texts: readonly string[]): boolean {
    if (texts.length === 0) return true;
    if (this.#form === "categories") return false;
    if (this.#type.kind === "json") return texts.every(isJson);
    if (!canLookUp(this.#type) || this.#isPlain) return true;
    return texts.every((text) => wholeValueOf(text, this.#type) !== undefined);
  }

  #refuseForm(): void {
    // Texts that were made up for a nested column may be no JSON; they are written as what they are.
    if (this.#type.kind === "json") this.#type = textType;
    this.#isPlain = true;
    if (this.#form !== undefined) this.#form = "texts";
  }

  #isPrefix(dictionary: readonly string[]): boolean {
    if (dictionary === this.#texts) return dictionary.length >= this.#count;
    const shared = Math.min(dictionary.length, this.#count);
    for (let code = 0; code < shared; code++) if (dictionary[code] !== this.#texts[code]) return false;
    return true;
  }

  #setTexts(texts: readonly string[]): void {
    this.#texts = texts;
    this.#count = texts.length;
    this.#codes = undefined;
  }

  #codeOf(text: string): number | undefined {
    this.#codes ??= new Map(this.texts.map((known, code) => [known, code]));
    return this.#codes.get(text);
  }

  #collect(dictionary: readonly string[], unknown: readonly string[]): void {
    if (unknown.length > 0) this.#setTexts([...this.texts, ...new Set(unknown)]);
    this.#remap = Int32Array.from(dictionary, (text) => this.#codeOf(text)!);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
