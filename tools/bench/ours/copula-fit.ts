// Ours for `copula-fit`: the table is in memory with its metadata; fit, then sample as many rows.

import { GaussianCopula } from "@verisim/copula";
import { readTable } from "@verisim/data";

import { serve, time } from "../serve.ts";

const { table, metadata } = await readTable(process.argv[2]!);
let seed = 0;

await serve(async () => {
  seed++;
  let rows = 0;
  const fit = new GaussianCopula();
  const fitSeconds = await time(() => fit.fit(table, { metadata, seed }));
  const sampleSeconds = await time(async () => {
    rows = (await fit.sample(table.rowCount, { seed })).rowCount;
  });
  return { seconds: fitSeconds + sampleSeconds, fitSeconds, sampleSeconds, rows };
});
