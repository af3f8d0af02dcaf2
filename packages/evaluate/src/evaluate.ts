// The whole judgement of a synthetic table: quality with its ceiling, diagnostic, copies, what the report draws, and the
// parts that were asked for. Every table is brought to one form once, and all parts read that form.

import {
  type Artifact,
  isModelled,
  type RunOptions,
  type Table,
  type TableMetadata,
  throwIfAborted,
  VerisimError,
} from "@verisim/core";
import type { ShadowOptions } from "@verisim/privacy";
import { type ComparedColumn, compareColumn } from "./compared-column.ts";
import { copyCheck, copyCheckByColumn } from "./copies.ts";
import { diagnose } from "./diagnostic.ts";
import { categoryDistribution, numberDistribution } from "./distributions.ts";
import type { ColumnDistribution, CopyCheck, Evaluation, PartName, RowCounts } from "./evaluation.ts";
import { pairJoints } from "./pair-joints.ts";
import { pairTrends } from "./pair-trends.ts";
import { type PartContext, runParts } from "./parts.ts";
import { assembleQuality, columnShapes, compareColumns } from "./quality.ts";
import { judgedRows, sampledRows } from "./row-limits.ts";
import { evaluationWarnings } from "./warnings.ts";

export interface EvaluateOptions extends RunOptions {
  /** The rows that the generator learnt from. */
  real: Table;
  synthetic: Table;
  /** Real rows that the generator has not seen: their scores are the ceiling. */
  holdout?: Table;
  metadata: TableMetadata;
  /** The column that a model would predict: its utility and the outcome of the groups are judged by it. */
  target?: string;
  /** Columns of groups that should fare alike. Default: those recognised by their names, such as `sex` or `race`. */
  sensitive?: readonly string[];
  /** Columns that others may know of a person: what attackers start from. Default: a guess, which each part names. */
  quasiIdentifiers?: readonly string[];
  /** Columns that the attacker of the published attack metrics knows. Default: the quasi-identifiers, else a guess. */
  known?: readonly string[];
  /** Columns that attackers want to know. Default: of the metrics the target or a guess, of the attacks all. */
  secret?: readonly string[];
  /** Trains the generator anew, for membership attacks by shadow models; takes as long. Default: none. */
  shadow?: ShadowOptions;
  /** The generator's model, as `readModelFile` or `toArtifact` gives it: it is searched for what it keeps of the real rows. */
  modelFile?: Artifact;
  /** The parts beyond quality, validity and copies. Default: all; what lacks its input is named as left out. */
  parts?: readonly PartName[];
  /** Names of the published metrics that the part `metrics` computes. Default: all that no other part has. */
  metrics?: readonly string[];
  /**
   * Cells of one table that are judged, at most; the rows of a larger one are sampled, and those of tables so wide that
   * rows times pairs of columns exceed two thousand million. Default 33,554,432.
   */
  maxCells?: number;
  /** Chooses rows, folds and everything else that is drawn. Any safe integer. Default 0. */
  seed?: number;
  /** Told how long each part took. */
  onPart?: (part: PartName | "quality", seconds: number) => void;
}

/**
 * Judges a synthetic table against the real one.
 *
 * A part that cannot be made is named in `parts` with a code and the reason; it costs nothing else.
 *
 * @throws VerisimError `VERISIM_NO_ROWS` when a table is empty, `VERISIM_UNKNOWN_COLUMN` when the real table lacks a
 * column of the metadata, `VERISIM_ABORTED` when the signal fires
 * @example
 * const { quality, privacy, parts } = await evaluate({ real, synthetic, holdout, metadata, target: "income" });
 * console.log(quality.score, quality.columnShapes.ceiling, privacy?.level, parts);
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { real, synthetic, holdout, metadata, seed = 0 } = options;
  const run: RunOptions = {
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.onProgress ? { onProgress: options.onProgress } : {}),
  };
  throwIfAborted(run.signal);
  requireRows({ real, synthetic, holdout });
  const begun = performance.now();
  const full = holdout ? [real, synthetic, holdout] : [real, synthetic];
  const width = Object.keys(metadata.columns).length;
  const limit = judgedRows(width, options.maxCells);
  const judged = full.map((table, place) => sampledRows(table, limit, seed, `judged ${place}`));
  const isWhole = judged.every((table, place) => table === full[place]);
  const ceilingRows = judged[2] && sampledRows(judged[2], judged[1]!.rowCount, seed, "holdout");
  const tables = ceilingRows ? [judged[0]!, judged[1]!, ceilingRows] : judged;
  const columns = compareColumns(tables, metadata);
  const byName = new Map(columns.map((column) => [column.name, column]));
  const distributions: ColumnDistribution[] = [];
  const shapes = await columnShapes(columns, run, (column, sorted) => {
    if (column.kind === "number") distributions.push(numberDistribution(column, sorted));
    else if (column.kind === "category") distributions.push(categoryDistribution(column));
  });
  const quality = assembleQuality(shapes, await pairTrends(columns, run));
  throwIfAborted(run.signal);
  // Ranges, categories and copies are those of all rows, however many are judged.
  const compareWhole = (name: string): ComparedColumn =>
    isWhole ? byName.get(name)! : compareColumn([real, synthetic], name, metadata.columns[name]!);
  const diagnostic = diagnose(real, synthetic, metadata, compareWhole);
  const evaluation: Evaluation = {
    version: 2,
    rows: countsOf(full),
    judged: countsOf(judged),
    seed,
    target: options.target ?? null,
    columns: Object.entries(metadata.columns).map(([name, column]) => ({
      name,
      sdtype: column.sdtype,
      modelled: isModelled(column),
    })),
    quality,
    diagnostic,
    copies: isWhole ? copyCheck(columns, rowCounts(tables)) : copiesOfWhole(full, ceilingRows, metadata),
    distributions,
    joints: pairJoints(columns, quality.columnPairTrends.pairs),
    parts: [],
    projection: null,
    twoSample: null,
    neighbours: null,
    diversity: null,
    utility: null,
    bias: null,
    privacy: null,
    modelFile: null,
    metrics: null,
    attackColumns: null,
    warnings: [],
  };
  options.onPart?.("quality", (performance.now() - begun) / 1000);
  const context: PartContext = {
    tables: { real: judged[0]!, synthetic: judged[1]!, holdout: judged[2], metadata },
    compared: {
      columns: ceilingRows === judged[2] ? columns : compareColumns(judged, metadata),
      rowCounts: rowCounts(judged),
    },
    target: options.target,
    sensitive: options.sensitive,
    quasiIdentifiers: options.quasiIdentifiers,
    known: options.known,
    secret: options.secret,
    shadow: options.shadow,
    modelFile: options.modelFile,
    metrics: options.metrics,
    seed,
    run,
  };
  await runParts(evaluation, context, options.parts, options.onPart);
  evaluation.warnings.push(...evaluationWarnings(evaluation, columns, synthetic, metadata));
  return evaluation;
}

function requireRows(tables: Readonly<Record<string, Table | undefined>>): void {
  for (const [name, table] of Object.entries(tables)) {
    if (table?.rowCount === 0)
      throw new VerisimError("VERISIM_NO_ROWS", `Expected at least one ${name} row but received none.`, {
        where: { table: name },
        hint: "Give a table with rows, or leave the holdout out.",
      });
  }
}

const rowCounts = (tables: readonly Table[]): number[] => tables.map((table) => table.rowCount);

function countsOf(tables: readonly Table[]): RowCounts {
  const [real, synthetic, holdout] = rowCounts(tables);
  return { real: real!, synthetic: synthetic!, holdout: holdout ?? null };
}

/** Column by column, so that the codes of one column at a time are held. */
function copiesOfWhole(
  [real, synthetic]: readonly Table[],
  ceiling: Table | undefined,
  metadata: TableMetadata,
): CopyCheck {
  const tables = ceiling ? [real!, synthetic!, ceiling] : [real!, synthetic!];
  function* columns(): Iterable<ComparedColumn> {
    for (const [name, column] of Object.entries(metadata.columns)) yield compareColumn(tables, name, column);
  }
  return copyCheckByColumn(columns(), rowCounts(tables));
}
