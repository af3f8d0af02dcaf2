// Fuzzes one target in a thread of its own: changes inputs that are worth keeping, runs them, keeps those that reach new
// code. Every input lies in shared memory while it runs, so that a crash or a hang can be told by the main thread.

import { parentPort, workerData } from "node:worker_threads";
import { RowRandom, streamKey } from "@verisim/core";

import { Coverage } from "./coverage.ts";
import { mutate } from "./mutate.ts";
import type { Target } from "./targets.ts";

export interface FuzzJob {
  /** Module that exports `targets`. */
  readonly module: string;
  readonly target: string;
  readonly seconds: number;
  readonly seed: number;
  /** Inputs that an earlier run found worth keeping. */
  readonly corpus: readonly Uint8Array[];
  /** [runs, length of the input] and the input. */
  readonly progress: SharedArrayBuffer;
}

export interface FuzzOutcome {
  readonly runs: number;
  /** Characters of code that ran at least once. */
  readonly reached: number;
  /** Inputs that reached new code in this run. */
  readonly kept: readonly Uint8Array[];
  readonly finding?: { readonly input: Uint8Array; readonly error: string };
}

/** Runs between two looks at the coverage, which costs as much as many runs. */
const batchSize = 25;

const job = workerData as FuzzJob;
const { targets } = (await import(job.module)) as { targets: readonly Target[] };
const target = targets.find(({ name }) => name === job.target)!;
const counters = new Int32Array(job.progress, 0, 2);
const current = new Uint8Array(job.progress, 8);

async function runOne(input: Uint8Array): Promise<string | undefined> {
  current.set(input);
  counters[1] = input.length;
  counters[0]!++;
  try {
    await target.run(input);
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

async function fuzz(): Promise<FuzzOutcome> {
  const coverage = new Coverage(/\/(core|data)\/dist\/|planted-targets/);
  const words = target.words.map((word) => new TextEncoder().encode(word));
  const corpus = [...target.seeds, ...job.corpus];
  const kept: Uint8Array[] = [];
  const key = streamKey(job.seed, "fuzz", target.name);
  const outcome = (finding?: FuzzOutcome["finding"]): FuzzOutcome => ({
    runs: counters[0]!,
    reached: coverage.size,
    kept,
    ...(finding ? { finding } : {}),
  });
  for (const input of corpus) {
    const error = await runOne(input);
    if (error) return outcome({ input, error });
  }
  coverage.learn(coverage.take());
  const end = performance.now() + job.seconds * 1000;
  for (let batch = 0; performance.now() < end; batch++) {
    const random = new RowRandom(key, batch);
    const inputs = Array.from({ length: batchSize }, () =>
      mutate(corpus[random.below(corpus.length)]!, corpus[random.below(corpus.length)]!, random, words),
    );
    for (const input of inputs) {
      const error = await runOne(input);
      if (error) return outcome({ input, error });
    }
    if (!coverage.isNew(coverage.take())) continue;
    for (const input of inputs) {
      await runOne(input);
      const reached = coverage.take();
      if (!coverage.isNew(reached)) continue;
      coverage.learn(reached);
      corpus.push(input);
      kept.push(input);
    }
  }
  return outcome();
}

parentPort!.postMessage(await fuzz());
