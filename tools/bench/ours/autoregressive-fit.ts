// Ours for `autoregressive-fit`: the table is in memory with its metadata; one whole fit at the defaults, until held-out
// rows gain nothing more, then as many rows sampled.

import { readTable } from "@verisim/data";
import { findGenerator } from "@verisim/verisim/generators";

import { peakMemoryMB, serve, time } from "../serve.ts";

const { table, metadata } = await readTable(process.argv[2]!);
let seed = 0;

await serve(async () => {
  seed++;
  let rows = 0;
  const generator = findGenerator("autoregressive").create();
  const started = process.cpuUsage();
  const fitSeconds = await time(() => generator.fit(table, { metadata, seed }));
  const sampleSeconds = await time(async () => {
    rows = (await generator.sample(table.rowCount, { seed })).rowCount;
  });
  const { user, system } = process.cpuUsage(started);
  return {
    seconds: fitSeconds + sampleSeconds,
    fitSeconds,
    sampleSeconds,
    cpuSeconds: (user + system) / 1e6,
    steps: generator.training?.step,
    rows,
    peakMemoryMB: peakMemoryMB(),
  };
});
