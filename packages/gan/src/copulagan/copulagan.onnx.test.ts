import { describeOnnxSampler } from "@verisim/sampler-testing";
import { copulagan } from "./copulagan.ts";

describeOnnxSampler(copulagan, {
  fast: { epochs: 1, minSteps: 20, embeddingDim: 16, generatorDims: [32, 32], discriminatorDims: [32] },
});
