export {
  type ExportedSampler,
  type SamplerInputs,
  type SamplerOutputs,
  samplerGraph,
  samplerGraphState,
} from "./sampler-graph.ts";
export { networkNoise, samplerNoise } from "./sampler-noise.ts";
export { decodedTable, type NamesOfFile, samplerOnnx, type TableOfFile } from "./sampler-onnx.ts";
