export {
  type ExportedSampler,
  type SamplerInputs,
  type SamplerOutputs,
  samplerGraph,
  samplerGraphState,
} from "./sampler-graph.ts";
export { type NoiseArray, type NoiseRequest, networkNoise, samplerNoise } from "./sampler-noise.ts";
export {
  type ConditionValues,
  descriptionKey,
  type SamplerDescription,
  type SamplerOnnxOptions,
  samplerOnnx,
} from "./sampler-onnx.ts";
export type { FileColumn, LeftOut } from "./typed-columns.ts";
