// Chooses the delimiter and the line end of a CSV file: the delimiter that gives the most fields, the same number
// in every record of the sample.

import { VerisimError } from "@verisim/core";
import { type CsvDialect, CsvFields, scanRecord } from "./csv-scanner.ts";

const delimiters = [",", ";", "\t", "|"].map((character) => character.charCodeAt(0));
const sampleRecords = 200;

/** `whole` says that the sample is the whole file. */
export function sniffDialect(sample: Uint8Array, whole: boolean): CsvDialect {
  const lineEnd = sample.includes(10) || !sample.includes(13) ? 10 : 13;
  let best = delimiters[0]!;
  let bestScore = 0;
  for (const delimiter of delimiters) {
    const score = scoreDialect(sample, whole, { delimiter, lineEnd });
    if (score > bestScore) {
      best = delimiter;
      bestScore = score;
    }
  }
  return { delimiter: best, lineEnd };
}

/** Fields of the header, plus a bonus larger than any of them where every record has as many. */
function scoreDialect(sample: Uint8Array, whole: boolean, dialect: CsvDialect): number {
  const fields = new CsvFields();
  const place = { file: "", row: 0, names: [], cellBytes: Number.MAX_SAFE_INTEGER };
  let position = 0;
  let expected = 0;
  let even = true;
  try {
    for (let record = 0; record < sampleRecords && position < sample.length; record++) {
      position = scanRecord(sample, position, sample.length, whole, dialect, fields, place);
      if (position < 0) break;
      if (record === 0) expected = fields.count;
      else if (fields.count !== expected && !(fields.count === 1 && fields.ends[0] === fields.starts[0]))
        even = false;
    }
  } catch (error) {
    if (!VerisimError.isInstance(error)) throw error;
    even = false;
  }
  return expected < 2 ? 0 : expected + (even ? 1e6 : 0);
}
