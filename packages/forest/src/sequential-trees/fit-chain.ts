// From columns in the order in which they are drawn to a chain of trees.

import { type RunOptions, streamKey } from "@verisim/core";
import { withDigits } from "./bin-digits.ts";
import { binnedColumn } from "./binned-column.ts";
import { type CalibratedChain, calibrateClasses } from "./calibrate-classes.ts";
import { type ChainTrees, chainOf, fitTrees, heldFolds } from "./fit-trees.ts";
import type { ColumnRows, LearntColumn } from "./learnt-columns.ts";
import type { ResolvedOptions } from "./options.ts";
import { choosePredictors } from "./predictors.ts";

export interface ChainRequest extends RunOptions {
  readonly options: ResolvedOptions;
  readonly tableName: string;
  readonly seed: number;
  /** Columns that are worked on at once. */
  readonly atOnce: number;
  /** What a nat costs by which learnt rows are likelier than held-out ones. */
  readonly leakPrice: number;
}

/** Columns and how each is drawn, in the order of drawing. */
export interface FittedChain {
  readonly columns: readonly LearntColumn[];
  readonly trees: readonly ChainTrees[];
}

/**
 * @param ordered columns of the same rows, in the order in which they are to be drawn
 * @throws VerisimError `VERISIM_ABORTED`, `VERISIM_OUT_OF_MEMORY`
 */
export async function fitChain(ordered: readonly ColumnRows[], request: ChainRequest): Promise<FittedChain> {
  const chain = await growChain(ordered, request);
  return { columns: chain.columns, trees: await calibrateClasses(chain, request.signal) };
}

/** As `fitChain`, with shares of boosted classes that are not held to those of the rows. */
export async function growChain(
  ordered: readonly ColumnRows[],
  request: ChainRequest,
): Promise<CalibratedChain> {
  const { options, tableName, seed } = request;
  const columns = withDigits(ordered);
  const binned = columns.map(binnedColumn);
  const rows = columns[0]?.codes.length ?? 0;
  const fitted = await fitTrees({
    ...request,
    columns,
    binned,
    uses: choosePredictors(binned, options.maxPredictors),
    folds: heldFolds(rows, streamKey(seed, tableName, "held rows")),
  });
  return chainOf(columns, fitted);
}
