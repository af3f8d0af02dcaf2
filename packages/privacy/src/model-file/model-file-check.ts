// Reads a model file as its thief would: which rare training values, exact extremes and personal values are in it, to the
// letter? A generator that keeps them gives them to whoever gets the file, whatever its synthetic rows look like.

import {
  type Artifact,
  type Column,
  type ColumnMetadata,
  type DictionaryColumn,
  type NumberColumn,
  type Table,
  type TableMetadata,
  uniqueColumns,
} from "@verisim/core";
import type { Finding, ModelFileReport, StoredValues } from "../privacy-report.ts";
import { type StoredWords, storedWords } from "./stored-words.ts";

export interface ModelFileOptions {
  /** Values that fewer training rows hold are rare. 2 or more. Default 5. */
  rareBelow?: number;
}

/** Numbers with fewer digits than this turn up everywhere. */
const tellingDigits = 4;
/** Rare values of one column that are searched for, at most: the first of the table. */
const mostSearched = 20_000;
/** Characters that are read for texts within texts, at most. */
const mostCharacters = 2e9;

/**
 * Checks what a model file keeps of its training rows.
 *
 * Rare values are searched in columns of texts and of numbers, all values in columns of personal data and keys. Numbers
 * count from four significant digits on, and beside them stands how many numbers that no training row holds were found
 * too: those are coincidences.
 *
 * @param artifact as `readModelFile` of `@verisim/core` gives it
 * @param real the training rows
 * @throws VerisimError `VERISIM_UNKNOWN_COLUMN` when the table lacks a column of the metadata
 * @example
 * const report = modelFileCheck(await readModelFile("model.verisim"), real, metadata);
 * for (const { text } of report.findings) console.log(text);
 */
export function modelFileCheck(
  artifact: Artifact,
  real: Table,
  metadata: TableMetadata,
  { rareBelow = 5 }: ModelFileOptions = {},
): ModelFileReport {
  const words = storedWords(artifact);
  const keys = uniqueColumns(metadata);
  const names = Object.keys(metadata.columns);
  const wanted = new Wanted();
  const numberColumns: { name: string; column: NumberColumn; search: NumberSearch }[] = [];
  const columns: StoredValues[] = [];
  for (const name of names) {
    const column: Column = real.column(name);
    const isPersonal = metadata.columns[name]!.pii === true || keys.has(name);
    if (column.kind === "number") {
      const search = numberSearch(
        column,
        metadata.columns[name]!,
        isPersonal ? Number.POSITIVE_INFINITY : rareBelow,
      );
      for (const value of [...search.rare, ...search.beside, search.minimum, search.maximum])
        wanted.add(value);
      numberColumns.push({ name, column, search });
    } else
      columns.push(
        storedTexts(
          name,
          column,
          metadata.columns[name]!,
          isPersonal ? Number.POSITIVE_INFINITY : rareBelow,
          words,
          names,
        ),
      );
  }
  let numbers = 0;
  words.eachNumber((value, isSingle) => {
    numbers++;
    wanted.see(value, isSingle);
  });
  for (const { name, search } of numberColumns) {
    const { sdtype, pii } = metadata.columns[name]!;
    const seen = (value: number): boolean | null => (isTelling(value) ? wanted.has(value) : null);
    columns.push({
      column: name,
      sdtype,
      pii: pii === true,
      searched: search.rare.length,
      stored: search.rare.filter((value) => wanted.has(value)).length,
      coincidences: search.beside.filter((value) => wanted.has(value)).length,
      minimumStored: seen(search.minimum),
      maximumStored: seen(search.maximum),
    });
  }
  columns.sort((a, b) => names.indexOf(a.column) - names.indexOf(b.column));
  const findings = columns.flatMap((column) => findingsOf(column, rareBelow));
  const level = findings.some((one) => one.level === "alarm")
    ? "alarm"
    : findings.length > 0
      ? "notice"
      : "clear";
  return {
    version: 1,
    generator: artifact.generator,
    texts: words.texts.size,
    numbers,
    rareBelow,
    columns,
    level,
    findings,
  };
}

/** Numbers to look out for, in double and in single precision. */
class Wanted {
  readonly #doubles = new Map<number, boolean>();
  readonly #singles = new Map<number, number[]>();

  add(value: number): void {
    if (!Number.isFinite(value) || this.#doubles.has(value)) return;
    this.#doubles.set(value, false);
    const single = Math.fround(value);
    const known = this.#singles.get(single);
    if (known) known.push(value);
    else this.#singles.set(single, [value]);
  }

  see(value: number, isSingle: boolean): void {
    if (!isSingle) {
      if (this.#doubles.get(value) === false) this.#doubles.set(value, true);
      return;
    }
    for (const double of this.#singles.get(value) ?? []) this.#doubles.set(double, true);
  }

  has(value: number): boolean {
    return this.#doubles.get(value) === true;
  }
}

interface NumberSearch {
  readonly rare: number[];
  /** A number next to each rare one that no training row holds. */
  readonly beside: number[];
  readonly minimum: number;
  readonly maximum: number;
}

function numberSearch({ values }: NumberColumn, metadata: ColumnMetadata, rareBelow: number): NumberSearch {
  const counts = new Map<number, number>();
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    counts.set(value, (counts.get(value) ?? 0) + 1);
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  const rare: number[] = [];
  const beside: number[] = [];
  const unit = metadata.sdtype === "datetime" ? 1_000_000 : 10 ** -(metadata.decimals ?? 0);
  for (const [value, count] of counts) {
    if (rare.length === mostSearched) break;
    if (count >= rareBelow || !isTelling(value)) continue;
    rare.push(value);
    for (let step = 1; step <= 8; step++) {
      const next = Number((value + step * unit).toPrecision(15));
      if (counts.has(next)) continue;
      beside.push(next);
      break;
    }
  }
  return { rare, beside, minimum, maximum };
}

/** True for numbers of so many digits that they are not met by chance. */
function isTelling(value: number): boolean {
  if (!Number.isFinite(value)) return false;
  const digits = Math.abs(value).toExponential().split("e")[0]!.replace(".", "").replace(/0+$/, "");
  return digits.length >= tellingDigits;
}

function storedTexts(
  name: string,
  { codes, dictionary }: DictionaryColumn,
  { sdtype, pii }: ColumnMetadata,
  rareBelow: number,
  { texts, long }: StoredWords,
  columnNames: readonly string[],
): StoredValues {
  const counts = new Int32Array(dictionary.length);
  for (const code of codes) if (code >= 0) counts[code]!++;
  const budget = Math.min(mostSearched, Math.floor(mostCharacters / Math.max(1, long.length)));
  let searched = 0;
  let stored = 0;
  for (const [code, text] of dictionary.entries()) {
    // A short number is met everywhere, and the names of columns are in every file.
    if (counts[code] === 0 || counts[code]! >= rareBelow) continue;
    if (text.length < 2 || /^\d{1,3}$/.test(text) || columnNames.includes(text)) continue;
    if (searched === mostSearched) break;
    searched++;
    if (texts.has(text) || (searched <= budget && text.length >= 4 && long.includes(text))) stored++;
  }
  return {
    column: name,
    sdtype,
    pii: pii === true,
    searched,
    stored,
    coincidences: null,
    minimumStored: null,
    maximumStored: null,
  };
}

function findingsOf(
  { column, pii, searched, stored, coincidences, minimumStored, maximumStored }: StoredValues,
  rareBelow: number,
): Finding[] {
  const found: Finding[] = [];
  const beyond = stored - (coincidences ?? 0);
  if (beyond > 0)
    found.push({
      level: pii ? "alarm" : "notice",
      part: "model-file",
      text:
        `The file holds ${stored} of ${searched} values of ${column} that ` +
        `${pii ? "are personal" : `fewer than ${rareBelow} training rows hold`}` +
        `${coincidences ? ` (${coincidences} by coincidence)` : ""}.`,
    });
  const ends = [minimumStored ? "smallest" : "", maximumStored ? "largest" : ""].filter((end) => end !== "");
  if (ends.length > 0)
    found.push({
      level: "notice",
      part: "model-file",
      text: `The file holds the exact ${ends.join(" and ")} number of ${column}.`,
    });
  return found;
}
