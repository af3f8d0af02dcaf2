export { copyTest } from "./copies/copy-test.ts";
export type { SelfTestOptions } from "./copies/self-test.ts";
export type { ShadowOptions } from "./membership/shadow-models.ts";
export { type ModelFileOptions, modelFileCheck } from "./model-file/model-file-check.ts";
export type * from "./privacy-report.ts";
export { type PrivacyOptions, privacyRisk } from "./privacy-risk.ts";
export type { RiskTables } from "./tables/prepared-tables.ts";
export { valueOverlap } from "./values.ts";
