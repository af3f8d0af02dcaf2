import type { Column, ColumnMetadata, DictionaryColumn, RowContext } from "@verisim/core";
import { numberColumn, streamKey, textColumn, VerisimError } from "@verisim/core";
import { describe, expect, test } from "vitest";
import { DistinctNumbers } from "./distinct-numbers.ts";
import { IDGenerator, IndexGenerator } from "./index-generator.ts";
import { RegexGenerator, type RegexGeneratorOptions } from "./regex-generator.ts";

const key = streamKey(3, "table", "id");
const rows = (rowStart: number, rowCount: number): RowContext => ({ key, rowStart, rowCount });

function generator(
  column: Column,
  options: RegexGeneratorOptions = {},
  regexFormat?: string,
): (rowStart: number, rowCount: number) => Column {
  const transform = new RegexGenerator(options);
  const metadata = { sdtype: "id", ...(regexFormat === undefined ? {} : { regexFormat }) };
  const state = transform.fit(transform.analyze(column), metadata);
  return (rowStart, rowCount) => transform.decode([], state, rows(rowStart, rowCount));
}

function textsOf(column: Column): string[] {
  const { codes, dictionary } = column as DictionaryColumn;
  return Array.from(codes, (code) => dictionary[code] ?? "");
}

const numbered = (count: number, from: number = 0): string[] =>
  Array.from({ length: count }, (_, i) => `INV-${String(from + i).padStart(6, "0")}`);

describe("distinct numbers", () => {
  test.each([1n, 2n, 97n, 4096n, 100_003n])("of a space of %s are a permutation", (size) => {
    const numbers = new DistinctNumbers(key, size);
    const seen = new Set(Array.from({ length: Number(size) }, (_, i) => numbers.at(i)));
    expect(seen.size).toBe(Number(size));
    for (const number of seen) expect(number >= 0n && number < size).toBe(true);
  });

  test.each([2n ** 52n + 1n, 36n ** 16n, 16n ** 64n])(
    "of the large space %s differ and spread over it",
    (size) => {
      const numbers = new DistinctNumbers(key, size);
      const drawn = Array.from({ length: 5000 }, (_, i) => numbers.at(i));
      expect(new Set(drawn).size).toBe(5000);
      // The mean place of uniform numbers is 1/2 with a deviation of 0.0041: five deviations.
      const mean = drawn.reduce((sum, number) => sum + Number((number * 1_000_000n) / size) / 1e6, 0) / 5000;
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.0205);
      expect(drawn.every((number) => number < size)).toBe(true);
    },
  );
});

describe("RegexGenerator", () => {
  test("gives 300,000 different ids of the pattern, the same for any batching", () => {
    const make = generator(textColumn("id", numbered(50)), {}, "[A-Z]{2}\\d{4}");
    const all = textsOf(make(0, 300_000));
    expect(new Set(all).size).toBe(300_000);
    expect(all.every((id) => /^[A-Z]{2}\d{4}$/.test(id))).toBe(true);
    expect(textsOf(make(123_456, 100))).toEqual(all.slice(123_456, 123_556));
  });

  test("uses up a space to its last id, then names column, pattern and size", () => {
    const make = generator(textColumn("id", ["a1", "b2"]), { cardinalityRule: "unique" }, "[a-c]\\d");
    expect(new Set(textsOf(make(0, 30))).size).toBe(30);
    try {
      make(0, 31);
      expect.unreachable();
    } catch (error) {
      expect(VerisimError.isInstance(error) && error.code).toBe("VERISIM_ID_SPACE_EXHAUSTED");
      expect((error as VerisimError).message).toBe(
        'Expected at most 30 unique ids of the pattern "[a-c]\\\\d" in column "id" but row 31 was asked for.',
      );
      expect((error as VerisimError).where).toMatchObject({ column: "id", row: 31 });
    }
  });

  test("gives no real id while there are others, although it stores none", () => {
    const real = numbered(3000, 40_000);
    const transform = new RegexGenerator();
    const state = transform.fit(transform.analyze(textColumn("id", real)), {
      sdtype: "id",
      regexFormat: "INV-\\d{6}",
    });
    const made = textsOf(transform.decode([], state, rows(0, 200_000)));
    const known = new Set(real);
    expect(made.filter((id) => known.has(id))).toEqual([]);
    expect(JSON.stringify(state)).not.toContain("04000");
    expect(state.occupied!.byteLength).toBeLessThanOrEqual(512);
    // Everything that is left comes last, and nothing comes twice.
    expect(new Set(textsOf(transform.decode([], state, rows(0, 1_000_000)))).size).toBe(1_000_000);
  });

  test("learns the shape of ids and keeps neither their digits nor letters that few share", () => {
    const transform = new RegexGenerator();
    const shape = (ids: readonly string[]): string =>
      transform.fit(transform.analyze(textColumn("id", ids)), { sdtype: "id" }).pattern;
    expect(shape(numbered(100))).toBe("INV-\\d{6}");
    expect(shape(["Smith-1972"])).toBe("[A-Z]{1}[a-z]{4}-[1-9]\\d{3}");
    expect(shape(Array.from({ length: 30 }, (_, i) => `${536_365 + i}`))).toBe("[1-9]\\d{5}");
    expect(shape(["0b7f3c1e-1000-4a5b-8c6d-0123456789ab"])).toMatch(/\{8\}-.*\{4\}-4/);
    expect(shape(["9f86d081884c7d65", "60303ae22b998861"])).toBe("[0-9a-f]{16}");
  });

  test("goes on with longer ids where a learnt shape has no more", () => {
    const make = generator(textColumn("id", ["A1", "B2", "C3"]));
    const made = textsOf(make(0, 5000));
    expect(new Set(made).size).toBe(5000);
    expect(made.slice(0, 260).every((id) => /^[A-Z]\d$/.test(id) || /^[A-Z][1-9]$/.test(id))).toBe(true);
    expect(Math.max(...made.map((id) => id.length))).toBeLessThanOrEqual(4);
  });

  test("goes on with longer ids where a pattern found in the data has no more, unlike where it was declared", () => {
    const real = Array.from({ length: 200 }, (_, i) => `P${10_000 + 5 * i}`);
    const make = (metadata: Partial<ColumnMetadata>, rowCount: number): string[] => {
      const transform = new RegexGenerator();
      const found = { sdtype: "id", regexFormat: "P10[0-9]{3}", ...metadata };
      const state = transform.fit(transform.analyze(textColumn("id", real)), found);
      return textsOf(transform.decode([], state, rows(0, rowCount)));
    };
    const made = make({ regexLearnt: true }, 1_000_000);
    expect(new Set(made).size).toBe(1_000_000);
    expect(made.slice(0, 1000).every((id) => /^P10\d{3}$/.test(id))).toBe(true);
    expect(made.slice(1000).every((id) => /^P[1-9]\d{5,6}$/.test(id))).toBe(true);
    expect(() => make({}, 1001)).toThrow("at most 1000 unique ids");
    // Longer than all real ids: runs of 1 to 3 digits beside each other.
    const runs = make({ regexFormat: "[A-Z][0-9]{1,3}-[0-9]{0,3}", regexLearnt: true }, 40_000);
    expect(new Set(runs).size).toBe(40_000);
  });

  test("a column of numbers stays one, without a number twice", () => {
    const make = generator(
      numberColumn(
        "id",
        Array.from({ length: 500 }, (_, i) => 12_346 + i),
      ),
    );
    const made = make(0, 20_000);
    expect(made.kind).toBe("number");
    const values = made.kind === "number" ? made.values : new Float64Array(0);
    expect(new Set(values).size).toBe(20_000);
    expect(values.every((value) => value >= 10_000 && value <= 99_999)).toBe(true);
  });

  test("numbers with fractions or a declared pattern of several lengths stay different numbers", () => {
    const fractions = numberColumn(
      "id",
      Array.from({ length: 400 }, (_, i) => i / 8),
    );
    for (const make of [
      generator(fractions, { cardinalityRule: "unique" }),
      generator(numberColumn("id", [1, 22, 333]), {}, "\\d{1,3}"),
    ]) {
      const made = make(0, 5000);
      expect(new Set(made.kind === "number" ? made.values : []).size).toBe(5000);
    }
  });

  test("repeats ids of a column that repeats them just as often", () => {
    const real = Array.from({ length: 1000 }, (_, i) => `C${100 + Math.floor(Math.sqrt(i) * 3)}`);
    const countsOf = (ids: readonly string[]): number[] => {
      const counts = new Map<string, number>();
      for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
      return [...counts.values()].sort((a, b) => a - b);
    };
    const scale = generator(textColumn("id", real));
    expect(countsOf(textsOf(scale(0, 1000)))).toEqual(countsOf(real));
    expect(countsOf(textsOf(scale(1000, 1000)))).toEqual(countsOf(real));
    expect(new Set(textsOf(scale(0, 3000))).size).toBe(3 * new Set(real).size);
    const match = generator(textColumn("id", real), { cardinalityRule: "match" });
    expect(new Set(textsOf(match(0, 5000))).size).toBe(new Set(real).size);
  });

  test("names the column of a pattern that it cannot use", () => {
    expect(() => generator(textColumn("id", ["a"]), {}, "(?=a)")).toThrow(VerisimError);
    try {
      generator(textColumn("id", ["a"]), {}, "(?=a)");
    } catch (error) {
      expect((error as VerisimError).where.column).toBe("id");
    }
  });
});

test("IndexGenerator counts rows, IDGenerator puts text around the count", () => {
  const index = new IndexGenerator({ start: 100 });
  const counted = index.fit(index.analyze(numberColumn("id", [5, 6])));
  expect(index.decode([], counted, rows(20, 3))).toMatchObject({ values: Float64Array.of(120, 121, 122) });
  const id = new IDGenerator({ prefix: "P-", suffix: "/x", start: 7 });
  const prefixed = id.fit(id.analyze(textColumn("id", ["a", "b"])));
  expect(textsOf(id.decode([], prefixed, rows(0, 2)))).toEqual(["P-7/x", "P-8/x"]);
});

test("ids are missing as often as real ones, row by row", () => {
  const gaps = Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? null : `K${i}`));
  const make = generator(textColumn("id", gaps));
  const codes = (make(0, 40_000) as DictionaryColumn).codes;
  const missing = codes.filter((code) => code < 0).length;
  // A quarter of 40,000 with a deviation of 87: five deviations.
  expect(Math.abs(missing - 10_000)).toBeLessThan(435);
});
