// What only this generator promises: heads that divide a token, exact counts; and the contract of all generators.

import { describeGenerator, exampleTable } from "@verisim/testing";
import { describe, expect, it } from "vitest";
import { AttentionGAN, type AttentionGANOptions, attentionGAN } from "./index.ts";

/** Learns in a second, though not much. */
const quick = {
  epochs: 1,
  minSteps: 30,
  batchSize: 200,
  embeddingDim: 16,
  generatorDims: [16, 16],
  tokenDim: 8,
  heads: 2,
  layers: 1,
  discriminatorDims: [32],
  averageDecay: 0.95,
  calibrate: false,
} satisfies AttentionGANOptions;

describe("AttentionGAN", () => {
  const { table, metadata } = exampleTable(2_000);

  it("gives exact counts per label", async () => {
    const model = await new AttentionGAN(quick).fit(table, { metadata, seed: 1 });
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
    const model = new AttentionGAN({ ...quick, tokenDim: 30, heads: 4 });
    await expect(model.fit(table, { metadata })).rejects.toMatchObject({
      code: "VERISIM_OPTION_VALUE",
      where: { option: "tokenDim" },
    });
  });
});

describeGenerator(attentionGAN, {
  options: quick,
  // A small network learns the example in seconds if its steps are long; larger rates would not do for real data.
  qualityOptions: {
    minSteps: 300,
    generatorDims: [32, 32],
    tokenDim: 16,
    discriminatorDims: [64],
    generatorLr: 2e-3,
    discriminatorLr: 2e-3,
    correlationWeight: 5,
    averageDecay: 0.98,
    calibrate: true,
  },
  without: {
    "leaves the random streams of other columns alone when one is added":
      "a network is learnt anew with every column",
  },
});
