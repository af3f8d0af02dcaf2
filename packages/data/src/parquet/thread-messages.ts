// What the thread that writes Parquet is told, and what it answers.

import type { VectorSpec } from "./column-forms.ts";

/** Texts of a dictionary, one behind the other in one string, which crosses threads at the speed of memory. */
export interface TextBlock {
  readonly kind: "texts";
  readonly column: number;
  /** Where the first of them goes; the texts from there on are forgotten. */
  readonly from: number;
  readonly joined: string;
  /** Lengths of the texts in UTF-16 units. */
  readonly lengths: Uint32Array;
}

/** Values that codes stand for. */
export interface ValueBlock {
  readonly kind: "values";
  readonly column: number;
  readonly from: number;
  readonly values: BigInt64Array;
}

export type DictionaryBlock = TextBlock | ValueBlock;

export type ToThread =
  /** A file begins. */
  | {
      readonly kind: "begin";
      readonly path: string;
      readonly vectors: readonly VectorSpec[];
      readonly memory: SharedArrayBuffer;
      readonly select: string;
      readonly rowGroupRows: number;
      readonly memoryLimit: string;
      readonly overflowFolder: string;
    }
  /** A slot has been filled; its codes go with these dictionaries. */
  | {
      readonly kind: "rows";
      readonly slot: number;
      readonly rows: number;
      readonly blocks: readonly DictionaryBlock[];
    }
  /** The file's last rows have come. */
  | { readonly kind: "end" }
  /** There is nothing more to do. */
  | { readonly kind: "quit" };

export type FromThread =
  | { readonly kind: "free"; readonly slot: number }
  | { readonly kind: "written" }
  | {
      readonly kind: "failed";
      readonly message: string;
      /** The number that its column's type cannot hold, where that is the fault. */
      readonly cell?: { readonly column: number; readonly value: number };
    };

/** Shared words: how many messages have been sent, 1 where the thread should stop, 1 where it has let go of its file. */
export const sentWord = 0;
export const stopWord = 1;
export const endedWord = 2;
export const controlWords = 3;
