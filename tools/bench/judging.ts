// A whole judgement of Adult, and beside it what SDMetrics has of it:
//   node tools/bench/judging.ts [--peers DIR] [--limit SECONDS] [--only ours|peers] [PART...]
// Ours is `verisim evaluate` with every part and metric, its report and its start in a process of its own. Each part of
// the peer has one too, of which only the call itself is timed, and ends at the limit (300 seconds of processor time). The
// synthetic table is a Gaussian copula's, as long as the training rows.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";

import { sharedData } from "@verisim/testing";
import { installPeer } from "../parity/install.mjs";
import { runCli } from "./cli-run.ts";

const allParts = [
  ...["QualityReport", "DiagnosticReport", "LogisticDetection", "SVCDetection", "NewRowSynthesis"],
  ...["DCRBaselineProtection", "DCROverfittingProtection", "GMLogLikelihood", "CategoricalRF"],
  ...["BinaryAdaBoostClassifier", "BinaryMLPClassifier", "BinaryLogisticRegression"],
];
const target = "income";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    peers: { type: "string", default: path.resolve(import.meta.dirname, "../../.cache/peers") },
    limit: { type: "string", default: "300" },
    only: { type: "string" },
  },
});

const [train, test] = ["adult/train.csv.gz", "adult/test.csv"].map(sharedData);
if (!train || !test) throw new Error("Adult does not lie beside the repository.");
const folder = mkdtempSync(path.join(tmpdir(), "verisim-judging-"));
try {
  const [real, synthetic, report] = ["train.csv", "synthetic.csv", "report.html"].map((name) =>
    path.join(folder, name),
  ) as [string, string, string];
  writeFileSync(real, gunzipSync(readFileSync(train)));
  mustEnd(runCli(["synth", real, "--model", "gaussian-copula", "--out", synthetic, "--quiet"], 600));
  if (flags.only !== "peers") {
    const files = ["--real", real, "--holdout", test, "--synthetic", synthetic];
    const run = mustEnd(runCli(["evaluate", ...files, "--target", target, "--out", report, "--quiet"], 3600));
    say(
      "verisim evaluate, all parts",
      run.seconds,
      run.cpuSeconds,
      `${run.peakMegabytes.toFixed(0)} MB at most`,
    );
  }
  if (flags.only !== "ours")
    for (const part of positionals.length > 0 ? positionals : allParts)
      timePeer(part, [real, synthetic, test]);
} finally {
  rmSync(folder, { recursive: true });
}

function mustEnd(run: ReturnType<typeof runCli>): ReturnType<typeof runCli> {
  if (run.exitCode !== 0) throw new Error(run.errors);
  return run;
}

function timePeer(part: string, files: readonly string[]): void {
  const python = installPeer(flags.peers, existsSync(path.join(flags.peers, "sdv")) ? "sdv" : "sdmetrics");
  const script = path.join(import.meta.dirname, "peers/judging_part.py");
  // The limit is of processor time, so that a busy machine ends nothing early.
  const command = `ulimit -t ${Number(flags.limit)} && exec "$0" "$@"`;
  const run = spawnSync("bash", ["-c", command, python, script, part, ...files, target], {
    encoding: "utf8",
  });
  const name = `SDMetrics ${part}`;
  if (run.status !== 0) {
    const why =
      run.signal === null
        ? (run.stderr.trim().split("\n").at(-1) ?? "")
        : `ended after ${flags.limit} CPU seconds`;
    console.log(`${name.padEnd(44)} no figure: ${why}`);
    return;
  }
  const { seconds, cpuSeconds, figure } = JSON.parse(run.stdout) as Record<string, number | null>;
  say(name, seconds!, cpuSeconds!, `figure ${figure?.toFixed(4) ?? "none"}`);
}

function say(name: string, seconds: number, cpuSeconds: number, more: string): void {
  console.log(`${name.padEnd(44)} ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} CPU seconds, ${more}`);
}
