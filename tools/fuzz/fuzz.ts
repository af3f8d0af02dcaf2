// A coverage-guided fuzzer for everything that reads what users hand in:
//   node tools/fuzz/fuzz.ts [--seconds 20] [--seed 1] [TARGET...]
// V8's native block coverage steers it. Inputs that reach new code are kept under .cache/fuzz and tried first the next
// time; a finding is written there too, and printed. The last line counts the targets.

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";

import { formatTally } from "../test/steps.ts";
import type { FuzzJob, FuzzOutcome } from "./fuzz-worker.ts";
import { longestInput } from "./mutate.ts";

/** Longest time that one input may take. */
const hangSeconds = 10;

const cache = path.resolve(import.meta.dirname, "../../.cache/fuzz");

/** Runs one target in a thread; a thread that dies or hangs is a finding with the input that it was at. */
export function fuzzTarget(job: Omit<FuzzJob, "progress">): Promise<FuzzOutcome> {
  const progress = new SharedArrayBuffer(8 + longestInput);
  const counters = new Int32Array(progress, 0, 2);
  const worker = new Worker(new URL("./fuzz-worker.ts", import.meta.url), {
    workerData: { ...job, progress },
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  return new Promise((resolve) => {
    const finish = (outcome: FuzzOutcome) => {
      clearInterval(watch);
      worker.removeAllListeners();
      void worker.terminate().then(() => resolve(outcome));
    };
    const fail = (error: string) => {
      const input = new Uint8Array(progress, 8, counters[1]).slice();
      finish({ runs: counters[0]!, reached: 0, kept: [], finding: { input, error } });
    };
    let runs = -1;
    const watch = setInterval(() => {
      if (counters[0] === runs && runs > 0) fail(`no end after ${hangSeconds} s`);
      runs = counters[0]!;
    }, hangSeconds * 1000);
    worker.on("message", finish);
    worker.on("error", (error) => fail(String(error instanceof Error ? error.stack : error)));
    worker.on("exit", (code) => fail(`the thread ended with ${code}`));
  });
}

function readCorpus(folder: string): Uint8Array[] {
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder)
    .sort()
    .map((name) => new Uint8Array(readFileSync(path.join(folder, name))).slice(0, longestInput));
}

function keep(folder: string, input: Uint8Array): string {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, createHash("sha256").update(input).digest("hex").slice(0, 16));
  writeFileSync(file, input);
  return file;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seconds: { type: "string", default: "20" }, seed: { type: "string", default: "1" } },
  });
  const module = new URL("./targets.ts", import.meta.url).href;
  const { targets } = await import("./targets.ts");
  const tally = { passed: 0, failed: 0, skipped: 0 };
  for (const { name } of targets) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const corpusFolder = path.join(cache, name, "corpus");
    const corpus = readCorpus(corpusFolder);
    const seconds = Number(values.seconds);
    const { runs, reached, kept, finding } = await fuzzTarget({
      ...{ module, target: name, seconds, seed: Number(values.seed), corpus },
    });
    for (const input of kept) keep(corpusFolder, input);
    const found = `${runs} inputs, ${reached} characters of code, ${corpus.length + kept.length} kept`;
    console.log(`${finding ? "FAILED" : "ok    "} ${name}: ${found}`);
    tally[finding ? "failed" : "passed"]++;
    if (finding) {
      console.log(`  ${finding.error.split("\n").slice(0, 12).join("\n  ")}`);
      console.log(`  input: ${JSON.stringify(Buffer.from(finding.input).toString("latin1").slice(0, 2000))}`);
      console.log(`  kept: ${keep(path.join(cache, name, "findings"), finding.input)}`);
    }
  }
  console.log(formatTally(tally));
  process.exitCode = tally.failed > 0 ? 1 : 0;
}

if (import.meta.main) await main();
