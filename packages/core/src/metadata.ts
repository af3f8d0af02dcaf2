// What the columns mean and how their cells are written, so that synthetic cells look like the real ones.
// The words are SDV's, whose JSON (V1) is read and written in sdv-metadata.ts.

/** SDV's semantic types; PII kinds and any Faker function name are sdtypes too (`email`, `first_name`, ...). */
export type Sdtype =
  | "numerical"
  | "categorical"
  | "ordinal"
  | "boolean"
  | "datetime"
  | "id"
  | "text"
  | "image"
  | "unknown"
  | (string & {});

/** The sdtypes that are modelled; every other sdtype is an identifier, PII or text, and is generated. */
export const modelledSdtypes: ReadonlySet<string> = new Set([
  "numerical",
  "categorical",
  "ordinal",
  "boolean",
  "datetime",
]);

/**
 * How a number is written as text.
 * - `integer`: no decimal point (`39`)
 * - `fixed`: always `decimals` digits after the point (`0.50`)
 * - `shortest`: at most `decimals` digits, no trailing zeros (`0.5`, `3`)
 * - `point`: as `shortest`, but whole numbers keep `.0` (`41.0`)
 */
export type NumberStyle = "integer" | "fixed" | "shortest" | "point";

export interface ColumnMetadata {
  sdtype: Sdtype;
  /** True when the values are personal: never reproduced. Default false for modelled sdtypes. */
  pii?: boolean;
  /** The column's type in its file, in DuckDB's words (`VARCHAR` in text files; `BIGINT`, `DECIMAL(18,2)`, ... in typed ones). */
  physical?: string;
  /** numerical: how cells are written, and the most digits seen after the point (0 to 15). */
  numberStyle?: NumberStyle;
  decimals?: number;
  /** numerical and datetime (microseconds): the range declared by the user; not learnt. */
  rangeMin?: number;
  rangeMax?: number;
  nullable?: boolean;
  /** How missing cells are written where that is not an empty field: blanks, `?`, `NA`. */
  missingText?: string;
  /** datetime: strftime pattern of the cells (`%Y-%m-%d %H:%M:%S`). */
  datetimeFormat?: string;
  /** datetime: offset or zone written in the cells (`Z`, `+02:00`), where all cells share one. */
  timeZone?: string;
  /** id: the pattern of the ids. */
  regexFormat?: string;
  /** id: true where the pattern was found in the data, not declared: when it has no more ids, longer ones follow. */
  regexLearnt?: boolean;
  /** ordinal: the categories from lowest to highest; categorical: the categories. */
  rangeValues?: readonly string[];
  /** pii: Faker locales, for example `["de", "fr"]`. Default `["en"]`. */
  locales?: readonly string[];
}

export interface ColumnRelationship {
  type: string;
  columnNames: readonly string[];
}

export interface TableMetadata {
  columns: Readonly<Record<string, ColumnMetadata>>;
  /** One column, or several for a composite key. */
  primaryKey?: string | readonly string[];
  alternateKeys?: readonly (string | readonly string[])[];
  sequenceKey?: string;
  sequenceIndex?: string;
  columnRelationships?: readonly ColumnRelationship[];
}

export interface Relationship {
  parentTable: string;
  parentKey: string | readonly string[];
  childTable: string;
  childKey: string | readonly string[];
}

/** All tables of a data set, as SDV's `Metadata`. */
export interface Metadata {
  tables: Readonly<Record<string, TableMetadata>>;
  relationships: readonly Relationship[];
}

/** True for columns whose synthetic values come from a model rather than from a generator of ids, PII or text. */
export function isModelled(column: ColumnMetadata): boolean {
  return modelledSdtypes.has(column.sdtype) && column.pii !== true;
}

/** The columns that must hold no value twice, alone: a primary or alternate key of one column. */
export function uniqueColumns(metadata: TableMetadata): Set<string> {
  const keys = [metadata.primaryKey, ...(metadata.alternateKeys ?? [])];
  return new Set(
    keys.flatMap((key) => (typeof key === "string" ? [key] : key && key.length === 1 ? [key[0]!] : [])),
  );
}
