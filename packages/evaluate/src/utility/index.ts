export * from "./utility.ts";
export * from "./utility-report.ts";
