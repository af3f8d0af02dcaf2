import { describeGenerator } from "@verisim/testing";
import { tvae } from "./tvae.ts";

describeGenerator(tvae, {
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
  // A small network learns the example in a second if its steps are long; larger rates would not do for real data.
  qualityOptions: { minSteps: 200, learningRate: 3e-3, calibrate: true },
  timeoutMs: 300_000,
  without: {
    "leaves the random streams of other columns alone when one is added":
      "a network is learnt anew with every column",
  },
});
