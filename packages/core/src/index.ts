export * from "./artifact.ts";
export { collectBatches, drawBatches, notFitted, type Stretch } from "./batches.ts";
export {
  attemptSeed,
  type CheckedRequest,
  checkedRequest,
  type DrawnTable,
  drawChecked,
  type LateColumns,
  type RowCheck,
} from "./checked-rows.ts";
export { constantColumnWarning, emptyColumnWarning } from "./column-warnings.ts";
export * from "./condition.ts";
export { conditionCells, impossibleCondition, maxConditionCells } from "./condition-cells.ts";
export { formatCondition, formatConditionName, formatLiteral } from "./condition-format.ts";
export {
  type ConditionColumn,
  type ConditionColumns,
  conditionHolds,
  matchesCell,
} from "./condition-match.ts";
export { maxConditionDepth, maxConditionLength, parseCondition } from "./condition-parser.ts";
export { DatePattern, zoneOffset } from "./date-pattern.ts";
export { parseDatetime } from "./datetime.ts";
export * from "./errors.ts";
export type { Fairness } from "./fair-request.ts";
export * from "./file-error.ts";
export {
  type CellsOf,
  type Factor,
  type Formula,
  factorValue,
  formulaCell,
  formulaCells,
  formulaText,
  operandsOf,
  type Relation,
  type Term,
  timeUnits,
} from "./formula.ts";
export * from "./generator.ts";
export { impossibleRequest, type LearntValues } from "./impossible-request.ts";
export * from "./json.ts";
export * from "./label-counts.ts";
export * from "./metadata.ts";
export * from "./model-file.ts";
export { knownTextsHint, nearMatches } from "./near-matches.ts";
export { acceptsOption, checkOptions, describeOption } from "./options.ts";
export * from "./permutation.ts";
export * from "./random.ts";
export * from "./replace-file.ts";
export * from "./row-plan.ts";
export { decodeSafetensors, encodeSafetensors, isTensorData, SafetensorsError } from "./safetensors.ts";
export { ForcedRows, forcedRowsCode, type SamplingNote, withNotes } from "./sampling-notes.ts";
export * from "./sdv-metadata.ts";
export * from "./state-pack.ts";
export * from "./table.ts";
export * from "./transform.ts";
export * from "./without-replacement.ts";
