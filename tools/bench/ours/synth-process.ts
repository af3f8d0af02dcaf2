// Ours for `synth-process`: `verisim synth` as a user runs it, timed from the start of its process to its end.

import { mkdtempSync, rmSync, statSync } from "node:fs";
import path from "node:path";

import { cacheFolder } from "../adult.ts";
import { timeProcess } from "../process-time.ts";
import { serve } from "../serve.ts";

const [, , table] = process.argv;
const folder = mkdtempSync(path.join(cacheFolder, "synth-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const command = path.resolve(import.meta.dirname, "../../../apps/cli/bin/verisim.mjs");
const out = path.join(folder, "synthetic.csv");
const report = path.join(folder, "report.html");

await serve(async () => {
  const args = [command, "synth", table!, "--out", out, "--report", report, "--quiet"];
  const seconds = await timeProcess(process.execPath, args);
  return { seconds, fileBytes: statSync(out).size, reportBytes: statSync(report).size };
});
