import { describeGenerator } from "@verisim/testing";
import { vam } from "./vam.ts";

describeGenerator(vam, {
  options: {
    epochs: 1,
    minSteps: 30,
    batchSize: 200,
    embeddingDim: 16,
    compressDims: [64],
    decompressDims: [64],
    averageDecay: 0.95,
    calibrate: false,
  },
  // The fewest steps that meet the suite's bars.
  qualityOptions: { minSteps: 300, averageDecay: 0.98, calibrate: true },
  timeoutMs: 300_000,
  without: {
    "leaves the random streams of other columns alone when one is added":
      "a network is learnt anew with every column",
  },
});
