// Takes the typed arrays out of nested state, so that the rest is JSON and the arrays can go into a model file, and puts
// them back. Numbers that JSON cannot say (NaN, infinities) travel as marks.

import type { ArtifactTensor, TensorData } from "./artifact.ts";
import { isPlainObject, maxJsonDepth } from "./canonical-json.ts";
import { VerisimError } from "./errors.ts";
import type { Json, JsonObject } from "./json.ts";
import type { ColumnMetadata, TableMetadata } from "./metadata.ts";
import { isTensorData } from "./safetensors.ts";
import type { TransformState } from "./transform.ts";

/** What packState takes: JSON with typed arrays at any depth. A {@link TransformState} is one. */
export type StateValue =
  | Json
  | TensorData
  | readonly StateValue[]
  | { readonly [key: string]: StateValue | undefined };

export interface PackedState {
  readonly json: JsonObject;
  readonly tensors: Record<string, ArtifactTensor>;
}

const tensorMark = "$tensor";
const numberMark = "$number";

/**
 * Splits a state into JSON and tensors named `prefix/path.to.array`.
 *
 * @throws Error `internal:` for values that are neither JSON nor typed arrays (maps, functions, classes)
 * @example
 * const { json, tensors } = packState(state, "transforms/age");
 * unpackState(json, tensors); // the state again
 */
export function packState(
  state: TransformState | { readonly [key: string]: StateValue | undefined },
  prefix: string,
): PackedState {
  const tensors = new Map<string, ArtifactTensor>();
  const json = pack(state, [], prefix, tensors) as JsonObject;
  return { json, tensors: Object.fromEntries(tensors) };
}

function pack(
  value: unknown,
  path: readonly string[],
  prefix: string,
  tensors: Map<string, ArtifactTensor>,
): Json {
  if (path.length > maxJsonDepth) throw new Error(`internal: state nested deeper than ${maxJsonDepth}`);
  if (isTensorData(value)) {
    const base = `${prefix}/${path.join(".")}`;
    let name = base;
    for (let i = 2; tensors.has(name); i++) name = `${base}#${i}`;
    tensors.set(name, { data: value, shape: [value.length] });
    return { [tensorMark]: name };
  }
  if (typeof value === "number") return Number.isFinite(value) ? value : { [numberMark]: String(value) };
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (Array.isArray(value)) return value.map((item, i) => pack(item, [...path, String(i)], prefix, tensors));
  if (isPlainObject(value)) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(
      entries.map(([key, item]) => [escapeKey(key), pack(item, [...path, key], prefix, tensors)]),
    );
  }
  throw new Error(`internal: state holds a ${typeof value} at ${path.join(".")}`);
}

/** Keys of the state that look like marks get one more `$`. */
function escapeKey(key: string): string {
  return key.startsWith("$") ? `$${key}` : key;
}

/**
 * The state that {@link packState} took apart. `tensors` may hold others too.
 *
 * @throws VerisimError `VERISIM_MODEL_FILE` when a tensor is missing or a mark makes no sense
 */
export function unpackState(
  json: JsonObject,
  tensors: Readonly<Record<string, ArtifactTensor>>,
): Record<string, StateValue> {
  return unpack(json, tensors, 0) as Record<string, StateValue>;
}

function unpack(
  value: Json | undefined,
  tensors: Readonly<Record<string, ArtifactTensor>>,
  depth: number,
): StateValue {
  if (depth > maxJsonDepth) throw badState(`nesting of at most ${maxJsonDepth}`);
  if (typeof value !== "object" || value === null) return value ?? null;
  if (Array.isArray(value)) return value.map((item: Json) => unpack(item, tensors, depth + 1));
  const record = value as JsonObject;
  const keys = Object.keys(record);
  const [mark] = keys;
  if (keys.length === 1 && mark === tensorMark) {
    const name = record[tensorMark];
    if (typeof name === "string" && Object.hasOwn(tensors, name)) return tensors[name]!.data;
    throw badState(`a tensor named ${JSON.stringify(name)}`);
  }
  if (keys.length === 1 && mark === numberMark) {
    const text = record[numberMark];
    if (text === "NaN" || text === "Infinity" || text === "-Infinity") return Number(text);
    throw badState("NaN, Infinity or -Infinity");
  }
  return Object.fromEntries(
    keys.map((key) => [key.startsWith("$$") ? key.slice(1) : key, unpack(record[key], tensors, depth + 1)]),
  );
}

/** Metadata for a manifest. Columns become a list, because a model file sorts keys and their order means something. */
export function packMetadata(metadata: TableMetadata): JsonObject {
  const { columns, ...rest } = metadata;
  return { ...(rest as JsonObject), columns: Object.entries(columns) as unknown as Json };
}

/** The metadata that {@link packMetadata} packed. @throws VerisimError `VERISIM_MODEL_FILE` when it is anything else */
export function unpackMetadata(json: Json | undefined): TableMetadata {
  const columns = isPlainObject(json) ? json.columns : undefined;
  if (!Array.isArray(columns)) throw badState("the metadata of a table");
  const entries = columns.map((entry: unknown): [string, ColumnMetadata] => {
    const [name, column] = Array.isArray(entry) ? (entry as unknown[]) : [];
    if (typeof name !== "string" || !isPlainObject(column) || typeof column.sdtype !== "string")
      throw badState("a column's name and metadata");
    return [name, column as unknown as ColumnMetadata];
  });
  return { ...(json as unknown as TableMetadata), columns: Object.fromEntries(entries) };
}

function badState(expected: string): VerisimError {
  return new VerisimError(
    "VERISIM_MODEL_FILE",
    `Expected ${expected} in a model's state but there is none.`,
    {
      where: { section: "manifest.json" },
    },
  );
}
