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
  /** The different cells; missing marks are among them. */
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
  readonly counts: ArrayLike<number>;
  readonly physical?: string | undefined;
  /** The file says that the cells are strings: digits among them are no numbers. */
  readonly textual?: boolean;
}

export function profileColumn(raw: RawColumn): ColumnProfile {
  const textual = raw.textual === true;
  const dateFirst = namesDate(raw.name);
  const profile: ColumnProfile = {
    ...raw,
    distinct: raw.texts.length,
    numbers: null,
    dates: null,
    gaps: raw.missing,
    missingMarks: [],
    missingText: undefined,
    physical: raw.physical,
  };
  if (raw.texts.length === 0) return profile;
  if (!dateFirst) {
    const found = textual ? null : profileNumbers(raw, profile);
    return found ?? profileDates(raw, profile) ?? profile;
  }
  return profileDates(raw, profile) ?? (textual ? null : profileNumbers(raw, profile)) ?? profile;
}

/** Different words for missing cells that one column may have. */
const mostMarks = 3;

function withMarks(raw: RawColumn, marks: readonly number[]): Partial<ColumnProfile> {
  const marked = marks.reduce((sum, mark) => sum + raw.counts[mark]!, 0);
  const [top] = [...marks].sort((a, b) => raw.counts[b]! - raw.counts[a]! || a - b);
  const usual = top !== undefined && raw.counts[top]! > raw.missing;
  return {
    missingMarks: marks,
    missingText: usual ? raw.texts[top] : undefined,
    missing: raw.missing + marked,
    distinct: raw.texts.length - marks.length,
  };
}

function profileNumbers(raw: RawColumn, profile: ColumnProfile): ColumnProfile | null {
  const scanner = new NumberScanner();
  const forms = new NumberForms();
  const values = new Float64Array(raw.texts.length);
  const marks: number[] = [];
  for (let i = 0; i < raw.texts.length; i++) {
    const text = raw.texts[i]!;
    const form = scanner.scan(text);
    if (form === notANumber || form === textForm) {
      if (form === textForm || marks.length === mostMarks || !missingMark.test(text)) return null;
      marks.push(i);
      values[i] = Number.NaN;
      continue;
    }
    forms.add(form, scanner.fraction, text);
    values[i] = scanner.value;
  }
  if (marks.length === raw.texts.length) return null;
  return {
    ...profile,
    ...withMarks(raw, marks),
    numbers: { values, ...forms.format(), example: forms.example },
  };
}

function profileDates(raw: RawColumn, profile: ColumnProfile): ColumnProfile | null {
  const first = raw.texts.findIndex((text) => !missingMark.test(text));
  if (first < 0 || !detectDate(raw.name, [raw.texts[first]!])) return null;
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
  return { ...profile, ...withMarks(raw, marks), dates: { ...dates, values } };
}
