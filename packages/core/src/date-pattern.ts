// Datetimes as text, both ways, by a strftime pattern. Parsing is strict: a pattern accepts a text only where
// formatting the parsed instant gives the same text back, so that a detected format always round-trips.
// Beyond strftime: `%-m` no leading zero, `%^b` upper case, `%P` am/pm, `%3f` a fraction of 3 digits.

import { VerisimError } from "./errors.ts";

const monthNames = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const dayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  micros: number;
  weekday: number;
  afternoon: boolean;
}

type Token =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "digits"; readonly part: keyof Parts; readonly width: number; readonly padded: boolean }
  | { readonly kind: "name"; readonly part: "month" | "weekday"; readonly names: readonly string[] }
  | { readonly kind: "half"; readonly names: readonly [string, string] }
  | { readonly kind: "fraction"; readonly width: number }
  | { readonly kind: "zone" };

const microsPerSecond = 1e6;
const microsPerDay = 86_400 * microsPerSecond;
const zoneForm = /^(?:Z| ?UTC| ?GMT| ?[+-]\d\d(?::?\d\d)?)/;

/** Offset of a written zone from UTC in microseconds; NaN for a zone that is not an offset. */
export function zoneOffset(zone: string): number {
  const match = /^ ?([+-])(\d\d):?(\d\d)?$/.exec(zone);
  if (!match) return /^ ?(?:Z|UTC|GMT)$/.test(zone) ? 0 : Number.NaN;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return (match[1] === "-" ? -minutes : minutes) * 60 * microsPerSecond;
}

const zoneFormats = new Map<string, Intl.DateTimeFormat>();

/** The offset of a named zone (`Europe/Berlin`) at an instant, as `+02:00`. */
function writtenOffset(micros: number, zone: string): string {
  let format = zoneFormats.get(zone);
  if (!format) {
    try {
      format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
    } catch (cause) {
      throw new VerisimError(
        "VERISIM_TIME_ZONE",
        `Expected an offset or the name of a time zone but received ${JSON.stringify(zone)}.`,
        { cause, hint: "Write Z, +02:00 or a name such as Europe/Berlin." },
      );
    }
    zoneFormats.set(zone, format);
  }
  const name = format.formatToParts(new Date(micros / 1000)).find((part) => part.type === "timeZoneName");
  return name!.value.replace("GMT", "") || "+00:00";
}

/** Days since 1970-01-01 of a date of the Gregorian calendar. */
export function daysFromDate(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146097 +
    yearOfEra * 365 +
    Math.floor(yearOfEra / 4) -
    Math.floor(yearOfEra / 100) +
    dayOfYear -
    719468
  );
}

function partsOf(micros: number): Parts {
  const days = Math.floor(micros / microsPerDay);
  let rest = micros - days * microsPerDay;
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9);
  const hour = Math.floor(rest / (3600 * microsPerSecond));
  rest -= hour * 3600 * microsPerSecond;
  const minute = Math.floor(rest / (60 * microsPerSecond));
  rest -= minute * 60 * microsPerSecond;
  const second = Math.floor(rest / microsPerSecond);
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
    hour,
    minute,
    second,
    micros: Math.floor(rest - second * microsPerSecond),
    weekday: (((days + 4) % 7) + 7) % 7,
    afternoon: hour >= 12,
  };
}

const shortNames = (names: readonly string[]): string[] => names.map((name) => name.slice(0, 3));
const upper = (names: readonly string[]): string[] => names.map((name) => name.toUpperCase());

function tokenOf(code: string, flag: string): Token | undefined {
  const digits = (part: keyof Parts, width = 2): Token => ({
    kind: "digits",
    part,
    width,
    padded: flag !== "-",
  });
  const named = (part: "month" | "weekday", names: readonly string[]): Token => ({
    kind: "name",
    part,
    names: flag === "^" ? upper(names) : names,
  });
  switch (code) {
    case "Y":
      return digits("year", 4);
    case "y":
      return digits("year");
    case "m":
      return digits("month");
    case "d":
      return digits("day");
    case "H":
    case "I":
      return digits("hour");
    case "M":
      return digits("minute");
    case "S":
      return digits("second");
    case "B":
      return named("month", monthNames);
    case "b":
      return named("month", shortNames(monthNames));
    case "A":
      return named("weekday", dayNames);
    case "a":
      return named("weekday", shortNames(dayNames));
    case "p":
      return { kind: "half", names: ["AM", "PM"] };
    case "P":
      return { kind: "half", names: ["am", "pm"] };
    case "f":
      return { kind: "fraction", width: flag === "" ? 6 : Number(flag) };
    case "z":
      return { kind: "zone" };
    case "%":
      return { kind: "text", text: "%" };
    default:
      return undefined;
  }
}

/** A compiled strftime pattern. */
export class DatePattern {
  readonly pattern: string;
  readonly hasZone: boolean;
  readonly hasTime: boolean;
  readonly #tokens: readonly Token[];
  readonly #twoDigitYear: boolean;
  readonly #twelveHours: boolean;
  /** The zone that the last parsed text was written with. */
  zone: string = "";

  /** @throws VerisimError `VERISIM_DATE_FORMAT` for a directive that is not known */
  constructor(pattern: string) {
    const tokens: Token[] = [];
    for (const match of pattern.matchAll(/%([-^1-9]?)([A-Za-z%])|[^%]+|%/g)) {
      const token = match[2] ? tokenOf(match[2], match[1]!) : { kind: "text" as const, text: match[0] };
      if (!token || match[0] === "%")
        throw new VerisimError(
          "VERISIM_DATE_FORMAT",
          `Expected a strftime pattern but received ${JSON.stringify(pattern)}, whose ${match[0]} is not known.`,
          { hint: "Known: %Y %y %m %d %H %I %M %S %f %p %b %B %a %A %z %% and %- for no leading zero." },
        );
      tokens.push(token);
    }
    this.pattern = pattern;
    this.#tokens = tokens;
    this.#twoDigitYear = /%-?y/.test(pattern);
    this.#twelveHours = /%-?I/.test(pattern);
    this.hasZone = pattern.includes("%z");
    this.hasTime = /%-?[HI]/.test(pattern);
  }

  /** Microseconds since 1970-01-01 (UTC where a zone is written), or NaN where the text is not of this pattern. */
  parse(text: string): number {
    const end = this.parsePrefix(text);
    return end === text.length ? this.#micros() : Number.NaN;
  }

  readonly #parts: Parts = {
    year: 1970,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    micros: 0,
    weekday: -1,
    afternoon: false,
  };

  /** Length of the beginning of `text` that has the shape of this pattern, or -1. */
  parsePrefix(text: string): number {
    const parts = this.#parts;
    parts.year = 1970;
    parts.month = parts.day = 1;
    parts.hour = parts.minute = parts.second = parts.micros = 0;
    parts.weekday = -1;
    this.zone = "";
    let at = 0;
    for (const token of this.#tokens) {
      switch (token.kind) {
        case "text":
          if (!text.startsWith(token.text, at)) return -1;
          at += token.text.length;
          break;
        case "digits": {
          const start = at;
          let value = 0;
          while (at < text.length && at - start < token.width) {
            const digit = text.charCodeAt(at) - 48;
            if (digit < 0 || digit > 9) break;
            value = value * 10 + digit;
            at++;
          }
          const width = at - start;
          if (width === 0 || (token.padded && width < token.width)) return -1;
          if (!token.padded && width > 1 && text.charCodeAt(start) === 48) return -1;
          (parts[token.part] as number) = value;
          break;
        }
        case "name": {
          const index = token.names.findIndex((name) => text.startsWith(name, at));
          if (index < 0) return -1;
          parts[token.part] = token.part === "month" ? index + 1 : index;
          at += token.names[index]!.length;
          break;
        }
        case "half": {
          const index = token.names.findIndex((name) => text.startsWith(name, at));
          if (index < 0) return -1;
          parts.afternoon = index === 1;
          at += 2;
          break;
        }
        case "fraction": {
          const digits = text.slice(at, at + token.width);
          if (digits.length < token.width || !/^\d+$/.test(digits)) return -1;
          if (token.width > 6 && !/^0*$/.test(digits.slice(6))) return -1;
          parts.micros = Number(digits.slice(0, 6).padEnd(6, "0"));
          at += token.width;
          break;
        }
        case "zone": {
          const match = zoneForm.exec(text.slice(at, at + 8));
          if (!match) return -1;
          this.zone = match[0];
          at += match[0].length;
          break;
        }
      }
    }
    return at;
  }

  #micros(): number {
    const parts = this.#parts;
    let { year, hour } = parts;
    // POSIX: 69..99 are 1969..1999, 00..68 are 2000..2068.
    if (this.#twoDigitYear) year += year >= 69 ? 1900 : 2000;
    if (this.#twelveHours) {
      if (hour < 1 || hour > 12) return Number.NaN;
      hour = (hour % 12) + (parts.afternoon ? 12 : 0);
    }
    if (parts.month < 1 || parts.month > 12 || parts.day < 1 || parts.day > 31) return Number.NaN;
    if (hour > 23 || parts.minute > 59 || parts.second > 59) return Number.NaN;
    const days = daysFromDate(year, parts.month, parts.day);
    if (parts.day > 28 && partsOf(days * microsPerDay).month !== parts.month) return Number.NaN;
    if (parts.weekday >= 0 && (((days + 4) % 7) + 7) % 7 !== parts.weekday) return Number.NaN;
    const seconds = days * 86_400 + hour * 3600 + parts.minute * 60 + parts.second;
    const local = seconds * microsPerSecond + parts.micros;
    return this.zone === "" ? local : local - zoneOffset(this.zone);
  }

  /** The text of an instant; `zone` is written where the pattern has `%z`. */
  format(micros: number, zone: string = "Z"): string {
    let offset = this.hasZone ? zoneOffset(zone) : 0;
    let written = zone;
    if (Number.isNaN(offset)) {
      written = writtenOffset(micros, zone);
      offset = zoneOffset(written);
    }
    const parts = partsOf(Math.round(micros) + offset);
    let text = "";
    for (const token of this.#tokens) {
      switch (token.kind) {
        case "text":
          text += token.text;
          break;
        case "digits": {
          let value = parts[token.part] as number;
          if (token.part === "year" && this.#twoDigitYear) value %= 100;
          if (token.part === "hour" && this.#twelveHours) value = value % 12 || 12;
          text += token.padded ? String(value).padStart(token.width, "0") : String(value);
          break;
        }
        case "name":
          text += token.names[token.part === "month" ? parts.month - 1 : parts.weekday];
          break;
        case "half":
          text += token.names[parts.afternoon ? 1 : 0];
          break;
        case "fraction":
          text += String(parts.micros).padStart(6, "0").slice(0, token.width).padEnd(token.width, "0");
          break;
        case "zone":
          text += written;
          break;
      }
    }
    return text;
  }
}
