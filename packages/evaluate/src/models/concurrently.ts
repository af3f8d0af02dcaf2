// Several jobs side by side, as many as there are processors: the native work of each runs on one thread of the pool, so
// that a two-core machine trains two models at once. Results do not depend on it.

import { availableParallelism } from "node:os";

/** From this many rows a single training uses all processors by itself. */
const manyRows = 100_000;

/** libuv's pool has four threads unless it is told otherwise. */
const poolThreads = 4;

/** The results of the jobs in their order. After the first failure no further job starts. */
export async function concurrently<T>(rows: number, jobs: readonly (() => Promise<T>)[]): Promise<T[]> {
  const wished = Number(process.env.VERISIM_THREADS);
  const processors = Number.isInteger(wished) && wished >= 1 ? wished : availableParallelism();
  const lanes = rows >= manyRows ? 1 : Math.min(poolThreads, processors, jobs.length);
  const results = new Array<T>(jobs.length);
  let next = 0;
  let failed = false;
  const lane = async (): Promise<void> => {
    while (next < jobs.length && !failed) {
      const index = next++;
      try {
        results[index] = await jobs[index]!();
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
