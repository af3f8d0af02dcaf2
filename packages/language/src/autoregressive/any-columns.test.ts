// What only this generator promises: any cells given, any others drawn, with the probabilities of the data.

import {
  numberColumn,
  parseCondition,
  rowUniform,
  type SampleOptions,
  streamKey,
  Table,
  textColumn,
} from "@verisim/core";
import { beforeAll, describe, expect, test } from "vitest";
import { AutoregressiveTable } from "./autoregressive-table.ts";

const rowCount = 3_000;
const uniform = (name: string, row: number): number => rowUniform(streamKey(5, name), row);
const colours = Array.from({ length: rowCount }, (_, row) => (uniform("colour", row) < 0.7 ? "red" : "blue"));
// Red rows are large with probability 0.9, blue ones with 0.2; length follows size, and code names the colour.
const sizes = colours.map((colour, row) =>
  uniform("size", row) < (colour === "red" ? 0.9 : 0.2) ? "large" : "small",
);
const lengths = sizes.map((size, row) =>
  Math.round((size === "large" ? 50 : 10) + 10 * uniform("length", row)),
);
const notes = colours.map((_, row) => (uniform("note", row) < 0.25 ? null : "seen"));
const table = new Table([
  textColumn("colour", colours),
  textColumn(
    "code",
    colours.map((colour) => (colour === "red" ? "R" : "B")),
  ),
  textColumn("size", sizes),
  numberColumn("length", lengths),
  textColumn("note", notes),
]);
const metadata = {
  columns: {
    colour: { sdtype: "categorical" },
    code: { sdtype: "categorical" },
    size: { sdtype: "categorical" },
    length: { sdtype: "numerical", decimals: 0 },
    note: { sdtype: "categorical" },
  },
} as const;

let model: AutoregressiveTable;
beforeAll(async () => {
  const options = { minSteps: 1_200, epochs: 1, averageDecay: 0.99, dropout: 0.1, patience: 40 };
  model = await new AutoregressiveTable(options).fit(table, { metadata, seed: 1 });
}, 120_000);

const share = (cells: readonly unknown[], wanted: unknown): number =>
  cells.filter((cell) => cell === wanted).length / cells.length;

describe("complete", () => {
  test("draws missing columns from those that are there, whichever they are", async () => {
    const given = new Table([textColumn("size", new Array<string>(2_000).fill("small"))]);
    const rows = (await model.complete(given, { seed: 3 })).toRows();
    expect(Object.keys(rows[0]!)).toEqual(["colour", "code", "size", "length", "note"]);
    expect(rows.every(({ size }) => size === "small")).toBe(true);
    // Of small rows 0.07 are red and 0.24 blue: 0.226 red. Deviation of the share 0.0094.
    expect(
      Math.abs(
        share(
          rows.map(({ colour }) => colour),
          "red",
        ) - 0.226,
      ),
    ).toBeLessThan(0.05);
    expect(rows.every(({ colour, code }) => (colour === "red") === (code === "R"))).toBe(true);
    expect(rows.filter(({ length }) => Number(length) <= 20).length).toBeGreaterThan(0.97 * rows.length);
  });

  test("keeps every given cell, fills every gap, and does so again", async () => {
    const gaps = new Table([
      textColumn("colour", ["red", null, null, "green"]),
      textColumn("code", [null, "B", null, null]),
      textColumn("size", [null, null, "large", "small"]),
      numberColumn("length", [53, Number.NaN, Number.NaN, 15.25]),
      textColumn("note", [null, null, null, null]),
    ]);
    const completed = await model.complete(gaps, { seed: 1 });
    const rows = completed.toRows();
    expect(rows[0]).toMatchObject({ colour: "red", code: "R", length: 53 });
    // The code alone says the colour.
    expect(rows[1]).toMatchObject({ colour: "blue", code: "B" });
    expect(rows[3]).toMatchObject({ colour: "green", size: "small", length: 15.25 });
    for (const row of rows) for (const cell of Object.values(row)) expect(cell).not.toBeNull();
    expect((await model.complete(gaps, { seed: 1 })).toRows()).toEqual(rows);
    // A row does not depend on the others.
    expect((await model.complete(gaps.slice(0, 2), { seed: 1 })).toRows()).toEqual(rows.slice(0, 2));
  });
});

test("columns bound together are drawn together, whichever comes first", async () => {
  const where = parseCondition("length < 15 and colour in ('red', 'blue')");
  const rows = (await model.sample(2_000, { seed: 2, where })).toRows();
  expect(rows.every(({ length }) => Number(length) < 15)).toBe(true);
  // Colours come before lengths: drawn by themselves 0.7 would be red; of rows this short 0.226 are.
  expect(
    Math.abs(
      share(
        rows.map(({ colour }) => colour),
        "red",
      ) - 0.226,
    ),
  ).toBeLessThan(0.06);
});

test("fair rows have one column as often in every group of another, and keep the rest of the law", async () => {
  const large = async (fairness?: SampleOptions["fairness"]) => {
    const rows = (await model.sample(4_000, { seed: 6, ...(fairness ? { fairness } : {}) })).toRows();
    const of = (colour: string): number =>
      share(
        rows.filter((row) => row.colour === colour).map(({ size }) => size),
        "large",
      );
    return { rows, red: of("red"), blue: of("blue") };
  };
  const plain = await large();
  expect(plain.red - plain.blue).toBeGreaterThan(0.6);
  const fair = await large({ target: "size", sensitive: ["colour"] });
  // Deviation of the difference 0.016.
  expect(Math.abs(fair.red - fair.blue)).toBeLessThan(0.06);
  // 0.7 of the rows are red and 0.7 x 0.9 + 0.3 x 0.2 of them large, as ever; the code still names the colour.
  expect(Math.abs(fair.red - 0.69)).toBeLessThan(0.05);
  const colours = fair.rows.map(({ colour }) => colour);
  expect(Math.abs(share(colours, "red") - 0.7)).toBeLessThan(0.04);
  expect(fair.rows.every(({ colour, code }) => (colour === "red") === (code === "R"))).toBe(true);
  const long = fair.rows.filter(({ length }) => Number(length) >= 45);
  expect(
    share(
      long.map(({ size }) => size),
      "large",
    ),
  ).toBeGreaterThan(0.97);
  const some = await large({ target: "size", sensitive: ["colour"], gap: 0.3 });
  expect(Math.abs(some.red - some.blue - 0.3)).toBeLessThan(0.06);
});

test("predict gives the probabilities that the rows have", async () => {
  const asked = new Table([
    textColumn("colour", ["red", "blue", null]),
    textColumn("code", [null, null, null]),
    textColumn("size", [null, null, null]),
    numberColumn("length", [Number.NaN, Number.NaN, 55]),
    textColumn("note", [null, null, null]),
  ]);
  const { values, probabilities } = await model.predict(asked, "size");
  const large = values.indexOf("large");
  const of = (row: number): number => probabilities[row * values.length + large]!;
  expect(Math.abs(of(0) - 0.9)).toBeLessThan(0.05);
  expect(Math.abs(of(1) - 0.2)).toBeLessThan(0.06);
  expect(of(2)).toBeGreaterThan(0.95);
  expect(of(0) + probabilities[1 - large]!).toBeCloseTo(1, 5);
  await expect(model.predict(asked, "length")).rejects.toThrow(
    'Expected a column that is learnt as categories but received "length".',
  );
});

test("log likelihoods are those of the rows' cells, and sum to the data's entropy", async () => {
  const logs = await model.logLikelihood(table);
  // In nats a row: colour 0.611, size 0.7 x 0.325 + 0.3 x 0.500, length about log 10, note 0.562.
  const entropy = 0.611 + 0.378 + Math.log(10) + 0.562;
  const mean = logs.reduce((sum, log) => sum + log, 0) / rowCount;
  expect(Math.abs(-mean - entropy)).toBeLessThan(0.12);
  const odd = table.slice(0, 2);
  const strange = new Table([
    textColumn("colour", ["red", "red"]),
    textColumn("code", ["R", "R"]),
    textColumn("size", ["large", "large"]),
    numberColumn("length", [55, 12]),
    textColumn("note", ["seen", "seen"]),
  ]);
  const [usual, never] = await model.logLikelihood(strange);
  expect(usual! - never!).toBeGreaterThan(2);
  expect(odd.rowCount).toBe(2);
});

test("a low temperature and a small share of the probability draw what is likeliest", async () => {
  const { manifest, ...artifact } = model.toArtifact();
  const sharp = async (options: object): Promise<number> => {
    const own = AutoregressiveTable.fromArtifact({
      ...artifact,
      manifest: { ...manifest, options: { ...(manifest.options as object), ...options } },
    });
    return share(
      (await own.sample(1_000, { seed: 1 })).toRows().map(({ colour }) => colour),
      "red",
    );
  };
  expect(Math.abs((await sharp({})) - 0.7)).toBeLessThan(0.06);
  // 0.7^4 of 0.7^4 + 0.3^4
  expect(Math.abs((await sharp({ samplingTemperature: 0.25 })) - 0.967)).toBeLessThan(0.03);
  expect(await sharp({ topP: 0.6 })).toBe(1);
});

test("a category of three rows is drawn only when it is asked for, and a warning says so", async () => {
  const rare = new Table([
    textColumn(
      "kind",
      sizes.map((size, row) => (row % 1_000 === 7 ? "odd" : size)),
    ),
    ...table.columns,
  ]);
  const options = { minSteps: 300, epochs: 1, hiddenDim: 32, headDim: 16 };
  const own = { columns: { kind: { sdtype: "categorical" }, ...metadata.columns } } as const;
  const generator = await new AutoregressiveTable(options).fit(rare, { metadata: own, seed: 1 });
  expect(generator.warnings).toContain('Column "kind": 1 category of few rows is drawn only when asked for.');
  const kinds = (rows: Table): unknown[] => rows.toRows().map(({ kind }) => kind);
  // Of 5,000 rows five would hold it.
  expect(kinds(await generator.sample(5_000, { seed: 1 }))).not.toContain("odd");
  const asked = await generator.sample(20, {
    seed: 1,
    where: parseCondition("kind = 'odd' and length > 15"),
  });
  expect(share(kinds(asked), "odd")).toBe(1);
});
