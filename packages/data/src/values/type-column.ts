// From the interned cells of a column and its metadata to the column itself: numbers, instants or codes.

import {
  type Column,
  type ColumnMetadata,
  DatePattern,
  dictionaryColumn,
  isModelled,
  numberColumn,
  VerisimError,
} from "@verisim/core";
import type { ColumnProfile } from "../detect/column-profile.ts";
import { NumberScanner, notANumber } from "./number-text.ts";

/** Dictionaries up to this size are sorted; larger ones keep the order of the rows. */
const sortedSize = 10_000;

/**
 * @param codes index into `profile.texts` per row, -1 where the cell is missing; may be reused for the result
 * @throws VerisimError `VERISIM_TYPE_MISMATCH` where declared metadata does not fit the cells
 */
export function typedColumn(
  profile: ColumnProfile,
  codes: Int32Array,
  metadata: ColumnMetadata,
  file: string,
): Column {
  if (metadata.sdtype === "numerical") {
    const values = profile.numbers?.values ?? declaredNumbers(profile, codes, metadata, file);
    return numberColumn(profile.name, gather(values, codes));
  }
  if (metadata.sdtype === "datetime") {
    const detected = profile.dates?.pattern.pattern === metadata.datetimeFormat ? profile.dates : null;
    const values = detected?.values ?? declaredDates(profile, codes, metadata, file);
    return numberColumn(profile.name, gather(values, codes));
  }
  return textDictionary(profile, codes, metadata);
}

function gather(values: Float64Array, codes: Int32Array): Float64Array {
  const out = new Float64Array(codes.length);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    out[row] = code < 0 ? Number.NaN : values[code]!;
  }
  return out;
}

function textDictionary(profile: ColumnProfile, codes: Int32Array, metadata: ColumnMetadata): Column {
  const texts = profile.texts;
  if (!isModelled(metadata) || texts.length > sortedSize) return dictionaryColumn(profile.name, codes, texts);
  const order = Array.from(texts, (_, code) => code);
  const rank = metadata.rangeValues && new Map(metadata.rangeValues.map((text, index) => [text, index]));
  const numbers = profile.numbers?.values;
  order.sort((a, b) => {
    const byRank = rank ? (rank.get(texts[a]!) ?? rank.size) - (rank.get(texts[b]!) ?? rank.size) : 0;
    if (byRank !== 0) return byRank;
    const byNumber = numbers ? numbers[a]! - numbers[b]! : 0;
    if (byNumber !== 0 && !Number.isNaN(byNumber)) return byNumber;
    return texts[a]! < texts[b]! ? -1 : 1;
  });
  const places = new Int32Array(order.length);
  for (let i = 0; i < order.length; i++) places[order[i]!] = i;
  const sorted = new Int32Array(codes.length);
  for (let row = 0; row < codes.length; row++) sorted[row] = codes[row]! < 0 ? -1 : places[codes[row]!]!;
  return dictionaryColumn(
    profile.name,
    sorted,
    order.map((code) => texts[code]!),
  );
}

function declaredNumbers(
  profile: ColumnProfile,
  codes: Int32Array,
  metadata: ColumnMetadata,
  file: string,
): Float64Array {
  const scanner = new NumberScanner();
  return parseTexts(profile, codes, metadata, file, "a number", (text) =>
    scanner.scan(text) === notANumber ? Number.NaN : Number(text),
  );
}

function declaredDates(
  profile: ColumnProfile,
  codes: Int32Array,
  metadata: ColumnMetadata,
  file: string,
): Float64Array {
  const format = metadata.datetimeFormat ?? "%Y-%m-%d";
  const pattern = new DatePattern(format);
  return parseTexts(profile, codes, metadata, file, `a date like ${format}`, (text) => pattern.parse(text));
}

function parseTexts(
  profile: ColumnProfile,
  codes: Int32Array,
  metadata: ColumnMetadata,
  file: string,
  expected: string,
  parse: (text: string) => number,
): Float64Array {
  const values = new Float64Array(profile.texts.length);
  for (let code = 0; code < values.length; code++) {
    const text = profile.texts[code]!;
    values[code] = parse(text);
    if (!Number.isNaN(values[code]!) || text.trim() === "" || text === metadata.missingText) continue;
    throw new VerisimError(
      "VERISIM_TYPE_MISMATCH",
      `Expected ${expected} but received ${JSON.stringify(text.slice(0, 100))}.`,
      {
        where: { file, column: profile.name, row: codes.indexOf(code) + 1 },
        hint: `The metadata declares the column as ${metadata.sdtype}: correct the cell, the sdtype or the format.`,
      },
    );
  }
  return values;
}
