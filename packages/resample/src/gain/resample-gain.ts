// Whether one strategy helps.

import type { Table, TableMetadata } from "@verisim/core";
import type { ResampleRequest } from "../resample.ts";
import { compareStrategies, type ResampleGain } from "./compare-strategies.ts";
import type { GainOptions } from "./gain-options.ts";

/**
 * What a strategy is worth to boosted trees, on rows that neither has seen: up to ten times five folds, or a `holdout`. The
 * verdict is that of average precision's 95 % interval; see {@link compareStrategies}.
 * @throws VerisimError as {@link compareStrategies}
 * @example
 * const { verdict, scores } = await resampleGain(train, metadata, { target: "fraud", strategy: "smote-tomek" });
 */
export async function resampleGain(
  table: Table,
  metadata: TableMetadata,
  request: ResampleRequest,
  options: GainOptions = {},
): Promise<ResampleGain> {
  const [gain] = await compareStrategies(table, metadata, [request], options);
  return gain!;
}
