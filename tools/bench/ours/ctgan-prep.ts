// Ours for `ctgan-prep`: what comes before CTGAN's first step, a mixture per number fitted and every row encoded.

import { readTable } from "@verisim/data";
import { TableEncoding } from "@verisim/neural";

import { serve, time } from "../serve.ts";

const { table, metadata } = await readTable(process.argv[2]!);
let seed = 0;

await serve(async () => {
  seed++;
  let encoding: TableEncoding | undefined;
  const fitSeconds = await time(async () => {
    encoding = TableEncoding.fit(
      table,
      metadata,
      {
        ...{ numbers: "mixture", maxBlocks: 32, maxClusters: 10, places: true },
        ...{ maxCategories: 256, minGroup: 5, derive: false },
      },
      { seed, tableName: "table" },
    );
  });
  const encodeSeconds = await time(async () => encoding!.encode(table, { seed, rowStart: 0 }));
  const outputs = encoding!.layout.widths.reduce((sum, width) => sum + width, encoding!.layout.placed.length);
  return { seconds: fitSeconds + encodeSeconds, fitSeconds, encodeSeconds, outputs };
});
