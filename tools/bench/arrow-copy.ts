// A CSV table as an Arrow file beside it: `node arrow-copy.ts IN.csv OUT.arrow`. A process of its own, so that what reading
// CSV holds does not count as memory of what is measured.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readTable, writeTable } from "@verisim/data";

/** The path of the copy, which is made where there is none. */
export function arrowCopy(csv: string): string {
  const copy = csv.replace(/\.csv$/, ".arrow");
  if (!existsSync(copy))
    execFileSync(process.execPath, [...process.execArgv, import.meta.filename, csv, copy]);
  return copy;
}

if (process.argv[1] === import.meta.filename) {
  const [csv, copy] = process.argv.slice(2);
  const { table, metadata } = await readTable(csv!);
  await writeTable(copy!, table, metadata);
}
