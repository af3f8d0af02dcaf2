export { compareRows, type RowComparison } from "./compare-rows.ts";
export {
  codecVariants,
  describeOnnxSampler,
  type ExportingGenerator,
  type SamplerDefinition,
  type SamplerSuiteOptions,
} from "./describe-onnx-sampler.ts";
export { samplerTable } from "./sampler-table.ts";
