// Columns that repeat a part of a date (year, month, day of the week, hour) or an age: they stay columns that models see,
// for much goes by the day of the week, and the drawn date moves to the nearest day that has the drawn parts.

import { type Column, isMissing, type Table, VerisimError } from "@verisim/core";

/** Microseconds. */
const day = 86_400e6;
const hour = 3_600e6;

/** Parts of a date, from coarse to fine: of two that tell the same the first is taken. */
const partOf = {
  quarter: (date: Date): number => 1 + Math.floor(date.getUTCMonth() / 3),
  weekday: (date: Date): number => date.getUTCDay(),
  /** Monday 1 to Sunday 7. */
  isoWeekday: (date: Date): number => ((date.getUTCDay() + 6) % 7) + 1,
  month: (date: Date): number => 1 + date.getUTCMonth(),
  hour: (date: Date): number => date.getUTCHours(),
  year: (date: Date): number => date.getUTCFullYear(),
  dayOfMonth: (date: Date): number => date.getUTCDate(),
} as const;

export type DatePart = keyof typeof partOf;

/** A column that repeats a part of a date: a number that is the part and a constant, or categories of some parts each. */
export interface PartColumn {
  readonly column: string;
  readonly part: DatePart;
  /** Numbers: what the cell is more than the part. */
  readonly plus?: number;
  /** Categories: the parts that each text stands for. */
  readonly texts?: Readonly<Record<string, readonly number[]>>;
}

/** Whole years from a date to another, as a column. */
export interface AgeColumn {
  readonly column: string;
  readonly until: string;
}

/** A date with the columns that tell something of it. */
export interface DateParts {
  readonly column: string;
  readonly parts: readonly PartColumn[];
  readonly age?: AgeColumn;
}

/** Fewer rows than these agree by chance. */
const fewestRows = 50;
/** Fewest rows per part that a column of categories could have put together by itself. */
const rowsPerPart = 5;
/** Days that a date is moved at most to find its parts; beyond it stays. */
const mostDays = 800;

const dateOf = (micros: number): Date => new Date(micros / 1000);

/** Years with the day in the year as a fraction that grows by the calendar: whole differences are ages. */
function calendarYear(micros: number): number {
  const date = dateOf(micros);
  return date.getUTCFullYear() + (31 * date.getUTCMonth() + date.getUTCDate() - 1) / 372;
}

export const ageOf = (from: number, until: number): number =>
  Math.floor(calendarYear(until) - calendarYear(from) + 1e-9);

/**
 * The dates of a table with what repeats their parts, those that others are ages until first.
 * @param dates columns of dates that are drawn; @param others columns of numbers and categories that are
 */
export function findDateParts(
  table: Table,
  dates: ReadonlySet<string>,
  others: ReadonlySet<string>,
): DateParts[] {
  if (table.rowCount < fewestRows) return [];
  const taken = new Set<string>();
  const found = table.columns
    .filter(({ name }) => dates.has(name))
    .flatMap((date): DateParts[] => {
      const parts = table.columns.flatMap((column): PartColumn[] => {
        if (!others.has(column.name) || taken.has(column.name)) return [];
        const part = partColumn(date, column);
        if (part) taken.add(column.name);
        return part ? [part] : [];
      });
      const age = table.columns
        .filter(({ name }) => others.has(name) && !taken.has(name))
        .map((column) => ageColumn(date, column, table, dates))
        .find((own) => own !== undefined);
      if (age) taken.add(age.column);
      return parts.length > 0 || age ? [{ column: date.name, parts, ...(age ? { age } : {}) }] : [];
    });
  return found.sort((a, b) => Number(a.age !== undefined) - Number(b.age !== undefined));
}

/** The part of a date that a column repeats in every row, a cell being missing where the date is. */
function partColumn(date: Column, column: Column): PartColumn | undefined {
  if (date.kind !== "number") return undefined;
  for (const part of Object.keys(partOf) as DatePart[]) {
    const values = new Map<number, number | string>();
    const isPart = date.values.every((micros, row) => {
      if (Number.isNaN(micros) || isMissing(column, row))
        return Number.isNaN(micros) && isMissing(column, row);
      const value = partOf[part](dateOf(micros));
      const cell =
        column.kind === "number" ? column.values[row]! - value : column.dictionary[column.codes[row]!]!;
      if (!values.has(value)) values.set(value, cell);
      return values.get(value) === cell;
    });
    if (!isPart || values.size < 2) continue;
    if (column.kind === "number") {
      const all = new Set(values.values());
      if (all.size === 1) return { column: column.name, part, plus: values.values().next().value as number };
      continue;
    }
    const texts: Record<string, number[]> = {};
    for (const [value, text] of values) texts[String(text)] = [...(texts[String(text)] ?? []), value];
    if (Object.keys(texts).length > 1 && date.values.length >= rowsPerPart * values.size)
      return { column: column.name, part, texts };
  }
  return undefined;
}

function ageColumn(
  date: Column,
  column: Column,
  table: Table,
  dates: ReadonlySet<string>,
): AgeColumn | undefined {
  if (date.kind !== "number" || column.kind !== "number") return undefined;
  for (const until of table.columns) {
    if (until.kind !== "number" || until.name === date.name || !dates.has(until.name)) continue;
    let [least, most] = [Number.POSITIVE_INFINITY, 0];
    const isAge = date.values.every((micros, row) => {
      const [age, end] = [column.values[row]!, until.values[row]!];
      if (age < least) least = age;
      if (age > most) most = age;
      const expected = ageOf(micros, end);
      return Number.isNaN(age) ? Number.isNaN(expected) : age === expected;
    });
    if (isAge && least >= 0 && most > least) return { column: column.name, until: until.name };
  }
  return undefined;
}

/** Moves dates to the nearest days that have the parts and ages of the other columns. */
export function moveDates(columns: Map<string, Column>, all: readonly DateParts[]): void {
  for (const { column: name, parts, age } of all) {
    const column = columns.get(name);
    if (column?.kind !== "number") continue;
    const wanted = parts.map((part) => ({ part, allowed: allowedParts(columns.get(part.column)!, part) }));
    const ages = age && {
      cells: numbersOf(columns.get(age.column)),
      until: numbersOf(columns.get(age.until)),
    };
    const values = column.values.map((micros, row) => {
      if (Number.isNaN(micros)) return micros;
      const fits = (at: number): boolean =>
        wanted.every(({ part, allowed }) => {
          const values = allowed(row);
          return values === undefined || values.includes(partOf[part.part](dateOf(at)));
        }) &&
        (!ages || Number.isNaN(ages.cells[row]!) || ageOf(at, ages.until[row]!) === ages.cells[row]);
      if (fits(micros)) return micros;
      const start = startOf(micros, row, ages);
      const hours = wanted.find(({ part }) => part.part === "hour")?.allowed(row);
      return nearestDate(micros, fits, atHour(start, hours));
    });
    columns.set(name, { ...column, values });
  }
}

/** The parts that a row's cell stands for; undefined where it says nothing. */
function allowedParts(
  column: Column,
  { plus = 0, texts }: PartColumn,
): (row: number) => readonly number[] | undefined {
  if (column.kind === "number")
    return (row) => (Number.isNaN(column.values[row]!) ? undefined : [column.values[row]! - plus]);
  const byCode = column.dictionary.map((text) =>
    texts && Object.hasOwn(texts, text) ? texts[text] : undefined,
  );
  return (row) => (column.codes[row]! < 0 ? undefined : byCode[column.codes[row]!]);
}

/** Where to look from: with an age, the end of the year of life that is nearer. */
function startOf(
  micros: number,
  row: number,
  ages: { readonly cells: Float64Array; readonly until: Float64Array } | undefined,
): number {
  const [age, until] = [ages?.cells[row] ?? Number.NaN, ages?.until[row] ?? Number.NaN];
  if (Number.isNaN(age) || Number.isNaN(until) || ageOf(micros, until) === age) return micros;
  const shifted = dateOf(until);
  // The first or the last day of birth that has this age: a birthday today, or one tomorrow a year before.
  shifted.setUTCFullYear(shifted.getUTCFullYear() - age - (ageOf(micros, until) > age ? 1 : 0));
  const end = Math.floor((shifted.getTime() * 1000) / day) * day + (((micros % day) + day) % day);
  return ageOf(micros, until) > age ? end + day : end;
}

/** The nearest date that fits, whole days away; the date itself where none is near. */
function nearestDate(micros: number, fits: (at: number) => boolean, start: number): number {
  for (let days = 0; days <= mostDays; days++) {
    if (fits(start + days * day)) return start + days * day;
    if (fits(start - days * day)) return start - days * day;
  }
  return micros;
}

/** The date at the nearest of some hours of its day. */
function atHour(micros: number, hours: readonly number[] | undefined): number {
  if (hours === undefined || hours.length === 0) return micros;
  const own = dateOf(micros).getUTCHours();
  const nearest = hours.reduce((best, next) => (Math.abs(next - own) < Math.abs(best - own) ? next : best));
  return micros + (nearest - own) * hour;
}

function numbersOf(column: Column | undefined): Float64Array {
  if (column?.kind === "number") return column.values;
  throw new Error("internal: an age in a column of categories");
}

/** `month and weekday are those of visit`, `age = years from birth to visit`. */
export function datePartTexts(all: readonly DateParts[]): string[] {
  return all.flatMap(({ column, parts, age }) => [
    ...(parts.length > 0 ? [partsText(column, parts)] : []),
    ...(age ? [`${age.column} = years from ${column} to ${age.until}`] : []),
  ]);
}

function partsText(column: string, parts: readonly PartColumn[]): string {
  const names = parts.map((part) => part.column);
  const last = names.pop()!;
  return names.length === 0
    ? `${last} is that of ${column}`
    : `${names.join(", ")} and ${last} are those of ${column}`;
}

/**
 * Dates with their parts as a model file holds them.
 * @throws VerisimError `VERISIM_TRANSFORM_STATE` where they are none, or name columns of other kinds
 */
export function datePartsFromState(
  state: unknown,
  isDate: (column: string) => boolean,
  isKind: (column: string, kind: "number" | "dictionary") => boolean,
): DateParts[] {
  if (state === undefined) return [];
  const isPart = (value: unknown): boolean => {
    const { column, part, plus, texts } = (value ?? {}) as Partial<PartColumn>;
    if (typeof column !== "string" || typeof part !== "string" || !Object.hasOwn(partOf, part)) return false;
    if (plus !== undefined) return Number.isFinite(plus) && isKind(column, "number");
    return (
      typeof texts === "object" &&
      texts !== null &&
      isKind(column, "dictionary") &&
      Object.values(texts).every((parts) => Array.isArray(parts) && parts.every(Number.isInteger))
    );
  };
  const isAll =
    Array.isArray(state) &&
    state.every((entry: unknown) => {
      const { column, parts, age } = (entry ?? {}) as Partial<DateParts>;
      return (
        typeof column === "string" &&
        isDate(column) &&
        Array.isArray(parts) &&
        parts.every(isPart) &&
        (age === undefined || (isKind(age.column, "number") && isDate(age.until) && age.until !== column))
      );
    });
  if (isAll) return state as DateParts[];
  throw new VerisimError(
    "VERISIM_TRANSFORM_STATE",
    "Expected the parts of dates in the state of the transforms but received something else.",
    { hint: "The model file is damaged or was made by another version." },
  );
}
