// Exact numbers of rows per label: reads `--counts`, and says which label each row has. Labels are laid out in order and
// a permutation shuffles them over the rows, so that row i's label is a function of (key, i) and the counts are exact.

import type { LabelCounts } from "./condition.ts";
import { VerisimError } from "./errors.ts";
import { knownTextsHint } from "./near-matches.ts";
import { Permutation } from "./permutation.ts";
import type { StreamKey } from "./random.ts";
import { caretLines, quoteForMessage } from "./source-caret.ts";

/** The longest text of label counts, in UTF-16 units. */
const maxLength = 1_048_576;

/**
 * Parses `column:label=count,label=count`, for example `income:<=50K=700,>50K=300`.
 *
 * The column ends at the first colon, a label at the last `=` before the comma. Names and labels that hold these
 * characters go in single or double quotes, with quotes inside doubled.
 *
 * @throws VerisimError `VERISIM_COUNTS_SYNTAX` with the place and what was expected
 */
export function parseLabelCounts(text: string): LabelCounts {
  if (text.length > maxLength) {
    const received = `${text.length}`;
    throw new VerisimError(
      "VERISIM_COUNTS_SYNTAX",
      `Expected label counts of at most ${maxLength} characters but received ${received}.`,
      { where: { option: "counts" } },
    );
  }
  const [column, start] = readWord(text, 0, ":", "a column and a colon");
  if (column === "") throw countsError(text, 0, "the name of a column", "nothing");
  const counts = new Map<string, number>();
  let position = start;
  let total = 0;
  do {
    const labelStart = position;
    const [label, afterLabel] = readWord(text, position, "=", "a label, = and a count");
    const [count, afterCount] = readCount(text, afterLabel);
    if (counts.has(label))
      throw countsError(text, labelStart, "each label once", `${quoteForMessage(label)} again`);
    counts.set(label, count);
    total += count;
    if (!Number.isSafeInteger(total)) throw countsError(text, labelStart, "a sum below 2^53", "a larger one");
    position = afterCount;
  } while (position <= text.length);
  return { column, counts };
}

/** A quoted or bare word and the position after the mark that ends it. */
function readWord(text: string, from: number, mark: ":" | "=", expected: string): [string, number] {
  let position = from;
  while (text[position] === " ") position++;
  const quote = text[position];
  if (quote === "'" || quote === '"') {
    let word = "";
    for (let i = position + 1; i < text.length; i++) {
      if (text[i] !== quote) {
        word += text[i];
      } else if (text[i + 1] === quote) {
        word += quote;
        i++;
      } else {
        let end = i + 1;
        while (text[end] === " ") end++;
        if (text[end] === mark) return [word, end + 1];
        throw countsError(text, end, `${mark} after the closing quote`, received(text, end));
      }
    }
    throw countsError(text, position, `a closing ${quote}`, "the end");
  }
  const comma = mark === "=" ? text.indexOf(",", position) : -1;
  const itemEnd = comma < 0 ? text.length : comma;
  const end = mark === "=" ? text.lastIndexOf("=", itemEnd - 1) : text.indexOf(mark, position);
  const word = text.slice(position, Math.max(position, end)).trim();
  if (end < position || (word === "" && mark === "="))
    throw countsError(text, position, expected, received(text, position));
  return [word, end + 1];
}

/** A whole number and the position after the comma that ends it (length + 1 at the end). */
function readCount(text: string, from: number): [number, number] {
  const comma = text.indexOf(",", from);
  const end = comma < 0 ? text.length : comma;
  const digits = text.slice(from, end).trim();
  if (!/^\d{1,16}$/.test(digits) || !Number.isSafeInteger(Number(digits)))
    throw countsError(
      text,
      from,
      "a whole number of rows",
      digits === "" ? "nothing" : quoteForMessage(digits),
    );
  return [Number(digits), end + 1];
}

function received(text: string, position: number): string {
  return position >= text.length ? "the end" : quoteForMessage(text.slice(position, position + 20));
}

function countsError(text: string, position: number, expected: string, what: string): VerisimError {
  return new VerisimError(
    "VERISIM_COUNTS_SYNTAX",
    `Expected ${expected} at character ${position + 1} but received ${what}.\n${caretLines(text, position)}`,
    {
      where: { option: "counts" },
      hint: 'Label counts look like "label:rice=100,maize=50"; labels with commas or equals signs go in quotes.',
    },
  );
}

/** Which label each row of a request has; see {@link planLabels}. */
export class LabelPlan {
  readonly totalRows: number;
  readonly #permutation: Permutation | undefined;
  /** Label index per run of positions, and the position after each run. */
  readonly #labels: readonly number[];
  readonly #ends: readonly number[];

  constructor(totalRows: number, labels: readonly number[], counts: readonly number[], key: StreamKey) {
    this.totalRows = totalRows;
    this.#labels = labels;
    let end = 0;
    this.#ends = counts.map((count) => {
      end += count;
      return end;
    });
    this.#permutation = totalRows > 0 ? new Permutation(totalRows, key) : undefined;
  }

  /** The index in `allLabels` of the label of a row (0 to totalRows-1), or `other` for any label that was not named. */
  labelOf(row: number): number | "other" {
    const position = this.#permutation?.at(row);
    if (position === undefined) throw new RangeError("internal: a row of an empty request");
    let low = 0;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ends[middle]! <= position) low = middle + 1;
      else high = middle;
    }
    return this.#labels[low] ?? "other";
  }

  /** The labels of rows [rowStart, rowStart + rowCount): indices in `allLabels`, -1 for any label not named. */
  labelsOf(rowStart: number, rowCount: number): Int32Array {
    const labels = new Int32Array(rowCount);
    for (let i = 0; i < rowCount; i++) {
      const label = this.labelOf(rowStart + i);
      labels[i] = label === "other" ? -1 : label;
    }
    return labels;
  }
}

/**
 * Spreads exact label counts over the rows of a request, at random but as a function of (key, row).
 *
 * @param totalRows length of the whole request; rows beyond the sum of the counts take labels that are not named
 * @param allLabels every label that the column had
 * @param key for example `streamKey(seed, table, column, "label-counts")`
 * @throws VerisimError `VERISIM_CONDITION_IMPOSSIBLE` for a label that the column never had, counts beyond `totalRows`, and
 * rows left over when every label is named
 */
export function planLabels(
  counts: LabelCounts,
  totalRows: number,
  allLabels: readonly string[],
  key: StreamKey,
): LabelPlan {
  const index = new Map(allLabels.map((label, i) => [label, i]));
  const where = { column: counts.column, option: "counts" };
  let named = 0;
  for (const [label, count] of counts.counts) {
    if (index.has(label)) {
      named += count;
      continue;
    }
    throw new VerisimError(
      "VERISIM_CONDITION_IMPOSSIBLE",
      `No row can have the label ${quoteForMessage(label)}: the column never had it.`,
      { where, hint: knownTextsHint("labels", label, allLabels) },
    );
  }
  if (named > totalRows) {
    throw new VerisimError(
      "VERISIM_CONDITION_IMPOSSIBLE",
      `Expected label counts of at most ${totalRows} rows in all but received ${named}.`,
      { where, hint: `Ask for ${named} rows, or for fewer per label.` },
    );
  }
  if (named < totalRows && counts.counts.size === index.size) {
    throw new VerisimError(
      "VERISIM_CONDITION_IMPOSSIBLE",
      `Every label has a count; they make ${named} rows but ${totalRows} are asked for.`,
      { where, hint: `Ask for ${named} rows, or leave out the label that may take the rest.` },
    );
  }
  const labels = [...counts.counts.keys()].map((label) => index.get(label)!);
  return new LabelPlan(totalRows, labels, [...counts.counts.values()], key);
}
