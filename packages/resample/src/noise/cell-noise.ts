// Noise on cells of any kind: gaps, swapped categories, shifted dates, cells under the wrong column.

import { dictionaryColumn, numberColumn, VerisimError } from "@verisim/core";
import { type NoiseContext, type NoiseKind, presentRows } from "./noise-kind.ts";
import { changeNumbers } from "./number-noise.ts";

const rate = {
  type: "number",
  default: 0.05,
  min: 0,
  max: 1,
  description: "Share of the cells, exactly.",
} as const;

export const dropout: NoiseKind = {
  name: "dropout",
  summary: "makes cells missing",
  takes: "any",
  options: {
    rate,
    by: {
      type: "text",
      default: "",
      description:
        "A number column: the larger its value, the likelier the gap (missing at random). Default: completely at random.",
    },
  },
  async apply(context) {
    const { rate: share, by } = context.options as { rate: number; by: string };
    const { table } = context;
    for (const name of context.columns) {
      if (name === by) continue;
      const column = table.column(name);
      const present = presentRows(column);
      const rows =
        by === "" ? context.choose(present, share, name) : await largest(context, present, share, by, name);
      const mark = context.mark(name);
      for (const row of rows) mark[row] = 1;
      if (column.kind === "number") {
        const values = column.values.slice();
        for (const row of rows) values[row] = Number.NaN;
        table.replace(numberColumn(name, values));
      } else {
        const codes = column.codes.slice();
        for (const row of rows) codes[row] = -1;
        table.replace(dictionaryColumn(name, codes, column.dictionary));
      }
    }
  },
};

/**
 * Exactly so many rows, without replacement and with weights that rise with the rank of a column's cell: the largest
 * keys u^(1 / weight) (Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006).
 */
async function largest(
  context: NoiseContext,
  present: Int32Array,
  share: number,
  by: string,
  name: string,
): Promise<Int32Array> {
  const { table } = context;
  const column = table.column(by);
  if (column?.kind !== "number")
    throw new VerisimError(
      "VERISIM_OPTION_VALUE",
      `Expected a number column for by but received ${JSON.stringify(by)}.`,
      {
        where: { option: "by" },
      },
    );
  const cell = (row: number): number => {
    const value = column.values[row]!;
    return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
  };
  const sorted = Array.from(present).sort((a, b) => cell(a) - cell(b) || a - b);
  const u = await context.uniforms(`${name} by ${by}`);
  const keys = new Map(sorted.map((row, rank) => [row, Math.log(u[row]!) / ((rank + 0.5) / sorted.length)]));
  const count = Math.round(share * present.length);
  return Int32Array.from(sorted.sort((a, b) => keys.get(b)! - keys.get(a)! || a - b).slice(0, count)).sort();
}

export const categorySwap: NoiseKind = {
  name: "swap",
  summary: "puts another category of the column in the place of some cells",
  takes: "texts",
  options: {
    rate,
    weights: {
      type: "choice",
      default: "frequency",
      values: ["frequency", "equal"],
      description: "How the other category is drawn: as often as it comes, or all alike.",
    },
  },
  async apply(context) {
    const { rate: share, weights } = context.options as { rate: number; weights: string };
    const { table } = context;
    for (const name of context.columns) {
      const column = table.column(name);
      if (column.kind !== "dictionary") continue;
      const counts = new Float64Array(column.dictionary.length);
      for (const code of column.codes) if (code >= 0) counts[code]!++;
      if (counts.filter((count) => count > 0).length < 2) {
        table.warn(`${name} has one category; there is none to swap it with.`);
        continue;
      }
      const codes = column.codes.slice();
      const mark = context.mark(name);
      const u = await context.uniforms(name);
      const weightOf = (code: number): number =>
        weights === "frequency" ? counts[code]! : counts[code]! > 0 ? 1 : 0;
      const ends = new Float64Array(counts.length);
      let sum = 0;
      for (let code = 0; code < counts.length; code++) ends[code] = sum += weightOf(code);
      for (const row of context.choose(presentRows(column), share, name)) {
        // The own category is cut out of the line that the uniform falls on.
        const own = codes[row]!;
        let at = u[row]! * (sum - weightOf(own));
        if (at >= ends[own]! - weightOf(own)) at += weightOf(own);
        let low = 0;
        let high = ends.length - 1;
        while (low < high) {
          const middle = (low + high) >> 1;
          if (ends[middle]! > at) high = middle;
          else low = middle + 1;
        }
        codes[row] = low;
        mark[row] = 1;
      }
      table.replace(dictionaryColumn(name, codes, column.dictionary));
    }
  },
};

const microsPerDay = 86_400e6;

export const dateShift: NoiseKind = {
  name: "date-shift",
  summary: "moves dates by whole days, all dates of a row or of a person by the same number",
  takes: "dates",
  options: {
    days: {
      type: "integer",
      default: 30,
      min: 1,
      max: 100_000,
      description: "The most days, earlier or later.",
    },
    by: {
      type: "text",
      default: "",
      description:
        "A column such as the person's id: all its rows are moved alike, which keeps their intervals.",
    },
  },
  async apply(context) {
    const { days, by } = context.options as { days: number; by: string };
    const { table } = context;
    const u = await context.uniforms("days");
    const owner = new Map<string | number, number>();
    const shiftOf = (row: number): number => {
      let from = row;
      if (by !== "") {
        const column = table.column(by);
        if (!column)
          throw new VerisimError(
            "VERISIM_UNKNOWN_COLUMN",
            `Expected the name of a column for by but received ${JSON.stringify(by)}.`,
            {
              where: { option: "by", column: by },
            },
          );
        const key = column.kind === "number" ? column.values[row]! : column.codes[row]!;
        if (!owner.has(key)) owner.set(key, row);
        from = owner.get(key)!;
      }
      // -days to days without 0: a date that stays where it was is not shifted.
      const place = Math.floor(u[from]! * 2 * days);
      return (place < days ? place - days : place - days + 1) * microsPerDay;
    };
    for (const name of context.columns)
      changeNumbers(context, name, presentRows(table.column(name)), (value, row) => value + shiftOf(row));
  },
};

export const swappedColumns: NoiseKind = {
  name: "swapped-columns",
  summary: "puts the cells of two columns under each other's name in some rows",
  takes: "any",
  options: {
    rate: { ...rate, default: 0.01, description: "Share of the rows whose two cells differ, exactly." },
  },
  async apply(context) {
    const { table, columns } = context;
    const [first, second] = columns.map((name) => table.column(name));
    if (columns.length !== 2 || !first || !second || first.kind !== second.kind)
      throw new VerisimError(
        "VERISIM_NOISE_COLUMNS",
        `Expected two columns of numbers or two of texts to swap but received ${columns.join(", ")}.`,
      );
    const swap = <Cells extends Float64Array | Int32Array>(a: Cells, b: Cells): void => {
      const all = Int32Array.from(a.keys()).filter((row) => !Object.is(a[row], b[row]));
      const rows = context.choose(all, (context.options as { rate: number }).rate, columns.join("/"));
      for (const row of rows) [a[row], b[row]] = [b[row]!, a[row]!];
      for (const name of columns) {
        const mark = context.mark(name);
        for (const row of rows) mark[row] = 1;
      }
    };
    if (first.kind === "number" && second.kind === "number") {
      const [a, b] = [first.values.slice(), second.values.slice()];
      swap(a, b);
      table.replace(numberColumn(first.name, a));
      table.replace(numberColumn(second.name, b));
    } else if (first.kind === "dictionary" && second.kind === "dictionary") {
      const [dictionary, translate] = joined(first.dictionary, second.dictionary);
      const a = first.codes.slice();
      const b = second.codes.map((code) => (code < 0 ? -1 : translate[code]!));
      swap(a, b);
      table.replace(dictionaryColumn(first.name, a, dictionary));
      table.replace(dictionaryColumn(second.name, b, dictionary));
    }
  },
};

/** The first dictionary with the texts of the second behind it, and the codes of those in it. */
function joined(first: readonly string[], second: readonly string[]): [string[], number[]] {
  const texts = [...first];
  const codes = new Map(first.map((text, code) => [text, code]));
  const translate = second.map((text) => {
    let code = codes.get(text);
    if (code === undefined) {
      code = texts.length;
      codes.set(text, code);
      texts.push(text);
    }
    return code;
  });
  return [texts, translate];
}
