// SDMetrics' QualityReport of one table: Column Shapes and Column Pair Trends, with a real holdout's own scores beside
// them as the ceiling.

import { type RunOptions, type Table, type TableMetadata, throwIfAborted } from "@verisim/core";
import { sortNumbers } from "@verisim/tensor/arrays";
import { ksComplement, tvComplement } from "./column-shape.ts";
import { type ComparedColumn, compareColumn } from "./compared-column.ts";
import type { ColumnShape, PairTrend, QualityReport, Score } from "./evaluation.ts";
import { meanScore } from "./mean-score.ts";
import { pairTrends } from "./pair-trends.ts";

/**
 * How alike the columns and the pairs of columns of two tables are, as SDMetrics' QualityReport says.
 *
 * @throws VerisimError `VERISIM_UNKNOWN_COLUMN` when the real table lacks a column of the metadata,
 * `VERISIM_ABORTED` when the signal fires
 * @example
 * const { score, columnShapes } = await qualityReport(real, synthetic, metadata);
 */
export async function qualityReport(
  real: Table,
  synthetic: Table,
  metadata: TableMetadata,
  options: RunOptions = {},
): Promise<QualityReport> {
  const columns = compareColumns([real, synthetic], metadata);
  const shapes = await columnShapes(columns, options);
  return assembleQuality(shapes, await pairTrends(columns, options));
}

export function compareColumns(tables: readonly Table[], metadata: TableMetadata): ComparedColumn[] {
  return Object.entries(metadata.columns).map(([name, column]) => compareColumn(tables, name, column));
}

/**
 * The shape of every column. `draw` receives what the shape is computed from, sorted values included, which are dropped
 * column by column.
 */
export async function columnShapes(
  columns: readonly ComparedColumn[],
  options: RunOptions,
  draw?: (column: ComparedColumn, sorted: readonly Float64Array[]) => void,
): Promise<ColumnShape[]> {
  const shapes: ColumnShape[] = [];
  for (const [done, column] of columns.entries()) {
    throwIfAborted(options.signal);
    options.onProgress?.({
      phase: "evaluate",
      done,
      total: columns.length,
      unit: "columns",
      detail: column.name,
    });
    const { name, sdtype, missing } = column;
    const base = {
      column: name,
      sdtype,
      missingReal: missing[0] ?? 0,
      missingSynthetic: missing[1] ?? 0,
    };
    if (column.kind === "number") {
      const sorted = await Promise.all(column.values.map((values) => sortNumbers(values, options)));
      const score = await ksComplement(sorted[0]!, sorted[1]!, options);
      const ceiling = sorted[2] ? await ksComplement(sorted[0]!, sorted[2], options) : null;
      shapes.push({ ...base, metric: "KSComplement", score, ceiling });
      draw?.(column, sorted);
    } else if (column.kind === "category") {
      const ceiling = column.codes.length > 2 ? tvComplement(column, 2) : null;
      shapes.push({ ...base, metric: "TVComplement", score: tvComplement(column, 1), ceiling });
      draw?.(column, []);
    } else if (column.reason !== null) {
      const isNumber = sdtype === "numerical" || sdtype === "datetime";
      const metric = isNumber ? "KSComplement" : "TVComplement";
      shapes.push({ ...base, metric, score: null, ceiling: null });
    }
  }
  return shapes;
}

export function assembleQuality(columns: ColumnShape[], pairs: PairTrend[]): QualityReport {
  const counted = pairs.filter((pair) => pair.counted);
  const shapes: Score = meanScore(columns.map((column) => column.score));
  const trends: Score = meanScore(counted.map((pair) => pair.score));
  return {
    score: meanScore([shapes, trends]),
    columnShapes: {
      score: shapes,
      ceiling: meanScore(columns.map((column) => column.ceiling)),
      columns,
    },
    columnPairTrends: {
      score: trends,
      ceiling: meanScore(counted.map((pair) => pair.ceiling)),
      pairs,
    },
  };
}
