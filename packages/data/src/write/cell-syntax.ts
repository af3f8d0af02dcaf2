// How CSV and JSON write texts and missing cells.

import type { ColumnMetadata } from "@verisim/core";
import type { CellSyntax } from "./cell-encoder.ts";
import { holdsWholeNumbers } from "./physical-type.ts";

/** RFC 4180; empty text is quoted, so that it differs from a missing cell. */
export function csvSyntax(delimiter: string): CellSyntax {
  // A byte order mark is quoted as well: at the start of a file it would be taken for the file's own.
  const special = new RegExp(`[${delimiter === "\t" ? "\\t" : delimiter}"\\r\\n\\ufeff]`);
  const quoted = (text: string): string =>
    text === "" || special.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  return {
    text: quoted,
    missing: (metadata) => (metadata?.missingText === undefined ? "" : quoted(metadata.missingText)),
  };
}

const bareTypes =
  /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT|INTEGER|UINTEGER|DOUBLE|FLOAT|DECIMAL|BOOLEAN|JSON|STRUCT|MAP|.*\[\d*\]$)/;

/** Texts of columns that were numbers, booleans or nested values in their file stand without quotes. */
export const jsonSyntax: CellSyntax = {
  text: (text: string, metadata: ColumnMetadata | undefined): string =>
    standsBare(metadata) && isJson(text) ? text : JSON.stringify(text),
  // A mark for missing numbers belongs to a file of texts; among JSON's strings it is one of them.
  missing: (metadata) =>
    metadata?.missingText === undefined || metadata.physical !== "VARCHAR"
      ? "null"
      : JSON.stringify(metadata.missingText),
};

function standsBare(metadata: ColumnMetadata | undefined): boolean {
  if (metadata?.physical !== undefined) return bareTypes.test(metadata.physical);
  return holdsWholeNumbers(metadata);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
