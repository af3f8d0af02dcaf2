// Vitest as a step: its own report for people, its JSON report for the numbers.

import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";

import { root, type Step, type Tally } from "./steps.ts";

export function vitestStep(name: string, config: string, limitMinutes: number): Step {
  const report = path.join(root, ".cache/test", `${config}.json`);
  mkdirSync(path.dirname(report), { recursive: true });
  rmSync(report, { force: true });
  return {
    name,
    script: [
      "node_modules/vitest/vitest.mjs",
      "run",
      `--config=${config}`,
      "--passWithNoTests",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
    ],
    limitMinutes,
    tally: () => readReport(report),
  };
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

/** No report means that vitest died; the exit code then counts. */
export function readReport(file: string): Tally {
  if (!existsSync(file)) return { passed: 0, failed: 0, skipped: 0 };
  const report = JSON.parse(readFileSync(file, "utf8")) as VitestReport;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
