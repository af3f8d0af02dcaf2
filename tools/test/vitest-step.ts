// Vitest as a step: its own report for people, its JSON report for the numbers. Processes that tests start run the packages
// as they have just been built, which load in a quarter of the sources' time, and keep what they compile.

import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";

import { runningVariable } from "./running-files.ts";
import { root, type Step, type Tally } from "./steps.ts";

const cache = path.join(root, ".cache/test");

export function vitestStep(name: string, config: string, limitMinutes: number): Step {
  const [report, running] = ["json", "running"].map((ending) => path.join(cache, `${config}.${ending}`)) as [
    string,
    string,
  ];
  mkdirSync(cache, { recursive: true });
  for (const file of [report, running]) rmSync(file, { force: true });
  return {
    name,
    script: [
      "node_modules/vitest/vitest.mjs",
      "run",
      `--config=${config}`,
      "--passWithNoTests",
      `--outputFile.json=${report}`,
    ],
    limitMinutes,
    env: {
      [runningVariable]: running,
      VERISIM_TEST_CONDITION: "default",
      NODE_COMPILE_CACHE: path.join(cache, "compiled"),
    },
    tally: () => readReport(report),
    unfinished: () => (existsSync(running) ? readFileSync(running, "utf8") : undefined),
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
