// Datetimes as text: strptime for the formats that metadata names, and ISO 8601. A datetime is microseconds since
// 1970-01-01T00:00:00 of its own clock; an offset in the text is taken off, none is taken as UTC.

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** Pattern per strptime directive; `read` takes the group's text. */
const directives: Readonly<Record<string, string>> = {
  Y: "(\\d{4})",
  y: "(\\d{2})",
  m: "(\\d{1,2})",
  d: "(\\d{1,2})",
  H: "(\\d{1,2})",
  I: "(\\d{1,2})",
  M: "(\\d{1,2})",
  S: "(\\d{1,2})",
  f: "(\\d{1,9})",
  g: "(\\d{3})",
  p: "([AaPp][Mm])",
  b: "([A-Za-z]{3})",
  B: "([A-Za-z]{3,9})",
  a: "([A-Za-z]{3})",
  A: "([A-Za-z]{6,9})",
  z: "(Z|[+-]\\d{2}:?\\d{2}|[+-]\\d{2})",
};

/** Formats that are always understood. */
const isoFormats = [
  "%Y-%m-%d",
  "%Y-%m-%d %H:%M",
  "%Y-%m-%d %H:%M:%S",
  "%Y-%m-%d %H:%M:%S.%f",
  "%Y-%m-%dT%H:%M",
  "%Y-%m-%dT%H:%M:%S",
  "%Y-%m-%dT%H:%M:%S.%f",
  "%Y-%m-%dT%H:%M:%S%z",
  "%Y-%m-%dT%H:%M:%S.%f%z",
  "%Y-%m-%d %H:%M:%S%z",
];

const compiled = new Map<string, { pattern: RegExp; order: string }>();

function compile(format: string): { pattern: RegExp; order: string } {
  const known = compiled.get(format);
  if (known) return known;
  let source = "";
  let order = "";
  for (let i = 0; i < format.length; i++) {
    const directive = format[i] === "%" ? directives[format[i + 1] ?? ""] : undefined;
    if (directive !== undefined) {
      source += directive;
      order += format[++i];
    } else if (format[i] === "%" && format[i + 1] === "-") {
      // `%-d` is `%d` without a leading zero: reading takes both.
      const next = format[i + 2] ?? "";
      source += directives[next] ?? "";
      order += next;
      i += 2;
    } else {
      source += format[i]!.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    }
  }
  const result = { pattern: new RegExp(`^${source}$`), order };
  compiled.set(format, result);
  return result;
}

/**
 * Microseconds of a datetime written in `format` (strptime) or in ISO 8601; undefined when it is neither or names a day
 * that does not exist.
 */
export function parseDatetime(text: string, format?: string): number | undefined {
  for (const candidate of format ? [format, ...isoFormats] : isoFormats) {
    const value = parseWith(text.trim(), candidate);
    if (value !== undefined) return value;
  }
  return undefined;
}

interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  micros: number;
  offset: number;
  afternoon: boolean | undefined;
}

function parseWith(text: string, format: string): number | undefined {
  const { pattern, order } = compile(format);
  const match = pattern.exec(text);
  if (!match) return undefined;
  const parts: Parts = {
    year: 1970,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    micros: 0,
    offset: 0,
    afternoon: undefined,
  };
  for (let i = 0; i < order.length; i++) if (!read(parts, order[i]!, match[i + 1]!)) return undefined;
  if (parts.afternoon !== undefined) parts.hour = (parts.hour % 12) + (parts.afternoon ? 12 : 0);
  const { year, month, day, hour, minute, second } = parts;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (
    date.getUTCMonth() !== month - 1 ||
    date.getUTCDate() !== day ||
    hour > 24 ||
    minute > 59 ||
    second > 60
  ) {
    return undefined;
  }
  const seconds = date.getTime() / 1000 + hour * 3600 + minute * 60 + second - parts.offset;
  return seconds * 1e6 + parts.micros;
}

function read(parts: Parts, directive: string, text: string): boolean {
  const value = Number(text);
  switch (directive) {
    case "Y":
      parts.year = value;
      return true;
    case "y":
      parts.year = value + (value < 69 ? 2000 : 1900);
      return true;
    case "m":
      parts.month = value;
      return true;
    case "d":
      parts.day = value;
      return true;
    case "H":
    case "I":
      parts.hour = value;
      return true;
    case "M":
      parts.minute = value;
      return true;
    case "S":
      parts.second = value;
      return true;
    case "f":
      parts.micros = Number(text.padEnd(6, "0").slice(0, 6));
      return true;
    case "g":
      parts.micros = value * 1000;
      return true;
    case "p":
      parts.afternoon = text.toLowerCase() === "pm";
      return true;
    case "b":
    case "B":
      parts.month = MONTHS.indexOf(text.slice(0, 3).toLowerCase()) + 1;
      return parts.month > 0;
    case "z":
      parts.offset = offsetSeconds(text);
      return true;
    default:
      return true;
  }
}

function offsetSeconds(text: string): number {
  if (text === "Z") return 0;
  const digits = text.slice(1).replace(":", "").padEnd(4, "0");
  const seconds = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2)) * 60;
  return text[0] === "-" ? -seconds : seconds;
}
