export * from "./two-sample-report.ts";
export * from "./two-sample-test.ts";
