export { detectMetadata } from "./detect/detect-metadata.ts";
export { type FileFormat, type FileFormatInfo, fileFormats, formatOfPath } from "./formats.ts";
export { type ReadOptions, type ReadResult, readTable } from "./read-table.ts";
export type { ReadLimits } from "./text/text-columns.ts";
export { type NumberFormat, numberText } from "./values/number-text.ts";
export type { TableWriter } from "./write/table-writer.ts";
export { openTableWriter, type WriteOptions, writeTable } from "./write-table.ts";
