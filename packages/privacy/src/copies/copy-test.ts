// Are there copies of training rows in a synthetic table? The verdict of the search in words and figures.

import type { CopyReport } from "../privacy-report.ts";
import {
  type PreparedTables,
  pickRows,
  prepareTables,
  type RiskTables,
  runOf,
} from "../tables/prepared-tables.ts";
import { CopySearch, type CopyVerdict } from "./copy-search.ts";
import { exactCopyShares } from "./exact-copies.ts";

/**
 * Tests whether a synthetic table holds copies of training rows, verbatim or near ones.
 *
 * With a holdout of about as many rows, ten copies among a thousand rows are found, a false alarm comes in at most one of
 * a hundred tables. Without one the distances between training rows are the control, which a generator that draws from
 * the crowd alone can mislead. Up to 20,000 synthetic rows, chosen by the seed, are searched for; fewer in wide tables.
 *
 * @throws VerisimError `VERISIM_NO_ROWS` when a table is empty, `VERISIM_UNKNOWN_COLUMN` when the real table lacks a
 * column of the metadata, `VERISIM_ABORTED`
 * @example
 * const { found, pValue, estimatedCopies } = await copyTest({ real, synthetic, holdout, metadata });
 */
export async function copyTest(tables: RiskTables): Promise<CopyReport> {
  const prepared = prepareTables(tables);
  const search = await CopySearch.create(prepared);
  const rows = pickRows(prepared.synthetic, prepared.searched.synthetic, prepared.encoder);
  const events = await search.events(rows, runOf(prepared));
  return copyReport(prepared, search.judge(events));
}

export function copyReport({ columns, source }: PreparedTables, verdict: CopyVerdict): CopyReport {
  const { real, synthetic, holdout } = source;
  const counts = [real, synthetic, ...(holdout ? [holdout] : [])].map(({ rowCount }) => rowCount);
  const [, exactSynthetic = 0, exactHoldout = null] = exactCopyShares(columns, counts);
  const shares = verdict.evidence.map(({ rows, frontTraining, frontExpected }) =>
    rows === 0 ? 0 : Math.max(0, frontTraining - frontExpected) / rows,
  );
  const most = Math.max(...shares);
  const telling = verdict.evidence[shares.indexOf(most)]!;
  return {
    ...verdict,
    control: holdout ? "holdout" : "training",
    exactSynthetic,
    exactHoldout,
    copyExcess: exactHoldout === null ? null : exactSynthetic - exactHoldout,
    estimatedCopies: verdict.found ? most * synthetic.rowCount : 0,
    spread: verdict.found && telling.front > telling.matched / 2,
  };
}
