import { dictionaryColumn, numberColumn, Table, type TableMetadata, textColumn } from "@verisim/core";
import { describe, expect, test } from "vitest";
import { tableFeatures } from "./table-features.ts";

const metadata: TableMetadata = {
  columns: {
    id: { sdtype: "id" },
    age: { sdtype: "numerical" },
    joined: { sdtype: "datetime" },
    city: { sdtype: "categorical" },
    children: { sdtype: "categorical" },
    size: { sdtype: "ordinal", rangeValues: ["S", "M", "L"] },
    email: { sdtype: "email", pii: true },
    note: { sdtype: "text" },
    empty: { sdtype: "numerical" },
    churned: { sdtype: "boolean" },
  },
  primaryKey: "id",
};

const table = new Table([
  textColumn("id", ["a", "b", "c", "d"]),
  numberColumn("age", [30, Number.NaN, 50, 60]),
  numberColumn("joined", [1e15, 2e15, 3e15, 4e15]),
  textColumn("city", ["Rome", "Oslo", null, "Rome"]),
  textColumn("children", ["2", "0", "10", "0"]),
  textColumn("size", ["L", "S", "M", null]),
  textColumn("email", ["a@b", "c@d", "e@f", "g@h"]),
  textColumn("note", ["x", "y", "z", "w"]),
  numberColumn("empty", [Number.NaN, Number.NaN, Number.NaN, Number.NaN]),
  textColumn("churned", ["yes", "no", null, "yes"]),
]);

const values = (features: readonly { name: string; values: Float64Array }[]) =>
  Object.fromEntries(features.map((column) => [column.name, [...column.values]]));

describe("a table becomes features", () => {
  const coding = tableFeatures(table, metadata, "churned");

  test("numbers as they are, categories as codes or, where they have an order, as numbers", () => {
    const { features, labels, rows } = coding.encode(table);
    expect(values(features)).toEqual({
      age: [30, Number.NaN, 60],
      joined: [1e15, 2e15, 4e15],
      city: [1, 0, 1],
      children: [2, 0, 0],
      size: [2, 0, Number.NaN],
    });
    expect(features.map(({ categorical }) => categorical)).toEqual([false, false, true, false, false]);
    expect([...labels]).toEqual([1, 0, 1]);
    expect([...rows]).toEqual([0, 1, 3]);
    expect([coding.objective, coding.classes]).toEqual(["binary", ["no", "yes"]]);
  });

  test("without ids, personal values, texts and columns without values", () => {
    expect(coding.leftOut).toEqual([
      { column: "id", reason: "a key" },
      { column: "email", reason: "personal" },
      { column: "note", reason: "text" },
      { column: "empty", reason: "no values" },
    ]);
  });

  test("with the codes of the table that was learnt, whatever another one's dictionary is", () => {
    const other = new Table([
      ...table.columns.filter(({ name }) => !["city", "churned"].includes(name)),
      dictionaryColumn("city", [2, 0, 1, -1], ["Lima", "Rome", "Oslo"]),
      dictionaryColumn("churned", [0, 1, 2, 0], ["yes", "no", "perhaps"]),
    ]);
    const { features, labels, rows } = coding.encode(other);
    expect(values(features).city).toEqual([0, Number.NaN, Number.NaN]);
    expect([...labels]).toEqual([1, 0, 1]);
    expect([...rows]).toEqual([0, 1, 3]);
  });

  test("a number as the target is regressed, three classes are multiclass", () => {
    const age = tableFeatures(table, metadata, "age");
    expect([age.objective, age.classes]).toEqual(["regression", []]);
    expect([...age.encode(table).labels]).toEqual([30, 50, 60]);
    const children = tableFeatures(table, metadata, "children");
    expect([children.objective, children.classes]).toEqual(["multiclass", ["0", "2", "10"]]);
  });
});

describe("a target is refused", () => {
  const refused = (target: string, code: string) =>
    expect(() => tableFeatures(table, metadata, target)).toThrowError(expect.objectContaining({ code }));

  test("that is not there, an id, a date, a text, or without two values", () => {
    refused("chruned", "VERISIM_UNKNOWN_COLUMN");
    for (const target of ["id", "joined", "note", "email", "empty"]) refused(target, "VERISIM_TARGET");
  });

  test("and a table that has another kind of column", () => {
    const coding = tableFeatures(table, metadata, "churned");
    const other = new Table([
      ...table.columns.filter(({ name }) => name !== "age"),
      textColumn("age", ["1", "2", "3", "4"]),
    ]);
    expect(() => coding.encode(other)).toThrowError(
      expect.objectContaining({ code: "VERISIM_TYPE_MISMATCH", where: { column: "age" } }),
    );
  });
});
