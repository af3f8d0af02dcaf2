import { numberColumn, Table, textColumn } from "@verisim/core";
import { empiricalMarginal, marginalQuantile } from "@verisim/stats";
import { describe, expect, test } from "vitest";
import { shopMetadata, shopOptions, shopTable } from "../../fixtures/shop-table.ts";
import type { EncodedRows } from "./layout.ts";
import { TableEncoding } from "./table-encoding.ts";

const table = shopTable();
const fitContext = { seed: 1, tableName: "shop" };
const context = { seed: 1, rowStart: 0 };
const blocks = TableEncoding.fit(table, shopMetadata, shopOptions, fitContext);
const mixture = TableEncoding.fit(table, shopMetadata, { ...shopOptions, numbers: "mixture" }, fitContext);

const numbers = (from: Table, name: string): Float64Array => {
  const column = from.column(name);
  if (column.kind !== "number") throw new Error(`${name} is text`);
  return column.values;
};
const columnOf = (encoding: TableEncoding, name: string): number =>
  encoding.columns.findIndex((column) => column.name === name);

describe("the layout", () => {
  test("leaves out what never varies, what another column decides and what is made up", () => {
    expect(blocks.columns.map(({ name, kind }) => [name, kind])).toEqual([
      ["age", "blocks"],
      ["spent", "blocks"],
      ["debt", "blocks"],
      ["ratio", "blocks"],
      ["joined", "blocks"],
      ["plan", "category"],
      ["street", "category"],
      ["size", "category"],
    ]);
    expect(blocks.layout.placed).toEqual([0, 1, 2, 3, 4, 6]);
    expect(blocks.layout.discrete).toEqual([5, 7]);
    expect(blocks.warnings).toEqual([
      'Column "country" has one value only: nothing can be learnt from it.',
      'Column "year" has one value only: nothing can be learnt from it.',
      'Column "note" has no values: its synthetic cells are missing too.',
    ]);
    for (const [column, width] of blocks.layout.widths.entries()) {
      const { shares, kind, state } = blocks.columns[column]!;
      expect(shares).toHaveLength(width);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      expect(width - (state.missing ? 1 : 0)).toBeLessThanOrEqual(kind === "category" ? 25 : 20);
    }
    expect(blocks.layout.hasPlace).toHaveLength(blocks.layout.widths.reduce((sum, width) => sum + width, 0));
  });

  test("has all places of blocks drawn where they are not learnt, and learns derived columns where asked", () => {
    const options = { ...shopOptions, places: false, derive: false };
    const { layout, columns } = TableEncoding.fit(table, shopMetadata, options, fitContext);
    expect(layout.placed).toEqual([]);
    expect(columns.map(({ name }) => name)).toContain("price");
    expect(layout.widths[columns.findIndex(({ name }) => name === "price")]).toBe(3);
  });

  test("says how often each alternative comes", () => {
    const { alternatives } = blocks.encode(table, context);
    const size = blocks.columns.length;
    for (const [column, { shares }] of blocks.columns.entries()) {
      const counts = new Float64Array(shares.length);
      for (let row = 0; row < table.rowCount; row++) counts[alternatives[row * size + column]!]!++;
      // Outermost single rows may be dealt to the stretch beside an atom: a handful of rows at most.
      for (const [k, count] of counts.entries()) {
        expect(Math.abs(count - shares[k]! * table.rowCount)).toBeLessThanOrEqual(5);
      }
    }
  });
});

describe("encode and decode", () => {
  test("give back categories, missing cells, looked-up and fixed columns, and frequent numbers exactly", async () => {
    const back = await blocks.decode(blocks.encode(table, context), context);
    expect(back.columnNames).toEqual(table.columnNames);
    for (const name of ["plan", "street", "size", "price", "country", "year", "note"]) {
      const cells = (from: Table) => from.select([name]).toRows();
      expect(cells(back)).toEqual(cells(table));
    }
    // All 60 ages are frequent: every one of them is a single value, blocks or not.
    expect(numbers(back, "age")).toEqual(numbers(table, "age"));
    const debt = numbers(back, "debt");
    for (const [row, value] of numbers(table, "debt").entries()) expect(debt[row] === 0).toBe(value === 0);
    const joined = numbers(back, "joined");
    for (const [row, value] of numbers(table, "joined").entries()) {
      expect(Number.isNaN(joined[row])).toBe(Number.isNaN(value));
    }
  });

  test("keep numbers of stretches within their segment, to single precision where they lie inside", async () => {
    const back = await blocks.decode(blocks.encode(table, context), context);
    const values = numbers(table, "ratio");
    const { state } = blocks.columns[columnOf(blocks, "ratio")]!;
    if (!("high" in state && state.high instanceof Float64Array) || !(state.low instanceof Float64Array))
      throw new Error("not in blocks");
    const [low, high] = [state.low[0]!, state.high.at(-1)!];
    let outside = 0;
    for (const [row, value] of numbers(back, "ratio").entries()) {
      if (values[row]! < low || values[row]! > high) outside++;
      expect(value).toBeCloseTo(Math.min(high, Math.max(low, values[row]!)), 6);
    }
    // The ends keep the mean of five rows: some of those lie beyond.
    expect(outside).toBeLessThan(10);
  });

  test("of a mixture come within four deviations of their component, and back", async () => {
    const back = await mixture.decode(mixture.encode(table, context), context);
    const ratios = numbers(table, "ratio");
    let far = 0;
    for (const [row, value] of numbers(back, "ratio").entries()) {
      if (Math.abs(value - ratios[row]!) > 1e-6) far++;
    }
    expect(far).toBeLessThan(10);
    const ages = numbers(table, "age");
    for (const [row, value] of numbers(back, "age").entries()) {
      if (!(Math.abs(value - ages[row]!) <= 0)) expect(Number.isNaN(ages[row])).toBe(Number.isNaN(value));
    }
  });

  test("draw places that no network learns from the column's own distribution, each row by itself", async () => {
    const encoding = TableEncoding.fit(table, shopMetadata, { ...shopOptions, places: false }, fitContext);
    const rows = encoding.encode(table, context);
    const whole = await encoding.decode(rows, { seed: 5, rowStart: 100 });
    const size = encoding.layout.widths.length;
    const part: EncodedRows = {
      rowCount: 50,
      alternatives: rows.alternatives.subarray(700 * size, 750 * size),
      places: new Float32Array(0),
    };
    expect(numbers(await encoding.decode(part, { seed: 5, rowStart: 800 }), "spent")).toEqual(
      numbers(whole, "spent").subarray(700, 750),
    );
    // Kolmogorov's distance to the learnt distribution: above 1.95 / sqrt(1500) = 0.05 once in a thousand tables; the
    // seed is fixed.
    const sorted = numbers(whole, "spent").slice().sort();
    const marginal = empiricalMarginal(numbers(table, "spent").slice().sort(), { decimals: 2 });
    for (let i = 0; i < 20; i++) {
      const p = (i + 0.5) / 20;
      const value = marginalQuantile(marginal, p);
      const below = sorted.filter((cell) => cell <= value).length / sorted.length;
      const atLeast = sorted.filter((cell) => cell < value).length / sorted.length;
      expect(below).toBeGreaterThan(p - 0.05);
      expect(atLeast).toBeLessThan(p + 0.05);
    }
  });

  test("places of the caller win, NaN leaves a cell alone", async () => {
    const rows = blocks.encode(table.slice(0, 4), context);
    const size = blocks.layout.widths.length;
    const drawnPlaces = new Float64Array(4 * size).fill(Number.NaN);
    const ratio = columnOf(blocks, "ratio");
    drawnPlaces[ratio] = -1;
    drawnPlaces[size + ratio] = 1;
    const plain = numbers(await blocks.decode(rows, context), "ratio");
    const given = numbers(await blocks.decode({ ...rows, drawnPlaces }, context), "ratio");
    expect(given[0]).toBeLessThan(plain[0]!);
    expect(given[1]).toBeGreaterThan(plain[1]!);
    expect([given[2], given[3]]).toEqual([plain[2], plain[3]]);
  });

  test("rows that the fit did not see go to the nearest thing that is defined", async () => {
    const other = shopTable(6, 9);
    const strange = new Table(
      other.columns.map((column) => {
        if (column.name === "plan") return textColumn("plan", Array(6).fill("platinum"));
        if (column.name === "street") return textColumn("street", Array(6).fill("nowhere"));
        if (column.name === "spent") {
          return numberColumn("spent", [-5, 1e9, Number.NaN, Number.POSITIVE_INFINITY, 20, 30]);
        }
        return column;
      }),
    );
    const back = await blocks.decode(blocks.encode(strange, context), context);
    expect(back.select(["plan", "street"]).toRows()[0]).toEqual({ plan: "basic", street: null });
    const spent = numbers(back, "spent");
    const [low, high] = blocks.learntRange("spent")!.map(Number);
    expect([spent[0], spent[1], spent[4], spent[5]]).toEqual([low, high, 20, 30]);
    expect(spent.every((value) => value >= low! && value <= high!)).toBe(true);
  });
});

describe("tables at the edge", () => {
  const fit = (columns: ConstructorParameters<typeof Table>[0], options = shopOptions) => {
    const small = new Table(columns);
    const metadata = {
      columns: Object.fromEntries(
        columns.map((column) => [
          column.name,
          { sdtype: column.kind === "number" ? "numerical" : "categorical" },
        ]),
      ),
    };
    return { small, encoding: TableEncoding.fit(small, metadata, options, fitContext) };
  };
  const roundTrip = async ({ small, encoding }: ReturnType<typeof fit>): Promise<Table> =>
    encoding.decode(encoding.encode(small, context), context);

  test("one row is a table of fixed columns", async () => {
    const one = fit([numberColumn("x", [3]), textColumn("y", ["a"]), textColumn("z", [null])]);
    expect(one.encoding.layout.widths).toEqual([]);
    expect((await roundTrip(one)).toRows()).toEqual([{ x: 3, y: "a", z: null }]);
  });

  test("infinite numbers are missing cells", async () => {
    const values = Array.from({ length: 40 }, (_, i) => (i === 3 ? -1 / 0 : i === 5 ? 1 / 0 : i % 4));
    for (const numbersAs of ["blocks", "mixture"] as const) {
      const found = fit([numberColumn("x", values)], { ...shopOptions, numbers: numbersAs });
      const back = numbers(await roundTrip(found), "x");
      expect([back[3], back[5]]).toEqual([Number.NaN, Number.NaN]);
      expect([back[0], back[1], back[2], back[4]]).toEqual([0, 1, 2, 0]);
      expect(found.encoding.conditionColumns().get("x")).toEqual({ kind: "number", mayBeMissing: true });
    }
  });

  test("one number and missing cells are two alternatives without a place", async () => {
    const values = [7, Number.NaN, 7, Number.NaN, 7];
    for (const numbersAs of ["blocks", "mixture"] as const) {
      const found = fit([numberColumn("x", values)], { ...shopOptions, numbers: numbersAs });
      expect(found.encoding.layout).toMatchObject({ widths: [2], placed: [], discrete: [0] });
      expect([...found.encoding.columns[0]!.shares]).toEqual([0.4, 0.6]);
      expect([...numbers(await roundTrip(found), "x")]).toEqual(values);
    }
  });

  test("no rows and no columns", async () => {
    const none = fit([numberColumn("x", []), textColumn("y", [])]);
    expect(none.encoding.layout.widths).toEqual([]);
    expect((await roundTrip(none)).rowCount).toBe(0);
    const empty = TableEncoding.fit(new Table([], 5), { columns: {} }, shopOptions, fitContext);
    const back = await empty.decode(empty.encode(new Table([], 5), context), context);
    expect(back.rowCount).toBe(5);
  });

  test("100,000 categories share 256 alternatives and come back exactly", async () => {
    const rows = 200_000;
    const cells = Array.from({ length: rows }, (_, row) => `c${row % 100_000}`);
    const many = fit([textColumn("x", cells)], { ...shopOptions, maxCategories: 256 });
    expect(many.encoding.layout.widths).toEqual([256]);
    expect(many.encoding.layout.placed).toEqual([0]);
    const back = (await roundTrip(many)).column("x");
    if (back.kind !== "dictionary") throw new Error("text expected");
    let wrong = 0;
    for (let row = 0; row < rows; row++) if (back.dictionary[back.codes[row]!] !== cells[row]) wrong++;
    expect(wrong).toBe(0);
  });

  test("frequent categories of many keep alternatives of their own", async () => {
    const cells = Array.from({ length: 4000 }, (_, row) =>
      row % 4 === 0 ? `rare ${row}` : `often ${row % 4}`,
    );
    const mixed = fit([textColumn("x", cells)], { ...shopOptions, maxCategories: 10 });
    expect(mixed.encoding.layout.widths).toEqual([10]);
    expect([...mixed.encoding.layout.hasPlace]).toEqual([0, 0, 0, 1, 1, 1, 1, 1, 1, 1]);
    expect((await roundTrip(mixed)).toRows()).toEqual(cells.map((x) => ({ x })));
  });
});
