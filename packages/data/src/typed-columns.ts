// What the readers of typed files hand to typing, and the typing: a column is either numbers or codes already.

import { type ColumnMetadata, DatePattern, missingCount, numberColumn } from "@verisim/core";
import { type ColumnProfile, profileColumn } from "./detect/column-profile.ts";
import { positionalText } from "./values/number-text.ts";
import { parsePhysical } from "./write/physical-type.ts";

export type TypedSource =
  | {
      readonly kind: "number";
      readonly name: string;
      readonly physical: string;
      /** Numbers, or microseconds since 1970 for dates and timestamps. */
      readonly values: Float64Array;
      /** Named zone of instants that are UTC; the numbers are UTC all the same. */
      readonly zone?: string;
    }
  | {
      readonly kind: "text";
      readonly name: string;
      readonly physical: string;
      readonly texts: readonly string[];
      readonly codes: Int32Array;
    };

export interface TypedColumns {
  readonly columns: readonly TypedSource[];
  readonly rowCount: number;
  readonly warnings: readonly string[];
}

/** Rows looked at for the number of digits after the point. */
const decimalSample = 20_000;

/** A profile for detection; number columns carry their metadata with them. */
export function profileTyped(source: TypedSource, rowCount: number): ColumnProfile {
  if (source.kind === "text") {
    const counts = new Int32Array(source.texts.length);
    let missing = 0;
    for (const code of source.codes) {
      if (code < 0) missing++;
      else counts[code]!++;
    }
    const type = parsePhysical(source.physical);
    const used = source.texts.filter((_, code) => counts[code]! > 0);
    const texts = type?.kind === "boolean" && used.length < source.texts.length ? source.texts : used;
    return profileColumn({
      name: source.name,
      rowCount,
      missing,
      texts,
      counts,
      physical: source.physical,
      textual: type === null || type.kind === "text" || type.kind === "blob" || type.kind === "uuid",
    });
  }
  const missing = missingCount(numberColumn(source.name, source.values));
  return {
    known: describeNumbers(source, missing),
    name: source.name,
    rowCount,
    missing,
    size: 0,
    texts: [],
    counts: [],
    distinct: Number.NaN,
    numbers: null,
    dates: null,
    gaps: missing,
    missingMarks: [],
    missingText: undefined,
    physical: source.physical,
  };
}

/** Metadata of a column of numbers in a typed file: the type says nearly all. */
function describeNumbers(source: TypedSource & { kind: "number" }, missing: number): ColumnMetadata {
  const type = parsePhysical(source.physical)!;
  const nullable = missing > 0 ? { nullable: true } : {};
  if (type.kind === "date" || type.kind === "timestamp") {
    const day = type.kind === "date";
    const fraction = !day && source.values.some((value) => !Number.isNaN(value) && value % 1e6 !== 0);
    const format = day ? "%Y-%m-%d" : `%Y-%m-%d %H:%M:%S${fraction ? ".%f" : ""}${type.utc ? "%z" : ""}`;
    return {
      sdtype: "datetime",
      physical: source.physical,
      datetimeFormat: new DatePattern(format).pattern,
      ...(type.utc
        ? { timeZone: source.zone === undefined || source.zone === "UTC" ? "+00:00" : source.zone }
        : {}),
      ...nullable,
    };
  }
  const numerical = { sdtype: "numerical", physical: source.physical } as const;
  if (type.kind === "integer") return { ...numerical, numberStyle: "integer", decimals: 0, ...nullable };
  if (type.kind === "decimal")
    return { ...numerical, numberStyle: "fixed", decimals: type.scale, ...nullable };
  const decimals = digitsAfterPoint(source.values, type.kind === "float");
  return {
    ...numerical,
    numberStyle: "point",
    ...(decimals === undefined ? {} : { decimals }),
    ...nullable,
  };
}

/** Most digits after the point in a sample, or undefined where doubles have no limit worth keeping. */
function digitsAfterPoint(values: Float64Array, single: boolean): number | undefined {
  const step = Math.max(1, Math.floor(values.length / decimalSample));
  let most = 0;
  for (let row = 0; row < values.length; row += step) {
    const value = values[row]!;
    if (!Number.isFinite(value)) continue;
    const text = positionalText(single ? Number(value.toPrecision(7)) : value);
    const point = text.indexOf(".");
    if (point >= 0) most = Math.max(most, text.length - point - 1);
    if (most > 15) return undefined;
  }
  return most;
}
