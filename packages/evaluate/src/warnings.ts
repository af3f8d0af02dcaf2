// What a reader of the scores must know: too few rows to trust them, columns without a score, suspicious copies.

import type { Table, TableMetadata } from "@verisim/core";
import type { ComparedColumn } from "./compared-column.ts";
import type { Evaluation } from "./evaluation.ts";

/** Below this the scores of two samples of one distribution scatter by more than a tenth. */
const fewRows = 200;
/** Copies beyond the holdout's own rate that are worth a warning, as a share of the synthetic rows. */
const copyMargin = 0.01;

export function evaluationWarnings(
  evaluation: Evaluation,
  columns: readonly ComparedColumn[],
  synthetic: Table,
  metadata: TableMetadata,
): string[] {
  const warnings: string[] = [];
  const { rows, judged, copies } = evaluation;
  const sampled = (["real", "synthetic", "holdout"] as const).filter(
    (name) => (judged[name] ?? 0) < (rows[name] ?? 0),
  );
  if (sampled.length > 0)
    warnings.push(
      `Judged on ${sampled.map((name) => `${whole(judged[name]!)} of ${whole(rows[name]!)} ${name} rows`).join(", ")}, ` +
        "chosen at random: all of them would take too much memory or time. Ranges, categories, keys and copies are those of all rows.",
    );
  for (const [name, count] of Object.entries(rows)) {
    if (count === null || count >= fewRows) continue;
    warnings.push(
      `The ${name} table has ${count} row${count === 1 ? "" : "s"}: with fewer than ${fewRows} even two samples of ` +
        "the same data score well below 1. Judge the scores by the holdout's, not by themselves.",
    );
  }
  if (rows.holdout !== null && rows.holdout < rows.synthetic)
    warnings.push(
      `The holdout has ${whole(rows.holdout)} rows and the synthetic table ${whole(rows.synthetic)}: a shorter holdout scores a ` +
        "little lower by chance, so the ceiling is a low one.",
    );
  for (const column of columns) {
    if (column.kind === "unscored" && column.reason !== null)
      warnings.push(`Column ${JSON.stringify(column.name)} has no score: ${column.reason}.`);
    else if (column.kind !== "unscored" && column.missing[0] === judged.real)
      warnings.push(
        `Column ${JSON.stringify(column.name)} has no score: all cells of the real table are missing.`,
      );
  }
  const extra = synthetic.columnNames.filter((name) => !(name in metadata.columns));
  if (extra.length > 0)
    warnings.push(
      `The metadata does not name ${extra.length === 1 ? "column" : "columns"} ${extra
        .slice(0, 10)
        .map((name) => JSON.stringify(name))
        .join(", ")}${extra.length > 10 ? ", ..." : ""} of the synthetic table: not judged.`,
    );
  for (const { part, reason, code } of evaluation.parts)
    if (code !== null && code !== "VERISIM_PART_NEEDS")
      warnings.push(`The part ${part} could not be made (${code}): ${reason}`);
  if (copies.holdoutCopyShare !== null && copies.exactCopyShare > copies.holdoutCopyShare + copyMargin)
    warnings.push(
      `${percent(copies.exactCopyShare)} of the synthetic rows equal a real row in every modelled column; of the ` +
        `holdout rows ${percent(copies.holdoutCopyShare)} do. The generator may repeat what it learnt from.`,
    );
  return warnings;
}

/** A whole number with thousands separators. */
function whole(count: number): string {
  return count.toLocaleString("en-US");
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
