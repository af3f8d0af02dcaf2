// Datetimes as texts in an ONNX graph: the calendar by whole-number arithmetic (days to year, month and day in the
// Gregorian calendar), and for each directive of the strftime pattern a small table that core's own DatePattern filled.

import { DatePattern, zoneOffset } from "@verisim/core";
import type { GraphBuilder } from "../builder.ts";
import type { OnnxValue } from "../model.ts";
import { digitPieces, floorDivide, joinTexts, type TextPiece } from "./digit-texts.ts";

const day = 86_400_000_000;
const hour = 3_600_000_000;
const minute = 60_000_000;
const second = 1_000_000;

/** How a datetime column is written. */
export interface DateWriting {
  /** strftime. */
  readonly format: string;
  /** Offset or name of a zone, where one is written. */
  readonly zone?: string;
}

/** True where {@link dateTexts} can write it: everything but named zones, whose offset changes with the date. */
export function canWriteDates({ format, zone = "Z" }: DateWriting): boolean {
  return !format.includes("%z") || !Number.isNaN(zoneOffset(zone));
}

/** Parts of an instant as int64 [rows]. */
interface Calendar {
  readonly year: OnnxValue;
  readonly month: OnnxValue;
  readonly day: OnnxValue;
  readonly days: OnnxValue;
  /** Microseconds of the day. */
  readonly time: OnnxValue;
}

/**
 * string [rows] of datetimes.
 * @param micros int64 [rows], microseconds since 1970-01-01
 * @param range the first and the last instant there can be
 */
export function dateTexts(
  graph: GraphBuilder,
  micros: OnnxValue,
  range: readonly [number, number],
  { format, zone = "Z" }: DateWriting,
): OnnxValue {
  const offset = format.includes("%z") ? zoneOffset(zone) : 0;
  const local = offset === 0 ? micros : graph.add("Add", [micros, graph.scalar("int64", offset)]);
  const calendar = calendarOf(graph, local);
  const years = range.map((end) => yearOf(end + offset)) as [number, number];
  const pieces = [...format.matchAll(/%[-^1-9]?[A-Za-z%]|[^%]+/g)].flatMap(([token]) =>
    token.startsWith("%") ? directive(graph, calendar, years, token, zone) : [token],
  );
  // A pattern without directives still is a text per row.
  const whole = pieces.every((piece) => typeof piece === "string");
  const none = graph.add("Mul", [micros, graph.scalar("int64", 0)]);
  return joinTexts(graph, whole ? [...pieces, { table: [""], index: none }] : pieces);
}

/** Microseconds at the first of a month, counted from 0. */
function startOf(year: number, month: number): number {
  return new Date(0).setUTCFullYear(year, month, 1) * 1000;
}

function yearOf(micros: number): number {
  return new Date(micros / 1000).getUTCFullYear();
}

function calendarOf(graph: GraphBuilder, micros: OnnxValue): Calendar {
  const number = (value: number): OnnxValue => graph.scalar("int64", value);
  const [plus, minus, times] = (["Add", "Sub", "Mul"] as const).map(
    (operator) =>
      (a: OnnxValue, b: OnnxValue): OnnxValue =>
        graph.add(operator, [a, b]),
  ) as [Combine, Combine, Combine];
  const over = (a: OnnxValue, b: number): OnnxValue => graph.add("Div", [a, number(b)]);
  const days = floorDivide(graph, micros, day);
  const time = minus(micros, times(days, number(day)));
  const shifted = plus(days, number(719468));
  const era = floorDivide(graph, shifted, 146097);
  const dayOfEra = minus(shifted, times(era, number(146097)));
  const leapless = minus(
    plus(minus(dayOfEra, over(dayOfEra, 1460)), over(dayOfEra, 36524)),
    over(dayOfEra, 146096),
  );
  const yearOfEra = over(leapless, 365);
  const before = plus(times(yearOfEra, number(365)), minus(over(yearOfEra, 4), over(yearOfEra, 100)));
  const dayOfYear = minus(dayOfEra, before);
  const shiftedMonth = over(plus(times(dayOfYear, number(5)), number(2)), 153);
  const monthStart = over(plus(times(shiftedMonth, number(153)), number(2)), 5);
  const early = graph.add("Less", [shiftedMonth, number(10)]);
  const month = plus(shiftedMonth, graph.add("Where", [early, number(3), number(-9)]));
  const nextYear = graph.add("Where", [early, number(0), number(1)]);
  return {
    year: plus(plus(yearOfEra, times(era, number(400))), nextYear),
    month,
    day: plus(minus(dayOfYear, monthStart), number(1)),
    days,
    time,
  };
}

type Combine = (a: OnnxValue, b: OnnxValue) => OnnxValue;

/** The pieces of one directive. */
function directive(
  graph: GraphBuilder,
  { year, month, day: dayOfMonth, days, time }: Calendar,
  years: readonly [number, number],
  token: string,
  zone: string,
): TextPiece[] {
  const pattern = new DatePattern(token);
  const count = (length: number, instant: (i: number) => number): string[] =>
    Array.from({ length }, (_, i) => pattern.format(instant(i), zone));
  const less = (value: OnnxValue, by: number): OnnxValue =>
    graph.add("Sub", [value, graph.scalar("int64", by)]);
  const over = (value: OnnxValue, by: number): OnnxValue =>
    graph.add("Div", [value, graph.scalar("int64", by)]);
  const within = (value: OnnxValue, by: number): OnnxValue =>
    graph.add("Mod", [value, graph.scalar("int64", by)]);
  switch (token.at(-1)) {
    case "Y":
    case "y": {
      const [first, last] = years;
      const table = count(last - first + 1, (i) => startOf(first + i, 0));
      return [{ table, index: less(year, first) }];
    }
    case "m":
    case "b":
    case "B":
      return [{ table: count(12, (i) => startOf(2000, i)), index: less(month, 1) }];
    case "d":
      return [{ table: count(31, (i) => i * day), index: less(dayOfMonth, 1) }];
    case "a":
    case "A":
      return [{ table: count(7, (i) => i * day), index: within(days, 7) }];
    case "H":
    case "I":
    case "p":
    case "P":
      return [{ table: count(24, (i) => i * hour), index: over(time, hour) }];
    case "M":
      return [{ table: count(60, (i) => i * minute), index: within(over(time, minute), 60) }];
    case "S":
      return [{ table: count(60, (i) => i * second), index: within(over(time, second), 60) }];
    case "f": {
      const width = token.length === 2 ? 6 : Number(token[1]);
      const shown = Math.min(width, 6);
      const fraction = over(within(time, second), 10 ** (6 - shown));
      return [...digitPieces(graph, fraction, shown), "0".repeat(width - shown)];
    }
    default:
      // %z and %%: the same in every row.
      return [pattern.format(0, zone)];
  }
}
