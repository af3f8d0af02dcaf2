// What conditions, completion and guidance promise of the rows' law, on a table whose law is known: a label decides how
// often a flag is set and around which value a number lies.

import { numberColumn, parseCondition, Table, textColumn } from "@verisim/core";
import { beforeAll, expect, test } from "vitest";
import { TabularDiffusion } from "./tabular-diffusion.ts";

const rowCount = 2000;
/** Low-discrepancy numbers in (0, 1). */
const even = (i: number, step: number): number => ((i + 0.5) * step) % 1;
const label = (i: number): string => (even(i, 0.618034) < 0.3 ? "rare" : "often");
const flagged = (i: number): boolean => even(i, 0.754878) < (label(i) === "rare" ? 0.8 : 0.2);
const size = (i: number): number =>
  Math.round(100 * ((label(i) === "rare" ? 30 : 50) + 12 * (even(i, 0.56984) - 0.5))) / 100;
const rows = Array.from({ length: rowCount }, (_, i) => i);
const table = new Table([
  textColumn("label", rows.map(label)),
  textColumn(
    "flag",
    rows.map((i) => (flagged(i) ? "yes" : "no")),
  ),
  numberColumn("size", rows.map(size)),
]);
const metadata = {
  columns: {
    label: { sdtype: "categorical" },
    flag: { sdtype: "categorical" },
    size: { sdtype: "numerical" },
  },
} as const;
let model: TabularDiffusion;

beforeAll(async () => {
  model = new TabularDiffusion({
    epochs: 1,
    minSteps: 800,
    batchSize: 200,
    learningRate: 3e-3,
    width: 48,
    depth: 1,
    maxBlocks: 16,
    averageDecay: 0.97,
    calibrate: false,
  });
  await model.fit(table, { metadata, seed: 1 });
}, 120_000);

const shareOf = (made: Table, column: string, value: string): number =>
  made.toRows().filter((row) => row[column] === value).length / made.rowCount;
const meanOf = (made: Table): number =>
  made.toRows().reduce((sum, row) => sum + Number(row.size), 0) / made.rowCount;

test("a given label takes the other columns with it", async () => {
  const made = await model.sample(1000, { seed: 2, where: parseCondition("label = 'rare'") });
  expect(shareOf(made, "label", "rare")).toBe(1);
  // 0.8 with deviation 0.013, and what the small network has not learnt.
  expect(Math.abs(shareOf(made, "flag", "yes") - 0.8)).toBeLessThan(0.07);
  expect(Math.abs(meanOf(made) - 30)).toBeLessThan(1.5);
});

test("ranges of a number and several labels leave the law inside of them", async () => {
  const made = await model.sample(1000, { seed: 2, where: parseCondition("size >= 45.5 and flag = 'yes'") });
  expect(made.toRows().every((row) => Number(row.size) >= 45.5 && row.flag === "yes")).toBe(true);
  expect(shareOf(made, "label", "often")).toBeGreaterThan(0.95);
  // Even between 45.5 and 56.
  expect(Math.abs(meanOf(made) - 50.75)).toBeLessThan(0.7);
});

test("missing cells are drawn from those that are there, which stay", async () => {
  const numbers = rows.slice(0, 600);
  const partial = new Table([
    textColumn(
      "label",
      numbers.map(() => null),
    ),
    textColumn(
      "flag",
      numbers.map((i) => (i % 2 === 0 ? "yes" : null)),
    ),
    numberColumn(
      "size",
      numbers.map((i) => (i % 3 === 0 ? 30.5 : 50.25)),
    ),
  ]);
  const whole = await model.complete(partial, { seed: 3 });
  const made = whole.toRows();
  expect(made.every((row, i) => i % 2 === 1 || row.flag === "yes")).toBe(true);
  expect(made.every((row, i) => row.size === (i % 3 === 0 ? 30.5 : 50.25))).toBe(true);
  const right = made.filter((row, i) => row.label === (i % 3 === 0 ? "rare" : "often")).length;
  expect(right).toBeGreaterThan(570);
  expect(made.every((row) => row.flag !== null)).toBe(true);
  // Row i depends on its own cells alone.
  const alone = await model.complete(partial.slice(0, 50), { seed: 3 });
  expect(alone.toRows()).toEqual(made.slice(0, 50));
});

test("guidance follows what is given more closely than was learnt", async () => {
  const artifact = model.toArtifact();
  const options = { ...(artifact.manifest.options as object), guidance: 2 };
  const guided = TabularDiffusion.fromArtifact({
    ...artifact,
    manifest: { ...artifact.manifest, options },
  });
  const where = parseCondition("label = 'rare'");
  const plain = shareOf(await model.sample(600, { seed: 2, where }), "flag", "yes");
  const close = shareOf(await guided.sample(600, { seed: 2, where }), "flag", "yes");
  expect(close).toBeGreaterThan(plain + 0.08);
});
