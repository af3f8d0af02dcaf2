// Choices and places to the cells of the encoded columns, as nodes of an ONNX graph: the codecs' own arithmetic, in double
// precision and in the same order, so that the numbers are the same to the last bit.

import { type CellValues, type GraphBuilder, type OnnxValue, settleCells } from "@verisim/onnx";
import type { BlockCodec } from "../encoding/block-codec.ts";
import type { CategoryCodec } from "../encoding/category-codec.ts";
import type { Codec, ColumnPlan } from "../encoding/coded-columns.ts";
import type { CopulaCodec } from "../encoding/copula-codec.ts";
import type { Layout } from "../encoding/layout.ts";
import type { MixtureCodec } from "../encoding/mixture-codec.ts";
import { deviationsPerPlace, type ModeTables } from "../encoding/modes.ts";
import { beginsOfParts, type Parts } from "../encoding/parts.ts";
import { spanStarts } from "../network/outputs.ts";
import type { Calibration } from "../sampling/calibrate.ts";
import { knots } from "../sampling/place-maps.ts";

/** Rows as a sampler's graph yields them. */
export interface DrawnValues {
  /** int32 [rows, spans]; undefined where no column is modelled. */
  readonly alternatives: OnnxValue | undefined;
  /** float [rows, placed]. */
  readonly places: OnnxValue | undefined;
  /** double [rows, columns with drawn places]. */
  readonly placeUniforms: OnnxValue | undefined;
}

/** What the cells are made by. */
export interface DecodeTables {
  readonly plan: ColumnPlan;
  readonly layout: Layout;
  readonly calibration: Calibration;
}

/** Modelled columns with places that no network learns: they are drawn evenly, in this order. */
export function drawnColumns({ widths, placed, hasPlace }: Layout): number[] {
  const starts = spanStarts({ widths } as Layout);
  return widths.flatMap((width, column) =>
    !placed.includes(column) && hasPlace.subarray(starts[column]!, starts[column]! + width).includes(1)
      ? [column]
      : [],
  );
}

/** The encoded columns of the rows, in the order of the plan. */
export function decodeCells(graph: GraphBuilder, drawn: DrawnValues, tables: DecodeTables): CellValues[] {
  const { plan, layout } = tables;
  const columns = new Array<CellValues>(plan.encoded.length);
  plan.coded.forEach(({ encoded, codec }, column) => {
    const alternative = columnOf(graph, drawn.alternatives!, column);
    const place = codec.hasPlace.includes(1) ? placeOf(graph, drawn, tables, column, alternative) : undefined;
    columns[encoded] = decodeColumn(graph, codec, alternative, place);
  });
  settleCells(graph, columns, plan);
  if (layout.widths.length !== plan.coded.length) throw new Error("internal: a layout of other columns");
  return columns;
}

function columnOf(graph: GraphBuilder, rows: OnnxValue, column: number): OnnxValue {
  return graph.add("Gather", [rows, graph.scalar("int64", column)], { axis: 1 });
}

/** double [rows]: the place of a column, learnt or drawn, in [-1, 1]. */
function placeOf(
  graph: GraphBuilder,
  { places, placeUniforms }: DrawnValues,
  { layout, calibration }: DecodeTables,
  column: number,
  alternative: OnnxValue,
): OnnxValue {
  const number = (value: number): OnnxValue => graph.scalar("double", value);
  const slot = layout.placed.indexOf(column);
  if (slot < 0) {
    const uniform = columnOf(graph, placeUniforms!, drawnColumns(layout).indexOf(column));
    return graph.add("Sub", [graph.add("Mul", [number(2), uniform]), number(1)]);
  }
  const learnt = mappedPlace(graph, layout, calibration, slot, alternative, columnOf(graph, places!, slot));
  return graph.add("Min", [graph.add("Max", [learnt, number(-1)]), number(1)]);
}

/** A learnt place by the quantile map of its alternative (`PlaceMaps.at`). */
function mappedPlace(
  graph: GraphBuilder,
  layout: Layout,
  { madePlaces, realPlaces }: Calibration,
  slot: number,
  alternative: OnnxValue,
  learnt: OnnxValue,
): OnnxValue {
  const width = layout.widths[layout.placed[slot]!]!;
  const first = layout.placed.slice(0, slot).reduce((sum, column) => sum + layout.widths[column]!, 0) * knots;
  const [made, real] = [madePlaces, realPlaces].map((all) => all.subarray(first, first + width * knots));
  const x = graph.cast(learnt, "double");
  if (made!.every(Number.isNaN)) return x;
  const index = (value: number): OnnxValue => graph.scalar("int32", value);
  const [madeTable, realTable] = [made!, real!].map((knotsOf) =>
    graph.literal("float", knotsOf, [knotsOf.length]),
  );
  const at = (table: OnnxValue, place: OnnxValue): OnnxValue =>
    graph.cast(graph.add("Gather", [table, place], { axis: 0 }), "double");
  const begin = graph.add("Mul", [alternative, index(knots)]);
  const end = graph.add("Add", [begin, index(knots - 1)]);
  let [low, high] = [begin, end];
  for (let stretch = knots - 1; stretch > 1; stretch = Math.ceil(stretch / 2)) {
    const middle = graph.add("Div", [graph.add("Add", [low, high]), index(2)]);
    const above = graph.add("LessOrEqual", [at(madeTable!, middle), x]);
    low = graph.add("Where", [above, middle, low]);
    high = graph.add("Where", [above, high, middle]);
  }
  const [from, to] = [at(madeTable!, low), at(realTable!, low)];
  const gap = graph.add("Sub", [at(madeTable!, high), from]);
  const zero = graph.scalar("double", 0);
  const share = graph.add("Where", [
    graph.add("Greater", [gap, zero]),
    graph.add("Div", [graph.add("Sub", [x, from]), gap]),
    zero,
  ]);
  const rise = graph.add("Sub", [at(realTable!, high), to]);
  let mapped = graph.add("Add", [to, graph.add("Mul", [share, rise])]);
  const beyond = graph.add("GreaterOrEqual", [x, at(madeTable!, end)]);
  mapped = graph.add("Where", [beyond, at(realTable!, end), mapped]);
  const inside = graph.add("Greater", [x, at(madeTable!, begin)]);
  mapped = graph.add("Where", [inside, mapped, at(realTable!, begin)]);
  const unmapped = graph.add("IsNaN", [at(madeTable!, begin)]);
  mapped = graph.add("Where", [unmapped, x, mapped]);
  // The native runtime keeps places in single precision.
  return graph.cast(graph.cast(mapped, "float"), "double");
}

function decodeColumn(
  graph: GraphBuilder,
  codec: Codec,
  alternative: OnnxValue,
  place: OnnxValue | undefined,
): CellValues {
  const { missing } = codec.state;
  const zero = graph.scalar("int32", 0);
  const kept = missing
    ? graph.add("Max", [graph.add("Sub", [alternative, graph.scalar("int32", 1)]), zero])
    : alternative;
  const found = presentCells(graph, codec, kept, place);
  const range =
    codec.kind === "category"
      ? {}
      : { range: codec.range().map((end) => end * codec.state.unit) as [number, number] };
  if (!missing) return { cells: found, mayBeMissing: false, ...range };
  const none = codec.kind === "category" ? graph.scalar("int32", -1) : graph.scalar("double", Number.NaN);
  const isMissing = graph.add("Less", [alternative, graph.scalar("int32", 1)]);
  return { cells: graph.add("Where", [isMissing, none, found]), mayBeMissing: true, ...range };
}

/** The cells of alternatives that are counted without that of missing cells. */
function presentCells(
  graph: GraphBuilder,
  codec: Codec,
  alternative: OnnxValue,
  place: OnnxValue | undefined,
): OnnxValue {
  switch (codec.kind) {
    case "category":
      return categoryCells(graph, codec, alternative, place);
    case "blocks":
      return blockCells(graph, codec, alternative, place);
    case "mixture":
      return mixtureCells(graph, codec, alternative, place!);
    case "copula":
      return copulaCells(graph, codec, alternative, place!);
  }
}

/** `partAt` of a place: a binary search that takes as many steps in every row. */
function partOf(
  graph: GraphBuilder,
  { first, ends }: Parts,
  alternative: OnnxValue,
  place: OnnxValue | undefined,
): OnnxValue {
  const runs = first.length - 1;
  let most = 1;
  for (let k = 0; k < runs; k++) most = Math.max(most, first[k + 1]! - first[k]!);
  let low = graph.add("Gather", [graph.literal("int32", first.subarray(0, runs), [runs]), alternative], {
    axis: 0,
  });
  if (most === 1) return low;
  const last = first.subarray(1).map((end) => end - 1);
  let high = graph.add("Gather", [graph.literal("int32", last, [runs]), alternative], { axis: 0 });
  const endTable = graph.literal("double", ends, [ends.length]);
  for (let left = most; left > 1; left = Math.ceil(left / 2)) {
    const middle = graph.add("Div", [graph.add("Add", [low, high]), graph.scalar("int32", 2)]);
    const end = graph.add("Gather", [endTable, middle], { axis: 0 });
    const holds = graph.add("Greater", [end, place!]);
    const next = graph.add("Min", [graph.add("Add", [middle, graph.scalar("int32", 1)]), high]);
    high = graph.add("Where", [holds, middle, high]);
    low = graph.add("Where", [holds, low, next]);
  }
  return low;
}

function categoryCells(
  graph: GraphBuilder,
  { state: { first, ends, codes } }: CategoryCodec,
  alternative: OnnxValue,
  place: OnnxValue | undefined,
): OnnxValue {
  const part = partOf(graph, { first, ends }, alternative, place);
  return graph.add("Gather", [graph.literal("int32", codes, [codes.length]), part], { axis: 0 });
}

function blockCells(
  graph: GraphBuilder,
  { state: { first, ends, low, high, unit } }: BlockCodec,
  alternative: OnnxValue,
  place: OnnxValue | undefined,
): OnnxValue {
  const at = (table: Float64Array, index: OnnxValue): OnnxValue =>
    graph.add("Gather", [graph.literal("double", table, [table.length]), index], { axis: 0 });
  const part = partOf(graph, { first, ends }, alternative, place);
  const start = at(low, part);
  if (place === undefined) return timesUnit(graph, start, unit);
  const begin = at(beginsOfParts({ first, ends }), part);
  const share = graph.add("Div", [
    graph.add("Sub", [place, begin]),
    graph.add("Sub", [at(ends, part), begin]),
  ]);
  const width = graph.add("Sub", [at(high, part), start]);
  return timesUnit(graph, graph.add("Add", [start, graph.add("Mul", [share, width])]), unit);
}

/** double [rows]: `Modes.valueAt`. */
function modeValues(
  graph: GraphBuilder,
  { means, deviations }: ModeTables,
  mode: OnnxValue,
  place: OnnxValue,
): OnnxValue {
  const at = (table: Float64Array): OnnxValue =>
    graph.add("Gather", [graph.literal("double", table, [table.length]), mode], { axis: 0 });
  const scale = deviations.map((deviation) => deviationsPerPlace * deviation);
  return graph.add("Add", [at(means), graph.add("Mul", [at(scale), place])]);
}

function mixtureCells(
  graph: GraphBuilder,
  { state }: MixtureCodec,
  mode: OnnxValue,
  place: OnnxValue,
): OnnxValue {
  const { low, high, unit } = state;
  const above = graph.add("Max", [modeValues(graph, state, mode, place), graph.scalar("double", low)]);
  const inside = graph.add("Min", [above, graph.scalar("double", high)]);
  return timesUnit(graph, inside, unit);
}

function copulaCells(
  graph: GraphBuilder,
  { state }: CopulaCodec,
  mode: OnnxValue,
  place: OnnxValue,
): OnnxValue {
  const { low, high, edges, unit } = state;
  const at = (table: Float64Array, index: OnnxValue): OnnxValue =>
    graph.add("Gather", [graph.literal("double", table, [table.length]), index], { axis: 0 });
  const score = modeValues(graph, state, mode, place);
  const segment = segmentOfScore(graph, edges, score);
  const begin = at(edges, segment);
  const width = graph.add("Sub", [at(edges.subarray(1), segment), begin]);
  const [zero, one] = [graph.scalar("double", 0), graph.scalar("double", 1)];
  const along = graph.add("Div", [graph.add("Sub", [score, begin]), width]);
  const share = graph.add("Where", [
    graph.add("Greater", [width, zero]),
    graph.add("Min", [graph.add("Max", [along, zero]), one]),
    zero,
  ]);
  const start = at(low, segment);
  const rise = graph.add("Mul", [share, graph.add("Sub", [at(high, segment), start])]);
  return timesUnit(graph, graph.add("Add", [start, rise]), unit);
}

/** The last segment whose edge is not above a score, else the first; as many steps in every row. */
function segmentOfScore(graph: GraphBuilder, edges: Float64Array, score: OnnxValue): OnnxValue {
  const segments = edges.length - 1;
  const number = (value: number): OnnxValue => graph.scalar("int32", value);
  const table = graph.literal("double", edges, [edges.length]);
  // Every row starts with all segments.
  let from = graph.cast(graph.add("Mul", [score, graph.scalar("double", 0)]), "int32");
  let to = graph.add("Add", [from, number(segments - 1)]);
  for (let left = segments; left > 1; left = Math.ceil(left / 2)) {
    const sum = graph.add("Add", [graph.add("Add", [from, to]), number(1)]);
    const middle = graph.add("Div", [sum, number(2)]);
    const edge = graph.add("Gather", [table, middle], { axis: 0 });
    const holds = graph.add("LessOrEqual", [edge, score]);
    to = graph.add("Where", [holds, to, graph.add("Sub", [middle, number(1)])]);
    from = graph.add("Where", [holds, middle, from]);
  }
  return from;
}

/** Numbers in units as cells. */
function timesUnit(graph: GraphBuilder, value: OnnxValue, unit: number): OnnxValue {
  return unit === 1 ? value : graph.add("Mul", [value, graph.scalar("double", unit)]);
}
