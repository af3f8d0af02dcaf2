import { describeOnnxSampler } from "@verisim/sampler-testing";
import { tvae } from "./tvae.ts";

describeOnnxSampler(tvae, {
  fast: { epochs: 1, minSteps: 20, embeddingDim: 16, compressDims: [32], decompressDims: [32] },
});
