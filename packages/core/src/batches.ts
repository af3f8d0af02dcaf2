// How every generator cuts a request into batches: checks, order, progress and abort in one place, so that a generator
// only says how one stretch of rows is drawn.

import { throwIfAborted, VerisimError } from "./errors.ts";
import type { Generator, SampleOptions } from "./generator.ts";
import { Table } from "./table.ts";

const defaultBatch = 32_768;

/** A stretch of the endless synthetic table. */
export interface Stretch {
  readonly rowStart: number;
  readonly rowCount: number;
}

/**
 * Draws the rows of a request batch by batch; a request for no rows gives one empty batch, so that columns are known.
 * @param draw rows [rowStart, rowStart + rowCount), the same bytes however they are cut
 * @throws VerisimError `VERISIM_OPTION` for counts that are no whole numbers, `VERISIM_ABORTED`
 */
export async function* drawBatches(
  rowCount: number,
  options: SampleOptions,
  draw: (stretch: Stretch) => Table | Promise<Table>,
): AsyncGenerator<Table> {
  const { from = 0, batchSize = defaultBatch, signal, onProgress } = options;
  requireCount("rowCount", rowCount, 0);
  requireCount("from", from, 0);
  requireCount("batchSize", batchSize, 1);
  let done = 0;
  do {
    throwIfAborted(signal);
    const count = Math.min(batchSize, rowCount - done);
    yield await draw({ rowStart: from + done, rowCount: count });
    done += count;
    onProgress?.({ phase: "sample", done, total: rowCount, unit: "rows" });
  } while (done < rowCount);
}

/** All batches as one table. */
export async function collectBatches(batches: AsyncIterable<Table>): Promise<Table> {
  const parts: Table[] = [];
  for await (const part of batches) parts.push(part);
  return Table.concat(parts);
}

/** The error of a generator that is asked before it has learnt. */
export function notFitted(generator: Pick<Generator, "name">): VerisimError {
  return new VerisimError(
    "VERISIM_NOT_FITTED",
    `Expected a fitted ${generator.name} but nothing has been learnt yet.`,
    { hint: "Call fit(table, { metadata }) first, or load a model file." },
  );
}

function requireCount(option: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new VerisimError(
    "VERISIM_OPTION",
    `Expected a whole number of at least ${least} for ${option} but received ${value}.`,
    { where: { option } },
  );
}
