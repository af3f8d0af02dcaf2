import { describeOnnxSampler } from "@verisim/sampler-testing";
import { ctgan } from "./ctgan.ts";

describeOnnxSampler(ctgan, {
  fast: { epochs: 1, minSteps: 20, embeddingDim: 16, generatorDims: [32, 32], discriminatorDims: [32] },
});
