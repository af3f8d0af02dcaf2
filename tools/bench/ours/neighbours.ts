// Ours for `neighbours`: the five nearest of Adult's rows for each of 16,281 others, numbers and categories together.
// Categories stay codes: two that differ add the 2 that a block of zeros and ones adds.

import { readTable } from "@verisim/data";
import { nearestNeighbours } from "@verisim/tensor/arrays";

import { encodedRows } from "../mixed-rows.ts";
import { serve, time } from "../serve.ts";

const { table, metadata } = await readTable(process.argv[2]!);
const { numbers, codes, width, columns } = encodedRows(table, metadata);
const queryCount = 16_281;
const threads = Number(process.argv[3]);

await serve(async () => {
  let sum = 0;
  const seconds = await time(async () => {
    const { distances } = await nearestNeighbours(
      {
        reference: numbers,
        // Every second row, moved a little, so that a query is no row of the table.
        queries: numbers
          .filter((_, at) => Math.floor(at / width) % 2 === 0)
          .map((x) => x + 0.01)
          .subarray(0, queryCount * width),
        width,
        k: 5,
        categories: {
          reference: codes,
          queries: codes
            .filter((_, at) => Math.floor(at / columns) % 2 === 0)
            .subarray(0, queryCount * columns),
          weights: new Float64Array(columns).fill(2),
        },
      },
      { threads },
    );
    for (const distance of distances) sum += distance;
  });
  return { seconds, meanDistance: sum / (5 * queryCount) };
});
