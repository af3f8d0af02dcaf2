// Rows that repeat: synthetic rows equal to a real one in every modelled cell, and rows that occur twice. Rows are
// compared by 64 bits of a hash, so that two of ten million different rows are taken for equal with a chance of 3e-6.

import type { ComparedCategories, ComparedColumn } from "./compared-column.ts";
import type { CopyCheck } from "./evaluation.ts";

interface RowHashes {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

/**
 * Counts copies and duplicates over the columns that are scored; identifiers and text are left out, because they are
 * generated and would hide a copied row.
 *
 * @param rowCounts rows per table: real, synthetic and perhaps a holdout
 */
export function copyCheck(columns: readonly ComparedColumn[], rowCounts: readonly number[]): CopyCheck {
  const used = columns.filter((column) => column.kind !== "unscored");
  if (used.length === 0)
    return {
      exactCopyShare: 0,
      holdoutCopyShare: rowCounts.length > 2 ? 0 : null,
      duplicateShareReal: 0,
      duplicateShareSynthetic: 0,
    };
  const hashes = rowCounts.map((rows, table) => rowHashes(used, rows, table));
  return sharesOf(hashes);
}

/** The same figures from columns that are looked at one by one and need not fit into memory together. */
export function copyCheckByColumn(
  columns: Iterable<ComparedColumn>,
  rowCounts: readonly number[],
): CopyCheck {
  const hashes = rowCounts.map((rows) => ({ high: new Uint32Array(rows), low: new Uint32Array(rows) }));
  let scored = 0;
  for (const column of columns) {
    if (column.kind === "unscored") continue;
    scored++;
    for (const [table, hash] of hashes.entries())
      if (column.kind === "number") mixNumbers(hash, column.values[table]!);
      else mixCategories(hash, [column], table);
  }
  return scored === 0 ? copyCheck([], rowCounts) : sharesOf(hashes);
}

function sharesOf([real, synthetic, holdout]: readonly RowHashes[]): CopyCheck {
  const realRows = new RowSet(real!.high.length);
  const duplicateShareReal = addRows(realRows, real!);
  const duplicateShareSynthetic = addRows(new RowSet(synthetic!.high.length), synthetic!);
  return {
    exactCopyShare: shareWithin(realRows, synthetic!),
    holdoutCopyShare: holdout ? shareWithin(realRows, holdout) : null,
    duplicateShareReal,
    duplicateShareSynthetic,
  };
}

/** Share of a table's rows that are equal to an earlier one in every scored column; 0 without such columns. */
export function duplicateShare(columns: readonly ComparedColumn[], rows: number, table: number): number {
  const used = columns.filter((column) => column.kind !== "unscored");
  return used.length === 0 ? 0 : addRows(new RowSet(rows), rowHashes(used, rows, table));
}

function rowHashes(columns: readonly ComparedColumn[], rows: number, table: number): RowHashes {
  const hash = { high: new Uint32Array(rows), low: new Uint32Array(rows) };
  for (const column of columns) if (column.kind === "number") mixNumbers(hash, column.values[table]!);
  mixCategories(
    hash,
    columns.filter((column) => column.kind === "category"),
    table,
  );
  return hash;
}

function addRows(set: RowSet, rows: RowHashes): number {
  let repeated = 0;
  for (let row = 0; row < rows.high.length; row++) if (!set.add(rows.high[row]!, rows.low[row]!)) repeated++;
  return rows.high.length === 0 ? 0 : repeated / rows.high.length;
}

function shareWithin(set: RowSet, rows: RowHashes): number {
  let found = 0;
  for (let row = 0; row < rows.high.length; row++) if (set.has(rows.high[row]!, rows.low[row]!)) found++;
  return rows.high.length === 0 ? 0 : found / rows.high.length;
}

/** One round of MurmurHash3 (A. Appleby, public domain) with two sets of constants. */
function mix(hash: number, word: number, first: number, second: number): number {
  let k = Math.imul(word, first);
  k = (k << 15) | (k >>> 17);
  let mixed = hash ^ Math.imul(k, second);
  mixed = (mixed << 13) | (mixed >>> 19);
  return (Math.imul(mixed, 5) + 0xe6546b64) | 0;
}

function mixWord({ high, low }: RowHashes, row: number, word: number): void {
  high[row] = mix(high[row]!, word, 0xcc9e2d51, 0x1b873593);
  low[row] = mix(low[row]!, word, 0x239b961b, 0xab0e9789);
}

/** Codes of several columns make one word as long as their combinations have room in it. */
function mixCategories(rows: RowHashes, columns: readonly ComparedCategories[], table: number): void {
  const words = new Uint32Array(rows.high.length);
  let combinations = 1;
  const flush = (): void => {
    for (let row = 0; row < words.length; row++) mixWord(rows, row, words[row]!);
    words.fill(0);
    combinations = 1;
  };
  for (const column of columns) {
    const codes = column.codes[table]!;
    const codeCount = column.labels.length + 1;
    if (combinations * codeCount > 2 ** 32) flush();
    for (let row = 0; row < codes.length; row++) words[row] = Math.imul(words[row]!, codeCount) + codes[row]!;
    combinations *= codeCount;
  }
  if (combinations > 1) flush();
}

function mixNumbers(rows: RowHashes, values: Float64Array): void {
  const number = new Float64Array(1);
  const words = new Uint32Array(number.buffer);
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    const whole = value | 0;
    if (whole === value) {
      mixWord(rows, row, whole);
      continue;
    }
    // One pattern of bits for missing cells.
    number[0] = Number.isNaN(value) ? Number.NaN : value;
    mixWord(rows, row, words[0]!);
    mixWord(rows, row, words[1]!);
  }
}

/** A set of pairs of 32-bit words with open addressing: 16 bytes a row, no object per entry. */
class RowSet {
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  readonly #used: Uint8Array;
  readonly #mask: number;

  constructor(rows: number) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(2, rows) * 1.5));
    this.#high = new Uint32Array(size);
    this.#low = new Uint32Array(size);
    this.#used = new Uint8Array(size);
    this.#mask = size - 1;
  }

  #slot(high: number, low: number): number {
    let slot = (high ^ Math.imul(low, 0x9e3779b1)) & this.#mask;
    while (this.#used[slot] === 1 && (this.#high[slot] !== high || this.#low[slot] !== low))
      slot = (slot + 1) & this.#mask;
    return slot;
  }

  /** False when the pair was there already. */
  add(high: number, low: number): boolean {
    const slot = this.#slot(high, low);
    if (this.#used[slot] === 1) return false;
    this.#used[slot] = 1;
    this.#high[slot] = high;
    this.#low[slot] = low;
    return true;
  }

  has(high: number, low: number): boolean {
    return this.#used[this.#slot(high, low)] === 1;
  }
}
