// From what a schema says of its tables to a model to start from: one description of columns that every kind of schema
// is read into, and the simulation that follows from it.

import type { ColumnModel, RowPick, SimulationModel, TableModel } from "../model/model.ts";
import { distinctColumn } from "./distinct-column.ts";
import {
  columnOf,
  formulaName,
  plainName,
  rootRows,
  type SchemaColumn,
  type SchemaTable,
  withinLength,
} from "./schema-column.ts";

export interface SchemaStartOptions {
  /** Told of each property that the model has not, or not as the schema has it: `Property "grid" is left out: ...`. */
  readonly onWarning?: (text: string) => void;
}

/** The model of a schema: a reference, a unique one first, makes a table a child, further ones pick rows at random. */
export function schemaModel(name: string, tables: readonly SchemaTable[]): SimulationModel {
  const known = new Set(tables.map((table) => table.name));
  // A table is given to those that came before it, so that no two need each other.
  const done = new Map<string, TableModel>();
  const waiting = [...tables];
  while (waiting.length > 0) {
    const ready = waiting.findIndex((table) =>
      table.columns.every(
        ({ references }) =>
          !references ||
          references.table === table.name ||
          !known.has(references.table) ||
          done.has(references.table),
      ),
    );
    const [table] = waiting.splice(Math.max(0, ready), 1);
    done.set(table!.name, tableModel(table!, done));
  }
  return { name, tables: Object.fromEntries(tables.map((table) => [table.name, done.get(table.name)!])) };
}

/** How many rows a row of the parent has: one at most where the reference is unique. */
function childCount(count: SchemaTable["count"], isUnique: boolean): ColumnModel {
  if (isUnique) return { distribution: "bernoulli", probability: 0.8 };
  const { min, max } = count ?? {};
  const limits = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
  if (max !== undefined) return { distribution: "integers", low: min ?? 0, high: max };
  return { distribution: "poisson", mean: Math.max(3, (min ?? 0) + 1), ...limits };
}

function tableModel(table: SchemaTable, done: ReadonlyMap<string, TableModel>): TableModel {
  const columns: Record<string, ColumnModel> = {};
  const picks: Record<string, RowPick> = {};
  const targetOf = ({ references }: SchemaColumn): TableModel | undefined => {
    const target = references && done.get(references.table);
    return target && Object.hasOwn(target.columns, references!.column) ? target : undefined;
  };
  const owners = table.columns.filter((column) => !column.optional && targetOf(column));
  const owner = owners.find(({ key }) => key) ?? owners[0];
  /** True for a column that comes once beside the owner's, or by itself in a table without one. */
  const isDistinct = ({ name, key }: SchemaColumn): boolean =>
    owner
      ? (table.unique ?? []).some((names) => names.includes(name) && names.includes(owner.name))
      : key === true;
  let { count } = table;
  for (const column of table.columns) {
    const { references } = column;
    const distinct = column.distinct === true ? distinctColumn(column, count) : undefined;
    if (distinct) {
      Object.assign(columns, distinct.columns);
      if (distinct.most < (count?.max ?? Number.POSITIVE_INFINITY))
        count = { min: Math.min(count?.min ?? 0, distinct.most), max: distinct.most };
      continue;
    }
    if (!references || !targetOf(column)) {
      Object.assign(columns, withinLength(column, columnOf(column)));
      continue;
    }
    const missing = column.optional ? { missing: 0.1 } : {};
    let of = "parent";
    if (column !== owner) {
      of = pickName(column.name, picks);
      picks[of] = { table: references.table, ...(isDistinct(column) ? { distinct: true } : {}) };
    }
    columns[column.name] = { formula: `${of}.${formulaName(references.column)}`, ...missing };
  }
  return {
    ...(owner === undefined
      ? { rows: rootRows }
      : { parent: { table: owner.references!.table, count: childCount(count, owner.key === true) } }),
    ...(Object.keys(picks).length > 0 ? { picks } : {}),
    columns,
  };
}

/** A name for a pick after its column: `author_id` becomes `author`. */
function pickName(column: string, taken: Readonly<Record<string, unknown>>): string {
  const plain = plainName(column)
    .replace(/_?id$/, "")
    .replace(/[^\p{L}\p{N}_]+/gu, "_");
  let name =
    plain === "" || plain === "parent" || plain === "event" || /^\d/.test(plain) ? `picked_${plain}` : plain;
  while (Object.hasOwn(taken, name)) name += "_";
  return name;
}
