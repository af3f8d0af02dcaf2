// Ours for `trees-fit`: the table is in memory with its metadata; fit, then sample as many rows.

import { readTable } from "@verisim/data";
import { findGenerator } from "@verisim/verisim/generators";

import { serve, time } from "../serve.ts";

const { table, metadata } = await readTable(process.argv[2]!);
let seed = 0;

await serve(async () => {
  seed++;
  let rows = 0;
  const trees = findGenerator("sequential-trees").create();
  const fitSeconds = await time(() => trees.fit(table, { metadata, seed }));
  const sampleSeconds = await time(async () => {
    rows = (await trees.sample(table.rowCount, { seed })).rowCount;
  });
  return { seconds: fitSeconds + sampleSeconds, fitSeconds, sampleSeconds, rows };
});
