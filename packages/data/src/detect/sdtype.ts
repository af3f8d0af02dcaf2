// From a column's profile to its metadata: what the values mean and how they are written.

import type { ColumnMetadata } from "@verisim/core";
import type { ColumnProfile } from "./column-profile.ts";
import { detectPii, plainName } from "./pii.ts";
import { inferRegexFormat } from "./regex-format.ts";

/** Numbers of at most this many different values are categories. */
const fewNumbers = 10;
/** Texts of more words that mostly differ are free text; from `sentence` on, whatever form they share. */
const freeText = { characters: 15, words: 2.5, sentence: 3.5, distinctShare: 0.5 };
/** Texts of which nearly all differ cannot be learnt as categories. */
const nearlyUnique = { share: 0.9, rows: 20 };

const booleanPairs: readonly (readonly [string, string])[] = [
  ["true", "false"],
  ["yes", "no"],
  ["t", "f"],
  ["y", "n"],
  ["on", "off"],
];

const idName = /(^|_)(id|ids|uuid|guid|pk|identifier|key|record_?id|row_?id)$|[a-z]{3}id$/;
const orderName =
  /(^|_)(no|nr|num|number|code|index|idx|row|seq|sequence|case|instant|record|serial|ref)$|^(column_1|unnamed_0)$/;
const notIdName =
  /(^|_)(paid|unpaid|valid|invalid|bid|grid|void|avoid|solid|fluid|liquid|acid|mid|aid|raid|said|covid|hybrid|humid|rapid|steroid|thyroid|typhoid)$/;

export function isIdName(name: string): boolean {
  const plain = plainName(name);
  return idName.test(plain) && !notIdName.test(plain);
}

function isUnique(profile: ColumnProfile): boolean {
  return profile.missing === 0 && profile.distinct === profile.rowCount && profile.rowCount > 0;
}

/** The metadata of one column; keys of the table are found in keys.ts. */
export function detectColumn(profile: ColumnProfile): ColumnMetadata {
  if (profile.known) return profile.known;
  const metadata = { ...meaning(profile) };
  if (profile.physical !== undefined) metadata.physical = profile.physical;
  const numbers = metadata.sdtype === "numerical" || metadata.sdtype === "datetime";
  if ((numbers ? profile.missing : profile.gaps) > 0) metadata.nullable = true;
  return metadata;
}

function meaning(profile: ColumnProfile): ColumnMetadata {
  if (profile.size === 0) return { sdtype: "categorical" };
  if (isBoolean(profile)) return { sdtype: "boolean" };
  if (profile.dates) return dateMetadata(profile);
  const wholeNumbers = profile.numbers?.style === "integer" && profile.numbers.exact;
  if (isUnique(profile) && (!profile.numbers || wholeNumbers) && isIdColumn(profile))
    return idMetadata(profile);
  const present = profile.rowCount - profile.missing;
  const distinctShare = profile.distinct / Math.max(1, present);
  if (!profile.numbers || wholeNumbers) {
    const texts = presentTexts(profile);
    const pii = detectPii(profile.name, texts, distinctShare);
    if (pii) return { sdtype: pii.sdtype, pii: true };
  }
  if (profile.numbers) return numberMetadata(profile);
  return textMetadata(profile, distinctShare);
}

function presentTexts(profile: ColumnProfile): readonly string[] {
  const marks = new Set(profile.missingMarks);
  return marks.size === 0 ? profile.texts : profile.texts.filter((_, index) => !marks.has(index));
}

function isBoolean(profile: ColumnProfile): boolean {
  if (profile.size > 2) return false;
  if (profile.physical === "BOOLEAN") return true;
  return booleanPairs.some(
    ([yes, no]) =>
      profile.texts.every((text) => text.toLowerCase() === yes || text.toLowerCase() === no) &&
      new Set(profile.texts.map((text) => text.toLowerCase())).size === profile.texts.length &&
      (profile.texts.length === 2 || yes === "true"),
  );
}

function isIdColumn(profile: ColumnProfile): boolean {
  if (isIdName(profile.name)) return true;
  if (profile.rowCount < 2) return false;
  const ordered = orderName.test(plainName(profile.name));
  if (profile.numbers) return ordered && isSequence(profile.numbers.values);
  if (profile.rowCount < nearlyUnique.rows && !ordered) return false;
  // Texts of one shape with digits and no blanks: codes, not words.
  return (
    profile.texts.every((text) => text.length >= 4 && !/\s/.test(text)) &&
    profile.texts.some((text) => /\d/.test(text)) &&
    !profile.texts.some((text) => /[@.,/]/.test(text)) &&
    inferRegexFormat(profile.texts) !== undefined
  );
}

function isSequence(values: Float64Array): boolean {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high - low + 1 === values.length;
}

function idMetadata(profile: ColumnProfile): ColumnMetadata {
  const regexFormat = inferRegexFormat(profile.texts);
  return { sdtype: "id", ...(regexFormat === undefined ? {} : { regexFormat, regexLearnt: true }) };
}

function missingText(profile: ColumnProfile): Partial<ColumnMetadata> {
  return profile.missingText === undefined ? {} : { missingText: profile.missingText };
}

function dateMetadata(profile: ColumnProfile): ColumnMetadata {
  const { pattern, zone } = profile.dates!;
  return {
    sdtype: "datetime",
    datetimeFormat: pattern.pattern,
    ...(zone === undefined ? {} : { timeZone: zone }),
    ...missingText(profile),
  };
}

function numberMetadata(profile: ColumnProfile): ColumnMetadata {
  const { style, decimals } = profile.numbers!;
  const present = profile.rowCount - profile.missing;
  const many =
    profile.distinct > fewNumbers || (profile.distinct > 2 && profile.distinct * 2 > present && present > 2);
  const repeatedId = isIdName(profile.name) && style === "integer" && profile.distinct < present;
  if (many && !repeatedId)
    return {
      sdtype: "numerical",
      numberStyle: style,
      ...(decimals === undefined ? {} : { decimals }),
      ...missingText(profile),
    };
  if (profile.distinct > fewNumbers || profile.missingMarks.length > 0) return { sdtype: "categorical" };
  return { sdtype: "categorical", rangeValues: sortedTexts(profile) };
}

/** The texts of a number column from the lowest to the highest number. */
function sortedTexts(profile: ColumnProfile): string[] {
  const values = profile.numbers!.values;
  return profile.texts
    .map((text, index) => ({ text, value: values[index]! }))
    .sort((a, b) => a.value - b.value || (a.text < b.text ? -1 : 1))
    .map(({ text }) => text);
}

function textMetadata(profile: ColumnProfile, distinctShare: number): ColumnMetadata {
  let characters = 0;
  let words = 0;
  const step = Math.max(1, Math.floor(profile.texts.length / 2000));
  let seen = 0;
  for (let i = 0; i < profile.texts.length; i += step) {
    const text = profile.texts[i]!;
    characters += text.length;
    words += (text.match(/\S+/g) ?? []).length;
    seen++;
  }
  const present = profile.rowCount - profile.missing;
  const long = characters / seen >= freeText.characters && words / seen >= freeText.words;
  const differ = distinctShare > freeText.distinctShare && present >= 3;
  if (long && differ && words / seen >= freeText.sentence) return { sdtype: "text" };
  const nearlyAllDiffer = distinctShare > nearlyUnique.share && present >= nearlyUnique.rows;
  if (nearlyAllDiffer) {
    if (isIdName(profile.name)) return idMetadata(profile);
    if (words / seen < 1.5 && isUnique(profile)) {
      // Without a pattern nothing could make such ids.
      const found = idMetadata(profile);
      if (found.regexFormat !== undefined) return found;
    }
    // Texts made of parts with digits in each (`POINT (-73.95 40.79)`) can be made up in their own form.
    const form = structuralForm(profile);
    if (form !== undefined) return { sdtype: "id", regexFormat: form };
  }
  if (long && differ) return { sdtype: "text" };
  if (nearlyAllDiffer) return words / seen >= 1.5 ? { sdtype: "text" } : { sdtype: "unknown", pii: true };
  return { sdtype: "categorical" };
}

/** The pattern of texts that differ in their digits alone; words have none. */
function structuralForm(profile: ColumnProfile): string | undefined {
  if (!profile.texts.every((text) => /\d/.test(text))) return undefined;
  const form = inferRegexFormat(profile.texts);
  return form === undefined || /\[[^\]]*[A-Za-z]/.test(form) ? undefined : form;
}
