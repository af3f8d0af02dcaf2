// A model to start from out of a Prisma schema (schema.prisma): models become tables, enums categories, relations parents
// and picks, lists of values child tables. Only what the simulation needs is read; nothing of the file is run.

import { VerisimError } from "@verisim/core";
import type { SimulationModel } from "../model/model.ts";
import type { SchemaColumn, SchemaTable } from "./schema-column.ts";
import { type SchemaStartOptions, schemaModel } from "./schema-model.ts";

const types: Readonly<Record<string, SchemaColumn["type"]>> = {
  String: "text",
  Int: "integer",
  BigInt: "integer",
  Float: "number",
  Decimal: "number",
  Boolean: "boolean",
  DateTime: "datetime",
};

interface Block {
  readonly kind: string;
  readonly name: string;
  readonly lines: readonly string[];
}

/** Blocks of a schema without comments. */
function blocksOf(text: string): Block[] {
  const plain = text.replace(/\/\/[^\n]*/g, "");
  return [...plain.matchAll(/^\s*(model|enum)\s+(\w+)\s*\{([^}]*)\}/gm)].map(([, kind, name, body]) => ({
    kind: kind!,
    name: name!,
    lines: body!
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== ""),
  }));
}

/** @throws VerisimError `VERISIM_SCHEMA` where the text holds no model */
export function modelFromPrisma(
  text: string,
  name: string = "prisma",
  { onWarning = () => undefined }: SchemaStartOptions = {},
): SimulationModel {
  const blocks = blocksOf(text);
  const enums = new Map(
    blocks
      .filter(({ kind }) => kind === "enum")
      .map(({ name: key, lines }) => [
        key,
        lines.filter((line) => /^\w+/.test(line)).map((line) => /^\w+/.exec(line)![0]),
      ]),
  );
  const models = blocks.filter(({ kind }) => kind === "model");
  if (models.length === 0)
    throw new VerisimError("VERISIM_SCHEMA", "Expected a Prisma schema with a model but found none.");
  const tables = models.flatMap((model) => tablesOf(model, enums, onWarning));
  return schemaModel(name, [...tables, ...joinTables(models, tables, onWarning)]);
}

/** Relations of lists on both sides, by the table that Prisma makes for each: `_CategoryToPost` with the keys `A` and `B`. */
function joinTables(
  models: readonly Block[],
  tables: readonly SchemaTable[],
  warn: (text: string) => void,
): SchemaTable[] {
  const lists = models.flatMap(({ name, lines }) =>
    lines.flatMap((line) => {
      const [, field, type, rest] = /^(\w+)\s+(\w+)\[\](.*)$/.exec(line) ?? [];
      if (!models.some((model) => model.name === type)) return [];
      const relation = /@relation\((?:name:\s*)?"(\w+)"/.exec(rest!)?.[1];
      return [{ model: name, field: field!, type: type!, relation }];
    }),
  );
  const keyOf = (model: string) =>
    tables.find(({ name }) => name === model)?.columns.find(({ key }) => key === true);
  return lists.flatMap((one): SchemaTable[] => {
    const other = lists.find(
      ({ model, type, relation, field }) =>
        model === one.type && type === one.model && relation === one.relation && field !== one.field,
    );
    if (!other || one.model > other.model) return [];
    const [first, second] = [keyOf(one.model), keyOf(other.model)];
    if (one.model === other.model || !first || !second) {
      const reason =
        first && second ? "a relation of a model to itself" : "a relation of a model without a key";
      warn(`Property ${JSON.stringify(`${one.model}.${one.field}`)} is left out: ${reason}.`);
      return [];
    }
    const columns = [first, second].map((key, side): SchemaColumn => {
      const table = side === 0 ? one.model : other.model;
      return { ...key, name: side === 0 ? "A" : "B", key: false, references: { table, column: key.name } };
    });
    return [{ name: `_${one.relation ?? `${one.model}To${other.model}`}`, columns, unique: [["A", "B"]] }];
  });
}

function lengthOf(attributes: string): number | undefined {
  const length = /@db\.(?:VarChar|Char|NVarChar|NChar)\((\d{1,9})\)/.exec(attributes)?.[1];
  return length === undefined ? undefined : Number(length);
}

/** Types of values that are no columns of a model; names of other models are relations. */
const unknownTypes: readonly string[] = ["Json", "Bytes", "Unsupported"];

/** The table of a model, and one for each list of values in it. */
function tablesOf(
  { name, lines }: Block,
  enums: ReadonlyMap<string, readonly string[]>,
  warn: (text: string) => void,
): SchemaTable[] {
  const lists: SchemaColumn[] = [];
  const references = new Map<string, { table: string; column: string }>();
  for (const line of lines) {
    const relation =
      /^\w+\s+(\w+)\??\s+.*@relation\([^)]*fields:\s*\[(\w+)\][^)]*references:\s*\[(\w+)\]/.exec(line);
    if (!relation && /@relation\([^)]*fields:/.test(line))
      warn(
        `Property ${JSON.stringify(`${name}.${/^\w+/.exec(line)![0]}`)} is left out: a relation by several columns.`,
      );
    if (relation) references.set(relation[2]!, { table: relation[1]!, column: relation[3]! });
  }
  const columns = lines.flatMap((line): SchemaColumn[] => {
    const field = /^(\w+)\s+(\w+)(\[\])?(\?)?(.*)$/.exec(line);
    if (!field || line.startsWith("@@")) return [];
    const [, column, type, list, optional, rest] = field as unknown as [
      string,
      string,
      string,
      string?,
      string?,
      string?,
    ];
    const values = enums.get(type);
    const scalar = values ? "text" : types[type];
    const place = JSON.stringify(`${name}.${column}`);
    if (unknownTypes.includes(type)) warn(`Property ${place} is left out: values of type ${type}.`);
    // Fields of other models say how tables hang together; their columns are those of `fields`.
    if (!scalar) return [];
    if (list) {
      lists.push({ name: column, type: scalar, values });
      return [];
    }
    return [
      {
        name: column,
        type: scalar,
        values,
        optional: optional !== undefined,
        key: /@id\b|@unique\b/.test(rest ?? ""),
        format: /uuid\(\)|@db\.Uuid/.test(rest ?? "")
          ? "uuid"
          : /^e?mail$/i.test(column)
            ? "email"
            : undefined,
        maxLength: lengthOf(rest ?? ""),
        references: references.get(column),
      },
    ];
  });
  // `@@id([a, b])` and `@@unique([a, b])`, with or without `fields:`.
  const unique = lines.flatMap((line) => {
    const list = /^@@(?:id|unique)\((?:fields:\s*)?\[([^\]]*)\]/.exec(line)?.[1];
    return list === undefined ? [] : [list.split(",").map((part) => part.trim())];
  });
  const key = columns.find((column) => column.key);
  const children = lists.flatMap((list): SchemaTable[] => {
    if (!key) {
      warn(
        `Property ${JSON.stringify(`${name}.${list.name}`)} is left out: a list of a model without a key.`,
      );
      return [];
    }
    const parent = {
      ...key,
      name: `${name}_${key.name}`,
      key: false,
      references: { table: name, column: key.name },
    };
    return [{ name: `${name}_${list.name}`, columns: [parent, { ...list, name: "value" }] }];
  });
  return [{ name, columns, unique }, ...children];
}
