// What only this generator promises: heads that divide, correlations that the constraint brings nearer, exact counts.

import type { Table } from "@verisim/core";
import { exampleTable } from "@verisim/testing";
import { describe, expect, it } from "vitest";
import { AttentionGAN, type AttentionGANOptions } from "./index.ts";

const small: AttentionGANOptions = {
  epochs: 1,
  minSteps: 500,
  batchSize: 200,
  embeddingDim: 16,
  tokenDim: 16,
  layers: 1,
  discriminatorDims: [64],
  maxBlocks: 8,
  averageDecay: 0.98,
};

function correlation(table: Table, a: string, b: string): number {
  const [x, y] = [a, b].map((name) => (table.column(name) as { values: Float64Array }).values);
  const mean = (values: Float64Array): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x!), mean(y!)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x!.length; i++) {
    xy += (x![i]! - mx) * (y![i]! - my);
    xx += (x![i]! - mx) ** 2;
    yy += (y![i]! - my) ** 2;
  }
  return xy / Math.sqrt(xx * yy);
}

describe("AttentionGAN", () => {
  const { table, metadata } = exampleTable(2_000);

  it("keeps the correlation of two numbers better with its constraint than without", async () => {
    const error = async (options: AttentionGANOptions): Promise<number> => {
      const model = await new AttentionGAN({ ...small, ...options }).fit(table, { metadata, seed: 1 });
      const rows = await model.sample(4_000, { seed: 1 });
      return Math.abs(correlation(rows, "age", "income") - correlation(table, "age", "income"));
    };
    const [held, free] = [await error({ correlationWeight: 5 }), await error({ correlationWeight: 0 })];
    // The data's correlation is 0.6; noise of 4,000 rows is 0.01.
    expect(held).toBeLessThan(0.1);
    expect(held).toBeLessThan(free);
  });

  it("gives exact counts per label", async () => {
    const model = await new AttentionGAN({ ...small, minSteps: 50 }).fit(table, { metadata, seed: 1 });
    const counts = {
      column: "grade",
      counts: new Map([
        ["low", 120],
        ["middle", 0],
        ["high", 80],
      ]),
    };
    const rows = (await model.sample(200, { seed: 1, counts })).toRows();
    expect(rows.filter(({ grade }) => grade === "low")).toHaveLength(120);
    expect(rows.filter(({ grade }) => grade === "high")).toHaveLength(80);
  });

  it("refuses heads that do not divide a token, before any work", async () => {
    const model = new AttentionGAN({ ...small, tokenDim: 30, heads: 4 });
    await expect(model.fit(table, { metadata })).rejects.toMatchObject({
      code: "VERISIM_OPTION_VALUE",
      where: { option: "tokenDim" },
    });
  });
});
