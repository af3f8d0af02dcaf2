// What the text readers hand to typing: columns of text pools, all cells as they were written.

import type { TextPool } from "./text-pool.ts";

export interface TextColumns {
  readonly names: readonly string[];
  readonly pools: readonly TextPool[];
  readonly rowCount: number;
  /** Physical types that the file itself tells (JSON numbers, booleans), per column; undefined for plain text. */
  readonly physical: readonly (string | undefined)[];
  /** Columns whose cells are strings in the file, whatever they look like. */
  readonly textual: readonly boolean[];
  readonly warnings: readonly string[];
}

export interface ReadLimits {
  /** Largest cell in bytes. Default 16 MiB. */
  cellBytes?: number;
  /** Largest number of columns. Default 100,000. */
  columns?: number;
}

export const defaultLimits: Required<ReadLimits> = { cellBytes: 16 * 1024 * 1024, columns: 100_000 };

export interface TextReadOptions {
  gzip: boolean;
  /** Bytes of the file. */
  size: number;
  limits: Required<ReadLimits>;
  signal?: AbortSignal | undefined;
  onBytes?: ((done: number) => void) | undefined;
}
