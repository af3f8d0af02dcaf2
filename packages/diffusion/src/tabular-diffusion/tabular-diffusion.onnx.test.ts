import { describeOnnxSampler } from "@verisim/sampler-testing";
import { tabularDiffusion } from "./tabular-diffusion.ts";

describeOnnxSampler(tabularDiffusion, {
  fast: { epochs: 1, minSteps: 20, width: 16, depth: 1, maxBlocks: 12, steps: 4, calibrate: false },
  variants: {
    "as it comes": { calibrate: true },
    "rare categories in blocks": { maxCategories: 10, derive: false },
  },
});
