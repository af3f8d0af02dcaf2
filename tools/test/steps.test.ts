// How the steps of the test run add up.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";

import type { TestModule } from "vitest/node";

import { RunningFiles } from "./running-files.ts";
import { formatTally, readTally, settle } from "./steps.ts";
import { readReport } from "./vitest-step.ts";

describe("readTally", () => {
  it("takes the last line that is a tally and nothing else", () => {
    const text =
      "3 passed, 1 failed\nTests 9 passed, 9 failed later\n  4 passed, 0 failed, 2 skipped  \ndone\n";
    expect(readTally(text)).toEqual({ passed: 4, failed: 0, skipped: 2 });
  });

  it("finds none where there is none", () => {
    expect(readTally("all good\n")).toBeUndefined();
  });
});

describe("settle", () => {
  it("counts a command without a tally by its exit code", () => {
    expect(settle(0, undefined)).toEqual({ passed: 1, failed: 0, skipped: 0 });
    expect(settle(3, undefined)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it("never lets a failed exit pass for success", () => {
    expect(settle(1, { passed: 12, failed: 0, skipped: 0 })).toEqual({ passed: 12, failed: 1, skipped: 0 });
    expect(settle(1, { passed: 12, failed: 3, skipped: 0 })).toEqual({ passed: 12, failed: 3, skipped: 0 });
  });
});

describe("formatTally", () => {
  it("names skipped tests only when there are some", () => {
    expect(formatTally({ passed: 2, failed: 0, skipped: 0 })).toBe("2 passed, 0 failed");
    expect(formatTally({ passed: 2, failed: 0, skipped: 1 })).toBe("2 passed, 0 failed, 1 skipped");
  });
});

describe("readReport", () => {
  it("counts pending and todo tests as skipped, and a missing report as nothing", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "verisim-report-"));
    const file = path.join(folder, "report.json");
    expect(readReport(file)).toEqual({ passed: 0, failed: 0, skipped: 0 });
    writeFileSync(
      file,
      JSON.stringify({ numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 }),
    );
    expect(readReport(file)).toEqual({ passed: 5, failed: 1, skipped: 3 });
    rmSync(folder, { recursive: true });
  });
});

describe("RunningFiles", () => {
  it("keeps the names of the files that have begun and not ended", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "verisim-running-"));
    const file = path.join(folder, "running");
    const running = new RunningFiles(file);
    const [first, second] = ["a.test.ts", "b.test.ts"].map(
      (relativeModuleId) => ({ relativeModuleId }) as TestModule,
    );
    running.onTestModuleStart(first!);
    running.onTestModuleStart(second!);
    expect(readFileSync(file, "utf8")).toBe("a.test.ts, b.test.ts");
    running.onTestModuleEnd(first!);
    expect(readFileSync(file, "utf8")).toBe("b.test.ts");
    running.onTestModuleEnd(second!);
    expect(existsSync(file)).toBe(false);
    rmSync(folder, { recursive: true });
  });
});
