// One command of Verisim in a process of its own, and what it took.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

export interface CliRun {
  readonly exitCode: number | null;
  readonly output: string;
  readonly errors: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
}

const command = path.resolve(import.meta.dirname, "../../apps/cli/bin/verisim.mjs");
const atExit = pathToFileURL(path.join(import.meta.dirname, "usage-at-exit.mjs")).href;

/** @throws Error when the process was ended from outside, or is not done after `limitSeconds` */
export function runCli(args: readonly string[], limitSeconds: number): CliRun {
  const folder = mkdtempSync(path.join(tmpdir(), "verisim-usage-"));
  const file = path.join(folder, "usage.json");
  try {
    const begun = performance.now();
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [...process.execArgv, "--import", atExit, command, ...args],
      {
        encoding: "utf8",
        env: { ...process.env, VERISIM_USAGE: file },
        timeout: limitSeconds * 1000,
        maxBuffer: 2 ** 28,
      },
    );
    const seconds = (performance.now() - begun) / 1000;
    if (status === null)
      throw new Error(`verisim ${args[0]} had not ended after ${seconds.toFixed(0)} s.\n${stderr}`);
    const usage = JSON.parse(readFileSync(file, "utf8")) as Pick<CliRun, "cpuSeconds" | "peakMegabytes">;
    return { exitCode: status, output: stdout, errors: stderr, seconds, ...usage };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
