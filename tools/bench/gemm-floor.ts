// The floor of matrix products: exits with 1 where a shape stays below its share of the machine's peak, on one thread or
// two, in every one of ten attempts. Not a unit test: it needs a machine that gives it whole cores now and then.
//   node tools/bench/gemm-floor.ts

import { availableParallelism } from "node:os";

import { measurePeak } from "./peak.ts";
import { productRuns, timeProducts } from "./products.ts";

/** Shares of the peak: 80 of 95 GFLOP/s on one thread, 150 of 188 on two. */
const floors = [
  { threads: 1, share: 80 / 95, except: [] as string[] },
  // 1.4 microseconds on one thread: dividing it costs half of what it saves.
  { threads: 2, share: 150 / 188, except: ["16x64x64"] },
];
const attempts = 10;

let failed = false;
for (const { threads, share, except } of floors) {
  if (threads > availableParallelism()) continue;
  let left = productRuns().filter(({ name }) => !except.includes(name));
  const best = new Map<string, number>();
  for (let attempt = 0; attempt < attempts && left.length > 0; attempt++) {
    const peak = measurePeak(threads);
    if (peak === null) throw new Error("A C++ compiler is needed to measure the machine's peak");
    const { gflops } = await timeProducts(left, threads);
    for (const [name, value] of Object.entries(gflops))
      best.set(name, Math.max(best.get(name) ?? 0, value / peak));
    left = left.filter(({ name }) => best.get(name)! < share);
  }
  for (const [name, reached] of best) {
    const below = reached < share;
    failed ||= below;
    const figures = `${reached.toFixed(3)} of the peak, floor ${share.toFixed(3)}`;
    console.log(`${threads} threads  ${name.padEnd(14)} ${figures}${below ? "  BELOW" : ""}`);
  }
}
process.exitCode = failed ? 1 : 0;
