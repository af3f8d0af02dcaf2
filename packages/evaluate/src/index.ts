export { diagnosticReport } from "./diagnostic.ts";
export * from "./evaluate.ts";
export * from "./evaluation.ts";
export { countedAssociation, countedCorrelation } from "./pair-trends.ts";
export { qualityReport } from "./quality.ts";
