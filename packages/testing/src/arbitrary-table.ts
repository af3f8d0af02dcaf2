// Tables of any shape for property tests: hostile names, few rows, missing cells, constants, extreme numbers.

import { type Column, numberColumn, Table, type TableMetadata, textColumn } from "@verisim/core";
import fc from "fast-check";
import type { ExampleTable } from "./example-table.ts";

export interface ArbitraryTableOptions {
  /** Default 0. */
  readonly minRows?: number;
  /** Default 40. */
  readonly maxRows?: number;
  /** Default 5. */
  readonly maxColumns?: number;
}

const hostileNames = [
  "",
  " ",
  "a,b",
  'say "hi"',
  "line\nbreak",
  "__proto__",
  "constructor",
  "数",
  "=1+1",
  "<script>",
];

function names(maxColumns: number): fc.Arbitrary<string[]> {
  const name = fc.oneof(
    fc.constantFrom("a", "b", "c", ...hostileNames),
    fc.string({ maxLength: 12, unit: "grapheme" }),
  );
  return fc.uniqueArray(name, { minLength: 1, maxLength: maxColumns });
}

type Drawn = {
  readonly column: Column;
  readonly sdtype: string;
  readonly decimals?: number;
  readonly format?: string;
};

function cells<Cell>(rows: number, cell: fc.Arbitrary<Cell>): fc.Arbitrary<(Cell | null)[]> {
  const list = (item: fc.Arbitrary<Cell | null>): fc.Arbitrary<(Cell | null)[]> =>
    fc.array(item, { minLength: rows, maxLength: rows });
  return fc.oneof(
    list(cell),
    list(fc.option(cell, { freq: 3 })),
    cell.map((constant) => new Array<Cell | null>(rows).fill(constant)),
    fc.constant(new Array<Cell | null>(rows).fill(null)),
  );
}

function arbitraryColumn(name: string, rows: number): fc.Arbitrary<Drawn> {
  const numbers = (cell: fc.Arbitrary<number>, sdtype: string, more: object): fc.Arbitrary<Drawn> =>
    cells(rows, cell).map((drawn) => ({
      column: numberColumn(
        name,
        drawn.map((value) => value ?? Number.NaN),
      ),
      sdtype,
      ...more,
    }));
  const texts = (cell: fc.Arbitrary<string>, sdtype: string): fc.Arbitrary<Drawn> =>
    cells(rows, cell).map((drawn) => ({ column: textColumn(name, drawn), sdtype }));
  const integer = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.maxSafeInteger());
  const fraction = fc.oneof(
    fc.integer({ min: -1_000, max: 1_000 }).map((value) => value / 100),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }),
  );
  return fc.oneof(
    numbers(integer, "numerical", { decimals: 0 }),
    numbers(fraction, "numerical", {}),
    numbers(
      fc.integer({ min: -20_000, max: 40_000 }).map((day) => day * 86_400_000_000),
      "datetime",
      { format: "%Y-%m-%d" },
    ),
    texts(fc.constantFrom("x", "y", "z", "", " x"), "categorical"),
    texts(fc.string({ maxLength: 8, unit: "grapheme" }), "categorical"),
    texts(fc.constantFrom("True", "False"), "boolean"),
  );
}

/** A table with metadata that fits it: numerical, datetime, categorical and boolean columns. */
export function arbitraryTable(options: ArbitraryTableOptions = {}): fc.Arbitrary<ExampleTable> {
  const { minRows = 0, maxRows = 40, maxColumns = 5 } = options;
  return fc
    .tuple(names(maxColumns), fc.integer({ min: minRows, max: maxRows }))
    .chain(([columnNames, rows]) =>
      fc.tuple(...columnNames.map((name) => arbitraryColumn(name, rows))).map((drawn): ExampleTable => {
        const table = new Table(
          drawn.map(({ column }) => column),
          rows,
        );
        const columns = drawn.map(({ column, sdtype, decimals, format }) => [
          column.name,
          {
            sdtype,
            ...(decimals === undefined ? {} : { decimals, numberStyle: "integer" }),
            ...(format === undefined ? {} : { datetimeFormat: format }),
          },
        ]);
        return { table, metadata: { columns: Object.fromEntries(columns) } as TableMetadata };
      }),
    );
}
