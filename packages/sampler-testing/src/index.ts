export { compareRows, type RowComparison } from "./compare-rows.ts";
export {
  codecVariants,
  describeOnnxSampler,
  type SamplerDefinition,
  type SamplerSuiteOptions,
} from "./describe-onnx-sampler.ts";
export { compareWithNative, type ExportingGenerator, untiedDifferences } from "./native-rows.ts";
export { samplerTable } from "./sampler-table.ts";
