// A model to start from out of the tables of a Drizzle schema: `modelFromDrizzle({ users, orders })`. Drizzle keeps what
// it knows of a table under symbols of the global registry, so that the library itself is not needed here.

import { VerisimError } from "@verisim/core";
import type { SimulationModel } from "../model/model.ts";
import type { SchemaColumn, SchemaTable } from "./schema-column.ts";
import { type SchemaStartOptions, schemaModel } from "./schema-model.ts";

const nameSymbol = Symbol.for("drizzle:Name");
const columnsSymbol = Symbol.for("drizzle:Columns");
const entitySymbol = Symbol.for("drizzle:entityKind");
const extraSymbol = Symbol.for("drizzle:ExtraConfigBuilder");
const extraColumnsSymbol = Symbol.for("drizzle:ExtraConfigColumns");
const foreignKeySymbols = ["Pg", "MySql", "SQLite", "SingleStore"].map((dialect) =>
  Symbol.for(`drizzle:${dialect}InlineForeignKeys`),
);

interface DrizzleColumn {
  readonly name: string;
  readonly dataType: string;
  readonly columnType: string;
  readonly notNull: boolean;
  readonly primary: boolean;
  readonly isUnique: boolean;
  readonly enumValues?: readonly string[];
  readonly length?: number | undefined;
  /** Of an array: what it is an array of. */
  readonly baseColumn?: DrizzleColumn | undefined;
}

type DrizzleTable = Readonly<Record<symbol, unknown>>;

interface ForeignKey {
  reference(): {
    readonly columns: readonly DrizzleColumn[];
    readonly foreignTable: DrizzleTable;
    readonly foreignColumns: readonly DrizzleColumn[];
  };
}

const isTable = (value: unknown): value is DrizzleTable =>
  typeof value === "object" && value !== null && columnsSymbol in value && nameSymbol in value;

/**
 * @param schema the exports of a schema module; what is no table is passed over
 * @throws VerisimError `VERISIM_SCHEMA` where there is no table
 */
export function modelFromDrizzle(
  schema: Readonly<Record<string, unknown>>,
  name: string = "drizzle",
  { onWarning = () => undefined }: SchemaStartOptions = {},
): SimulationModel {
  const tables = Object.values(schema).filter(isTable);
  if (tables.length === 0)
    throw new VerisimError("VERISIM_SCHEMA", "Expected tables of a Drizzle schema but found none.", {
      hint: "Pass the module itself: modelFromDrizzle(await import('./schema.ts')).",
    });
  for (const table of tables)
    for (const column of columnsOf(table))
      if (/^(?:json|array|buffer|custom)/.test(column.dataType) && !isList(table, column))
        onWarning(
          `Property ${JSON.stringify(`${String(table[nameSymbol])}.${column.name}`)} is a text: there is nothing like ${column.dataType}.`,
        );
  return schemaModel(name, tables.flatMap(tablesOf));
}

const keyOf = (table: DrizzleTable): DrizzleColumn | undefined =>
  columnsOf(table).find(({ primary, isUnique }) => primary || isUnique);

/** An array of single values in a table with a key: the rows of a child table. */
const isList = (table: DrizzleTable, { baseColumn }: DrizzleColumn): boolean =>
  baseColumn !== undefined && baseColumn.baseColumn === undefined && keyOf(table) !== undefined;

const columnsOf = (table: DrizzleTable): DrizzleColumn[] =>
  Object.values(table[columnsSymbol] as Readonly<Record<string, DrizzleColumn>>);

/** A table, and one for each list of values in it. */
function tablesOf(table: DrizzleTable): SchemaTable[] {
  const references = new Map<string, { table: string; column: string }>();
  for (const symbol of foreignKeySymbols) {
    for (const key of (table[symbol] as readonly ForeignKey[] | undefined) ?? []) {
      const { columns, foreignTable, foreignColumns } = key.reference();
      if (columns.length === 1)
        references.set(columns[0]!.name, {
          table: String(foreignTable[nameSymbol]),
          column: foreignColumns[0]!.name,
        });
    }
  }
  const name = String(table[nameSymbol]);
  const columns = columnsOf(table);
  const children = columns
    .filter((column) => isList(table, column))
    .map((column): SchemaTable => {
      const key = columnOf(keyOf(table)!, references);
      const parent = { table: name, column: key.name };
      return {
        name: `${name}_${column.name}`,
        columns: [
          { ...key, name: `${name}_${key.name}`, key: false, optional: false, references: parent },
          { ...columnOf(column.baseColumn!, references), name: "value", optional: false, key: false },
        ],
      };
    });
  const own: SchemaTable = {
    name,
    columns: columns.filter((column) => !isList(table, column)).map((column) => columnOf(column, references)),
    unique: uniqueTogether(table),
  };
  return [own, ...children];
}

/** The columns of `primaryKey({ columns })` and `unique().on(...)` beside the table's columns. */
function uniqueTogether(table: DrizzleTable): string[][] {
  const build = table[extraSymbol];
  if (typeof build !== "function") return [];
  const extras = Object.values((build as (columns: unknown) => object)(table[extraColumnsSymbol]) ?? {});
  return extras.flatMap((extra: { readonly columns?: readonly DrizzleColumn[]; constructor: object }) => {
    const kind = String((extra.constructor as Readonly<Record<symbol, unknown>>)[entitySymbol]);
    return /PrimaryKey|UniqueConstraint/.test(kind) && extra.columns
      ? [extra.columns.map(({ name }) => name)]
      : [];
  });
}

function columnOf(
  column: DrizzleColumn,
  references: ReadonlyMap<string, { table: string; column: string }>,
): SchemaColumn {
  const { name, columnType } = column;
  return {
    name,
    type: typeOf(column),
    values: column.enumValues && column.enumValues.length > 0 ? column.enumValues : undefined,
    optional: !column.notNull,
    key: column.primary || column.isUnique,
    format: /uuid/i.test(columnType) ? "uuid" : /^e?mail$/i.test(name) ? "email" : undefined,
    maxLength: typeof column.length === "number" ? column.length : undefined,
    references: references.get(name),
  };
}

function typeOf({ dataType, columnType }: DrizzleColumn): SchemaColumn["type"] {
  if (dataType.startsWith("boolean")) return "boolean";
  if (/Timestamp|DateTime/.test(columnType)) return "datetime";
  if (/Date/.test(columnType) || dataType.includes("date"))
    return /Date(String)?$/.test(columnType) ? "date" : "datetime";
  if (/Real|Double|Float|Numeric|Decimal/.test(columnType)) return "number";
  return dataType.startsWith("number") || dataType.startsWith("bigint") ? "integer" : "text";
}
