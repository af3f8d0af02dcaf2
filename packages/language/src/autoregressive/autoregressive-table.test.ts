import { describeGenerator } from "@verisim/testing";
import { autoregressive } from "./autoregressive-table.ts";

describeGenerator(autoregressive, {
  options: { epochs: 1, minSteps: 60, batchSize: 200, hiddenDim: 32, headDim: 16, calibrate: false },
  qualityOptions: { minSteps: 800, calibrate: true },
  without: {
    "leaves the random streams of other columns alone when one is added":
      "a network is learnt anew with every column",
  },
});
