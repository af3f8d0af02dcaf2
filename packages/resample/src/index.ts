export * from "./noise/index.ts";
export { type ResampleOptions, resampleOptionRows } from "./options.ts";
export { type Resampled, type ResampleRequest, resample, withOrigins } from "./resample.ts";
export * from "./sampling/index.ts";
export type { NamedBalance, SamplingStrategy } from "./sampling-goals.ts";
export { type Strategy, type StrategyKind, strategies, strategyNames } from "./strategies.ts";
export type { ResampleNote } from "./work.ts";
