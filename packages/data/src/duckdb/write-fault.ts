// A fault of DuckDB while it writes a file, told as what the user can act on.

import { VerisimError } from "@verisim/core";
import { duckdbReason, resourceFault } from "./database.ts";

/** Faults of ours come back as they are. */
export function writeFault(cause: unknown, path: string): unknown {
  const fault = resourceFault(cause, path);
  if (VerisimError.isInstance(fault) || !(cause instanceof Error)) return fault;
  return new VerisimError("VERISIM_WRITE_FAILED", `The file cannot be written: ${duckdbReason(cause)}`, {
    where: { file: path },
    hint: "Check that the folder may be written to, and that the disk has room.",
    cause,
  });
}
