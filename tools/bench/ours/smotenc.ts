// Ours for `smotenc`: the rarer income of Adult grows to the size of the other one, in the process. The table comes from an
// Arrow file, since the CSV reader's engine alone holds more than SMOTE-NC does; the peer's reader is far below its peak.

import { readTable } from "@verisim/data";
import { resample } from "@verisim/resample";

import { arrowCopy } from "../arrow-copy.ts";
import { peakMemoryMB, serve, time } from "../serve.ts";

const { table, metadata } = await readTable(arrowCopy(process.argv[2]!));
const target = metadata.columns.income
  ? "income"
  : table.columnNames.find((name) => name.startsWith("kind_0"))!;
const threads = Number(process.argv[3]);

// Of the first run: later ones find what the earlier left for the collector.
let peak: number | undefined;
await serve(async () => {
  let rows = 0;
  const seconds = await time(async () => {
    const result = await resample(table, metadata, { target, strategy: "smotenc", seed: 1, threads });
    rows = result.table.rowCount;
  });
  peak ??= peakMemoryMB();
  return { seconds, rows, peakMemoryMB: peak };
});
