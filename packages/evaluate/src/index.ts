export type {
  AttackRates,
  MembershipAttack,
  ModelFileReport,
  PrivacyReport,
  ThreatModel,
} from "@verisim/privacy";
export type { BiasReport } from "./bias/bias-report.ts";
export { copyCheck } from "./copies.ts";
export { diagnosticReport } from "./diagnostic.ts";
export type { DiversityReport } from "./diversity/diversity-report.ts";
export type { Estimate, UnusedColumn } from "./estimate.ts";
export * from "./evaluate.ts";
export * from "./evaluation.ts";
export * from "./metrics/index.ts";
export type { PrecisionRecallReport } from "./metrics/precision-recall-report.ts";
export { countedAssociation, countedCorrelation } from "./pair-trends.ts";
export type { ProjectionReport } from "./projection/projection-report.ts";
export { qualityReport } from "./quality.ts";
export type { TwoSampleReport } from "./two-sample/two-sample-report.ts";
export type { UtilityReport } from "./utility/utility-report.ts";
