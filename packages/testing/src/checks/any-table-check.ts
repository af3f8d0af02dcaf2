// Whatever the table: it is learnt and sampled, or refused in words; what comes has its shape and its missing cells.

import { decodeModel, encodeModel, isMissing, missingCount, Table } from "@verisim/core";
import fc from "fast-check";
import { arbitraryTable } from "../arbitrary-table.ts";
import { type GeneratorSubject, promise, worksOrCoded } from "../generator-subject.ts";
import { requireSameTable } from "../table-equality.ts";
import { requireColumnsLike } from "./structure-checks.ts";

/** @param runs how many random tables; the same ones every time */
export async function checkAnyTable(subject: GeneratorSubject, runs: number = 40): Promise<void> {
  await fc.assert(
    fc.asyncProperty(arbitraryTable({ minRows: 1 }), async ({ table, metadata }) => {
      const result = await worksOrCoded("fit and sample", async () => {
        const generator = await subject.create().fit(table, { metadata, seed: 1 });
        const rows = await generator.sample(25, { seed: 2 });
        const loaded = subject.fromArtifact(decodeModel(encodeModel(generator.toArtifact())));
        requireSameTable(await loaded.sample(25, { seed: 2 }), rows, "rows of a loaded model");
        return rows;
      });
      promise(result instanceof Table, () => `a sound table was refused: ${result}`);
      promise(result.rowCount === 25, "25 rows were asked for");
      requireColumnsLike(table, result);
      for (const column of table.columns) {
        const synthetic = result.column(column.name);
        if (missingCount(column) === 0)
          promise(missingCount(synthetic) === 0, `column ${JSON.stringify(column.name)} got missing cells`);
        if (synthetic.kind === "number")
          for (let row = 0; row < 25; row++)
            promise(
              isMissing(synthetic, row) || Number.isFinite(synthetic.values[row]),
              `column ${JSON.stringify(column.name)} holds an infinity`,
            );
      }
    }),
    { numRuns: runs, seed: 51, interruptAfterTimeLimit: 60_000 },
  );
}
