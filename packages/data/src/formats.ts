// Which file formats there are and which one a path's ending names.

import { basename } from "node:path";
import { VerisimError } from "@verisim/core";

export type FileFormat = "csv" | "tsv" | "json" | "jsonl" | "parquet" | "arrow";

export interface FileFormatInfo {
  readonly name: FileFormat;
  /** File endings with their dot, the usual one first. */
  readonly endings: readonly string[];
  /** True where `.gz` may follow the ending. */
  readonly gzip: boolean;
  /** True where the file says the type of every column. */
  readonly typed: boolean;
}

/** Every format that {@link readTable} reads and {@link openTableWriter} writes. */
export const fileFormats: readonly FileFormatInfo[] = [
  { name: "csv", endings: [".csv"], gzip: true, typed: false },
  { name: "tsv", endings: [".tsv", ".tab"], gzip: true, typed: false },
  { name: "json", endings: [".json"], gzip: true, typed: false },
  { name: "jsonl", endings: [".jsonl", ".ndjson"], gzip: true, typed: false },
  { name: "parquet", endings: [".parquet", ".pq"], gzip: false, typed: true },
  { name: "arrow", endings: [".arrow", ".feather", ".ipc"], gzip: false, typed: true },
];

/**
 * The format that a path's ending names, and whether the file is compressed.
 * @throws VerisimError `VERISIM_UNKNOWN_FORMAT`
 */
export function formatOfPath(path: string): { format: FileFormatInfo; gzip: boolean } {
  const name = basename(path).toLowerCase();
  const gzip = name.endsWith(".gz");
  const plain = gzip ? name.slice(0, -3) : name;
  const format = fileFormats.find((known) => known.endings.some((ending) => plain.endsWith(ending)));
  if (format && (!gzip || format.gzip)) return { format, gzip };
  const endings = fileFormats.map((known) => known.endings[0] + (known.gzip ? "[.gz]" : "")).join(" ");
  throw new VerisimError(
    "VERISIM_UNKNOWN_FORMAT",
    `Expected a file whose ending names its format but received ${JSON.stringify(basename(path))}.`,
    { where: { file: path }, hint: `Known endings: ${endings}.` },
  );
}
