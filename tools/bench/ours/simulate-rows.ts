// Ours for `simulate-rows`: ten million rows of the card scenario, streamed into a Parquet file. The peak memory is that
// of this process, writer included.

import { mkdtempSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { openTableWriter } from "@verisim/data";
import { cardTransactions, Simulation } from "@verisim/simulate";

import { cacheFolder } from "../adult.ts";
import { peakMemoryMB, serve, time } from "../serve.ts";

const rows = 10_000_000;
const folder = mkdtempSync(path.join(cacheFolder, "simulate-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const file = path.join(folder, "transactions.parquet");
let seed = 0;

await serve(async () => {
  seed++;
  const seconds = await time(async () => {
    const simulation = await Simulation.create(cardTransactions, {
      seed,
      rows: { transactions: rows, cards: 200_000 },
    });
    const writer = await openTableWriter(file, simulation.tableMetadata("transactions"));
    for await (const batch of simulation.batches("transactions", { reuse: true })) await writer.append(batch);
    await writer.close();
  });
  return { seconds, rows, peakMemoryMB: peakMemoryMB(), fileBytes: statSync(file).size };
});
