// Ours for `neighbours`: the five nearest of Adult's rows for each of 16,281 others, categories as blocks of zeros and ones,
// to the number the rows that the peer gets.

import { readTable } from "@verisim/data";
import { nearestNeighbours } from "@verisim/tensor/arrays";

import { oneHotRows } from "../mixed-rows.ts";
import { serve, time } from "../serve.ts";

const { table, metadata } = await readTable(process.argv[2]!);
const { rows, width, numbers } = oneHotRows(table, metadata);
const queryCount = 16_281;
const threads = Number(process.argv[3]);
// Every second row, its numbers moved a little, so that a query is no row of the table.
const queries = rows
  .filter((_, at) => Math.floor(at / width) % 2 === 0)
  .map((x, at) => (at % width < numbers ? x + 0.01 : x))
  .subarray(0, queryCount * width);

await serve(async () => {
  let sum = 0;
  const seconds = await time(async () => {
    const { distances } = await nearestNeighbours({ reference: rows, queries, width, k: 5 }, { threads });
    for (const distance of distances) sum += distance;
  });
  return { seconds, meanDistance: sum / (5 * queryCount) };
});
