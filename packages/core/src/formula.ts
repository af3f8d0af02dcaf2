// A number column written by others: a sum of products of their cells. One form holds totals, prices times quantities,
// discounts, differences of dates and conversions, so that finding, computing and saying a relation each have one home.

/** A part of a product. */
export interface Factor {
  readonly column: string;
  /** `cell`: c; `inverse`: 1 / c; `less`: 1 - c / per; `plus`: 1 + c / per. */
  readonly as: "cell" | "inverse" | "less" | "plus";
  /** What a whole is in cells of this column: 1 for shares, 100 for percents. */
  readonly per: 1 | 100;
}

export interface Term {
  readonly coefficient: number;
  /** At least one. */
  readonly factors: readonly Factor[];
}

/** `constant` + sum of `coefficient` x product of `factors`. */
export interface Formula {
  readonly terms: readonly Term[];
  readonly constant: number;
}

/** How a column is written by others. */
export interface Relation {
  readonly column: string;
  readonly formula: Formula;
  /** The distance of two neighbouring cells of the column: a power of ten, or microseconds; 0 where cells are not rounded. */
  readonly step: number;
  /** To what a result between two cells of the column's grid goes. */
  readonly rounding: "nearest" | "down";
  /**
   * What models learn of it: nothing, where the formula gives every cell, and a cell is missing exactly where one that it
   * needs is; else what is added to the formula, or what it is multiplied by.
   */
  readonly apart: "nothing" | "difference" | "ratio";
}

/** Cells of the columns that a formula needs, by name. */
export type CellsOf = (column: string) => Float64Array;

/** The columns that a formula needs, each once. */
export function operandsOf({ terms }: Formula): string[] {
  return [...new Set(terms.flatMap(({ factors }) => factors.map(({ column }) => column)))];
}

/** The value of a factor for a cell. */
export function factorValue({ as, per }: Pick<Factor, "as" | "per">, value: number): number {
  switch (as) {
    case "cell":
      return value;
    case "inverse":
      return 1 / value;
    case "less":
      return 1 - value / per;
    case "plus":
      return 1 + value / per;
  }
}

/** The formula's value in a row; NaN where a cell that it needs is missing. */
export function formulaCell({ terms, constant }: Formula, cellsOf: CellsOf, row: number): number {
  let sum = constant;
  for (const { coefficient, factors } of terms) {
    let value = coefficient;
    for (const factor of factors) value *= factorValue(factor, cellsOf(factor.column)[row]!);
    sum += value;
  }
  return sum;
}

/** The formula's value per row. */
export function formulaCells(formula: Formula, cellsOf: CellsOf, rowCount: number): Float64Array {
  return Float64Array.from({ length: rowCount }, (_, row) => formulaCell(formula, cellsOf, row));
}

/** Microseconds. */
export const timeUnits: Readonly<Record<string, number>> = {
  seconds: 1e6,
  minutes: 60e6,
  hours: 3_600e6,
  days: 86_400e6,
  weeks: 604_800e6,
};

/** The formula as people write it: `price * quantity * (1 - discount)`. */
export function formulaText({ terms, constant }: Formula): string {
  const parts = terms.map(({ coefficient, factors }) => ({
    sign: Math.sign(coefficient),
    text: termText(coefficient, factors),
  }));
  if (constant !== 0 || parts.length === 0)
    parts.push({ sign: Math.sign(constant), text: numberText(Math.abs(constant)) });
  // A sum does not begin with what is taken away, where it can begin with something else.
  const first = parts.findIndex(({ sign }) => sign >= 0);
  if (first > 0) parts.unshift(...parts.splice(first, 1));
  return parts
    .map(({ sign, text }, i) => (i > 0 ? ` ${sign < 0 ? "-" : "+"} ${text}` : sign < 0 ? `-${text}` : text))
    .join("");
}

function termText(coefficient: number, factors: readonly Factor[]): string {
  const size = Math.abs(coefficient);
  for (const [unit, microseconds] of Object.entries(timeUnits)) {
    if (size === microseconds) return `${factorText(factors[0]!)} ${unit}`;
    if (size === 1 / microseconds) return `${factorText(factors[0]!)} in ${unit}`;
  }
  const above = factors.filter(({ as }) => as !== "inverse").map(factorText);
  const below = factors.filter(({ as }) => as === "inverse").map(factorText);
  // A small coefficient is one over something: 0.01 is a hundredth.
  const whole = Number((1 / size).toPrecision(12));
  if (size < 1 && Number.isInteger(whole)) below.push(numberText(whole));
  else if (size !== 1 || above.length === 0) above.unshift(numberText(size));
  return [above.join(" * ") || "1", ...below].join(" / ");
}

function factorText({ column, as, per }: Factor): string {
  const name = /^[\p{L}_][\p{L}\p{N}_]*$/u.test(column) ? column : JSON.stringify(column);
  const share = per === 1 ? name : `${name} / ${per}`;
  if (as === "less") return `(1 - ${share})`;
  return as === "plus" ? `(1 + ${share})` : name;
}

const numberText = (value: number): string => String(Number(value.toPrecision(12)));
