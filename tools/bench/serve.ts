// Our end of the line protocol that worker.ts speaks: one run per line that comes in.

import { createInterface } from "node:readline";

/** Answers every line with what `run` returns; `run` times itself. */
export async function serve(run: () => Promise<Record<string, unknown>>): Promise<void> {
  for await (const _line of createInterface({ input: process.stdin }))
    process.stdout.write(`${JSON.stringify(await run())}\n`);
}

/** Seconds that some work takes. */
export async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** The most memory that this process has held so far, in megabytes. */
export function peakMemoryMB(): number {
  return Math.round((process.resourceUsage().maxRSS * 1024) / 1e6);
}
