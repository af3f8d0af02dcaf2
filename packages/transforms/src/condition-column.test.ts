import { expect, test } from "vitest";
import { categoryCondition, numberCondition } from "./condition-column.ts";

test("ordinal categories rank as declared, whatever order the data brought them in", () => {
  const declared = { sdtype: "ordinal", rangeValues: ["XS", "S", "M", "L"] };
  expect(categoryCondition(declared, ["L", "S", "odd", "M"], false)).toEqual({
    kind: "category",
    categories: ["S", "M", "L", "odd"],
    mayBeMissing: false,
    ordered: true,
  });
  expect(categoryCondition({ sdtype: "categorical" }, ["b", "a"], true)).toEqual({
    kind: "category",
    categories: ["b", "a"],
    mayBeMissing: true,
    ordered: false,
  });
});

test("dates are read in the column's own format", () => {
  expect(numberCondition({ sdtype: "numerical" }, true)).toEqual({ kind: "number", mayBeMissing: true });
  const dates = numberCondition({ sdtype: "datetime", datetimeFormat: "%d.%m.%Y" }, false);
  if (dates.kind !== "number" || !dates.parse) throw new Error("dates expected");
  expect(dates.parse("02.01.1970")).toBe(86_400_000_000);
});
