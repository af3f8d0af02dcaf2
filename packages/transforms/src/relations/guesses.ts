// What a number column may be made of: the formulas of business and measurement tables, over up to four other columns.
// Products are tried first, for rounding cannot be undone, then sums, then what takes apart. A form is tried on two rows
// before it becomes a guess.

import { type Factor, type Formula, type Term, timeUnits } from "@verisim/core";
import type { Rounding, Trial } from "./agreement.ts";
import { agrees } from "./agreement.ts";
import { cell, linear } from "./formulas.ts";
import { hasClasses, type NumberField } from "./number-fields.ts";

/** A formula that may give a column, and how its results are rounded. */
export interface Guess {
  readonly formula: Formula;
  readonly rounding: Rounding;
}

/** Most columns that groups of two, three and four are formed of. */
const mostColumns = [0, 0, 64, 20, 12];

/** What a part of a group must be: cells of any sign, none below zero, or shares of a whole (1 or 100). */
type Part = "any" | "positive" | "share" | "percent";

/** A formula over the columns of a group. */
interface Form {
  readonly parts: readonly Part[];
  /** Places of the group that may change their turns without changing the value. */
  readonly symmetric: number;
  readonly value: (...cells: number[]) => number;
  readonly formula: (...columns: string[]) => Formula;
}

const term = (coefficient: number, ...factors: Factor[]): Term => ({ coefficient, factors });
const sum = (...terms: Term[]): Formula => ({ terms, constant: 0 });
const inverse = (column: string): Factor => ({ column, as: "inverse", per: 1 });
const shares = [
  { part: "share", per: 1 },
  { part: "percent", per: 100 },
] as const;

const productForms: readonly Form[] = [
  {
    parts: ["any", "any"],
    symmetric: 2,
    value: (x, y) => x * y,
    formula: (x, y) => sum(term(1, cell(x), cell(y))),
  },
  ...shares.flatMap(({ part, per }): Form[] => [
    ...(["less", "plus"] as const).flatMap((as): Form[] => {
      const sign = as === "less" ? -1 : 1;
      return [
        {
          parts: ["any", part],
          symmetric: 1,
          value: (x, y) => x * (1 + (sign * y) / per),
          formula: (x, y) => sum(term(1, cell(x), { column: y, as, per })),
        },
        {
          parts: ["any", "any", part],
          symmetric: 2,
          value: (x, y, z) => x * y * (1 + (sign * z) / per),
          formula: (x, y, z) => sum(term(1, cell(x), cell(y), { column: z, as, per })),
        },
      ];
    }),
    {
      parts: ["any", part],
      symmetric: 1,
      value: (x, y) => (x * y) / per,
      formula: (x, y) => sum(term(1 / per, cell(x), cell(y))),
    },
    ...shares.map(
      (tax): Form => ({
        parts: ["any", "any", part, tax.part],
        symmetric: 2,
        value: (x, y, z, w) => x * y * (1 - z / per) * (1 + w / tax.per),
        formula: (x, y, z, w) =>
          sum(
            term(
              1,
              cell(x),
              cell(y),
              { column: z, as: "less", per },
              { column: w, as: "plus", per: tax.per },
            ),
          ),
      }),
    ),
  ]),
  {
    parts: ["any", "any", "any"],
    symmetric: 3,
    value: (x, y, z) => x * y * z,
    formula: (x, y, z) => sum(term(1, cell(x), cell(y), cell(z))),
  },
  ...[1, -1].map(
    (sign): Form => ({
      parts: ["any", "any", "any"],
      symmetric: 2,
      value: (x, y, z) => x * y + sign * z,
      formula: (x, y, z) => sum(term(1, cell(x), cell(y)), term(sign, cell(z))),
    }),
  ),
];

/** With negative parts a difference is what was meant, and keeps its own parts from going below zero. */
const sumForms: readonly Form[] = [
  {
    parts: ["positive", "positive"],
    symmetric: 2,
    value: (x, y) => x + y,
    formula: (x, y) =>
      linear([
        [1, x],
        [1, y],
      ]),
  },
];

const differenceForms: readonly Form[] = [
  {
    parts: ["any", "any"],
    symmetric: 1,
    value: (x, y) => x - y,
    formula: (x, y) =>
      linear([
        [1, x],
        [-1, y],
      ]),
  },
  ...[1, 100].flatMap((whole) =>
    (
      [
        [whole, 0],
        [whole, -whole],
        [-whole, whole],
      ] as const
    ).map(
      ([times, plus]): Form => ({
        parts: ["any", "any"],
        symmetric: 1,
        value: (x, y) => (times * x) / y + plus,
        formula: (x, y) => ({ terms: [term(times, cell(x), inverse(y))], constant: plus }),
      }),
    ),
  ),
];

/** Products, discounts and surcharges, and dates so long after others. */
export function* products(trial: Trial, others: readonly NumberField[]): Generator<Guess> {
  if (trial.target.isDate) yield* datesAfter(others);
  else yield* guessesOf(productForms, trial, others);
}

/** Sums of two parts. */
export function* sums(trial: Trial, others: readonly NumberField[]): Generator<Guess> {
  if (!trial.target.isDate) yield* guessesOf(sumForms, trial, others);
}

/** Differences, quotients and their percents; and the time between two dates. */
export function* differences(trial: Trial, others: readonly NumberField[]): Generator<Guess> {
  // A number that many rows share is not made of two that models draw apart: 1.00 where two counts are the same.
  if (trial.target.isDate || hasClasses(trial.target)) return;
  yield* timesBetween(others);
  yield* guessesOf(differenceForms, trial, others);
}

/** The forms over all groups of columns that agree in two rows of a trial. */
function* guessesOf(
  forms: readonly Form[],
  { target, rows }: Trial,
  others: readonly NumberField[],
): Generator<Guess> {
  const numbers = others.filter(({ isDate }) => !isDate);
  const kinds = numbers.map(partsOf);
  const looks = [rows[0]!, rows[rows.length >> 1]!].map((row) => ({
    wanted: target.values[row]!,
    cells: numbers.map(({ values }) => values[row]!),
  }));
  for (const form of forms) {
    const size = form.parts.length;
    if (numbers.length > mostColumns[size]!) continue;
    const fits = (group: readonly number[]): boolean =>
      looks.every(({ wanted, cells }) =>
        agrees(
          size === 2
            ? form.value(cells[group[0]!]!, cells[group[1]!]!)
            : form.value(...group.map((i) => cells[i]!)),
          wanted,
          target.step,
          "nearest",
        ),
      );
    for (const group of groupsOf(form, kinds, fits))
      yield { formula: form.formula(...group.map((i) => numbers[i]!.name)), rounding: "nearest" };
  }
}

/** Groups of columns, as places, that a form may be over and that fit. */
function groupsOf(
  { parts, symmetric }: Form,
  kinds: readonly ReadonlySet<Part>[],
  fits: (group: readonly number[]) => boolean,
): number[][] {
  const found: number[][] = [];
  const group: number[] = [];
  const extend = (): void => {
    const place = group.length;
    if (place === parts.length) {
      if (fits(group)) found.push(group.slice());
      return;
    }
    for (let i = place > 0 && place < symmetric ? group[place - 1]! + 1 : 0; i < kinds.length; i++) {
      if (!kinds[i]!.has(parts[place]!) || group.includes(i)) continue;
      group.push(i);
      extend();
      group.pop();
    }
  };
  extend();
  return found;
}

/** What parts of a formula a column can be. */
function partsOf({ low, high }: NumberField): ReadonlySet<Part> {
  const parts = new Set<Part>(["any"]);
  if (low < 0) return parts;
  parts.add("positive");
  if (high <= 1) parts.add("share");
  else if (high <= 100) parts.add("percent");
  return parts;
}

/** Microseconds. */

function* timesBetween(others: readonly NumberField[]): Generator<Guess> {
  const dates = others.filter(({ isDate }) => isDate);
  for (const x of dates)
    for (const y of dates)
      for (const unit of x === y ? [] : Object.values(timeUnits))
        for (const rounding of ["nearest", "down"] as const)
          yield {
            formula: linear([
              [1 / unit, x.name],
              [-1 / unit, y.name],
            ]),
            rounding,
          };
}

function* datesAfter(others: readonly NumberField[]): Generator<Guess> {
  for (const x of others)
    for (const y of x.isDate ? others : [])
      for (const unit of y.isDate ? [] : Object.values(timeUnits))
        for (const sign of [1, -1])
          yield {
            formula: linear([
              [1, x.name],
              [sign * unit, y.name],
            ]),
            rounding: "nearest",
          };
}
