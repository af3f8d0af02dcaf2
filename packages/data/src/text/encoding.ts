// Tells UTF-8 text from everything else that arrives under a text file's name, and says what the rest is.

import { isUtf8 } from "node:buffer";
import { VerisimError } from "@verisim/core";

const signatures: readonly (readonly [string, string])[] = [
  ["PAR1", "a Parquet file"],
  ["ARROW1", "an Arrow file"],
  ["PK\u0003\u0004", "a ZIP archive or an Excel workbook"],
  ["\u001f\u008b", "gzip data"],
  ["SQLite format 3", "an SQLite database"],
  ["%PDF-", "a PDF document"],
  ["\u0089PNG", "a PNG image"],
  ["\u00ff\u00d8\u00ff", "a JPEG image"],
  ["\u00d0\u00cf\u0011\u00e0", "an old Excel or Word document"],
  ["\u007fELF", "a program"],
  ["BZh", "bzip2 data"],
  ["\u00fd7zXZ", "xz data"],
  ["(\u00b5/\u00fd", "zstd data"],
];

/**
 * Looks at a file's first bytes and returns the number of bytes of its byte order mark (0 or 3).
 * @throws VerisimError `VERISIM_BINARY_FILE`, `VERISIM_ENCODING` where they are not UTF-8 text
 */
export function checkTextStart(bytes: Buffer, path: string): number {
  const start = bytes.toString("latin1", 0, 16);
  const sample = bytes.subarray(0, 65536);
  const binary = sample.includes(0) || !isUtf8(trimPartial(sample));
  const signature = binary && signatures.find(([mark]) => start.startsWith(mark));
  if (signature) throw binaryFile(path, signature[1]);
  if (start.startsWith("\u00ff\u00fe") || start.startsWith("\u00fe\u00ff") || looksLikeUtf16(bytes))
    throw new VerisimError("VERISIM_ENCODING", "Expected text in UTF-8 but received UTF-16.", {
      where: { file: path, row: 1 },
      hint: "Convert it first, for example with `iconv -f UTF-16 -t UTF-8`.",
    });
  if (sample.includes(0) && !isUtf8(trimPartial(sample))) throw binaryFile(path, "binary data");
  return start.startsWith("\u00ef\u00bb\u00bf") ? 3 : 0;
}

function binaryFile(path: string, what: string): VerisimError {
  return new VerisimError("VERISIM_BINARY_FILE", `Expected a text file but received ${what}.`, {
    where: { file: path },
    hint: "Give the file the ending of its format, or export it as CSV.",
  });
}

/** Every second byte of the first line is NUL. */
function looksLikeUtf16(bytes: Buffer): boolean {
  const line = bytes.indexOf(10);
  const length = Math.min(line < 0 ? bytes.length : line + 1, 4096);
  if (length < 6) return false;
  const zeros = [0, 0];
  for (let i = 0; i < length; i++) if (bytes[i] === 0) zeros[i & 1]!++;
  const half = length / 2;
  return zeros.some((count, parity) => count > half * 0.7 && zeros[1 - parity]! < half * 0.1);
}

/** Leaves out the beginning of a character that is cut off at the end. */
function trimPartial(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && end > bytes.length - 4 && (bytes[end - 1]! & 0xc0) === 0x80) end--;
  const lead = bytes[end - 1] ?? 0;
  const needed = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return bytes.length - (end - 1) < needed ? bytes.subarray(0, end - 1) : bytes;
}

/** The error for a row that holds bytes which no UTF-8 text has. */
export function notUtf8(path: string, row: number, column?: string): VerisimError {
  return new VerisimError(
    "VERISIM_ENCODING",
    "Expected text in UTF-8 but received other bytes; the file looks like Latin-1 or Windows-1252.",
    {
      where: { file: path, row, ...(column === undefined ? {} : { column }) },
      hint: "Convert it first, for example with `iconv -f WINDOWS-1252 -t UTF-8`.",
    },
  );
}
