// What detection knows about a column: its different cells and how often each occurs, and what they parse as.
// Every reader makes the same profile, so that a table has the same types whatever file it came in.

import type { ColumnMetadata, NumberStyle } from "@verisim/core";
import { type DetectedDate, detectDate, namesDate } from "../values/date-detection.ts";
import { NumberForms, NumberScanner, notANumber, textForm } from "../values/number-text.ts";

export interface NumberProfile {
  /** Value per text; NaN for missing marks. */
  readonly values: Float64Array;
  readonly style: NumberStyle;
  readonly decimals: number | undefined;
  /** False where some cells are written in a way that the style does not give back (`1e5`, `.5`). */
  readonly exact: boolean;
  readonly example: string;
}

export interface ColumnProfile {
  readonly name: string;
  readonly rowCount: number;
  /** Cells that are missing, the marked ones among them. */
  readonly missing: number;
  /** Cells that are not in the file at all. */
  readonly gaps: number;
  /** Number of different cells, missing marks among them. */
  readonly size: number;
  /** The different cells, made when first asked for: a column of numbers may never need them. */
  readonly texts: readonly string[];
  readonly counts: ArrayLike<number>;
  /** Number of different values, missing marks left out. */
  readonly distinct: number;
  readonly numbers: NumberProfile | null;
  readonly dates: DetectedDate | null;
  /** Indices in `texts` of the cells that stand for missing numbers or dates. */
  readonly missingMarks: readonly number[];
  /** The most frequent of them, where it is more frequent than gaps are. */
  readonly missingText: string | undefined;
  /** The column's type in a typed file. */
  readonly physical: string | undefined;
  /** Metadata that the file itself tells; nothing is left to detect. */
  readonly known?: ColumnMetadata;
}

/** Words for missing numbers and dates. A column of categories keeps them as categories. */
const missingMark =
  /^(?:\s*|\?|-{1,3}|\.|n\/?a|#n\/a|na?n|null|nil|none|unknown|missing|<na>|\(null\)|0000-00-00(?: 00:00:00)?)$/i;

export interface RawColumn {
  readonly name: string;
  readonly rowCount: number;
  readonly missing: number;
  readonly texts: readonly string[];
  /** The same texts some at a time, where that spares holding them all. */
  readonly pieces?: () => Iterable<readonly string[]>;
  readonly size?: number;
  readonly counts: ArrayLike<number>;
  readonly physical?: string | undefined;
  /** The file says that the cells are strings: digits among them are no numbers. */
  readonly textual?: boolean;
}

/** What numbers and dates add to a profile. */
type Found = Partial<Omit<ColumnProfile, "texts">>;

export function profileColumn(raw: RawColumn): ColumnProfile {
  const size = raw.size ?? raw.texts.length;
  const dateFirst = namesDate(raw.name);
  let found: Found = {};
  if (size > 0) {
    const numbers = (): Found | null => (raw.textual === true ? null : profileNumbers(raw, size));
    found = (dateFirst ? (profileDates(raw) ?? numbers()) : (numbers() ?? profileDates(raw))) ?? {};
  }
  return {
    name: raw.name,
    rowCount: raw.rowCount,
    missing: raw.missing,
    counts: raw.counts,
    distinct: size,
    numbers: null,
    dates: null,
    gaps: raw.missing,
    missingMarks: [],
    missingText: undefined,
    physical: raw.physical,
    ...found,
    size,
    get texts() {
      return raw.texts;
    },
  };
}

/** Different words for missing cells that one column may have. */
const mostMarks = 3;

function withMarks(raw: RawColumn, size: number, marks: readonly number[]): Found {
  const marked = marks.reduce((sum, mark) => sum + raw.counts[mark]!, 0);
  const [top] = [...marks].sort((a, b) => raw.counts[b]! - raw.counts[a]! || a - b);
  const usual = top !== undefined && raw.counts[top]! > raw.missing;
  return {
    missingMarks: marks,
    missingText: usual ? raw.texts[top] : undefined,
    missing: raw.missing + marked,
    distinct: size - marks.length,
  };
}

function piecesOf(raw: RawColumn): Iterable<readonly string[]> {
  return raw.pieces ? raw.pieces() : [raw.texts];
}

function profileNumbers(raw: RawColumn, size: number): Found | null {
  const scanner = new NumberScanner();
  const forms = new NumberForms();
  const values = new Float64Array(size);
  const marks: number[] = [];
  let code = 0;
  for (const texts of piecesOf(raw)) {
    for (const text of texts) {
      const form = scanner.scan(text);
      if (form === notANumber || form === textForm) {
        if (form === textForm || marks.length === mostMarks || !missingMark.test(text)) return null;
        marks.push(code);
        values[code++] = Number.NaN;
        continue;
      }
      forms.add(form, scanner.fraction, text);
      values[code++] = scanner.value;
    }
  }
  if (marks.length === size) return null;
  return {
    ...withMarks(raw, size, marks),
    numbers: { values, ...forms.format(), example: forms.example },
  };
}

function profileDates(raw: RawColumn): Found | null {
  for (const texts of piecesOf(raw)) {
    const probe = texts.find((text) => !missingMark.test(text));
    if (probe === undefined) continue;
    if (!detectDate(raw.name, [probe])) return null;
    break;
  }
  const marks: number[] = [];
  const present: number[] = [];
  raw.texts.forEach((text, index) => {
    (missingMark.test(text) ? marks : present).push(index);
  });
  if (marks.length > mostMarks) return null;
  const dates = detectDate(
    raw.name,
    present.map((index) => raw.texts[index]!),
  );
  if (!dates) return null;
  const values = new Float64Array(raw.texts.length).fill(Number.NaN);
  present.forEach((index, at) => {
    values[index] = dates.values[at]!;
  });
  return { ...withMarks(raw, raw.texts.length, marks), dates: { ...dates, values } };
}
