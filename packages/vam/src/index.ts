export type { RecordsDescription } from "./export/records-onnx.ts";
export { type VAMOptions, vamOptions } from "./options.ts";
export {
  type RecordFitOptions,
  type RecordImputeOptions,
  RecordModel,
  type RecordNoiseOptions,
  type RecordOnnxOptions,
  type RecordSampleOptions,
} from "./records/record-model.ts";
export type { Images, Records, Texts, Vectors } from "./records/records.ts";
export type { ImputeOptions } from "./table/impute-table.ts";
export { VAM, vam } from "./vam.ts";
