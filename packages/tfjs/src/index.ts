export type { Tf } from "./lower/lowering.ts";
export { runTfjs, type TfjsResult, type TfjsRun } from "./run.ts";
