// The functions and operators of formulas over numbers, one row each: what they take, what they give, one row's value.
// Missing cells (NaN) stay missing but where a row says otherwise; comparisons with them do not hold.

import { normalCdf } from "@verisim/stats";
import type { NumericNode } from "./nodes.ts";

type Kind = NumericNode["type"];

export interface NumericFunction {
  readonly name: string;
  /** One signature after the other; the first that fits is taken. */
  readonly signatures: readonly (readonly [arguments_: readonly Kind[], result: Kind])[];
  /** Takes as many arguments as are given, each of the kind of the first. */
  readonly variadic?: true;
  readonly apply: (a: number, b: number, c: number, d: number) => number;
  readonly meaning: string;
}

const microsPerSecond = 1e6;
const microsPerDay = 86_400 * microsPerSecond;

const toNumber: NumericFunction["signatures"] = [[["number"], "number"]];
const twoNumbers: NumericFunction["signatures"] = [[["number", "number"], "number"]];
const sameKinds: readonly Kind[] = ["number", "datetime", "duration"];
const truth = (holds: boolean): number => (holds ? 1 : 0);

/** Year, month and day of a datetime (Hinnant's days-to-civil algorithm). */
function civil(micros: number): readonly [year: number, month: number, day: number] {
  const shifted = Math.floor(micros / microsPerDay) + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9);
  return [
    yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  ];
}

/** The same day some months on; the last of the month where there is no such day. */
function addMonths(micros: number, months: number): number {
  const [year, month, day] = civil(micros);
  const total = year * 12 + month - 1 + Math.trunc(months);
  const first = Date.UTC(Math.floor(total / 12), total % 12, 1) / 86_400_000;
  const next = Date.UTC(Math.floor((total + 1) / 12), (total + 1) % 12, 1) / 86_400_000;
  const days = first + Math.min(day, next - first) - 1;
  return days * microsPerDay + (micros - Math.floor(micros / microsPerDay) * microsPerDay);
}

function roundTo(value: number, digits: number): number {
  const scale = 10 ** digits;
  return (Math.sign(value) * Math.round(Math.abs(value) * scale)) / scale;
}

const comparison = (name: string, apply: (a: number, b: number) => number): NumericFunction => ({
  name,
  signatures: [...sameKinds, "boolean" as const].map((kind) => [[kind, kind], "boolean"]),
  apply,
  meaning: "compares two values of one kind; false where one is missing",
});

const mathematical = (name: string, apply: (x: number) => number, meaning: string): NumericFunction => ({
  name,
  signatures: toNumber,
  apply,
  meaning,
});

const datePart = (name: string, apply: (micros: number) => number, meaning: string): NumericFunction => ({
  name,
  signatures: [[["datetime"], "number"]],
  apply,
  meaning,
});

const span = (name: string, inName: string, micros: number): NumericFunction[] => [
  {
    name,
    signatures: [[["number"], "duration"]],
    apply: (x) => x * micros,
    meaning: `a duration of n ${name}`,
  },
  {
    name: inName,
    signatures: [[["duration"], "number"]],
    apply: (x) => x / micros,
    meaning: `a duration as a number of ${name}`,
  },
];

const list: readonly NumericFunction[] = [
  {
    name: "+",
    signatures: [
      [["number", "number"], "number"],
      [["datetime", "duration"], "datetime"],
      [["duration", "datetime"], "datetime"],
      [["duration", "duration"], "duration"],
    ],
    apply: (a, b) => a + b,
    meaning: "sum; of texts: one after the other",
  },
  {
    name: "-",
    signatures: [
      [["number", "number"], "number"],
      [["datetime", "datetime"], "duration"],
      [["datetime", "duration"], "datetime"],
      [["duration", "duration"], "duration"],
    ],
    apply: (a, b) => a - b,
    meaning: "difference",
  },
  {
    name: "*",
    signatures: [
      [["number", "number"], "number"],
      [["duration", "number"], "duration"],
      [["number", "duration"], "duration"],
    ],
    apply: (a, b) => a * b,
    meaning: "product",
  },
  {
    name: "/",
    signatures: [
      [["number", "number"], "number"],
      [["duration", "duration"], "number"],
      [["duration", "number"], "duration"],
    ],
    apply: (a, b) => a / b,
    meaning: "quotient",
  },
  {
    name: "%",
    signatures: twoNumbers,
    apply: (a, b) => a - b * Math.floor(a / b),
    meaning: "remainder, of b's sign",
  },
  { name: "^", signatures: twoNumbers, apply: (a, b) => a ** b, meaning: "power" },
  {
    name: "negate",
    signatures: [
      [["number"], "number"],
      [["duration"], "duration"],
    ],
    apply: (a) => -a,
    meaning: "the negative",
  },
  {
    name: "not",
    signatures: [[["boolean"], "boolean"]],
    apply: (a) => (Number.isNaN(a) ? a : 1 - a),
    meaning: "negation",
  },
  {
    name: "and",
    signatures: [[["boolean", "boolean"], "boolean"]],
    apply: (a, b) => truth(a === 1 && b === 1),
    meaning: "both hold",
  },
  {
    name: "or",
    signatures: [[["boolean", "boolean"], "boolean"]],
    apply: (a, b) => truth(a === 1 || b === 1),
    meaning: "one of them holds",
  },
  comparison("==", (a, b) => truth(a === b)),
  comparison("!=", (a, b) => truth(a < b || a > b)),
  comparison("<", (a, b) => truth(a < b)),
  comparison("<=", (a, b) => truth(a <= b)),
  comparison(">", (a, b) => truth(a > b)),
  comparison(">=", (a, b) => truth(a >= b)),
  mathematical("abs", Math.abs, "size"),
  mathematical("sign", Math.sign, "-1, 0 or 1"),
  mathematical("floor", Math.floor, "next whole number below"),
  mathematical("ceil", Math.ceil, "next whole number above"),
  mathematical("sqrt", Math.sqrt, "square root"),
  mathematical("exp", Math.exp, "e to the power of x"),
  mathematical("log", Math.log, "natural logarithm"),
  mathematical("log10", Math.log10, "logarithm to base 10"),
  mathematical("sin", Math.sin, "sine of radians"),
  mathematical("cos", Math.cos, "cosine of radians"),
  mathematical("tan", Math.tan, "tangent of radians"),
  mathematical("logistic", (x) => 1 / (1 + Math.exp(-x)), "1 / (1 + exp(-x))"),
  mathematical("phi", normalCdf, "standard normal distribution function"),
  {
    name: "round",
    signatures: [...toNumber, ...twoNumbers],
    apply: (x, digits) => (digits === undefined ? roundTo(x, 0) : roundTo(x, digits)),
    meaning: "to so many digits after the point (0), half away from zero",
  },
  {
    name: "min",
    signatures: sameKinds.map((kind) => [[kind, kind], kind]),
    variadic: true,
    apply: (a, b) => (a <= b ? a : b <= a ? b : Number.NaN),
    meaning: "the smallest",
  },
  {
    name: "max",
    signatures: sameKinds.map((kind) => [[kind, kind], kind]),
    variadic: true,
    apply: (a, b) => (a >= b ? a : b >= a ? b : Number.NaN),
    meaning: "the largest",
  },
  {
    name: "clamp",
    signatures: sameKinds.map((kind) => [[kind, kind, kind], kind]),
    apply: (x, low, high) => Math.min(high, Math.max(low, x)),
    meaning: "x, not below low nor above high",
  },
  datePart("year", (t) => civil(t)[0], "year"),
  datePart("month", (t) => civil(t)[1], "month, 1 to 12"),
  datePart("day", (t) => civil(t)[2], "day of the month"),
  datePart("hour", (t) => Math.floor(t / 3.6e9) - 24 * Math.floor(t / microsPerDay), "hour, 0 to 23"),
  datePart("minute", (t) => Math.floor(t / 6e7) - 60 * Math.floor(t / 3.6e9), "minute, 0 to 59"),
  datePart("second", (t) => Math.floor(t / 1e6) - 60 * Math.floor(t / 6e7), "second, 0 to 59"),
  datePart(
    "weekday",
    (t) => ((((Math.floor(t / microsPerDay) + 3) % 7) + 7) % 7) + 1,
    "day of the week, 1 (Monday) to 7 (ISO 8601)",
  ),
  datePart("start_of_day", (t) => Math.floor(t / microsPerDay) * microsPerDay, "midnight before"),
  {
    name: "add_months",
    signatures: [[["datetime", "number"], "datetime"]],
    apply: addMonths,
    meaning: "the same day some months on, or the last of that month",
  },
  ...span("days", "in_days", microsPerDay),
  ...span("hours", "in_hours", 3600 * microsPerSecond),
  ...span("minutes", "in_minutes", 60 * microsPerSecond),
  ...span("seconds", "in_seconds", microsPerSecond),
];

/** Results of `start_of_day` and the like are datetimes again. */
const datetimeResults = new Set(["start_of_day"]);

/** By name. */
export const numericFunctions: ReadonlyMap<string, NumericFunction> = new Map(
  list.map((one) => [
    one.name,
    datetimeResults.has(one.name)
      ? { ...one, signatures: [[["datetime"], "datetime"]] as NumericFunction["signatures"] }
      : one,
  ]),
);

export type Loop = (a: Float64Array, b: Float64Array, out: Float64Array, from: number, to: number) => void;

/** Loops of the operators that formulas are mostly made of, so that they run without a call per row. */
export const fastLoops: ReadonlyMap<string, Loop> = new Map<string, Loop>([
  [
    "+",
    (a, b, out, from, to) => {
      for (let i = from; i < to; i++) out[i] = a[i]! + b[i]!;
    },
  ],
  [
    "-",
    (a, b, out, from, to) => {
      for (let i = from; i < to; i++) out[i] = a[i]! - b[i]!;
    },
  ],
  [
    "*",
    (a, b, out, from, to) => {
      for (let i = from; i < to; i++) out[i] = a[i]! * b[i]!;
    },
  ],
  [
    "/",
    (a, b, out, from, to) => {
      for (let i = from; i < to; i++) out[i] = a[i]! / b[i]!;
    },
  ],
  [
    "<",
    (a, b, out, from, to) => {
      for (let i = from; i < to; i++) out[i] = a[i]! < b[i]! ? 1 : 0;
    },
  ],
  [
    "<=",
    (a, b, out, from, to) => {
      for (let i = from; i < to; i++) out[i] = a[i]! <= b[i]! ? 1 : 0;
    },
  ],
  [
    ">",
    (a, b, out, from, to) => {
      for (let i = from; i < to; i++) out[i] = a[i]! > b[i]! ? 1 : 0;
    },
  ],
  [
    ">=",
    (a, b, out, from, to) => {
      for (let i = from; i < to; i++) out[i] = a[i]! >= b[i]! ? 1 : 0;
    },
  ],
  [
    "==",
    (a, b, out, from, to) => {
      for (let i = from; i < to; i++) out[i] = a[i]! === b[i]! ? 1 : 0;
    },
  ],
  [
    "and",
    (a, b, out, from, to) => {
      for (let i = from; i < to; i++) out[i] = a[i] === 1 && b[i] === 1 ? 1 : 0;
    },
  ],
  [
    "or",
    (a, b, out, from, to) => {
      for (let i = from; i < to; i++) out[i] = a[i] === 1 || b[i] === 1 ? 1 : 0;
    },
  ],
  ...Object.entries({ days: microsPerDay, hours: 3600e6, minutes: 60e6, seconds: 1e6 }).flatMap(
    ([name, micros]): [string, Loop][] => [
      [
        name,
        (a, _, out, from, to) => {
          for (let i = from; i < to; i++) out[i] = a[i]! * micros;
        },
      ],
      [
        `in_${name}`,
        (a, _, out, from, to) => {
          for (let i = from; i < to; i++) out[i] = a[i]! / micros;
        },
      ],
    ],
  ),
]);
