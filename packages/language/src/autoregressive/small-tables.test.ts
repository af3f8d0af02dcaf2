// Of a table of few rows the network learns what rows are like, not the rows.

import { numberColumn, rowUniform, streamKey, Table, textColumn } from "@verisim/core";
import { expect, test } from "vitest";
import { AutoregressiveTable } from "./autoregressive-table.ts";

/** Two kinds, whose three numbers go together, in tenths. */
function flowers(rowCount: number, name: string): Table {
  // Nearly normal: the sum of four uniform numbers, of mean 0 and deviation 1.
  const normal = (row: number, draw: number): number => {
    const uniform = (part: number): number => rowUniform(streamKey(9, name), row, 4 * draw + part);
    return Math.sqrt(3) * (uniform(0) + uniform(1) + uniform(2) + uniform(3) - 2);
  };
  const kinds = Array.from({ length: rowCount }, (_, row) => (row % 2 === 0 ? "small" : "large"));
  const number = (column: string, draw: number, base: number) =>
    numberColumn(
      column,
      kinds.map((kind, row) => {
        const mean = base + (kind === "small" ? 0 : 1.5);
        return Math.round(10 * (mean + 0.5 * normal(row, 0) + 0.3 * normal(row, draw))) / 10;
      }),
    );
  return new Table([
    textColumn("kind", kinds),
    number("length", 1, 5),
    number("width", 2, 3),
    number("petal", 3, 2),
  ]);
}
const number = { sdtype: "numerical", decimals: 1 } as const;
const metadata = {
  columns: { kind: { sdtype: "categorical" }, length: number, width: number, petal: number },
} as const;

test("rows that were learnt are hardly likelier than others of their kind", async () => {
  const [train, others] = [flowers(120, "train"), flowers(2_000, "others")];
  const mean = (logs: Float64Array): number => logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const gapOf = async (options: object) => {
    const model = await new AutoregressiveTable(options).fit(train, { metadata, seed: 1 });
    const other = mean(await model.logLikelihood(others));
    return { gap: mean(await model.logLikelihood(train)) - other, other, training: model.training! };
  };
  const by = await gapOf({});
  expect(by.training).toMatchObject({ stopped: "quality", heldRows: 0, best: null });
  // Without a word from rows that it has not seen, the network goes on to learn its own by heart.
  const without = await gapOf({ holdoutShare: 0 });
  expect(by.gap).toBeLessThan(0.8);
  expect(by.gap).toBeLessThan(0.6 * without.gap);
  expect(by.other).toBeGreaterThan(without.other);
});
