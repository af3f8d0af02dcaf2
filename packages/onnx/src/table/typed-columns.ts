// Cells of the encoded columns to the table's own columns, as nodes of an ONNX graph: numbers rounded and kept in their
// range, datetimes as microseconds and as texts, categories as texts, ids by counting. What cannot be written so is named.

import {
  type ColumnMetadata,
  operandsOf,
  type Relation,
  type TableMetadata,
  type TransformState,
} from "@verisim/core";
import type { GraphBuilder } from "../builder.ts";
import type { OnnxValue } from "../model.ts";
import { type CellValues, codesOrLast } from "./cell-values.ts";
import { countedIds, idNumbers, idTexts } from "./counted-ids.ts";
import { canWriteDates, type DateWriting, dateTexts } from "./date-texts.ts";
import { relatedCells } from "./related-cells.ts";

/** What is known of a column's transform, as `FittedColumn` of @verisim/transforms has it. */
export interface DecodedColumn {
  readonly name: string;
  readonly transform: { readonly name: string };
  readonly state: TransformState;
  /** The encoded columns that it becomes. */
  readonly outputs: readonly unknown[];
  /** How it is written by other columns, where it is. */
  readonly relation?: Relation;
  /** Whether it is a date that moves to the parts that other columns tell of it. */
  readonly moved?: true;
}

/** One column as the file says it, in metadata_props. */
export interface FileColumn {
  readonly name: string;
  /** `datetime`: microseconds since 1970-01-01. */
  readonly type: "number" | "text" | "datetime";
  /** Output of the cells: double, or string with "" for missing cells. */
  readonly output: string;
  /** Output bool [rows], true for missing cells; where a text column has them. Missing numbers are NaN. */
  readonly missing?: string;
  /** Output of a datetime's texts, "" for missing cells. */
  readonly text?: string;
  /** Of those texts, strftime. */
  readonly format?: string;
  /** Offset that is written in them. */
  readonly zone?: string;
  /** Digits after the point that numbers are rounded to; absent where they are not. */
  readonly decimals?: number;
  /** Of ids: how many rows have different ones. */
  readonly distinct?: number;
}

/** A column that the file does not yield. */
export interface LeftOut {
  readonly name: string;
  readonly reason: string;
}

/** A table's columns in the graph. */
export interface TypedColumns {
  readonly columns: readonly FileColumn[];
  readonly leftOut: readonly LeftOut[];
  readonly outputs: readonly { readonly name: string; readonly value: OnnxValue }[];
}

/** Names of a column's outputs; all are kept free in the graph. */
export interface OutputNames {
  readonly output: string;
  readonly missing: string;
  readonly text: string;
}

export interface TypingContext {
  readonly graph: GraphBuilder;
  readonly metadata: TableMetadata;
  readonly transforms: readonly DecodedColumn[];
  /** The encoded columns in the transforms' order. */
  readonly cells: readonly CellValues[];
  readonly namesOf: (column: string) => OutputNames;
  /** int64 [rows], made when it is first asked for. */
  readonly row: () => OnnxValue;
}

/** One column, or why there is none. */
type Typed =
  | { readonly column: Omit<FileColumn, "name" | "output">; readonly values: Partial<OutputValues> }
  | string;
type OutputValues = Readonly<Record<keyof OutputNames, OnnxValue>>;

/** Every column that can be written. */
export function typedColumns(context: TypingContext): TypedColumns {
  const columns: FileColumn[] = [];
  const leftOut: LeftOut[] = [];
  const outputs: { name: string; value: OnnxValue }[] = [];
  const typing = new ColumnTyping(context);
  for (const { name } of context.transforms) {
    const { typed } = typing.of(name);
    if (typeof typed === "string") {
      leftOut.push({ name, reason: typed });
      continue;
    }
    const names = context.namesOf(name);
    const given = Object.entries(typed.values) as [keyof OutputNames, OnnxValue][];
    for (const [kind, value] of given) outputs.push({ name: names[kind], value });
    const { missing, text } = typed.values;
    columns.push({
      name,
      output: names.output,
      ...typed.column,
      ...(missing ? { missing: names.missing } : {}),
      ...(text ? { text: names.text } : {}),
    });
  }
  return { columns, leftOut, outputs };
}

/** Columns as they are asked for: one that is written by others asks for those first. */
class ColumnTyping {
  readonly #context: TypingContext;
  readonly #fitted: ReadonlyMap<string, { readonly column: DecodedColumn; readonly cells: CellValues[] }>;
  readonly #known = new Map<string, { readonly typed: Typed; readonly cells: CellValues | undefined }>();

  constructor(context: TypingContext) {
    this.#context = context;
    let next = 0;
    this.#fitted = new Map(
      context.transforms.map((column) => {
        const cells = context.cells.slice(next, next + column.outputs.length);
        next += column.outputs.length;
        return [column.name, { column, cells }];
      }),
    );
  }

  of(name: string): { readonly typed: Typed; readonly cells: CellValues | undefined } {
    let known = this.#known.get(name);
    if (known) return known;
    const { graph, metadata } = this.#context;
    const { column, cells: own } = this.#fitted.get(name)!;
    const { relation, moved } = column;
    const operands = relation ? operandsOf(relation.formula) : [];
    const unwritten = operands.find((operand) => typeof this.of(operand).typed === "string");
    if (moved || unwritten !== undefined) {
      const typed = moved
        ? "it moves to the day that other columns tell, which has no operators"
        : `it is computed from ${JSON.stringify(unwritten)}, which is left out`;
      known = { typed, cells: undefined };
      this.#known.set(name, known);
      return known;
    }
    const cells = relation
      ? [relatedCells(graph, relation, (operand) => this.#operand(operand), own[0])]
      : own;
    const described = Object.hasOwn(metadata.columns, name) ? metadata.columns[name] : undefined;
    const typed = typedColumn(this.#context, column, cells, described);
    known = { typed, cells: cells[0] };
    this.#known.set(name, known);
    return known;
  }

  /** A column as it is written, as numbers. */
  #operand(name: string): CellValues {
    const { typed, cells } = this.of(name);
    const { transform, state } = this.#fitted.get(name)!.column;
    if (typeof typed === "string" || !cells)
      throw new Error("internal: a formula over cells that are made up");
    if (transform.name !== "LabelEncoder") return { ...cells, cells: typed.values.output! };
    const { categories } = state as unknown as CategoryState;
    const numbers = [...categories.map(Number), Number.NaN];
    const table = this.#context.graph.literal("double", numbers, [numbers.length]);
    const places = codesOrLast(this.#context.graph, cells, categories.length);
    const known = numbers.slice(0, -1);
    return {
      cells: this.#context.graph.add("Gather", [table, places], { axis: 0 }),
      mayBeMissing: cells.mayBeMissing,
      range: [Math.min(...known), Math.max(...known)],
    };
  }
}

function typedColumn(
  context: TypingContext,
  { transform, state, outputs }: DecodedColumn,
  cells: readonly CellValues[],
  metadata: ColumnMetadata | undefined,
): Typed {
  const { graph } = context;
  if (outputs.length > 1) return `it is modelled by ${outputs.length} columns`;
  switch (transform.name) {
    case "FloatFormatter":
      return typedNumber(graph, cells[0]!, state.finish as unknown as NumberFinish);
    case "UnixTimestampEncoder":
      return typedDate(graph, cells[0]!, state as unknown as TimestampState, metadata);
    case "LabelEncoder":
      return typedCategory(graph, cells[0]!, state as unknown as CategoryState);
    case "RegexGenerator":
      return typedId(context, state as unknown as IdState);
    default:
      return outputs.length === 0
        ? "its cells are made up, not learnt"
        : `${transform.name} has no operators`;
  }
}

interface NumberFinish {
  readonly decimals: number;
  readonly low: number | null;
  readonly high: number | null;
}

function typedNumber(graph: GraphBuilder, { cells }: CellValues, finish: NumberFinish): Typed {
  const { decimals, low, high } = finish;
  const rounded = decimals < 0 ? cells : roundedTo(graph, cells, decimals);
  return {
    column: { type: "number", ...(decimals < 0 ? {} : { decimals }) },
    values: { output: clamped(graph, rounded, low, high) },
  };
}

/** `roundTo`: half away from zero, never to a negative zero; numbers too large to have such digits, and NaN, stay. */
function roundedTo(graph: GraphBuilder, x: OnnxValue, decimals: number): OnnxValue {
  const number = (value: number): OnnxValue => graph.scalar("double", value);
  const scale = number(Number(`1e${decimals}`));
  const scaled = graph.add("Mul", [graph.add("Abs", [x]), scale]);
  const whole = graph.add("Floor", [graph.add("Add", [scaled, number(0.5)])]);
  const size = graph.add("Div", [whole, scale]);
  const signed = graph.add("Where", [
    graph.add("Less", [x, number(0)]),
    graph.add("Sub", [number(0), size]),
    size,
  ]);
  return graph.add("Where", [graph.add("Less", [scaled, number(4503599627370496)]), signed, x]);
}

function clamped(graph: GraphBuilder, x: OnnxValue, low: number | null, high: number | null): OnnxValue {
  let inside = x;
  for (const [operator, bound] of [
    ["Less", low],
    ["Greater", high],
  ] as const) {
    if (bound === null) continue;
    const end = graph.scalar("double", bound);
    inside = graph.add("Where", [graph.add(operator, [inside, end]), end, inside]);
  }
  return inside;
}

interface TimestampState {
  readonly unit: number;
  readonly scale: number;
  readonly low: number | null;
  readonly high: number | null;
}

function typedDate(
  graph: GraphBuilder,
  values: CellValues,
  { unit, scale, low, high }: TimestampState,
  metadata: ColumnMetadata | undefined,
): Typed {
  const number = (value: number): OnnxValue => graph.scalar("double", value);
  const scaled = scale === 1 ? values.cells : graph.add("Mul", [values.cells, number(scale)]);
  const inUnits = graph.add("Div", [scaled, number(unit)]);
  const whole = graph.add("Floor", [graph.add("Add", [inUnits, number(0.5)])]);
  const output = clamped(graph, graph.add("Mul", [whole, number(unit)]), low, high);
  const writing: DateWriting | undefined = metadata?.datetimeFormat
    ? { format: metadata.datetimeFormat, ...(metadata.timeZone ? { zone: metadata.timeZone } : {}) }
    : undefined;
  if (!writing || !values.range || !canWriteDates(writing))
    return { column: { type: "datetime" }, values: { output } };
  const ends = [values.range[0] * scale, low ?? Infinity, high ?? -Infinity, values.range[1] * scale];
  const finite = ends.filter(Number.isFinite);
  const range = [Math.min(...finite) - unit, Math.max(...finite) + unit] as const;
  const missing = graph.add("IsNaN", [output]);
  const present = values.mayBeMissing ? graph.add("Where", [missing, number(range[0]), output]) : output;
  const written = dateTexts(graph, graph.cast(present, "int64"), range, writing);
  const text = values.mayBeMissing ? graph.add("Where", [missing, graph.texts([""]), written]) : written;
  return {
    column: { type: "datetime", ...writing },
    values: { output, text },
  };
}

interface CategoryState {
  readonly kind: "dictionary" | "number";
  readonly categories: readonly string[];
}

function typedCategory(graph: GraphBuilder, values: CellValues, { kind, categories }: CategoryState): Typed {
  const { mayBeMissing } = values;
  const places = codesOrLast(graph, values, categories.length);
  if (kind === "number") {
    const table = [...categories.map(Number), ...(mayBeMissing ? [Number.NaN] : [])];
    const output = graph.add("Gather", [graph.literal("double", table, [table.length]), places], { axis: 0 });
    return { column: { type: "number" }, values: { output } };
  }
  const table = graph.texts([...categories, ...(mayBeMissing ? [""] : [])]);
  const output = graph.add("Gather", [table, places], { axis: 0 });
  const missing = mayBeMissing
    ? { missing: graph.add("Less", [values.cells, graph.scalar("int32", 0)]) }
    : {};
  return { column: { type: "text" }, values: { output, ...missing } };
}

interface IdState {
  readonly kind: "dictionary" | "number";
  readonly pattern: string;
  readonly rate: number;
  readonly unique: boolean;
}

function typedId({ graph, row }: TypingContext, { kind, pattern, rate, unique }: IdState): Typed {
  const ids = countedIds(pattern);
  if (!ids) return "its ids are of a pattern that cannot be counted through";
  if (!unique || rate > 0) return "its ids repeat or are missing in some rows";
  const distinct = ids.size;
  if (kind === "dictionary")
    return { column: { type: "text", distinct }, values: { output: idTexts(graph, row(), ids) } };
  if (ids.before !== "" || ids.after !== "") return "its ids are numbers with signs between the digits";
  return {
    column: { type: "number", decimals: 0, distinct },
    values: { output: graph.cast(idNumbers(graph, row(), ids), "double") },
  };
}
