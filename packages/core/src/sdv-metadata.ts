// Reads and writes SDV's metadata JSON, so that its users move over with their files: one table (SINGLE_TABLE_V1), several
// (MULTI_TABLE_V1), and the form of both since (V1, V2). Fields of other programs are kept through a round trip.

import { isPlainObject } from "./canonical-json.ts";
import { type ErrorPlace, VerisimError } from "./errors.ts";
import type { Json, JsonObject } from "./json.ts";
import type { ColumnRelationship, Metadata, Relationship, TableMetadata } from "./metadata.ts";
import { knownTextsHint } from "./near-matches.ts";
import {
  foreignFields,
  metadataError,
  readColumn,
  type SdvVersion,
  texts,
  type WithForeignFields,
  writeColumn,
} from "./sdv-fields.ts";

export { foreignFields, type SdvVersion } from "./sdv-fields.ts";

const versionKey = "METADATA_SPEC_VERSION";
const versions: ReadonlySet<unknown> = new Set([undefined, "SINGLE_TABLE_V1", "MULTI_TABLE_V1", "V1", "V2"]);
/** The longest JSON text, in UTF-16 units. */
const maxTextLength = 100_000_000;

export interface SdvReadOptions {
  /** Name of the table where the JSON has one table without a name. Default `table`. */
  readonly tableName?: string;
}

export interface SdvWriteOptions {
  /**
   * V1 is read by every release of SDV since 1.17; V2 (SDV 2.0) also has ranges, decimals, nullability and ordinal
   * columns. Default V1.
   */
  readonly version?: SdvVersion;
  /**
   * Also write what that version has no field for (number style, physical type, time zone, locales, missing text, ...),
   * under the key `verisim` of each column. SDV loads such a file, but its `validate()` names the key. Default false.
   */
  readonly extensions?: boolean;
}

/**
 * Metadata from SDV's JSON, given as text or parsed.
 *
 * `order` of earlier releases makes a column ordinal; `computer_representation` Int makes numbers integers.
 *
 * @throws VerisimError `VERISIM_METADATA` naming table, column and field; also for keys and relationships that name
 * tables or columns which are not there
 */
export function fromSdvMetadata(json: unknown, options: SdvReadOptions = {}): Metadata {
  const value = typeof json === "string" ? parseText(json) : json;
  if (!isPlainObject(value)) throw metadataError({}, "metadata", "an object", value);
  const { [versionKey]: version, ...rest } = value;
  if (!versions.has(version))
    throw metadataError({}, versionKey, "SINGLE_TABLE_V1, MULTI_TABLE_V1, V1 or V2", version);
  if (!Object.hasOwn(value, "tables")) {
    const name = options.tableName ?? "table";
    return { tables: Object.fromEntries([[name, readTableMetadata(rest, name)]]), relationships: [] };
  }
  const { tables, relationships, ...foreign } = rest;
  if (!isPlainObject(tables)) throw metadataError({}, "tables", "an object of tables", tables);
  const read = Object.entries(tables).map(([name, table]) => [name, readTableMetadata(table, name)] as const);
  const metadata: Metadata & WithForeignFields = {
    tables: Object.fromEntries(read),
    relationships: readRelationships(relationships, new Map(read)),
  };
  if (Object.keys(foreign).length > 0) metadata[foreignFields] = foreign as JsonObject;
  return metadata;
}

/** The only table of the metadata, or the named one. @throws VerisimError `VERISIM_METADATA` naming the tables there are */
export function tableMetadata(metadata: Metadata, name?: string): TableMetadata {
  const names = Object.keys(metadata.tables);
  const wanted =
    name !== undefined && names.includes(name) ? name : names.length === 1 ? names[0] : undefined;
  if (wanted !== undefined) return metadata.tables[wanted]!;
  const received = name === undefined ? `${names.length} tables` : JSON.stringify(name);
  throw new VerisimError("VERISIM_METADATA", `Expected metadata of one table but received ${received}.`, {
    ...(name === undefined ? {} : { where: { table: name } }),
    hint: knownTextsHint("tables", name ?? "", names),
  });
}

function parseText(text: string): unknown {
  if (text.length > maxTextLength)
    throw new VerisimError("VERISIM_METADATA", `Expected at most ${maxTextLength} characters of JSON.`);
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    const message = `Expected metadata as JSON but received other text (${(cause as Error).message.slice(0, 200)}).`;
    throw new VerisimError("VERISIM_METADATA", message, { cause });
  }
}

function readTableMetadata(value: unknown, table: string): TableMetadata {
  const where: ErrorPlace = { table };
  if (!isPlainObject(value)) throw metadataError(where, table, "an object", value);
  const {
    columns,
    [versionKey]: _,
    primary_key: primaryKey,
    alternate_keys: alternateKeys,
    sequence_key: sequenceKey,
    sequence_index: sequenceIndex,
    column_relationships: columnRelationships,
    ...foreign
  } = value;
  if (!isPlainObject(columns)) throw metadataError(where, "columns", "an object of columns", columns);
  const known = new Set(Object.keys(columns));
  const result: TableMetadata & WithForeignFields = {
    columns: Object.fromEntries(
      Object.entries(columns).map(([column, entry]) => [column, readColumn(entry, { table, column })]),
    ),
  };
  const given = (entry: unknown): boolean => entry !== undefined && entry !== null;
  if (given(primaryKey)) result.primaryKey = readKey(primaryKey, "primary_key", where, known);
  if (given(alternateKeys)) {
    if (!Array.isArray(alternateKeys))
      throw metadataError(where, "alternate_keys", "a list of keys", alternateKeys);
    result.alternateKeys = alternateKeys.map((key) => readKey(key, "alternate_keys", where, known));
  }
  if (given(sequenceKey)) result.sequenceKey = readName(sequenceKey, "sequence_key", where, known);
  if (given(sequenceIndex)) result.sequenceIndex = readName(sequenceIndex, "sequence_index", where, known);
  if (given(columnRelationships))
    result.columnRelationships = readColumnRelationships(columnRelationships, where, known);
  if (Object.keys(foreign).length > 0) result[foreignFields] = foreign as JsonObject;
  return result;
}

function readName(value: unknown, field: string, where: ErrorPlace, known: ReadonlySet<string>): string {
  if (typeof value !== "string") throw metadataError(where, field, "the name of a column", value);
  if (known.has(value)) return value;
  const error = metadataError(where, field, "the name of a column of the table", value);
  throw new VerisimError(error.code, error.message, {
    where: { ...where, column: value },
    hint: knownTextsHint("columns", value, known),
  });
}

function readKey(
  value: unknown,
  field: string,
  where: ErrorPlace,
  known: ReadonlySet<string>,
): string | string[] {
  if (!Array.isArray(value)) return readName(value, field, where, known);
  if (value.length === 0) throw metadataError(where, field, "at least one column", value);
  return value.map((name) => readName(name, field, where, known));
}

function readColumnRelationships(
  value: unknown,
  where: ErrorPlace,
  known: ReadonlySet<string>,
): ColumnRelationship[] {
  const field = "column_relationships";
  if (!Array.isArray(value)) throw metadataError(where, field, "a list of relationships", value);
  return value.map((entry: unknown) => {
    if (!isPlainObject(entry) || typeof entry.type !== "string")
      throw metadataError(where, field, "an object with type and column_names", entry);
    const names = texts(entry.column_names, "column_names", where);
    return {
      type: entry.type,
      columnNames: names.map((name) => readName(name, "column_names", where, known)),
    };
  });
}

function readRelationships(value: unknown, tables: ReadonlyMap<string, TableMetadata>): Relationship[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw metadataError({}, "relationships", "a list of relationships", value);
  return value.map((entry: unknown) => {
    if (!isPlainObject(entry)) throw metadataError({}, "relationships", "an object", entry);
    const tableOf = (field: string): [string, Set<string>] => {
      const name = entry[field];
      const table = typeof name === "string" ? tables.get(name) : undefined;
      if (typeof name !== "string" || !table)
        throw metadataError({}, field, "the name of a table of the metadata", name);
      return [name, new Set(Object.keys(table.columns))];
    };
    const [parentTable, parentColumns] = tableOf("parent_table_name");
    const [childTable, childColumns] = tableOf("child_table_name");
    const parentKey = readKey(
      entry.parent_primary_key,
      "parent_primary_key",
      { table: parentTable },
      parentColumns,
    );
    const childKey = readKey(
      entry.child_foreign_key,
      "child_foreign_key",
      { table: childTable },
      childColumns,
    );
    if ([parentKey].flat().length !== [childKey].flat().length) {
      const expected = "as many columns as parent_primary_key";
      throw metadataError({ table: childTable }, "child_foreign_key", expected, childKey);
    }
    return { parentTable, parentKey, childTable, childKey };
  });
}

/**
 * Metadata as SDV's JSON: `JSON.stringify` of the result is a file that SDV loads. Without `extensions` it
 * holds only fields that SDV's `validate()` accepts for their sdtypes, plus those of other programs that were read.
 */
export function toSdvMetadata(metadata: Metadata, options: SdvWriteOptions = {}): JsonObject {
  const { extensions = false, version = "V1" } = options;
  const tables = Object.entries(metadata.tables).map(
    ([name, table]) => [name, writeTableMetadata(table, version, extensions)] as const,
  );
  return {
    ...(metadata as WithForeignFields)[foreignFields],
    tables: Object.fromEntries(tables),
    relationships: metadata.relationships.map((relationship) => ({
      parent_table_name: relationship.parentTable,
      parent_primary_key: relationship.parentKey,
      child_table_name: relationship.childTable,
      child_foreign_key: relationship.childKey,
    })),
    [versionKey]: version,
  };
}

function writeTableMetadata(
  table: TableMetadata & WithForeignFields,
  version: SdvVersion,
  extensions: boolean,
): JsonObject {
  const columns = Object.entries(table.columns).map(
    ([name, column]) => [name, writeColumn(column, version, extensions)] as const,
  );
  const result: Record<string, Json> = { ...table[foreignFields] } as Record<string, Json>;
  result.columns = Object.fromEntries(columns);
  if (table.primaryKey !== undefined) result.primary_key = table.primaryKey;
  if (table.alternateKeys !== undefined) result.alternate_keys = table.alternateKeys;
  if (table.sequenceKey !== undefined) result.sequence_key = table.sequenceKey;
  if (table.sequenceIndex !== undefined) result.sequence_index = table.sequenceIndex;
  if (table.columnRelationships !== undefined) {
    result.column_relationships = table.columnRelationships.map(({ type, columnNames }) => ({
      type,
      column_names: columnNames,
    }));
  }
  return result;
}
