export { type Attributes, GraphBuilder } from "./builder.ts";
export { checkOnnx } from "./check.ts";
export { buildOnnx, type ExportOptions, exportOnnx, type GraphExtension, openRows } from "./export.ts";
export {
  type Dim,
  decodeModel,
  type ElementType,
  encodeModel,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
  type ValueType,
} from "./model.ts";
export { type Arity, operators } from "./operators.ts";
export { type OnnxArray, type OnnxRunner, openOnnx, type RunnerOptions } from "./runner.ts";
export { type CellValues, codesOrLast, type SettledColumns, settleCells } from "./table/cell-values.ts";
export {
  type ConditionValues,
  describedColumns,
  descriptionKey,
  type FileInput,
  freeInputNames,
  freeName,
  type NoiseArray,
  type NoiseRequest,
  outputNames,
  reservedNames,
  type SamplerCells,
  type SamplerDescription,
  type SamplerOnnxOptions,
} from "./table/sampler-file.ts";
export type { DecodedColumn, FileColumn, LeftOut, OutputNames } from "./table/typed-columns.ts";
