import type { EncodedColumn } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { fillDerived, findDerivedColumns } from "./derived-columns.ts";

const discrete = (name: string, codes: number[], cardinality: number): EncodedColumn => ({
  kind: "discrete",
  name,
  codes: Int32Array.from(codes),
  cardinality,
});
const numbers = (name: string, values: number[]): EncodedColumn => ({
  kind: "continuous",
  name,
  values: Float64Array.from(values),
});

const city = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2];
const country = city.map((code) => (code === 2 ? 1 : 0));
const years = city.map((code) => [9, 13, Number.NaN][code]!);

describe("findDerivedColumns", () => {
  it("finds the columns that a finer column decides, missing cells included", () => {
    const columns = [discrete("country", country, 2), numbers("years", years), discrete("city", city, 3)];
    const rules = findDerivedColumns(columns);
    expect(rules.map(({ column, from }) => [column, from])).toEqual([
      [0, 2],
      [1, 2],
    ]);
    const blank = [
      discrete(
        "country",
        city.map(() => -1),
        2,
      ),
      numbers(
        "years",
        city.map(() => 0),
      ),
      columns[2]!,
    ];
    for (const rule of rules) fillDerived(rule, blank);
    expect(blank[0]).toEqual(columns[0]);
    expect(blank[1]).toEqual(columns[1]);
  });

  it("takes one exception in all rows as proof against a rule", () => {
    const broken = [...country];
    broken[7] = 1;
    expect(findDerivedColumns([discrete("country", broken, 2), discrete("city", city, 3)])).toEqual([]);
  });

  it("makes no rule over categories of a few rows each, nor for constants", () => {
    const single = city.map((_, row) => row);
    expect(findDerivedColumns([discrete("id", single, 15), discrete("city", city, 3)])).toEqual([]);
    expect(
      findDerivedColumns([
        discrete(
          "one",
          city.map(() => 0),
          1,
        ),
        discrete("city", city, 3),
      ]),
    ).toEqual([]);
  });
});
