// Finds the strftime pattern that all cells of a column keep. Candidates are date x time x zone; the first cell rules
// most of them out, the rest of the cells decide, and a tie between day and month goes to the custom of the separator.

import { DatePattern } from "@verisim/core";

/** In order of preference: the first that every cell keeps is chosen. */
const datePatterns: readonly DatePattern[] = [
  "%Y-%m-%d",
  "%Y/%m/%d",
  "%Y.%m.%d",
  "%m/%d/%Y",
  "%d/%m/%Y",
  "%d.%m.%Y",
  "%d-%m-%Y",
  "%m-%d-%Y",
  "%m/%d/%y",
  "%d/%m/%y",
  "%d.%m.%y",
  "%d-%m-%y",
  "%m-%d-%y",
  "%-m/%-d/%Y",
  "%-d/%-m/%Y",
  "%-d.%-m.%Y",
  "%-d-%-m-%Y",
  "%-m-%-d-%Y",
  "%-m/%-d/%y",
  "%-d/%-m/%y",
  "%-d.%-m.%y",
  "%Y-%-m-%-d",
  "%Y/%-m/%-d",
  ...["%b", "%^b", "%B"].flatMap((month) => [
    `%d-${month}-%Y`,
    `%-d-${month}-%Y`,
    `%d-${month}-%y`,
    `%-d-${month}-%y`,
    `%d ${month} %Y`,
    `%-d ${month} %Y`,
    `%d${month}%Y`,
    `${month} %d, %Y`,
    `${month} %-d, %Y`,
    `%Y-${month}-%d`,
    `%a, %d ${month} %Y`,
    `%A, ${month} %-d, %Y`,
    `%A, %-d ${month} %Y`,
    `${month} %Y`,
    `${month}-%Y`,
    `${month}-%y`,
  ]),
  "%Y-%m",
  "%Y/%m",
  "%m/%Y",
].map((pattern) => new DatePattern(pattern));

/** Digits alone are dates only in columns that are named after one. */
const compactPatterns: readonly DatePattern[] = ["%Y%m%d%H%M%S", "%Y%m%d", "%m%d%Y", "%d%m%Y", "%y%m%d"].map(
  (pattern) => new DatePattern(pattern),
);

const clockPatterns = [
  "%H:%M:%S",
  "%H:%M",
  ...[6, 3, 1, 2, 4, 5, 7, 9].map((digits) => `%H:%M:%S.%${digits === 6 ? "" : digits}f`),
  "%I:%M:%S %p",
  "%I:%M %p",
  "%-I:%M:%S %p",
  "%-I:%M %p",
  "%-I:%M:%S %P",
  "%-I:%M %P",
  "%-H:%M",
  "%-H:%M:%S",
];

const dateName =
  /date|datum|fecha|(^|[^a-z])(day|dob|birth(day)?|issued|expir(es|y)|timestamp|time|when)([^a-z]|$)|(_|-|[a-z])(At|at)$|_on$/i;

/** True for column names that promise a date. */
export function namesDate(name: string): boolean {
  return dateName.test(name.replace(/([a-z])([A-Z])/g, "$1_$2"));
}

export interface DetectedDate {
  readonly pattern: DatePattern;
  /** Microseconds per text, in the order of the texts. */
  readonly values: Float64Array;
  /** The one zone of all cells; undefined where none is written or several are. */
  readonly zone: string | undefined;
  readonly mixedZones: boolean;
}

/**
 * The pattern that every text keeps, or null.
 * @param texts the different cells of the column, without missing marks; at least one
 */
export function detectDate(name: string, texts: readonly string[]): DetectedDate | null {
  const first = texts[0];
  if (first === undefined || first.length < 4 || first.length > 40 || !/\d/.test(first)) return null;
  for (const pattern of candidates(name, first)) {
    const detected = tryPattern(pattern, texts);
    if (detected) return detected;
  }
  return null;
}

function* candidates(name: string, first: string): Generator<DatePattern> {
  if (/^\d+$/.test(first)) {
    // A column of times is more likely to count seconds.
    if (namesDate(name) && !/time/i.test(name)) yield* compactPatterns;
    else if (first.length === 14) yield compactPatterns[0]!;
    return;
  }
  for (const date of datePatterns) {
    const end = date.parsePrefix(first);
    if (end < 0) continue;
    if (end === first.length) {
      yield date;
      continue;
    }
    const separator = first.startsWith(", ", end) ? ", " : first[end]!;
    if (separator !== ", " && separator !== " " && separator !== "T") {
      if (new DatePattern("%z").parsePrefix(first.slice(end)) === first.length - end)
        yield new DatePattern(`${date.pattern}%z`);
      continue;
    }
    yield* clocks(`${date.pattern}${separator}`, first);
  }
  if (/^\d{1,2}:\d\d/.test(first)) yield* clocks("", first);
}

function* clocks(start: string, first: string): Generator<DatePattern> {
  for (const clock of clockPatterns) {
    for (const zone of ["", "%z"]) {
      const pattern = new DatePattern(start + clock + zone);
      if (pattern.parsePrefix(first) === first.length) yield pattern;
    }
  }
}

function tryPattern(pattern: DatePattern, texts: readonly string[]): DetectedDate | null {
  const values = new Float64Array(texts.length);
  let zone: string | undefined;
  let mixedZones = false;
  for (let i = 0; i < texts.length; i++) {
    const value = pattern.parse(texts[i]!);
    if (Number.isNaN(value)) return null;
    values[i] = value;
    if (pattern.hasZone) {
      if (zone === undefined) zone = pattern.zone;
      else if (zone !== pattern.zone) mixedZones = true;
    }
  }
  return { pattern, values, zone: mixedZones ? undefined : zone, mixedZones };
}
