// Columns of more categories than a byte has bins: what goes with a category goes with it in drawn rows, under conditions, in
// a kept model and in the ONNX file.

import { numberColumn, parseCondition, RowRandom, streamKey, Table, textColumn } from "@verisim/core";
import { checkOnnx, descriptionKey, openOnnx, type SamplerDescription } from "@verisim/onnx";
import { beforeAll, describe, expect, test } from "vitest";
import { withDigits } from "./bin-digits.ts";
import type { ColumnRows } from "./learnt-columns.ts";
import { SequentialTrees } from "./sequential-trees.ts";

const products = 400;
const rowsOfEach = 40;
/** Spread over the numbers, so that a product's neighbours are nothing like it. */
const scattered = (product: number): number => (product * 167) % products;
const nameOf = (product: number): number => Math.floor(scattered(product) / 2);
const priceOf = (product: number): number => 10 * (scattered(product) % 50);

/** Products with a price that varies a little around their own, and one of two names: nine in ten the first. */
function sales(): Table {
  const count = products * rowsOfEach;
  const random = new RowRandom(streamKey(4, "sales"), 0);
  const product = Array.from({ length: count }, (_, row) => row % products);
  const second = product.map(() => random.uniform() < 0.1);
  return new Table([
    textColumn(
      "product",
      product.map((p) => `P${p}`),
    ),
    textColumn(
      "name",
      product.map((p, row) => `${second[row] ? "spare" : "part"} ${nameOf(p)}`),
    ),
    numberColumn(
      "price",
      product.map((p) => priceOf(p) + Math.floor(5 * random.uniform())),
    ),
  ]);
}
const category = { sdtype: "categorical" } as const;
const metadata = {
  columns: {
    product: category,
    name: category,
    price: { sdtype: "numerical", numberStyle: "integer", decimals: 0 },
  },
} as const;

const isRight = (row: Record<string, unknown>): [name: boolean, price: boolean] => {
  const product = Number(String(row.product).slice(1));
  const above = Number(row.price) - priceOf(product);
  return [Number(String(row.name).split(" ")[1]) === nameOf(product), above >= 0 && above < 5];
};

test("digits tell the categories of a bin apart, and say nothing where none are shared", () => {
  const binOf = Uint8Array.of(0, 1, 1, 2, 1, 2);
  const codes = Int32Array.of(0, 1, 2, 3, 4, 5, 4);
  const column = {
    kind: "category",
    encoded: 3,
    name: "city",
    missing: false,
    cardinality: 6,
    ordered: false,
    binOf,
  } as const;
  const rows: ColumnRows = { column, codes, drawn: codes };
  const [first, digits, ...more] = withDigits([rows]);
  expect(more).toEqual([]);
  expect(first).toBe(rows);
  expect(digits!.column).toMatchObject({ kind: "digits", encoded: 3, name: "city" });
  expect([...digits!.lookup!]).toEqual([0, 1, 2, 1, 3, 2]);
  expect([...digits!.codes]).toEqual([0, 1, 2, 1, 3, 2, 3]);
  expect(withDigits([{ ...rows, column: { ...column, ordered: true } }])).toHaveLength(1);
  expect(
    withDigits([{ ...rows, column: { ...column, binOf: Uint8Array.of(0, 1, 2, 3, 4, 5) } }]),
  ).toHaveLength(1);
});

describe("a table of 400 products", () => {
  let trees: SequentialTrees;
  beforeAll(async () => {
    trees = await new SequentialTrees().fit(sales(), { metadata, seed: 1 });
  });

  test("a product's name and price go with it, the names in their shares", async () => {
    const drawn = (await trees.sample(8_000, { seed: 2 })).toRows();
    const right = drawn.map(isRight);
    // By 255 bins alone 0.64 of the names are their products'.
    expect(right.filter(([name]) => name).length / drawn.length).toBeGreaterThan(0.97);
    expect(right.filter(([, price]) => price).length / drawn.length).toBeGreaterThan(0.9);
    const spare = drawn.filter((row) => String(row.name).startsWith("spare")).length / drawn.length;
    // Three deviations of a tenth among 8,000 rows are 0.010; the real rows' own share is within 0.007.
    expect(Math.abs(spare - 0.1)).toBeLessThan(0.02);
  });

  test("a condition on a product brings its own rows", async () => {
    const drawn = (await trees.sample(200, { seed: 3, where: parseCondition("product = 'P377'") })).toRows();
    expect(new Set(drawn.map((row) => row.product))).toEqual(new Set(["P377"]));
    expect(drawn.map(isRight).filter(([name, price]) => name && price).length).toBeGreaterThan(180);
  });

  test("a kept model draws the same rows; one whose digits are not behind their column is refused", async () => {
    const artifact = trees.toArtifact();
    const again = SequentialTrees.fromArtifact(artifact);
    expect((await again.sample(300, { seed: 5 })).toRows()).toEqual(
      (await trees.sample(300, { seed: 5 })).toRows(),
    );
    const chain = artifact.manifest.chain as { columns: readonly { kind: string }[] };
    const places = chain.columns.flatMap(({ kind }, place) => (kind === "digits" ? [place] : []));
    expect(places).toHaveLength(2);
    const columns = chain.columns.map((column, place) =>
      place === places[0] ? { ...column, encoded: 2 } : column,
    );
    const broken = { ...artifact, manifest: { ...artifact.manifest, chain: { ...chain, columns } } };
    expect(() => SequentialTrees.fromArtifact(broken as typeof artifact)).toThrow(
      expect.objectContaining({ code: "VERISIM_MODEL_FILE" }),
    );
  });

  test("the ONNX file yields the rows of the native runtime", async () => {
    const rowCount = 400;
    const bytes = await trees.toOnnx();
    const { columns } = JSON.parse(checkOnnx(bytes).metadata![descriptionKey]!) as SamplerDescription;
    const file = await openOnnx(bytes, { threads: 1 });
    const noise = await trees.samplerNoise({ seed: 6, rowCount });
    const outputs = await file.runTyped(
      Object.fromEntries(file.inputNames.map((name) => [name, noise[name]!])),
    );
    await file.dispose();
    const drawn = (await trees.sample(rowCount, { seed: 6 })).toRows();
    for (const { name, output } of columns)
      expect(Array.from(outputs[output]!.data as ArrayLike<unknown>), name).toEqual(
        drawn.map((row) => row[name]),
      );
  });
});
