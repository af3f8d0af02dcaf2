// `npm run bench`: lists the benchmarks; `npm run --silent bench -- NAME --json [--peers DIR] [--pairs 5] [--threads 2]`
// runs one against its peers. Both sides are processes that stay alive, on the same CPUs, taken in turn; `--busy 4` lets
// four other processes keep those CPUs busy meanwhile. Whole trainings take `--epochs 10`, and `--warm-ups 0` where a
// warm-up would take as long as all the rest.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

import { benchmarkTable } from "./adult.ts";
import { type Benchmark, benchmarks } from "./benchmarks.ts";
import { type BenchmarkResult, summarise, takeTurns } from "./measure.ts";
import { installNodePeers } from "./node-peers.mjs";
import { Worker } from "./worker.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** A fault of the call rather than of the program: printed without a stack. */
class UsageError extends Error {}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      peers: { type: "string" },
      pairs: { type: "string", default: "5" },
      threads: { type: "string", default: "2" },
      busy: { type: "string", default: "0" },
      epochs: { type: "string", default: "10" },
      "warm-ups": { type: "string", default: "1" },
      "no-peers": { type: "boolean", default: false },
    },
  });
  const count = (name: "pairs" | "threads" | "busy" | "epochs" | "warm-ups", least = 1) => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < least)
      throw new UsageError(
        `Expected a whole number from ${least} for --${name} but received ${values[name]}.`,
      );
    return value;
  };
  // npm runs this in the root; relative paths are those of the caller's folder.
  const caller = process.env.INIT_CWD ?? process.cwd();
  return {
    name: positionals[0],
    json: values.json,
    withPeers: !values["no-peers"],
    peers: values.peers ? path.resolve(caller, values.peers) : path.join(root, ".cache/peers"),
    pairs: count("pairs"),
    threads: count("threads"),
    busy: count("busy", 0),
    epochs: count("epochs"),
    warmUps: count("warm-ups", 0),
  };
}

/** The environment of both sides: as many threads, and no leftover choice of an OpenBLAS kernel. */
function workerEnvironment(threads: number): NodeJS.ProcessEnv {
  const { OPENBLAS_CORETYPE: _type, OPENBLAS_L2_SIZE: _size, ...env } = process.env;
  const count = String(threads);
  const names = [
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VERISIM_THREADS",
  ];
  return { ...env, ...Object.fromEntries(names.map((name) => [name, count])) };
}

/** Both sides are held to the first CPUs where the system can do that, whatever their libraries would take. */
function onCpus(threads: number, command: readonly string[]): readonly string[] {
  const taskset = "/usr/bin/taskset";
  return existsSync(taskset) ? [taskset, "--cpu-list", `0-${threads - 1}`, ...command] : command;
}

/** A process that computes until its parent is gone. */
const busyCommand = [
  process.execPath,
  "--eval",
  "const parent = process.ppid; while (process.ppid === parent) for (let i = 0; i < 1e8; i++);",
];

/** Name and command line of both sides; a peer that is not installed is said before anything starts. */
function commandsOf(
  benchmark: Benchmark,
  peersFolder: string | undefined,
  given: readonly string[],
  epochs: number,
): Map<string, readonly string[]> {
  const script = (file: string) => path.join(import.meta.dirname, file);
  const own = [...(benchmark.arguments ?? []), ...(benchmark.epochs ? [String(epochs)] : [])];
  const commands = new Map<string, readonly string[]>([
    ["ours", [process.execPath, ...process.execArgv, script(benchmark.ours), ...given, ...own]],
  ]);
  if (peersFolder === undefined) return commands;
  for (const peer of benchmark.peers) {
    if (peer.environment === "node") {
      const packages = installNodePeers(peersFolder);
      commands.set(peer.name, [process.execPath, script(peer.script), ...given, ...own, packages]);
      continue;
    }
    const python = path.join(peersFolder, peer.environment, "bin/python");
    if (!existsSync(python)) {
      const install = `node tools/parity/install.mjs ${peersFolder} ${peer.environment}`;
      throw new UsageError(`No peer at ${python}. Install it with: ${install}`);
    }
    commands.set(peer.name, [python, script(peer.script), ...given, ...own, ...(peer.arguments ?? [])]);
  }
  return commands;
}

async function runBenchmark(
  benchmark: Benchmark,
  options: ReturnType<typeof readArguments>,
): Promise<BenchmarkResult> {
  const { peers, threads, pairs } = options;
  const { name: table, file } = benchmarkTable();
  const given = [file, String(threads)];
  const commands = commandsOf(benchmark, options.withPeers ? peers : undefined, given, options.epochs);
  const env = workerEnvironment(threads);
  const workers = [...commands].map(([name, command]) => new Worker(name, onCpus(threads, command), env));
  const [spin, ...spinArguments] = onCpus(threads, busyCommand);
  const busy = Array.from({ length: options.busy }, () => spawn(spin!, spinArguments, { stdio: "ignore" }));
  try {
    const samples = await takeTurns(workers, { pairs, warmUps: options.warmUps }, (side, seconds, pair) => {
      if (!options.json)
        console.log(`  ${pair === 0 ? "warm-up" : `pair ${pair}`}  ${side}: ${figure(seconds)} s`);
    });
    return summarise(benchmark.name, threads, "ours", samples, { table, busy: options.busy });
  } finally {
    for (const process of busy) process.kill("SIGKILL");
    await Promise.all(workers.map((worker) => worker.close()));
  }
}

/** Runs take from microseconds (one training step) to minutes. */
const figure = (seconds: number): string => (seconds < 0.1 ? seconds.toExponential(2) : seconds.toFixed(3));

function print(result: BenchmarkResult): void {
  console.log(
    `${result.name}, ${result.threads} threads, median of ${result.pairs} pairs, ${result.machine}`,
  );
  console.log(`  ours ${figure(result.ours)} ${result.unit}`);
  for (const { name, value, ratio } of result.peers)
    console.log(`  ${name} ${figure(value)} ${result.unit}: ${ratio.toFixed(1)} times ours`);
  for (const [side, details] of Object.entries(result.details))
    console.log(`  ${side}: ${JSON.stringify(details)}`);
}

async function main(): Promise<void> {
  const options = readArguments();
  if (options.name === undefined) {
    for (const { name, summary } of benchmarks) console.log(`${name.padEnd(16)} ${summary}`);
    return;
  }
  const benchmark = benchmarks.find(({ name }) => name === options.name);
  if (!benchmark)
    throw new UsageError(
      `No benchmark ${options.name}. There are ${benchmarks.map(({ name }) => name).join(", ")}.`,
    );
  const result = await runBenchmark(benchmark, options);
  if (options.json) console.log(JSON.stringify(result));
  else print(result);
}

try {
  await main();
} catch (error) {
  const usage =
    error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith("ERR_PARSE_ARGS");
  console.error(usage ? (error as Error).message : error);
  process.exitCode = usage ? 2 : 1;
}
