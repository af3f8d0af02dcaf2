// Ours for `smote-1m` and `adasyn-1m`: the rare class of a million rows grows to the size of the common one, in the
// process.

import { resample } from "@verisim/resample";

import { imbalancedTable } from "../imbalanced.ts";
import { peakMemoryMB, serve, time } from "../serve.ts";

const { table, metadata } = imbalancedTable(1_000_000);
const threads = Number(process.argv[3]);
const strategy = process.argv[4]!;

await serve(async () => {
  let rows = 0;
  const seconds = await time(async () => {
    const result = await resample(table, metadata, { target: "label", strategy, seed: 1, threads });
    rows = result.table.rowCount;
  });
  return { seconds, rows, peakMemoryMB: peakMemoryMB() };
});
