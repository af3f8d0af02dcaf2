// Runs the real command line as a process of its own, in a folder of the test's own. From the sources, so that there is no
// build to wait for; `npm test` names another condition, and what has just been built runs: it starts in a quarter of the
// time, which some hundred processes take.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RowRandom, streamKey } from "@verisim/core";

const launcher = fileURLToPath(new URL("../bin/verisim.mjs", import.meta.url));
const condition = process.env.VERISIM_TEST_CONDITION ?? "verisim-source";

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunningCli {
  readonly pid: number;
  readonly ended: Promise<Outcome>;
  kill(signal: NodeJS.Signals): void;
}

export function startCli(
  args: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>> = {},
): RunningCli {
  const child = spawn(process.execPath, [`--conditions=${condition}`, launcher, ...args], {
    cwd: folder,
    env: { ...process.env, npm_lifecycle_event: "test", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const outcome: Outcome = { code: null, stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    outcome.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    outcome.stderr += text;
  });
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...outcome, code }));
  });
  return { pid: child.pid!, ended, kill: (signal) => child.kill(signal) };
}

/** Runs one command to its end. */
export function runCli(
  args: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  return startCli(args, folder, env).ended;
}

/** An empty folder, and what removes it. */
export function temporaryFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "verisim-cli-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A small table with an id, categories that go together, dates, and cells that are missing; the same for the same rows. */
export function peopleCsv(from: number, count: number): string {
  const lines = ["id,plan,age,income,signed_up,churned"];
  for (let row = from; row < from + count; row++) {
    const random = new RowRandom(streamKey(11, "people"), row);
    const age = 18 + random.below(60);
    const plan = ["free", "basic", "pro"][Math.min(2, Math.floor(random.uniform() * (1 + age / 30)))]!;
    const income = random.uniform() < 0.1 ? "" : String(15_000 + 100 * random.below(age * 12));
    const day = new Date(Date.UTC(2023, 0, 1 + random.below(700))).toISOString().slice(0, 10);
    const churned = random.uniform() < (plan === "free" ? 0.2 : 0.05) ? "yes" : "no";
    lines.push([`P${10_000 + row}`, plan, age, income, day, churned].join(","));
  }
  return `${lines.join("\n")}\n`;
}

export function writePeople(path: string, from: number = 0, count: number = 400): void {
  writeFileSync(path, peopleCsv(from, count));
}

/** The cells of a simple CSV file, without quotes, by column. */
export function csvColumns(text: string): Record<string, string[]> {
  const [header, ...lines] = text.trimEnd().split("\n");
  const rows = lines.map((line) => line.split(","));
  return Object.fromEntries(header!.split(",").map((name, i) => [name, rows.map((row) => row[i]!)]));
}
