// What every writer of tables promises.

import type { Table } from "@verisim/core";

/** A file in the making: it appears at its path, whole, when {@link close} resolves. */
export interface TableWriter {
  /** Adds rows. All batches have the columns of the first. */
  append(batch: Table): Promise<void>;
  /** Finishes the file and puts it in its place. */
  close(): Promise<void>;
  /** Leaves nothing behind; what was at the path before stays. Does nothing after {@link close}. */
  abort(): Promise<void>;
}
