import { describeOnnxSampler } from "@verisim/sampler-testing";
import { autoregressive } from "./autoregressive-table.ts";

describeOnnxSampler(autoregressive, {
  fast: { epochs: 1, minSteps: 20, hiddenDim: 16, headDim: 8 },
  variants: {
    "as it comes": {},
    "drawn sharply, rare categories in blocks": {
      samplingTemperature: 0.7,
      topP: 0.9,
      maxBlocks: 12,
      maxCategories: 10,
      derive: false,
    },
  },
});
