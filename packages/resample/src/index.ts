export type { Draws } from "./draws.ts";
export { compareStrategies, type ResampleGain } from "./gain/compare-strategies.ts";
export type { GainOptions } from "./gain/gain-options.ts";
export { resampleGain } from "./gain/resample-gain.ts";
export type { GainVerdict, ResampleScore } from "./gain/verdicts.ts";
export { type JoinedRows, withOrigins } from "./joined-rows.ts";
export { type MultiLabelOptions, type MultiLabelRequest, mlsmote, type ResampledLabels } from "./mlsmote.ts";
export * from "./noise/index.ts";
export {
  multiLabelOptionRows,
  type ResampleOptions,
  regressionOptionRows,
  resampleOptionRows,
  sequenceOptionRows,
} from "./options.ts";
export { boxPlotRelevance, type Relevance } from "./regression/relevance.ts";
export {
  type RegressionOptions,
  type RegressionRequest,
  type RegressionStretch,
  type ResampledRegression,
  regressionStrategies,
  resampleRegression,
} from "./regression/resample-regression.ts";
export { type Resampled, type ResampleRequest, resample } from "./resample.ts";
export * from "./sampling/index.ts";
export type { NamedBalance, SamplingStrategy } from "./sampling-goals.ts";
export {
  type MadeSequence,
  type ResampledSequences,
  resampleSequences,
  type SequenceRequest,
  withSequenceOrigins,
} from "./sequences/resample-sequences.ts";
export { withContext } from "./sequences/with-context.ts";
export { type Strategy, type StrategyKind, strategies, strategyNames } from "./strategies.ts";
export type { ResampleNote } from "./work.ts";
