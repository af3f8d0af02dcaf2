// The transforms on real tables, where these lie beside the repository.

import type { Column, DictionaryColumn } from "@verisim/core";
import { cellAt, columnLength } from "@verisim/core";
import { readTable } from "@verisim/data";
import { sharedData } from "@verisim/testing";
import { describe, expect, test } from "vitest";
import { TableTransformer } from "./table-transformer.ts";

const names = [
  "adult/test.csv",
  "squirrel_census/data.csv",
  "telco_churn/data.csv",
  "chinook/Customer.csv",
  "berka/card.csv",
  "online_retail/data.csv.gz",
];
const place = { seed: 2, tableName: "real", rowStart: 0 };
const numerical = ["FloatFormatter", "LogScaler", "LogitScaler", "OutlierEncoder", "ClusterBasedNormalizer"];
const categorical = ["UniformEncoder", "OneHotEncoder", "LabelEncoder", "FrequencyEncoder"];

function expectCells(actual: Column, expected: Column, tolerance: number): void {
  expect(columnLength(actual)).toBe(columnLength(expected));
  let different = 0;
  for (let row = 0; row < columnLength(expected); row++) {
    const [made, real] = [cellAt(actual, row), cellAt(expected, row)];
    const equal =
      typeof real === "number" && typeof made === "number"
        ? Math.abs(made - real) <= tolerance * Math.max(1, Math.abs(real))
        : made === real;
    if (!equal) different++;
  }
  expect(different, expected.name).toBe(0);
}

describe.each(names)("%s", (name) => {
  const path = sharedData(name);
  if (!path) console.warn(`skipped: ${name} is not beside the repository`);

  test.skipIf(!path)("modelled columns come back from preset keep, generated ones are new", async () => {
    const { table, metadata } = await readTable(path!);
    const transformer = TableTransformer.fit(table, metadata, { preset: "keep" });
    const encoded = transformer.encode(table, place);
    const made = transformer.decode(encoded, { ...place, rowCount: table.rowCount });
    for (const { name: column, outputs, transform } of transformer.columns) {
      if (outputs.length > 0) {
        expectCells(made.column(column), table.column(column), 0);
        continue;
      }
      const { regexFormat } = metadata.columns[column]!;
      const real = table.column(column);
      const fake = made.column(column);
      if (transform.name !== "RegexGenerator" || real.kind !== "dictionary") continue;
      const known = new Set(real.dictionary);
      const { dictionary } = fake as DictionaryColumn;
      if (regexFormat) {
        const pattern = new RegExp(`^(?:${regexFormat})$`);
        expect(dictionary.filter((text) => !pattern.test(text))).toEqual([]);
      }
      // Real ids may come again only where the pattern has hardly more texts than the column.
      if (dictionary.length * 100 < 10 ** Math.min(...dictionary.map((text) => text.length))) {
        expect(dictionary.filter((text) => known.has(text))).toEqual([]);
      }
    }
  });

  test.skipIf(!path)("every column comes back from every transform of its sdtype", async () => {
    const { table: whole, metadata } = await readTable(path!);
    const table = whole.slice(0, 20_000);
    for (const [sdtype, transforms] of [
      ["numerical", numerical],
      ["categorical", categorical],
    ] as const) {
      const columns = table.columnNames.filter((column) => metadata.columns[column]!.sdtype === sdtype);
      const part = table.select(columns);
      const own = Object.fromEntries(columns.map((column) => [column, metadata.columns[column]!]));
      for (const transform of transforms) {
        const transformer = TableTransformer.fit(
          part,
          { columns: own },
          {
            missing: "from_column",
            overrides: Object.fromEntries(columns.map((column) => [column, { transform }])),
          },
        );
        const decoded = transformer.decode(transformer.encode(part, place), {
          ...place,
          rowCount: part.rowCount,
        });
        for (const column of columns) expectCells(decoded.column(column), part.column(column), 1e-12);
      }
    }
  });
});
