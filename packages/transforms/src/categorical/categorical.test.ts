import type { ColumnMetadata, DictionaryColumn, RowContext } from "@verisim/core";
import { dictionaryColumn, rowUniform, streamKey, textColumn, VerisimError } from "@verisim/core";
import { describe, expect, test } from "vitest";
import type { ColumnTransform } from "../column-transform.ts";
import { BinaryEncoder } from "./binary-encoder.ts";
import { CustomLabelEncoder } from "./custom-label-encoder.ts";
import { FrequencyEncoder, OrderedUniformEncoder, UniformEncoder } from "./interval-encoder.ts";
import { LabelEncoder } from "./label-encoder.ts";
import { OneHotEncoder } from "./one-hot-encoder.ts";
import { OrderedLabelEncoder } from "./ordered-label-encoder.ts";

const key = streamKey(4, "table", "word");
const rows = (rowCount: number): RowContext => ({ key, rowStart: 0, rowCount });
const categorical: ColumnMetadata = { sdtype: "categorical" };

function fitted(
  transform: ColumnTransform,
  column: DictionaryColumn,
  metadata: ColumnMetadata = categorical,
) {
  const state = transform.fit(transform.analyze(column, metadata), metadata);
  const encoded = transform.encode(column, state, rows(column.codes.length));
  return {
    state,
    values: encoded[0]?.kind === "continuous" ? Array.from(encoded[0].values) : [],
    codes: encoded[0]?.kind === "discrete" ? Array.from(encoded[0].codes) : [],
    cardinality: encoded[0]?.kind === "discrete" ? encoded[0].cardinality : 0,
  };
}

function errorOf(run: () => unknown): VerisimError {
  try {
    run();
  } catch (error) {
    if (VerisimError.isInstance(error)) return error;
  }
  throw new Error("expected a VerisimError");
}

const words = textColumn("word", ["b", "a", "a", "c", "a", null, "b", "a"]);

test("LabelEncoder shares codes and dictionary where the order is the data's", () => {
  const transform = new LabelEncoder({ missing: "keep" });
  const state = transform.fit(transform.analyze(words));
  const [encoded] = transform.encode(words, state, rows(8));
  expect(encoded!.kind === "discrete" && encoded!.codes).toBe(words.codes);
  expect(state.categories).toBe(words.dictionary);
  const decoded = transform.decode([encoded!], state, rows(8)) as DictionaryColumn;
  expect(decoded.codes).toBe(words.codes);
  expect(decoded.dictionary).toBe(words.dictionary);
});

test("LabelEncoder orders codes by text, number or frequency, and forgets categories without rows", () => {
  const order = (orderBy: "seen" | "alphabetical" | "numerical" | "frequency", column: DictionaryColumn) =>
    fitted(new LabelEncoder({ orderBy }), column).state["categories"];
  expect(order("alphabetical", words)).toEqual(["a", "b", "c"]);
  expect(order("frequency", words)).toEqual(["a", "b", "c"]);
  expect(order("seen", words)).toEqual(["b", "a", "c"]);
  expect(order("numerical", textColumn("word", ["10", "9", "-1"]))).toEqual(["-1", "9", "10"]);
  expect(order("seen", dictionaryColumn("word", [2, 0], ["x", "secret", "y"]))).toEqual(["x", "y"]);
});

test("a category that the fit did not see is a missing cell", () => {
  const transform = new LabelEncoder({ missing: "keep" });
  const state = transform.fit(transform.analyze(words));
  const [encoded] = transform.encode(textColumn("word", ["c", "new"]), state, rows(2));
  expect(encoded!.kind === "discrete" && Array.from(encoded!.codes)).toEqual([2, -1]);
});

describe("the uniform encoders", () => {
  const many = textColumn(
    "word",
    Array.from({ length: 20_000 }, (_, row) => (row % 10 < 6 ? "mid" : row % 10 < 9 ? "low" : "high")),
  );

  test("make uniform numbers, and uniform numbers decode to the real shares", () => {
    const transform = new UniformEncoder();
    const { state, values } = fitted(transform, many);
    const sorted = values.slice().sort((a, b) => a - b);
    const distance = Math.max(...sorted.map((value, i) => Math.abs(value - i / sorted.length)));
    // 1.95 / sqrt(20,000): once in 1,000 samples.
    expect(distance).toBeLessThan(0.0138);
    const uniform = Float64Array.from({ length: 20_000 }, (_, row) => rowUniform(key, row, 9));
    const made = transform.decode(
      [{ kind: "continuous", name: "word", values: uniform }],
      state as Parameters<typeof transform.decode>[1],
      rows(20_000),
    ) as DictionaryColumn;
    const mid = made.codes.filter((code) => made.dictionary[code] === "mid").length;
    // 12,000 with a deviation of 69: five deviations.
    expect(Math.abs(mid - 12_000)).toBeLessThan(346);
  });

  test("OrderedUniformEncoder keeps the order, from the option, the metadata or the texts", () => {
    const order = ["low", "mid", "high"];
    for (const [options, metadata] of [
      [{ order }, categorical],
      [{}, { sdtype: "ordinal", rangeValues: order }],
    ] as const) {
      const { values } = fitted(new OrderedUniformEncoder(options), many, metadata);
      const largestLow = Math.max(...values.filter((_, row) => row % 10 >= 6 && row % 10 < 9));
      const smallestHigh = Math.min(...values.filter((_, row) => row % 10 === 9));
      expect(largestLow).toBeLessThanOrEqual(0.3);
      expect(smallestHigh).toBeGreaterThanOrEqual(0.9);
    }
    const digits = textColumn("word", ["10", "9", "2"]);
    expect(fitted(new OrderedLabelEncoder(), digits).codes).toEqual([2, 1, 0]);
  });

  test("an order that leaves out a category names it", () => {
    const error = errorOf(() => fitted(new OrderedLabelEncoder({ order: ["low", "mid"] }), many));
    expect(error.code).toBe("VERISIM_CATEGORY_ORDER");
    expect(error.message).toContain('"high"');
    expect(error.where.column).toBe("word");
  });

  test("FrequencyEncoder starts with the commonest category, at the middle of its interval or around it", () => {
    const { values } = fitted(new FrequencyEncoder(), many);
    expect(new Set(values)).toEqual(new Set([0.3, 0.6 + 0.3 / 2, 0.95]));
    const spread = fitted(new FrequencyEncoder({ noise: true }), many).values;
    expect(new Set(spread).size).toBeGreaterThan(19_000);
    expect(spread.every((value, row) => (row % 10 < 6 ? value < 0.6 : value >= 0.6))).toBe(true);
  });
});

test("OneHotEncoder is a code and a width, missing one of them", () => {
  const { codes, cardinality } = fitted(new OneHotEncoder(), words);
  expect(codes).toEqual([1, 0, 0, 2, 0, 3, 1, 0]);
  expect(cardinality).toBe(4);
});

test("CustomLabelEncoder uses the user's numbers and decodes to the nearest", () => {
  const transform = new CustomLabelEncoder({ labels: { a: 10, b: -5, c: 0.5 }, missing: "keep" });
  const { state, values } = fitted(transform, words);
  expect(values).toEqual([-5, 10, 10, 0.5, 10, Number.NaN, -5, 10]);
  const made = transform.decode(
    [{ kind: "continuous", name: "word", values: Float64Array.of(-100, 4, 6, Number.NaN) }],
    state as Parameters<typeof transform.decode>[1],
    rows(4),
  ) as DictionaryColumn;
  expect(Array.from(made.codes, (code) => made.dictionary[code] ?? null)).toEqual(["b", "c", "a", null]);
  expect(errorOf(() => fitted(new CustomLabelEncoder({ labels: { a: 1, b: 2 } }), words)).code).toBe(
    "VERISIM_CATEGORY_ORDER",
  );
  expect(errorOf(() => new CustomLabelEncoder({ labels: { a: 1, b: 1 } })).code).toBe(
    "VERISIM_TRANSFORM_OPTION",
  );
});

test("BinaryEncoder knows truth however it is written", () => {
  const encode = (cells: readonly string[]): number[] =>
    fitted(new BinaryEncoder(), textColumn("word", cells)).values;
  expect(encode(["TRUE", "FALSE"])).toEqual([1, 0]);
  expect(encode(["no", "yes"])).toEqual([0, 1]);
  expect(encode(["Y", "Y"])).toEqual([1, 1]);
  expect(encode(["0", "0"])).toEqual([0, 0]);
  expect(encode(["left", "right"])).toEqual([0, 1]);
  expect(errorOf(() => encode(["a", "b", "c"])).code).toBe("VERISIM_NOT_BOOLEAN");
});

test("100,000 categories cost memory in proportion to them, in fit, encode and decode", () => {
  const categories = 100_000;
  const rowCount = 200_000;
  const column = dictionaryColumn(
    "word",
    Int32Array.from({ length: rowCount }, (_, row) => row % categories),
    Array.from({ length: categories }, (_, code) => `category ${code}`),
  );
  // A square matrix would take 80 GB, a rows x categories one 160 GB. What is allowed: 256 bytes per
  // category and row, garbage that was not yet collected included; measured: up to 150.
  for (const transform of [
    new OneHotEncoder(),
    new LabelEncoder(),
    new UniformEncoder(),
    new FrequencyEncoder(),
  ]) {
    const before = process.memoryUsage();
    const state = transform.fit(transform.analyze(column));
    const encoded = transform.encode(column, state as never, rows(rowCount));
    const decoded = transform.decode(encoded, state as never, rows(rowCount)) as DictionaryColumn;
    const after = process.memoryUsage();
    const bytes = Object.values(state).reduce<number>(
      (sum, value) => sum + (ArrayBuffer.isView(value) ? value.byteLength : 0),
      0,
    );
    expect(bytes).toBeLessThanOrEqual(16 * categories);
    expect(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(
      256 * (categories + rowCount),
    );
    for (const row of [0, 77_777, 199_999]) {
      expect(decoded.dictionary[decoded.codes[row]!]).toBe(`category ${row % categories}`);
    }
  }
});
