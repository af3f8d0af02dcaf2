// A model to start from out of a JSON schema (draft 2020-12 and those before it), and out of a zod schema by way of the
// JSON schema that zod makes of it. Objects within objects become columns of their own; lists, and objects of any names,
// become child tables.

import { VerisimError } from "@verisim/core";
import { RegexLanguage, RegexTexts } from "@verisim/transforms";
import { usualRepeat } from "../columns/pattern-column.ts";
import type { SimulationModel } from "../model/model.ts";
import { distinctColumn } from "./distinct-column.ts";
import { isFormatted, rootRows, type SchemaColumn, type SchemaTable } from "./schema-column.ts";
import { type SchemaStartOptions, schemaModel } from "./schema-model.ts";

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
export function modelFromJsonSchema(
  schema: unknown,
  name?: string,
  { onWarning = () => undefined }: SchemaStartOptions = {},
): SimulationModel {
  if (!isSchema(schema)) throw schemaError("an object", schema);
  const reader = new Reader(schema, onWarning);
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
  options: SchemaStartOptions = {},
): SimulationModel {
  const override = ({ zodSchema, jsonSchema }: Parameters<ZodOptions["override"]>[0]): void => {
    // JSON has neither: zod leaves their schemas empty.
    const type = zodSchema._zod.def.type;
    if (type === "date") Object.assign(jsonSchema, { type: "string", format: "date-time" });
    if (type === "bigint") Object.assign(jsonSchema, { type: "integer" });
  };
  const json = z.toJSONSchema(schema, { unrepresentable: "any", io: "input", override });
  return modelFromJsonSchema(json, name, options);
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

/** All types but that of missing cells. */
function typesOf({ type }: Schema): readonly string[] {
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  return types.filter((one): one is string => typeof one === "string" && one !== "null");
}

const typeOf = (schema: Schema): string | undefined => typesOf(schema)[0];

/** A list: the rows of a table of their own. */
interface ChildList {
  readonly name: string;
  readonly schema: Schema;
  readonly count: SchemaTable["count"];
  /** What comes once in a list: its items, or the names of an object. */
  readonly unique: "items" | "property" | undefined;
}

const lengthOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

class Reader {
  readonly tables: SchemaTable[] = [];
  readonly #root: Schema;
  readonly #warn: (text: string) => void;
  /** Objects around the one that is read: one of them within itself is left out. */
  readonly #around = new Set<unknown>();
  #columnCount = 0;

  constructor(root: Schema, warn: (text: string) => void) {
    this.#root = root;
    this.#warn = warn;
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
      // Parts may be of no object at all: a text with a pattern, say.
      const whole = Object.keys(properties).length > 0 ? { properties, required } : {};
      return Object.assign({}, ...parts, without(schema, "allOf"), whole) as Schema;
    }
    const choices = (Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : []).filter(isSchema);
    if (choices.length === 0) return schema;
    const real = choices.filter((choice) => choice.type !== "null");
    const constants = real.map((choice) => choice.const);
    if (constants.length > 0 && constants.every((value) => value !== undefined))
      return { enum: constants, nullable: real.length < choices.length };
    const first = real[0] && this.plain(real[0], depth + 1);
    return first ? { ...first, nullable: real.length < choices.length, otherChoices: real.length - 1 } : {};
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
    list?: ChildList,
  ): void {
    const lists: ChildList[] = [];
    const columns = this.#columns(schema, "", false, lists, depth);
    if (list?.unique) this.#makeDistinct(list, columns);
    let key = columns.find((column) => column.key)?.name;
    if (lists.length > 0 && key === undefined) {
      key = "row_id";
      columns.unshift({ name: key, type: "integer", key: true });
    }
    if (parent) {
      const own = `${parent.table}_${parent.column}`;
      columns.unshift({ name: own, type: "integer", references: parent });
    }
    this.tables.push({ name, columns, count: list?.count });
    for (const child of lists)
      this.table(`${name}_${child.name}`, child.schema, { table: name, column: key! }, depth + 1, child);
  }

  /** Rows differ where one of their columns does: the one that limits their number the least. */
  #makeDistinct({ name, count, unique }: ChildList, columns: SchemaColumn[]): void {
    const most = columns.map((column) =>
      unique === "property" && column.name !== unique ? 0 : (distinctColumn(column, count)?.most ?? 0),
    );
    const largest = Math.max(0, ...most);
    const place = most.indexOf(largest);
    if (largest >= Math.max(1, count?.min ?? 0)) columns[place] = { ...columns[place]!, distinct: true };
    else if (unique === "items")
      this.#warn(`Property ${JSON.stringify(name)} asks for unique items: some may come twice.`);
    else this.#warn(`Property ${JSON.stringify(name)} is an object: some of its names may come twice.`);
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
      const name = prefix + property;
      if (!isSchema(value)) return [];
      if (++this.#columnCount > mostColumns) {
        this.#leaveOut(name, `the schema has more than ${mostColumns} properties`);
        return [];
      }
      const one = this.plain(value, depth);
      const missing =
        optional ||
        !required.has(property) ||
        one.nullable === true ||
        (Array.isArray(one.type) && one.type.includes("null"));
      const forms = Math.max(Number(one.otherChoices ?? 0) + 1, typesOf(one).length);
      if (forms > 1)
        this.#warn(`Property ${JSON.stringify(name)} has one of ${forms} forms: all rows have the first.`);
      const type = typeOf(one);
      const parts = type === "array" ? tupleOf(one) : undefined;
      if (parts) return this.#columns(parts, `${name}_`, missing, lists, depth + 1);
      const list = type === "array" ? this.#listOf(name, one, depth) : mapOf(name, one);
      if (list) lists.push(list);
      if (list || type === "array") return [];
      if (type === "object" || isSchema(one.properties)) {
        const inner = this.#columns(one, `${name}_`, missing, lists, depth + 1);
        if (!isSchema(one.properties)) this.#leaveOut(name, "an object without properties");
        else if (this.#around.has(one.properties)) this.#leaveOut(name, "it holds itself");
        else if (depth + 1 > deepest) this.#leaveOut(name, "objects in objects go too deep");
        return inner;
      }
      const column = schemaColumn(name, property, prefix, one, type, missing);
      return [{ ...column, pattern: this.#patternOf(one, column) }];
    });
    this.#around.delete(properties);
    return columns;
  }

  /** A table of a list's items: their properties, or a column `value`. */
  #listOf(name: string, list: Schema, depth: number): ChildList | undefined {
    if (!isSchema(list.items)) {
      this.#leaveOut(name, "an array without a schema of its items");
      return undefined;
    }
    const items = this.plain(list.items, depth);
    const isRow = typeOf(items) === "object" || isSchema(items.properties);
    const schema = isRow ? items : rowOf({ value: list.items });
    if (typeOf(items) === "array" && !tupleOf(items)) this.#leaveOut(name, "an array of arrays");
    else if (isRow && !isSchema(items.properties))
      this.#leaveOut(name, "an array of objects without properties");
    else if (this.#around.has(items.properties)) this.#leaveOut(name, "it holds itself");
    else {
      const count = { min: lengthOf(list.minItems), max: lengthOf(list.maxItems) };
      return { name, schema, count, unique: list.uniqueItems === true ? "items" : undefined };
    }
    return undefined;
  }

  /** The pattern of a column of texts; undefined, with a warning, where no texts can be made from it. */
  #patternOf(schema: Schema, column: SchemaColumn): string | undefined {
    const { name, type, values, format, key, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = column;
    if (type !== "text" || values || isFormatted(format)) return undefined;
    if (typeOf(schema) === undefined && schema.pattern === undefined && format === undefined)
      this.#warn(`Property ${JSON.stringify(name)} says nothing of its values: they are texts.`);
    const pattern = schema.pattern ?? (format === undefined ? undefined : patternOfFormat[format]);
    if (typeof pattern !== "string") {
      if (format !== undefined)
        this.#warn(`Property ${JSON.stringify(name)} does not keep to its format ${JSON.stringify(format)}.`);
      return undefined;
    }
    let reason: string | undefined;
    try {
      const texts = new RegexTexts(pattern, Math.max(usualRepeat, minLength));
      if (texts.longest < minLength || texts.shortest > maxLength)
        reason = "none of its texts has such a length";
      else if (key) {
        const { size, longest } = new RegexLanguage(pattern, usualRepeat);
        if (size < BigInt(rootRows)) reason = `a key needs ${rootRows} texts or more, and it has ${size}`;
        else if (longest > maxLength) reason = "some of its texts are too long for a key";
      }
    } catch (error) {
      if (!VerisimError.isInstance(error)) throw error;
      reason = error.message;
    }
    if (reason === undefined) return pattern;
    this.#warn(
      `Property ${JSON.stringify(name)} does not keep to its pattern: ${reason.replace(/\.$/, "")}.`,
    );
    return undefined;
  }

  #leaveOut(name: string, reason: string): void {
    this.#warn(`Property ${JSON.stringify(name)} is left out: ${reason}.`);
  }
}

const patternOfFormat: Readonly<Record<string, string>> = {
  time: "([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\dZ",
  duration: "P[1-9]\\d?DT(1?\\d|2[0-3])H",
};

const rowOf = (properties: Schema): Schema => ({
  type: "object",
  properties,
  required: Object.keys(properties),
});

/** A list whose places have a schema each (a tuple), as an object of them, counted from 1; undefined for other lists. */
function tupleOf({ prefixItems, items }: Schema): Schema | undefined {
  const parts = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : undefined;
  return parts && rowOf(Object.fromEntries(parts.map((part, i) => [`${i + 1}`, part])));
}

/** An object of any names whose values have one schema: a table of names and values; undefined for other objects. */
function mapOf(
  name: string,
  { properties, additionalProperties, propertyNames }: Schema,
): ChildList | undefined {
  if (isSchema(properties) || !isSchema(additionalProperties)) return undefined;
  const property = { type: "string", ...(isSchema(propertyNames) ? propertyNames : {}) };
  return {
    name,
    schema: rowOf({ property, value: additionalProperties }),
    count: undefined,
    unique: "property",
  };
}

function without(schema: Schema, key: string): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== key));
}

/** The type of values that a schema lists without saying it. */
function kindOf(choices: readonly unknown[] | undefined): string | undefined {
  const kinds = new Set(choices?.map((value) => typeof value));
  const [kind] = kinds;
  return kinds.size === 1 ? kind : undefined;
}

function schemaColumn(
  name: string,
  property: string,
  prefix: string,
  schema: Schema,
  type: string | undefined,
  optional: boolean,
): SchemaColumn {
  const choices = Array.isArray(schema.enum)
    ? schema.enum.filter((value) => value !== null)
    : schema.const === undefined
      ? undefined
      : [schema.const];
  const kind = type ?? kindOf(choices);
  const number = (value: unknown): number | undefined =>
    typeof value === "number" && Number.isFinite(value) && Math.abs(value) < 2 ** 53 - 1 ? value : undefined;
  const hair = kind === "integer" ? 1 : 1e-9;
  const above = number(schema.exclusiveMinimum);
  const below = number(schema.exclusiveMaximum);
  const format = typeof schema.format === "string" ? schema.format : undefined;
  const isDate = format === "date-time" || format === "date";
  return {
    name,
    type:
      kind === "integer" || kind === "number" || kind === "boolean"
        ? kind
        : isDate
          ? format === "date"
            ? "date"
            : "datetime"
          : "text",
    values: choices?.map(String),
    says: property,
    ...(format === "date-time" ? { datetimeFormat: "%Y-%m-%dT%H:%M:%SZ" } : {}),
    step: Number(schema.multipleOf) > 0 ? number(schema.multipleOf) : undefined,
    min: number(schema.minimum) ?? (above === undefined ? undefined : above + hair),
    max: number(schema.maximum) ?? (below === undefined ? undefined : below - hair),
    optional,
    key:
      prefix === "" &&
      !optional &&
      /^(id|uuid|key|.*_id|.*Id)$/.test(property) &&
      /^(id|uuid|key)$/i.test(property),
    format,
    maxLength: lengthOf(schema.maxLength),
    minLength: lengthOf(schema.minLength),
  };
}
