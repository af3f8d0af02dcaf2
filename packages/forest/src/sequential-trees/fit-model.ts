// Fitting: what the columns come down to, in which order they are drawn, and a tree for each.

import { availableParallelism } from "node:os";
import { type EncodedColumn, type FitOptions, type Table, throwIfAborted } from "@verisim/core";
import { TableTransformer } from "@verisim/transforms";
import { orderColumns } from "./column-order.ts";
import { fitChain } from "./fit-chain.ts";
import { chooseLeakPrice, leakWarnings } from "./leak-price.ts";
import { finiteColumns, learnColumns } from "./learnt-columns.ts";
import type { ResolvedOptions } from "./options.ts";
import { dictionaryOf, type TreesModel } from "./table-sampler.ts";

/** Columns that are worked on at once: more would wait for each other's memory. */
const mostAtOnce = 4;

/** @throws VerisimError the codes of `TableTransformer.fit`, `VERISIM_ABORTED`, `VERISIM_OUT_OF_MEMORY` */
export async function fitModel(
  table: Table,
  options: FitOptions,
  resolved: ResolvedOptions,
): Promise<TreesModel> {
  const { metadata, tableName = "table", seed = 0, signal, onProgress } = options;
  throwIfAborted(signal);
  const transformer = TableTransformer.fit(table, metadata, { preset: "keep", relations: resolved.derive });
  const encoded = finiteColumns(transformer.encode(table, { seed, tableName, rowStart: 0 }));
  throwIfAborted(signal);
  const decimals = encoded.map((column) => transformer.decimalsOf(column.name));
  const plan = learnColumns(
    encoded,
    metadata,
    decimals,
    (place) => dictionaryOf(transformer, encoded[place]!.name),
    resolved,
  );
  const run = { ...(signal ? { signal } : {}), atOnce: Math.min(mostAtOnce, threads()), options: resolved };
  const order = await orderColumns(plan.learnt, run);
  const columns = order.map((place) => plan.learnt[place]!);
  const leak = await chooseLeakPrice({
    encoded,
    metadata,
    decimals,
    dictionaryOf: (place) => dictionaryOf(transformer, encoded[place]!.name),
    order: columns.map(({ column }) => column.encoded),
    chain: { ...run, tableName, seed },
  });
  const chain = await fitChain(columns, {
    ...run,
    tableName,
    seed,
    leakPrice: leak.leakPrice,
    ...(onProgress ? { onProgress } : {}),
  });
  return {
    metadata,
    tableName,
    transformer,
    encoded: encoded.map((column: EncodedColumn) => ({
      name: column.name,
      kind: column.kind,
      cardinality: column.kind === "discrete" ? column.cardinality : 0,
    })),
    ...chain,
    derived: plan.derived,
    fixed: plan.fixed,
    leak,
    warnings: [...plan.warnings, ...leakWarnings(leak, resolved.maxNearer)],
  };
}

function threads(): number {
  const wished = Number(process.env.VERISIM_THREADS);
  return Number.isInteger(wished) && wished >= 1 ? wished : availableParallelism();
}
