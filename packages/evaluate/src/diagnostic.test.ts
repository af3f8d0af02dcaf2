import { type ColumnMetadata, numberColumn, Table, textColumn } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { diagnosticReport } from "./diagnostic.ts";

const { NaN: missing } = Number;
const numbers = (...values: number[]): Table => new Table([numberColumn("x", values)]);
const texts = (...cells: (string | null)[]): Table => new Table([textColumn("x", cells)]);

/** Score of the only check. */
function check(real: Table, synthetic: Table, column: ColumnMetadata): number | null | undefined {
  return diagnosticReport(real, synthetic, { columns: { x: column } }).dataValidity.columns[0]?.score;
}

describe("BoundaryAdherence", () => {
  it("is the share of rows within the real range", () => {
    expect(check(numbers(1, 5), numbers(0, 1, 3, 5), { sdtype: "numerical" })).toBe(0.75);
    expect(check(numbers(1, 5), numbers(0, 9), { sdtype: "datetime" })).toBe(0);
  });

  it("counts a missing cell as wrong unless the real column has one or the metadata allows it", () => {
    expect(check(numbers(1, 5), numbers(1, missing), { sdtype: "numerical" })).toBe(0.5);
    expect(check(numbers(1, missing), numbers(1, missing), { sdtype: "numerical" })).toBe(1);
    expect(check(numbers(1, 5), numbers(1, missing), { sdtype: "numerical", nullable: true })).toBe(1);
    expect(check(numbers(1, 5), numbers(missing), { sdtype: "numerical", nullable: true })).toBeNull();
  });

  it("uses the declared range where there is one", () => {
    expect(check(numbers(1, 5), numbers(-3, 5, 6), { sdtype: "numerical", rangeMin: -5 })).toBeCloseTo(2 / 3);
  });

  it("accepts nothing when all real cells are missing", () => {
    expect(check(numbers(missing), numbers(1, 2), { sdtype: "numerical" })).toBe(0);
  });

  it("is not asked of the sequence index", () => {
    const metadata = { columns: { x: { sdtype: "numerical" } }, sequenceIndex: "x" };
    expect(diagnosticReport(numbers(1), numbers(2), metadata)).toMatchObject({
      score: 1,
      dataValidity: { score: null, columns: [] },
    });
  });
});

describe("CategoryAdherence", () => {
  it("is the share of rows whose category is real", () => {
    expect(check(texts("a", "b"), texts("a", "c", "b", "d"), { sdtype: "categorical" })).toBe(0.5);
    expect(check(texts("a", "b"), texts("a", null), { sdtype: "boolean" })).toBe(0.5);
    expect(check(texts("a", null), texts("a", null), { sdtype: "ordinal" })).toBe(1);
  });

  it("uses the declared categories where there are some", () => {
    expect(
      check(texts("a", "b"), texts("a", "b", "c"), { sdtype: "ordinal", rangeValues: ["c"] }),
    ).toBeCloseTo(1 / 3);
  });
});

describe("KeyUniqueness", () => {
  const key = { columns: { x: { sdtype: "id" } }, primaryKey: "x" };

  it("is the share of rows whose key is neither missing nor a repetition", () => {
    expect(diagnosticReport(texts("a"), texts("a", "b", "a", null), key).dataValidity.columns).toEqual([
      { column: "x", metric: "KeyUniqueness", score: 0.5 },
    ]);
    expect(diagnosticReport(numbers(1), numbers(1, 2, 2, 2), key).dataValidity.score).toBe(0.5);
  });

  it("looks at all columns of a composite key together and at each of an alternate key alone", () => {
    const table = new Table([
      textColumn("a", ["1", "1", "2", null, null]),
      textColumn("b", ["1", "2", "1", "1", null]),
    ]);
    const columns = { a: { sdtype: "id" }, b: { sdtype: "id" } };
    expect(diagnosticReport(table, table, { columns, primaryKey: ["a", "b"] }).dataValidity.columns).toEqual([
      { column: "a, b", metric: "KeyUniqueness", score: 0.8 },
    ]);
    expect(
      diagnosticReport(table, table, { columns, alternateKeys: [["a", "b"]] }).dataValidity.columns,
    ).toEqual([
      { column: "a", metric: "KeyUniqueness", score: 0.4 },
      { column: "b", metric: "KeyUniqueness", score: 0.4 },
    ]);
  });

  it("is not asked of ids that are no key, nor of numbers that are", () => {
    expect(check(texts("a"), texts("a", "a"), { sdtype: "id" })).toBeUndefined();
    const metadata = { columns: { x: { sdtype: "numerical" } }, primaryKey: "x" };
    expect(diagnosticReport(numbers(1), numbers(1, 1), metadata).dataValidity.columns).toEqual([
      { column: "x", metric: "BoundaryAdherence", score: 1 },
    ]);
  });
});

describe("RegexFormatAdherence", () => {
  it("is the share of ids that match the whole pattern", () => {
    const column = { sdtype: "id", regexFormat: "A-\\d{2}" };
    expect(check(texts("A-01"), texts("A-02", "A-123", "B-01", null), column)).toBe(0.25);
  });

  it("asks for real text in named groups, written as Python writes them", () => {
    const column = { sdtype: "id", regexFormat: "(?P<prefix>[A-Z])(\\d)" };
    expect(check(texts("A1", "B2"), texts("A9", "B3", "C1", "A1"), column)).toBe(0.75);
  });

  it("has no score for a pattern that cannot be read", () => {
    expect(check(texts("a"), texts("a"), { sdtype: "id", regexFormat: "([" })).toBeNull();
  });
});

describe("Data Structure", () => {
  const structure = (real: Table, synthetic: Table, column: ColumnMetadata = { sdtype: "numerical" }) =>
    diagnosticReport(real, synthetic, { columns: { x: column } }).dataStructure.score;

  it("is the share of (name, type) pairs that both tables have", () => {
    const real = new Table([numberColumn("x", [1]), textColumn("y", ["a"]), textColumn("z", ["a"])]);
    const synthetic = new Table([numberColumn("x", [1]), textColumn("y", ["a"]), textColumn("w", ["a"])]);
    expect(structure(real, synthetic)).toBe(0.5);
  });

  it("tells whole numbers from decimals and from whole numbers with missing cells", () => {
    expect(structure(numbers(1, 2), numbers(3, 4))).toBe(1);
    expect(structure(numbers(1, 2), numbers(1.5, 2))).toBe(0);
    expect(structure(numbers(1, 2), numbers(1, missing))).toBe(0);
    expect(structure(numbers(1, 2), numbers(1, missing), { sdtype: "numerical", numberStyle: "point" })).toBe(
      1,
    );
    expect(structure(numbers(1, 2), numbers(1, missing), { sdtype: "datetime" })).toBe(1);
  });
});
