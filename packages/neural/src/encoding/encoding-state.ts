// An encoding as plain data and typed arrays, and back with every size and range checked: a state may come from a file
// that someone else made.

import {
  type Json,
  packMetadata,
  type StateValue,
  type TransformState,
  unpackMetadata,
  VerisimError,
} from "@verisim/core";
import { marginalNames } from "@verisim/stats";
import { TableTransformer } from "@verisim/transforms";
import { BlockCodec } from "./block-codec.ts";
import { CategoryCodec } from "./category-codec.ts";
import type { Codec, ColumnPlan, EncodedLayout, FixedColumn } from "./coded-columns.ts";
import { CopulaCodec } from "./copula-codec.ts";
import type { EncodingOptions } from "./layout.ts";
import { MixtureCodec } from "./mixture-codec.ts";
import type { ModeTables } from "./modes.ts";
import type { EncodingParts } from "./table-encoding.ts";

/** What `TableEncoding.toState` gives. */
export interface EncodingState {
  readonly [key: string]: StateValue | undefined;
}

const version = 1;

export function encodingToState(parts: EncodingParts): EncodingState {
  const { metadata, tableName, options, transformer, plan } = parts;
  return {
    version,
    metadata: packMetadata(metadata),
    tableName,
    options: { ...options },
    transformer: transformer.toState() as { readonly [key: string]: StateValue | undefined },
    encoded: plan.encoded.map(({ name, kind, cardinality }) => ({ name, kind, cardinality })),
    coded: plan.coded.map(({ encoded, shares, codec }) => ({
      encoded,
      kind: codec.kind,
      shares,
      state: codec.state,
    })),
    fixed: plan.fixed.map(({ encoded, cell }) => ({ encoded, cell })),
    derived: plan.derived.map(({ column, from, cells }) => ({ column, from, cells })),
    warnings: [...plan.warnings],
  };
}

/** @throws VerisimError `VERISIM_TRANSFORM_STATE`, `VERISIM_MODEL_FILE` */
export function encodingFromState(state: EncodingState): EncodingParts {
  const root = new StateReader(state, "the encoding");
  if (state["version"] !== version) {
    throw damaged(`an encoding of version ${version} but received ${String(state["version"])}`);
  }
  const transformer = TableTransformer.fromState(root.record("transformer").entries as TransformState);
  const encoded = root.list("encoded").map((entry): EncodedLayout => {
    const kind = entry.choice("kind", ["continuous", "discrete"] as const);
    return { name: entry.text("name"), kind, cardinality: entry.integer("cardinality", 0, 2 ** 31) };
  });
  const outputs = transformer.outputs;
  if (
    outputs.length !== encoded.length ||
    outputs.some((output, i) => output.name !== encoded[i]!.name || output.kind !== encoded[i]!.kind)
  ) {
    throw damaged("the columns of the transforms in the encoding");
  }
  const plan: ColumnPlan = {
    encoded,
    coded: root.list("coded").map((entry) => codedFrom(entry, encoded)),
    fixed: root.list("fixed").map((entry): FixedColumn => {
      const place = entry.integer("encoded", 0, encoded.length);
      return { encoded: place, cell: cellOf(entry.number("cell"), encoded[place]!) };
    }),
    derived: root.list("derived").map((entry) => {
      const column = entry.integer("column", 0, encoded.length);
      const from = entry.integer("from", 0, encoded.length);
      if (encoded[from]!.kind !== "discrete") throw damaged("a rule over categories");
      const cells = entry.floats("cells", encoded[from]!.cardinality + 1);
      for (const cell of cells) cellOf(cell, encoded[column]!);
      return { column, from, cells };
    }),
    warnings: root.texts("warnings"),
  };
  checkCover(plan);
  return {
    metadata: unpackMetadata(root.record("metadata").entries as Json),
    tableName: root.text("tableName"),
    options: optionsFrom(root.record("options")),
    transformer,
    plan,
  };
}

function optionsFrom(entry: StateReader): EncodingOptions {
  const positive = (name: string): number => entry.integer(name, 1, 2 ** 31);
  return {
    numbers: entry.choice("numbers", ["blocks", "mixture", "copula"] as const),
    ...(entry.has("scores") ? { scores: entry.choice("scores", ["mixture", "stretches"] as const) } : {}),
    ...(entry.has("marginal") ? { marginal: entry.choice("marginal", marginalNames) } : {}),
    maxBlocks: positive("maxBlocks"),
    maxClusters: positive("maxClusters"),
    places: entry.flag("places"),
    maxCategories: positive("maxCategories"),
    minGroup: positive("minGroup"),
    derive: entry.flag("derive"),
  };
}

function codedFrom(
  entry: StateReader,
  encoded: readonly EncodedLayout[],
): { encoded: number; shares: Float64Array; codec: Codec } {
  const place = entry.integer("encoded", 0, encoded.length);
  const column = encoded[place]!;
  const state = entry.record("state");
  const kind = entry.choice("kind", ["category", "blocks", "mixture", "copula"] as const);
  if ((kind === "category") !== (column.kind === "discrete"))
    throw damaged(`a codec for ${column.kind} cells`);
  const codec = kind === "category" ? categoryFrom(state, column) : numberFrom(kind, state);
  return { encoded: place, shares: entry.floats("shares", codec.width, isShare), codec };
}

function categoryFrom(state: StateReader, { cardinality }: EncodedLayout): CategoryCodec {
  const codes = state.integers("codes", 0, cardinality);
  if (new Set(codes).size !== codes.length) throw damaged("every code once");
  state.integer("cardinality", cardinality, cardinality + 1);
  return new CategoryCodec({
    missing: state.flag("missing"),
    ...partsFrom(state, codes.length),
    codes,
    cardinality,
  });
}

function numberFrom(kind: "blocks" | "mixture" | "copula", state: StateReader): Codec {
  const shared = {
    missing: state.flag("missing"),
    decimals: state.integer("decimals", -1, 16),
    unit: state.number("unit", isAbove0),
  };
  if (kind === "mixture")
    return new MixtureCodec({
      ...shared,
      ...modesFrom(state),
      low: state.number("low", Number.isFinite),
      high: state.number("high", Number.isFinite),
    });
  const low = state.floats("low", undefined, Number.isFinite);
  const high = state.floats("high", low.length, Number.isFinite);
  for (let part = 0; part < low.length; part++) {
    if (low[part]! > high[part]! || (part > 0 && low[part]! < high[part - 1]!))
      throw damaged("rising numbers");
  }
  if (kind === "blocks") return new BlockCodec({ ...shared, ...partsFrom(state, low.length), low, high });
  const edges = state.floats("edges", low.length + 1, Number.isFinite);
  if (low.length === 0 || edges.some((edge, s) => s > 0 && edge < edges[s - 1]!))
    throw damaged("rising scores");
  return new CopulaCodec({
    ...shared,
    endToEnd: state.flag("endToEnd"),
    ...modesFrom(state),
    low,
    high,
    edges,
  });
}

function modesFrom(state: StateReader): ModeTables {
  const means = state.floats("means", undefined, Number.isFinite);
  if (means.length === 0) throw damaged("at least one mode");
  return {
    means,
    weights: state.floats("weights", means.length, isAbove0),
    deviations: state.floats("deviations", means.length, isAbove0),
  };
}

/** Runs of parts that follow each other, with rising places. */
function partsFrom(state: StateReader, count: number): { first: Int32Array; ends: Float64Array } {
  const first = state.integers("first", 0, count + 1);
  const ends = state.floats("ends", count, (end) => end > -1 && end <= 1);
  const rises = first.every((part, k) => k === 0 || part > first[k - 1]!);
  if (count === 0 || first[0] !== 0 || first.at(-1) !== count || !rises) throw damaged("runs of parts");
  for (let k = 0; k + 1 < first.length; k++) {
    for (let part = first[k]! + 1; part < first[k + 1]!; part++) {
      if (!(ends[part]! >= ends[part - 1]!)) throw damaged("rising places");
    }
    if (ends[first[k + 1]! - 1] !== 1) throw damaged("places up to 1");
  }
  return { first, ends };
}

/** Every encoded column is filled in exactly one way, and rules look at modelled columns. */
function checkCover(plan: ColumnPlan): void {
  const filled = [
    ...plan.coded.map((column) => column.encoded),
    ...plan.fixed.map((column) => column.encoded),
    ...plan.derived.map((rule) => rule.column),
  ];
  const modelled = new Set(plan.coded.map((column) => column.encoded));
  const isCover = filled.length === plan.encoded.length && new Set(filled).size === filled.length;
  if (!isCover || plan.derived.some((rule) => !modelled.has(rule.from))) {
    throw damaged("one way to fill every column");
  }
}

function cellOf(cell: number, { kind, cardinality }: EncodedLayout): number {
  if (kind === "continuous" || (Number.isInteger(cell) && cell >= -1 && cell < cardinality)) return cell;
  throw damaged("a code of the column");
}

const isShare = (value: number): boolean => value >= 0 && value <= 1 + 1e-9;
const isAbove0 = (value: number): boolean => value > 0 && Number.isFinite(value);

/** Reads the fields of one record and says what is wrong with them. */
class StateReader {
  readonly entries: { readonly [key: string]: StateValue | undefined };
  readonly #name: string;

  constructor(value: unknown, name: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
      throw damaged(`fields in ${name}`);
    }
    this.entries = value as StateReader["entries"];
    this.#name = name;
  }

  record(name: string): StateReader {
    return new StateReader(this.entries[name], name);
  }

  list(name: string): StateReader[] {
    return this.#array(name).map((entry, i) => new StateReader(entry, `${name}[${i}]`));
  }

  texts(name: string): string[] {
    return this.#array(name).map((entry) => {
      if (typeof entry !== "string") throw this.#wrong(name);
      return entry;
    });
  }

  has(name: string): boolean {
    return this.entries[name] !== undefined;
  }

  text(name: string): string {
    const value = this.entries[name];
    if (typeof value !== "string") throw this.#wrong(name);
    return value;
  }

  flag(name: string): boolean {
    const value = this.entries[name];
    if (typeof value !== "boolean") throw this.#wrong(name);
    return value;
  }

  choice<const Word extends string>(name: string, words: readonly Word[]): Word {
    const word = words.find((candidate) => candidate === this.entries[name]);
    if (word === undefined) throw this.#wrong(name);
    return word;
  }

  number(name: string, isValid: (value: number) => boolean = () => true): number {
    const value = this.entries[name];
    if (typeof value !== "number" || !isValid(value)) throw this.#wrong(name);
    return value;
  }

  /** An integer in [least, below). */
  integer(name: string, least: number, below: number): number {
    return this.number(name, (value) => Number.isInteger(value) && value >= least && value < below);
  }

  floats(name: string, length?: number, isValid: (value: number) => boolean = () => true): Float64Array {
    const value = this.entries[name];
    if (
      !(value instanceof Float64Array) ||
      value.length !== (length ?? value.length) ||
      !value.every(isValid)
    ) {
      throw this.#wrong(name);
    }
    return value;
  }

  /** Integers in [least, below). */
  integers(name: string, least: number, below: number): Int32Array {
    const value = this.entries[name];
    if (!(value instanceof Int32Array) || !value.every((entry) => entry >= least && entry < below)) {
      throw this.#wrong(name);
    }
    return value;
  }

  #array(name: string): readonly StateValue[] {
    const value = this.entries[name];
    if (!Array.isArray(value)) throw this.#wrong(name);
    return value as readonly StateValue[];
  }

  #wrong(name: string): VerisimError {
    return damaged(`another ${name} in ${this.#name}`);
  }
}

function damaged(expected: string): VerisimError {
  return new VerisimError("VERISIM_TRANSFORM_STATE", `Expected ${expected}.`, {
    hint: "The model file is damaged or was made by another version.",
  });
}
