import { numberColumn, RowRandom, streamKey, Table, type TableMetadata, textColumn } from "@verisim/core";
import { expect, test } from "vitest";
import { TableTransformer } from "../table-transformer.ts";
import { ageOf } from "./date-parts.ts";
import { relationTexts } from "./related-conditions.ts";

const day = 86_400e6;
const hour = 3_600e6;
const rows = 600;
const key = streamKey(2, "date parts");
const visits = Float64Array.from({ length: rows }, (_, row) => {
  const random = new RowRandom(key, row);
  return (17_900 + random.below(1800)) * day + (8 + random.below(10)) * hour;
});
const births = Float64Array.from(
  { length: rows },
  (_, row) => (row % 20 === 0 ? Number.NaN : -5000 + new RowRandom(key, row, 1).below(20_000)) * day,
);
const utc = (micros: number): Date => new Date(micros / 1000);
const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

const table = new Table([
  numberColumn("visit", visits),
  numberColumn("birth", births),
  numberColumn(
    "year",
    visits.map((at) => utc(at).getUTCFullYear()),
  ),
  textColumn(
    "weekday",
    Array.from(visits, (at) => weekdays[utc(at).getUTCDay()]!),
  ),
  textColumn(
    "season",
    Array.from(
      visits,
      (at) => ["winter", "spring", "summer", "autumn"][Math.floor((utc(at).getUTCMonth() + 1) / 3) % 4]!,
    ),
  ),
  numberColumn(
    "hour",
    visits.map((at) => utc(at).getUTCHours()),
  ),
  numberColumn(
    "age",
    births.map((at, row) => ageOf(at, visits[row]!)),
  ),
  textColumn(
    "mood",
    Array.from(visits, (_, row) => (row % 3 ? "good" : "bad")),
  ),
]);
const metadata: TableMetadata = {
  columns: {
    visit: { sdtype: "datetime", datetimeFormat: "%Y-%m-%d %H:%M" },
    birth: { sdtype: "datetime", datetimeFormat: "%Y-%m-%d" },
    year: { sdtype: "numerical" },
    weekday: { sdtype: "categorical" },
    season: { sdtype: "categorical" },
    hour: { sdtype: "numerical" },
    age: { sdtype: "numerical" },
    mood: { sdtype: "categorical" },
  },
};
const transformer = TableTransformer.fit(table, metadata, { preset: "keep", relations: true });

test.each([
  ["1980-06-15", "2020-06-14", 39],
  ["1980-06-15", "2020-06-15", 40],
  ["1980-02-29", "2021-02-28", 40],
  ["1980-02-29", "2021-03-01", 41],
  ["2020-01-01", "2020-12-31", 0],
])("from %s to %s are %i years", (from, until, years) => {
  expect(ageOf(Date.parse(from) * 1000, Date.parse(until) * 1000)).toBe(years);
});

test("parts and ages are found; what is none is not", () => {
  expect(relationTexts(transformer)).toEqual([
    "year, weekday, season and hour are those of visit",
    "age = years from birth to visit",
  ]);
  const shifted = new Table(
    table.columns.map((column) =>
      column.name === "visit"
        ? numberColumn(
            "visit",
            visits.map((at) => at + 40 * day),
          )
        : column,
    ),
  );
  expect(relationTexts(TableTransformer.fit(shifted, metadata, { preset: "keep", relations: true }))).toEqual(
    ["weekday and hour are those of visit"],
  );
});

test("rows that agree come back as they were", () => {
  const context = { seed: 1, tableName: "visits", rowStart: 0 };
  const again = TableTransformer.fromState(transformer.toState()).decode(transformer.encode(table, context), {
    ...context,
    rowCount: rows,
  });
  expect(again.toRows()).toEqual(table.toRows());
});

test("a date moves to the nearest that has the parts, and no further", () => {
  const context = { seed: 1, tableName: "visits", rowStart: 0 };
  const encoded = transformer.encode(table, context);
  const moved = encoded.map((column) =>
    column.kind === "continuous" && (column.name === "visit" || column.name === "birth")
      ? {
          ...column,
          values: column.values.map(
            (at, row) => at + ((row % 41) - 20) * (column.name === "visit" ? day : 30 * day),
          ),
        }
      : column,
  );
  const made = transformer.decode(moved, { ...context, rowCount: rows });
  const cells = (name: string): Float64Array => {
    const column = made.column(name);
    return column.kind === "number" ? column.values : new Float64Array(0);
  };
  made.toRows().forEach((row, i) => {
    const at = utc(Number(row.visit));
    expect([at.getUTCFullYear(), weekdays[at.getUTCDay()], at.getUTCHours()]).toEqual([
      row.year,
      row.weekday,
      row.hour,
    ]);
    if (row.birth !== null) expect(ageOf(cells("birth")[i]!, cells("visit")[i]!)).toBe(row.age);
    // From 20 days off: to a season's or a year's end and its day of the week, not beyond.
    expect(Math.abs(Number(row.visit) - visits[i]!)).toBeLessThanOrEqual(27 * day);
  });
});

test.each([
  ["no list", {}],
  ["a date that is none", [{ column: "mood", parts: [] }]],
  ["an unknown part", [{ column: "visit", parts: [{ column: "year", part: "century", plus: 0 }] }]],
  ["categories for a number", [{ column: "visit", parts: [{ column: "mood", part: "year", plus: 0 }] }]],
  ["an age until itself", [{ column: "birth", parts: [], age: { column: "age", until: "birth" } }]],
])("a state with %s is refused", (_, dates) => {
  expect(() => TableTransformer.fromState({ ...transformer.toState(), dates: dates as never })).toThrow(
    expect.objectContaining({ code: "VERISIM_TRANSFORM_STATE" }),
  );
});
