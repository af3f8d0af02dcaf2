// Ours for `quality-report`: the figures of SDMetrics' QualityReport for a table against itself.

import { readTable } from "@verisim/data";
import { qualityReport } from "@verisim/evaluate";

import { serve, time } from "../serve.ts";

const { table, metadata } = await readTable(process.argv[2]!);

await serve(async () => {
  let score: number | null = null;
  const seconds = await time(async () => {
    score = (await qualityReport(table, table, metadata)).score;
  });
  return { seconds, score };
});
