// What detection knows about a column: its different cells and how often each occurs, and what they parse as.
// Every reader makes the same profile, so that a table has the same types whatever file it came in.

import type { ColumnMetadata, NumberStyle } from "@verisim/core";
import { type DetectedDate, detectDate, namesDate } from "../values/date-detection.ts";
import { NumberForms, NumberScanner, notANumber, textForm } from "../values/number-text.ts";

export interface NumberProfile {
  /** Value per text; NaN for the missing mark. */
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
  /** The different cells; a missing mark is among them. */
  readonly texts: readonly string[];
  readonly counts: ArrayLike<number>;
  /** Number of different values, the missing mark left out. */
  readonly distinct: number;
  readonly numbers: NumberProfile | null;
  readonly dates: DetectedDate | null;
  /** Index in `texts` of the cell that stands for missing numbers or dates; -1 where there is none. */
  readonly missingMark: number;
  /** The column's type in a typed file. */
  readonly physical: string | undefined;
  /** Metadata that the file itself tells; nothing is left to detect. */
  readonly known?: ColumnMetadata;
}

/** Words for a missing number or date. A column of categories keeps them as categories. */
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
    missingMark: -1,
    physical: raw.physical,
  };
  if (raw.texts.length === 0) return profile;
  if (!dateFirst) {
    const found = textual ? null : profileNumbers(raw, profile);
    return found ?? profileDates(raw, profile) ?? profile;
  }
  return profileDates(raw, profile) ?? (textual ? null : profileNumbers(raw, profile)) ?? profile;
}

function withMark(raw: RawColumn, mark: number): Pick<ColumnProfile, "missing" | "distinct" | "missingMark"> {
  return {
    missingMark: mark,
    missing: raw.missing + (mark < 0 ? 0 : raw.counts[mark]!),
    distinct: raw.texts.length - (mark < 0 ? 0 : 1),
  };
}

function profileNumbers(raw: RawColumn, profile: ColumnProfile): ColumnProfile | null {
  const scanner = new NumberScanner();
  const forms = new NumberForms();
  const values = new Float64Array(raw.texts.length);
  let mark = -1;
  for (let i = 0; i < raw.texts.length; i++) {
    const text = raw.texts[i]!;
    const form = scanner.scan(text);
    if (form === notANumber || form === textForm) {
      if (mark >= 0 || form === textForm || !missingMark.test(text)) return null;
      mark = i;
      values[i] = Number.NaN;
      continue;
    }
    forms.add(form, scanner.fraction, text);
    values[i] = scanner.value;
  }
  if (raw.texts.length === 1 && mark === 0) return null;
  return {
    ...profile,
    ...withMark(raw, mark),
    numbers: { values, ...forms.format(), example: forms.example },
  };
}

function profileDates(raw: RawColumn, profile: ColumnProfile): ColumnProfile | null {
  const first = raw.texts.findIndex((text) => !missingMark.test(text));
  if (first < 0) return null;
  const probe = detectDate(raw.name, [raw.texts[first]!]);
  if (!probe) return null;
  const mark = raw.texts.findIndex((text) => missingMark.test(text));
  const texts = mark < 0 ? raw.texts : raw.texts.filter((_, index) => index !== mark);
  const dates = detectDate(raw.name, texts);
  if (!dates) return null;
  if (mark < 0) return { ...profile, dates };
  const values = new Float64Array(raw.texts.length).fill(Number.NaN);
  values.set(dates.values.subarray(0, mark));
  values.set(dates.values.subarray(mark), mark + 1);
  return { ...profile, ...withMark(raw, mark), dates: { ...dates, values } };
}
