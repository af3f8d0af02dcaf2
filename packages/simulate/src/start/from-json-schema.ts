// A model to start from out of a JSON schema (draft 2020-12 and those before it), and out of a zod schema by way of the
// JSON schema that zod makes of it. Objects within objects become columns of their own, lists of objects child tables.

import { VerisimError } from "@verisim/core";
import type { SimulationModel } from "../model/model.ts";
import { type SchemaColumn, type SchemaTable, schemaModel } from "./schema-model.ts";

type Schema = Readonly<Record<string, unknown>>;

/** Deeper objects are left out, as are references that lead to themselves. */
const deepest = 8;
/** A schema that refers to itself in many places would grow without end. */
const mostColumns = 2_000;

const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * @param schema of an object, or of a list of objects
 * @param name of the table. Default: the schema's title, or `rows`
 * @throws VerisimError `VERISIM_SCHEMA` where it is none of these
 */
export function modelFromJsonSchema(schema: unknown, name?: string): SimulationModel {
  if (!isSchema(schema)) throw schemaError("an object", schema);
  const reader = new Reader(schema);
  const title = name ?? (typeof schema.title === "string" && schema.title !== "" ? schema.title : "rows");
  const root = reader.plain(schema, 0);
  const row = typeOf(root) === "array" && isSchema(root.items) ? reader.plain(root.items, 0) : root;
  if (!isSchema(row.properties))
    throw schemaError("a schema of an object with properties, or of a list of them", row.type);
  reader.table(title, row, undefined, 0);
  return schemaModel(title, reader.tables);
}

/**
 * @param schema a zod schema of an object
 * @param z the zod module (version 4), whose `toJSONSchema` is called
 * @example
 * const model = modelFromZod(Customer, z, "customers");
 */
export function modelFromZod<S>(
  schema: S,
  z: { toJSONSchema(schema: S, options?: ZodOptions): unknown },
  name?: string,
): SimulationModel {
  const override = ({ zodSchema, jsonSchema }: Parameters<ZodOptions["override"]>[0]): void => {
    // JSON has neither: zod leaves their schemas empty.
    const type = zodSchema._zod.def.type;
    if (type === "date") Object.assign(jsonSchema, { type: "string", format: "date-time" });
    if (type === "bigint") Object.assign(jsonSchema, { type: "integer" });
  };
  return modelFromJsonSchema(z.toJSONSchema(schema, { unrepresentable: "any", io: "input", override }), name);
}

interface ZodOptions {
  readonly unrepresentable: "any";
  readonly io: "input" | "output";
  readonly override: (context: {
    readonly zodSchema: { readonly _zod: { readonly def: { readonly type: string } } };
    readonly jsonSchema: object;
  }) => void;
}

function schemaError(expected: string, received: unknown): VerisimError {
  const text = JSON.stringify(received) ?? "nothing";
  return new VerisimError("VERISIM_SCHEMA", `Expected ${expected} but received ${text.slice(0, 80)}.`);
}

function typeOf(schema: Schema): string | undefined {
  const { type } = schema;
  if (typeof type === "string") return type;
  return Array.isArray(type)
    ? type.find((one): one is string => typeof one === "string" && one !== "null")
    : undefined;
}

/** A list of objects: the rows of a table of their own. */
interface ChildList {
  readonly name: string;
  readonly schema: Schema;
  readonly count: SchemaTable["count"];
}

const lengthOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

class Reader {
  readonly tables: SchemaTable[] = [];
  readonly #root: Schema;
  /** Objects around the one that is read: one of them within itself is left out. */
  readonly #around = new Set<unknown>();
  #columnCount = 0;

  constructor(root: Schema) {
    this.#root = root;
  }

  /** The schema behind references, with the parts of `allOf` and the one choice that is not null. */
  plain(schema: Schema, depth: number): Schema {
    if (depth > deepest) return {};
    const { $ref: reference, allOf, anyOf, oneOf } = schema;
    if (typeof reference === "string") {
      const target = this.#target(reference);
      return target
        ? { ...this.plain(target, depth + 1), ...without(schema, "$ref") }
        : without(schema, "$ref");
    }
    if (Array.isArray(allOf)) {
      const parts = allOf.filter(isSchema).map((part) => this.plain(part, depth + 1));
      const properties = Object.assign(
        {},
        ...parts.map((part) => part.properties ?? {}),
        schema.properties ?? {},
      ) as Schema;
      const required = [...parts, schema].flatMap((part) =>
        Array.isArray(part.required) ? part.required : [],
      );
      return Object.assign({}, ...parts, without(schema, "allOf"), { properties, required }) as Schema;
    }
    const choices = (Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : []).filter(isSchema);
    if (choices.length === 0) return schema;
    const real = choices.filter((choice) => choice.type !== "null");
    const constants = real.map((choice) => choice.const);
    if (constants.length > 0 && constants.every((value) => value !== undefined))
      return { enum: constants, nullable: real.length < choices.length };
    return real[0] ? { ...this.plain(real[0], depth + 1), nullable: real.length < choices.length } : {};
  }

  #target(reference: string): Schema | undefined {
    if (!reference.startsWith("#")) return undefined;
    let found: unknown = this.#root;
    for (const part of reference.slice(1).split("/").slice(1)) {
      const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
      found = isSchema(found) && Object.hasOwn(found, key) ? found[key] : undefined;
    }
    return isSchema(found) ? found : undefined;
  }

  table(
    name: string,
    schema: Schema,
    parent: { table: string; column: string } | undefined,
    depth: number,
    count?: SchemaTable["count"],
  ): void {
    const lists: ChildList[] = [];
    const columns = this.#columns(schema, "", false, lists, depth);
    let key = columns.find((column) => column.key)?.name;
    if (lists.length > 0 && key === undefined) {
      key = "row_id";
      columns.unshift({ name: key, type: "integer", key: true });
    }
    if (parent) {
      const own = `${parent.table}_${parent.column}`;
      columns.unshift({ name: own, type: "integer", references: parent });
    }
    this.tables.push({ name, columns, count });
    for (const list of lists)
      this.table(`${name}_${list.name}`, list.schema, { table: name, column: key! }, depth + 1, list.count);
  }

  #columns(
    schema: Schema,
    prefix: string,
    optional: boolean,
    lists: ChildList[],
    depth: number,
  ): SchemaColumn[] {
    const { properties } = schema;
    if (!isSchema(properties) || depth > deepest || this.#around.has(properties)) return [];
    this.#around.add(properties);
    const required = new Set(Array.isArray(schema.required) ? schema.required : []);
    const columns = Object.entries(properties).flatMap(([property, value]): SchemaColumn[] => {
      if (!isSchema(value) || ++this.#columnCount > mostColumns) return [];
      const one = this.plain(value, depth);
      const name = prefix + property;
      const missing =
        optional ||
        !required.has(property) ||
        one.nullable === true ||
        (Array.isArray(one.type) && one.type.includes("null"));
      const type = typeOf(one);
      if (type === "object" || isSchema(one.properties))
        return this.#columns(one, `${name}_`, missing, lists, depth + 1);
      if (type === "array") {
        const items = isSchema(one.items) ? this.plain(one.items, depth) : {};
        if (isSchema(items.properties) && !this.#around.has(items.properties))
          lists.push({
            name,
            schema: items,
            count: { min: lengthOf(one.minItems), max: lengthOf(one.maxItems) },
          });
        return [];
      }
      return [schemaColumn(name, property, prefix, one, type, missing)];
    });
    this.#around.delete(properties);
    return columns;
  }
}

function without(schema: Schema, key: string): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== key));
}

function schemaColumn(
  name: string,
  property: string,
  prefix: string,
  schema: Schema,
  type: string | undefined,
  optional: boolean,
): SchemaColumn {
  const values = Array.isArray(schema.enum)
    ? schema.enum.filter((value) => value !== null).map(String)
    : schema.const === undefined
      ? undefined
      : [String(schema.const)];
  const number = (value: unknown): number | undefined =>
    typeof value === "number" && Number.isFinite(value) && Math.abs(value) < 2 ** 53 - 1 ? value : undefined;
  const step = type === "integer" ? 1 : 1e-9;
  const above = number(schema.exclusiveMinimum);
  const below = number(schema.exclusiveMaximum);
  const format = typeof schema.format === "string" ? schema.format : undefined;
  const isDate = format === "date-time" || format === "date";
  return {
    name,
    type:
      type === "integer" || type === "number" || type === "boolean"
        ? type
        : isDate
          ? format === "date"
            ? "date"
            : "datetime"
          : "text",
    values,
    min: number(schema.minimum) ?? (above === undefined ? undefined : above + step),
    max: number(schema.maximum) ?? (below === undefined ? undefined : below - step),
    optional,
    key:
      prefix === "" &&
      !optional &&
      /^(id|uuid|key|.*_id|.*Id)$/.test(property) &&
      /^(id|uuid|key)$/i.test(property),
    format,
    maxLength: lengthOf(schema.maxLength),
  };
}
