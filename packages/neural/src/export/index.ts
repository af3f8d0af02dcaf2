export {
  type ExportedSampler,
  type SamplerInputs,
  type SamplerOutputs,
  samplerGraph,
  samplerGraphState,
} from "./sampler-graph.ts";
export { networkNoise, samplerNoise } from "./sampler-noise.ts";
export { samplerOnnx } from "./sampler-onnx.ts";
