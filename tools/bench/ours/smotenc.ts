// Ours for `smotenc`: the rarer income of Adult grows to the size of the other one, in the process.

import { readTable } from "@verisim/data";
import { resample } from "@verisim/resample";

import { peakMemoryMB, serve, time } from "../serve.ts";

const { table, metadata } = await readTable(process.argv[2]!);
const target = metadata.columns.income
  ? "income"
  : table.columnNames.find((name) => name.startsWith("kind_0"))!;
const threads = Number(process.argv[3]);

await serve(async () => {
  let rows = 0;
  const seconds = await time(async () => {
    const result = await resample(table, metadata, { target, strategy: "smotenc", seed: 1, threads });
    rows = result.table.rowCount;
  });
  return { seconds, rows, peakMemoryMB: peakMemoryMB() };
});
