// Every learned generator's file on onnxruntime-web, after a fit as short as can be.

import { describeBrowserSamplers } from "@verisim/sampler-testing/browser";
import { chromiumFlags, chromiumForTests } from "../../../tools/browser/chromium.mjs";
import { findGenerator } from "./generators.ts";

const short = { epochs: 1, minSteps: 20 };
const small = { ...short, embeddingDim: 16 };
const gan = { ...small, generatorDims: [32, 32], discriminatorDims: [32] };
const autoencoder = { ...small, compressDims: [32], decompressDims: [32] };
const options: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  ctgan: gan,
  copulagan: gan,
  tvae: autoencoder,
  "attention-gan": { ...small, tokenDim: 16, discriminatorDims: [32], maxBlocks: 8 },
  vam: autoencoder,
  autoregressive: { ...short, hiddenDim: 16, headDim: 8 },
  "tabular-diffusion": { ...short, width: 16, depth: 1, maxBlocks: 12, steps: 4, calibrate: false },
};

describeBrowserSamplers(
  Object.entries(options).map(([name, own]) => [findGenerator(name), own] as const),
  { path: chromiumForTests("seven generators' samplers on onnxruntime-web"), flags: chromiumFlags },
);
