// Ours for `gemm`: each shape as often as gives five billion floating-point operations; details hold GFLOP/s per shape
// and their share of the machine's peak, measured just before.

import { measurePeak } from "../peak.ts";
import { productRuns, timeProducts } from "../products.ts";
import { serve } from "../serve.ts";

const threads = Number(process.argv[3] ?? 1);
const runs = productRuns();

await serve(async () => {
  const peak = measurePeak(threads);
  const figures = await timeProducts(runs, threads);
  const share = (gflops: number): number | null =>
    peak === null ? null : Number((gflops / peak).toFixed(3));
  return {
    ...figures,
    peak,
    shareOfPeak: Object.fromEntries(
      Object.entries(figures.gflops).map(([name, gflops]) => [name, share(gflops)]),
    ),
  };
});
