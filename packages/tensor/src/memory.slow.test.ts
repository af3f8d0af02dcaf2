import { expect, test } from "vitest";
import { uniforms } from "../fixtures/values.ts";
import { bucketize, correlation, gemm, normalCdf, ranks } from "./arrays/index.ts";

test("ten thousand calls of every way to run leave the resident memory flat", async () => {
  const x = uniforms("memory", 20_000);
  const small = x.subarray(0, 64);
  const out = new Int32Array(x.length);
  const matrix = x.subarray(0, 14_400);
  const c = new Float64Array(14_400);
  const signal = new AbortController().signal;
  const round = async (): Promise<void> => {
    await normalCdf(small, new Float64Array(64));
    await bucketize(x, small.slice().sort(), out, undefined, { signal });
    await Promise.all([ranks(x.subarray(0, 4000)), correlation([small, small])]);
    await gemm({ m: 120, n: 120, k: 120, a: matrix, b: matrix, c });
    await normalCdf(x, new Float64Array(3)).catch(() => undefined);
  };
  for (let i = 0; i < 500; i++) await round();
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 2000; i++) await round();
  globalThis.gc?.();
  const grownMiB = (process.memoryUsage().rss - before) / 2 ** 20;
  // A leak of one typed array of 64 numbers per round would be 1 MiB, of one column 300 MiB; the heap itself breathes.
  expect(grownMiB).toBeLessThan(48);
}, 300_000);
