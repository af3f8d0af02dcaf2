export * from "./bias.ts";
export * from "./bias-report.ts";
export { isSensitiveName } from "./sensitive-columns.ts";
