import { describeGenerator } from "@verisim/testing";
import { ctgan } from "./ctgan.ts";

describeGenerator(ctgan, {
  options: {
    epochs: 1,
    minSteps: 30,
    batchSize: 200,
    embeddingDim: 32,
    generatorDims: [64, 64],
    discriminatorDims: [64],
    averageDecay: 0.95,
    calibrate: false,
  },
  // A small network learns the example in a second if its steps are long; larger rates would not do for real data.
  qualityOptions: {
    minSteps: 500,
    pac: 4,
    dropout: 0.1,
    generatorLr: 2e-3,
    discriminatorLr: 2e-3,
    averageDecay: 0.98,
    calibrate: true,
  },
  timeoutMs: 300_000,
  without: {
    "leaves the random streams of other columns alone when one is added":
      "a network is learnt anew with every column",
  },
});
