// Datetimes that a user writes (conditions, ranges): in the column's own format, or in ISO 8601.

import { DatePattern } from "./date-pattern.ts";

/** Formats that are always understood. */
const isoFormats = ["%Y-%m-%d", ..."T ".split("").flatMap((between) => timesAfter(`%Y-%m-%d${between}`))];

function timesAfter(day: string): string[] {
  const fractions = [1, 2, 3, 4, 5, 6].map((digits) => `%H:%M:%S.%${digits}f`);
  return ["%H:%M", "%H:%M:%S", ...fractions].flatMap((time) => [`${day}${time}`, `${day}${time}%z`]);
}

const patterns = new Map<string, DatePattern>();

function patternOf(format: string): DatePattern {
  let pattern = patterns.get(format);
  if (!pattern) {
    pattern = new DatePattern(format);
    patterns.set(format, pattern);
  }
  return pattern;
}

/**
 * Microseconds since 1970-01-01T00:00:00 of a datetime in `format` (strftime) or in ISO 8601, without its offset where one
 * is written; undefined when it is neither or names a day that does not exist.
 *
 * @throws VerisimError `VERISIM_DATE_FORMAT` for a format that is not known
 */
export function parseDatetime(text: string, format?: string): number | undefined {
  for (const candidate of format ? [format, ...isoFormats] : isoFormats) {
    const value = patternOf(candidate).parse(text.trim());
    if (!Number.isNaN(value)) return value;
  }
  return undefined;
}
