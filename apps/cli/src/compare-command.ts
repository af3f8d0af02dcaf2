// The flags and the help of `verisim compare`.

import type { FitFlags } from "./program.ts";
import type { CommandParts } from "./table-commands.ts";

export interface CompareFlags extends FitFlags {
  models?: string;
  holdout?: string;
  rows?: string;
  parts?: string;
}

export function addCompare({ command, withOut, withShared, examples, start }: CommandParts): void {
  const compare = command(
    "compare",
    "DATA [--target COL] [--models A,B,...] [--out R.html] [options]",
    "try the generators on a table and show what each gives and costs",
  );
  compare
    .argument("<DATA>", "the real table")
    .option("--models <names>", "generators to try, joined by commas (default: all)")
    .option("--holdout <file>", "real rows to judge on (default: a quarter of DATA)")
    .option("--target <column>", "the column that a model would predict: judges what models learn")
    .option("--metadata <file>", "types and keys as SDV metadata JSON; what it leaves out is detected")
    .option("--rows <n>", "rows to draw from each (default: as many as are learnt)")
    .option("--max-time <time>", "what learning may take, each, for generators that train (default: 2m)")
    .option("--max-memory <size>", "memory that learning may use, each, such as 512MB, 4GB")
    .option(
      "--parts <names>",
      "parts of the judgement, as for evaluate (default: two-sample,utility,privacy)",
    );
  withShared(withOut(compare, "write an HTML report (.html) or the figures (.json)"))
    .addHelpText(
      "after",
      examples([
        "verisim compare customers.csv --target churned --out compared.html",
        "verisim compare customers.csv --models sequential-trees,tvae,gaussian-copula --max-time 30s",
      ]),
    )
    .action(async (data: string, flags: CompareFlags) =>
      (await import("./commands/compare.ts")).compare(data, flags, start(flags, compare)),
    );
}
