export * from "./diversity.ts";
export * from "./diversity-report.ts";
