// Records of several modalities: a table, vectors, images and texts, row i of each belonging to record i. Any cell, and any
// whole modality of a record, may be missing.

import { type Table, VerisimError } from "@verisim/core";

/** Vectors of one length; NaN is a missing number. */
export interface Vectors {
  /** Row-major [records, dims]. */
  readonly values: Float32Array | Float64Array;
  /** Numbers of a vector, at least 1. */
  readonly dims: number;
}

/** Images of one size. */
export interface Images {
  /** Row-major [records, height, width, channels]. */
  readonly pixels: Uint8Array;
  /** At least 2. */
  readonly height: number;
  /** At least 2. */
  readonly width: number;
  readonly channels: number;
}

/** Texts; null is a missing one. */
export type Texts = readonly (string | null)[];

/** Modalities by name; the table's is `table`. */
export interface Records {
  readonly rowCount: number;
  readonly table?: Table;
  readonly vectors?: Readonly<Record<string, Vectors>>;
  readonly images?: Readonly<Record<string, Images>>;
  readonly texts?: Readonly<Record<string, Texts>>;
  /** By modality: 0 for records whose part is missing or not to be believed, 1 for the others. Default all 1. */
  readonly known?: Readonly<Record<string, ArrayLike<number>>>;
}

/** The names of all modalities. */
export function modalityNames({ table, vectors = {}, images = {}, texts = {} }: Records): string[] {
  return [
    ...(table ? ["table"] : []),
    ...Object.keys(vectors),
    ...Object.keys(images),
    ...Object.keys(texts),
  ];
}

/** Whether a record's part is to be believed. */
export function isKnown({ known }: Records, modality: string, row: number): boolean {
  return known === undefined || !Object.hasOwn(known, modality) || known[modality]![row] !== 0;
}

/** The error of records that do not fit. */
export function recordError(modality: string, expected: string, received: string): VerisimError {
  return new VerisimError("VERISIM_RECORD_SHAPE", `Expected ${expected} but received ${received}.`, {
    where: { column: modality },
    hint: "Row i of every modality belongs to record i.",
  });
}

/** @throws VerisimError `VERISIM_RECORD_SHAPE` where lengths disagree, names repeat or there is nothing */
export function checkRecords(records: Records): void {
  const { rowCount, table, vectors = {}, images = {}, texts = {}, known = {} } = records;
  const names = modalityNames(records);
  if (names.length === 0) throw recordError("table", "at least one modality", "none");
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw recordError(twice, "names of modalities that differ", `${twice} twice`);
  const check = (name: string, what: string, wanted: number, received: number): void => {
    if (wanted !== received) throw recordError(name, `${wanted} ${what}`, String(received));
  };
  if (table) check("table", "rows", rowCount, table.rowCount);
  for (const [name, { values, dims }] of Object.entries(vectors))
    check(name, "numbers", rowCount * dims, values.length);
  for (const [name, { pixels, height, width, channels }] of Object.entries(images)) {
    if (height < 2 || width < 2)
      throw recordError(name, "images of 2 x 2 pixels or more", `${height} x ${width}`);
    check(name, "bytes", rowCount * height * width * channels, pixels.length);
  }
  for (const [name, own] of Object.entries(texts)) check(name, "texts", rowCount, own.length);
  for (const [name, flags] of Object.entries(known)) {
    if (!names.includes(name)) throw recordError(name, `one of ${names.join(", ")}`, name);
    check(name, "flags", rowCount, flags.length);
  }
}
