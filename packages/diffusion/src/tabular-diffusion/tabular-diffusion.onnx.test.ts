import { describeOnnxSampler } from "@verisim/sampler-testing";
import { tabularDiffusion } from "./tabular-diffusion.ts";

describeOnnxSampler(tabularDiffusion, {
  // Four steps of 2,300 rows, each a draw per column.
  unseenTies: 3,
  // A rate at which 20 steps change the network.
  fast: {
    epochs: 1,
    minSteps: 20,
    learningRate: 1e-3,
    width: 16,
    depth: 1,
    maxBlocks: 12,
    steps: 4,
    calibrate: false,
  },
  variants: {
    "as it comes": { calibrate: true },
    "rare categories in blocks": { maxCategories: 10, derive: false },
  },
});
