// The variety of a synthetic table: ranges, categories, modes, subgroups, repeated rows, beside what a real holdout has.

import { type RunOptions, throwIfAborted } from "@verisim/core";
import { duplicateShare } from "../copies.ts";
import { meanScore } from "../mean-score.ts";
import { type Compared, compareTables, type JudgedTables } from "../metrics/judged-tables.ts";
import { judgedColumns } from "../models/judged-columns.ts";
import { categoryCoverage, rangeCoverage } from "./coverage.ts";
import type { CategoryCoverage, DiversityReport, RangeCoverage, Share } from "./diversity-report.ts";
import { modeCoverage } from "./modes.ts";
import { subgroupReport } from "./subgroups.ts";

export interface DiversityOptions extends RunOptions {
  /** Chooses rows and starts of clusters. Any safe integer. Default 0. */
  seed?: number;
  /** The tables in their compared form, where they have been brought to it already. */
  compared?: Compared;
}

/**
 * Judges how much of the real variety the synthetic rows have: by columns, by clusters and by subgroups. Single rows and
 * their neighbours are `precisionRecall`'s.
 *
 * @throws VerisimError `VERISIM_NO_ROWS`, `VERISIM_UNKNOWN_COLUMN`, `VERISIM_ABORTED`
 * @example
 * const { totals, modes, subgroups } = await diversity({ real, synthetic, holdout, metadata });
 * console.log(totals.rare, modes?.share, subgroups.worst[0]?.conditions);
 */
export async function diversity(
  tables: JudgedTables,
  options: DiversityOptions = {},
): Promise<DiversityReport> {
  const { seed = 0 } = options;
  const run: RunOptions = options.signal ? { signal: options.signal } : {};
  const compared = options.compared ?? compareTables(tables);
  const { columns, unused, rowCounts } = judgedColumns(compared, tables.metadata);
  const report = (done: number, detail: string): void => {
    throwIfAborted(options.signal);
    options.onProgress?.({ phase: "evaluate", done, total: 4, unit: "parts", detail });
  };
  report(0, "coverage");
  const numbers: RangeCoverage[] = [];
  const categories: CategoryCoverage[] = [];
  for (const column of columns)
    if (column.kind === "number") numbers.push(await rangeCoverage(column, run));
    else categories.push(categoryCoverage(column, rowCounts));
  report(1, "modes");
  const modes = columns.length > 0 ? await modeCoverage(columns, rowCounts, seed, run) : null;
  report(2, "subgroups");
  const subgroups = await subgroupReport(columns, rowCounts, seed, run);
  report(3, "repeated rows");
  const duplicates = rowCounts.map((rows, table) => duplicateShare(columns, rows, table));
  report(4, "done");
  return {
    numbers,
    categories,
    totals: {
      ...totalsOf(
        numbers,
        categories,
        (own) => own,
        (own) => own.share,
      ),
      ceiling:
        rowCounts.length > 2
          ? totalsOf(
              numbers,
              categories,
              (own) => own.ceiling!,
              (own) => own.ceiling,
            )
          : null,
    },
    modes,
    subgroups,
    duplicates: {
      real: duplicates[0]!,
      synthetic: duplicates[1]!,
      holdout: duplicates[2] ?? null,
    },
    unused,
  };
}

/** Means over the columns, leaving out those without anything to cover. */
function totalsOf(
  numbers: readonly RangeCoverage[],
  categories: readonly CategoryCoverage[],
  ranges: (own: RangeCoverage) => { range: Share; central: Share },
  share: (own: CategoryCoverage["all"]) => Share,
) {
  return {
    range: meanScore(numbers.map((own) => ranges(own).range)),
    central: meanScore(numbers.map((own) => ranges(own).central)),
    category: meanScore(categories.map((own) => share(own.all))),
    rare: meanScore(categories.map((own) => share(own.rare))),
    veryRare: meanScore(categories.map((own) => share(own.veryRare))),
  };
}
