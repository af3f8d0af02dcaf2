import { describeOnnxSampler } from "@verisim/sampler-testing";
import { attentionGAN } from "./attention-gan.ts";

describeOnnxSampler(attentionGAN, {
  fast: {
    epochs: 1,
    minSteps: 20,
    embeddingDim: 16,
    generatorDims: [32, 32],
    tokenDim: 8,
    discriminatorDims: [32],
    maxBlocks: 8,
  },
  variants: { "as it comes": {}, "without attention, as mixtures": { attention: false, numbers: "mixture" } },
});
