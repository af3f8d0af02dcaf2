import { expect, test } from "vitest";
import { fixedNetwork, fixedWeights } from "../../fixtures/fixed-network.ts";
import { shopMetadata, shopOptions, shopTable } from "../../fixtures/shop-table.ts";
import { TableEncoding } from "../encoding/index.ts";
import { RowSampler } from "../sampling/row-sampler.ts";
import { choicesOf } from "./outputs.ts";
import { withTemperature } from "./sampling-temperature.ts";

test("a temperature divides the logits that rows are drawn from and leaves their places", async () => {
  const { layout } = TableEncoding.fit(shopTable(500), shopMetadata, shopOptions, {
    seed: 1,
    tableName: "shop",
  });
  const choices = choicesOf(layout);
  const bias = Float32Array.from({ length: choices }, (_, i) => i / choices);
  const candidates = async (temperature: number) => {
    const sampler = new RowSampler({
      network: withTemperature(fixedNetwork(false), temperature),
      layout,
      weights: fixedWeights(layout, 1),
      bias,
      shares: new Float64Array(choices),
    });
    try {
      return await sampler.judge({ rowStart: 0, rowCount: 8, seed: 3 });
    } finally {
      sampler.free();
    }
  };
  const learnt = await candidates(1);
  const sharp = await candidates(0.5);
  expect(sharp.places).toEqual(learnt.places);
  for (let i = 0; i < 8 * choices; i++) {
    const shift = bias[i % choices]!;
    expect(sharp.logits[i]! - shift).toBeCloseTo(2 * (learnt.logits[i]! - shift), 4);
  }
});
