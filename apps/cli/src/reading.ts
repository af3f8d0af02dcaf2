// Tables and their metadata in: SDV's JSON is read where it is given, everything else is detected.

import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { fromSdvMetadata, type TableMetadata, tableMetadata, VerisimError } from "@verisim/core";
import { type ReadResult, readTable } from "@verisim/data";
import { withPlace } from "./error-place.ts";
import type { Session } from "./session.ts";

/**
 * Metadata from SDV's JSON. Of several tables the one is taken that is named as the data file is.
 * @throws VerisimError `VERISIM_METADATA` with the file
 */
export async function readMetadata(path: string, dataPath: string): Promise<TableMetadata> {
  try {
    const name = basename(dataPath).replace(/\.\w+(\.gz)?$/, "");
    return tableMetadata(fromSdvMetadata(await readFile(path, "utf8"), { tableName: name }), name);
  } catch (error) {
    if (!VerisimError.isInstance(error)) throw error;
    const hint = error.hint ?? "`verisim inspect DATA --metadata-out F.json` writes a file to start from.";
    throw withPlace(error, { file: path, ...error.where }, hint);
  }
}

/** Reads the table that is learnt from. */
export async function readReal(
  path: string,
  metadataPath: string | undefined,
  session: Session,
): Promise<ReadResult> {
  return session.timed("read", async () => {
    const metadata = metadataPath === undefined ? undefined : await readMetadata(metadataPath, path);
    return readTable(path, {
      ...(metadata ? { metadata } : {}),
      signal: session.signal,
      onProgress: session.onProgress,
    });
  });
}

/**
 * Reads a table that is compared with the real one: with the real table's types, so that cells mean the same, or with
 * its own where they do not fit. What differs then shows in the scores.
 */
export async function readCompared(
  path: string,
  metadata: TableMetadata,
  session: Session,
): Promise<ReadResult> {
  return session.timed("read", async () => {
    const run = { signal: session.signal, onProgress: session.onProgress };
    try {
      return await readTable(path, { ...run, metadata });
    } catch (error) {
      const differs =
        VerisimError.isInstance(error) &&
        (error.code === "VERISIM_UNKNOWN_COLUMN" || error.code === "VERISIM_TYPE_MISMATCH");
      if (!differs) throw error;
      const own = await readTable(path, run);
      return { ...own, warnings: [...own.warnings, `${path} differs from the real table: ${error.message}`] };
    }
  });
}
