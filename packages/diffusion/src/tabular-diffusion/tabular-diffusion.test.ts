import { describeGenerator } from "@verisim/testing";
import { tabularDiffusion } from "./tabular-diffusion.ts";

describeGenerator(tabularDiffusion, {
  options: {
    epochs: 1,
    minSteps: 30,
    batchSize: 200,
    width: 32,
    depth: 1,
    maxBlocks: 16,
    steps: 6,
    averageDecay: 0.95,
    calibrate: false,
  },
  // A small network learns the example in a second if its steps are long; larger rates would not do for real data.
  qualityOptions: { minSteps: 300, learningRate: 3e-3, steps: 10, calibrate: true },
  timeoutMs: 300_000,
  without: {
    "leaves the random streams of other columns alone when one is added":
      "a network is learnt anew with every column",
  },
});
