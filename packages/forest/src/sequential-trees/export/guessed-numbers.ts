// Numbers of a chain as nodes of an ONNX graph: stretches and scores, what a guess says, and the place of a score; in double
// precision and in the order of the native runtime (native/trees/chain_numbers.h).

import type { GraphBuilder, OnnxValue } from "@verisim/onnx";
import type { LearntNumber } from "../learnt-columns.ts";

/** Two ends per outcome. */
type Ends = readonly [low: Float64Array, high: Float64Array];

/**
 * double [rows, 1]: where numbers lie between the ends of their outcomes.
 * @param codes int32 [rows, 1]
 * @param along double [rows, 1]; undefined: at the lower end
 */
export function between(
  graph: GraphBuilder,
  [low, high]: Ends,
  codes: OnnxValue,
  along: OnnxValue | undefined,
): OnnxValue {
  const at = (ends: Float64Array): OnnxValue =>
    graph.add("Gather", [graph.literal("double", ends, [ends.length]), codes], { axis: 0 });
  if (along === undefined) return at(low);
  const begin = at(low);
  return graph.add("Add", [begin, graph.add("Mul", [along, graph.add("Sub", [at(high), begin])])]);
}

/** The scores that each outcome lies between: of a single value the middle, of a missing cell the mean score. */
export function scoreEnds({ low, high, edges, missing }: LearntNumber): Ends {
  const ends: [number[], number[]] = missing ? [[0], [0]] : [[], []];
  for (let s = 0; s < low.length; s++) {
    const [from, to] = [edges![s]!, edges![s + 1]!];
    const isSingle = !(low[s]! < high[s]!);
    ends[0].push(isSingle ? from + 0.5 * (to - from) : from);
    ends[1].push(isSingle ? from + 0.5 * (to - from) : to);
  }
  return [Float64Array.from(ends[0]), Float64Array.from(ends[1])];
}

/** The outcome that a score means and how far along it lies. @param score double [rows, 1], NaN: the missing cell */
export function scorePlace(
  graph: GraphBuilder,
  { edges, missing }: LearntNumber,
  score: OnnxValue,
): { readonly codes: OnnxValue; readonly along: OnnxValue } {
  const segments = edges!.length - 1;
  const isMissing = missing ? graph.add("IsNaN", [score]) : undefined;
  const zero = graph.scalar("double", 0);
  const known = isMissing === undefined ? score : graph.add("Where", [isMissing, zero, score]);
  const segment = countBelow(graph, edges!.slice(1, segments), known);
  const at = (ends: Float64Array): OnnxValue =>
    graph.add("Gather", [graph.literal("double", ends, [segments]), segment], { axis: 0 });
  const from = at(edges!.slice(0, segments));
  // A segment between equal scores has no length to lie along.
  const widths = Float64Array.from({ length: segments }, (_, s) => edges![s + 1]! - edges![s]!);
  const parts = graph.add("Div", [graph.add("Sub", [known, from]), at(widths.map((width) => width || 1))]);
  const along = graph.add("Min", [graph.add("Max", [parts, zero]), graph.scalar("double", 1)]);
  if (isMissing === undefined) return { codes: segment, along };
  const one = graph.scalar("int32", 1);
  const codes = graph.add("Where", [isMissing, graph.scalar("int32", 0), graph.add("Add", [segment, one])]);
  return { codes, along };
}

/** int32 [rows, 1]: how many limits a number is not below, as of a guess its outcome. @param value double [rows, 1] */
export function countBelow(graph: GraphBuilder, limits: Float64Array, value: OnnxValue): OnnxValue {
  const reached = graph.add("GreaterOrEqual", [value, graph.literal("double", limits, [1, limits.length])]);
  return graph.add("ReduceSum", [graph.cast(reached, "int32"), graph.ints([1])], { keepdims: 1 });
}
