import { describeOnnxSampler } from "@verisim/sampler-testing";
import { vam } from "./vam.ts";

describeOnnxSampler(vam, {
  fast: { epochs: 1, minSteps: 20, embeddingDim: 8, compressDims: [32], decompressDims: [32] },
  variants: { "as it comes": {}, "with rare categories in blocks": { maxCategories: 10, derive: false } },
});
