// Reductions within a row. Spans are gathered into blocks of one width, padded with what changes nothing, reduced as a
// block, and spread out again: a handful of nodes however many spans there are, and no number of one span meets another's.

import type { GraphBuilder } from "../builder.ts";
import type { OnnxValue } from "../model.ts";
import { type Lowering, needsClosed } from "./lowering.ts";
import { type Reduce, reduceMax, reduceSum } from "./movement.ts";

interface Span {
  readonly start: number;
  readonly width: number;
}

/** Spans with widths up to the same power of two, so that padding at most doubles a block. */
function spanClasses(widths: readonly number[]): { readonly spans: Span[]; readonly order: number[] }[] {
  const classes = new Map<number, { spans: Span[]; order: number[] }>();
  let start = 0;
  widths.forEach((width, number) => {
    const power = Math.ceil(Math.log2(width));
    const group = classes.get(power) ?? { spans: [], order: [] };
    classes.set(power, group);
    group.spans.push({ start, width });
    group.order.push(number);
    start += width;
  });
  return [...classes.values()];
}

function reduceSpans(
  graph: GraphBuilder,
  reduce: Reduce,
  padded: OnnxValue,
  spans: readonly Span[],
  nothing: number,
): OnnxValue {
  const last = padded.dims.length - 1;
  const widest = Math.max(...spans.map(({ width }) => width));
  const places = spans.flatMap(({ start, width }) =>
    Array.from({ length: widest }, (_, i) => (i < width ? start + i : nothing)),
  );
  const block = graph.add("Gather", [padded, graph.literal("int64", places, [spans.length, widest])], {
    axis: last,
  });
  return reduce(graph, block, [last + 1], false);
}

const segment =
  (reduce: Reduce, neutral: number): Lowering =>
  ({ graph }, node, [x]) => {
    const last = x!.dims.length - 1;
    needsClosed(node, x!, [last]);
    const widths = node.attributes.widths as readonly number[];
    const length = node.shape[last]!;
    const pads = x!.dims.map(() => 0);
    const padded = graph.add("Pad", [
      x!,
      graph.ints([...pads, ...pads.slice(1), 1]),
      graph.scalar("float", neutral),
    ]);
    const classes = spanClasses(widths);
    const reduced = graph.concat(
      classes.map(({ spans }) => reduceSpans(graph, reduce, padded, spans, length)),
      last,
    );
    const order = classes.flatMap((group) => group.order);
    const spanOf = widths.flatMap((width, span) => new Array<number>(width).fill(order.indexOf(span)));
    return graph.add("Gather", [reduced, graph.ints(spanOf)], { axis: last });
  };

/** The first of the largest, where a NaN is larger than everything: the first NaN if there is one. */
const argmax: Lowering = ({ graph }, node, [x]) => {
  const axis = x!.dims.length - 1;
  needsClosed(node, x!, [axis]);
  const nans = graph.cast(graph.add("IsNaN", [x!]), "float");
  const anyNan = graph.cast(graph.add("ReduceMax", [nans, graph.ints([axis])], { keepdims: 0 }), "bool");
  const [firstNan, largest] = [nans, x!].map((y) => graph.add("ArgMax", [y], { axis, keepdims: 0 }));
  return graph.cast(graph.add("Where", [anyNan, firstNan!, largest!]), "int32");
};

const cumsum: Lowering = ({ graph }, node, [x]) => {
  const axis = x!.dims.length - 1;
  needsClosed(node, x!, [axis]);
  return graph.add("CumSum", [x!, graph.scalar("int64", axis)], { reverse: node.attributes.reverse ? 1 : 0 });
};

export const segmentLowerings: ReadonlyMap<string, Lowering> = new Map([
  ["segmentSum", segment(reduceSum, 0)],
  ["segmentMax", segment(reduceMax, Number.NEGATIVE_INFINITY)],
  ["argmax", argmax],
  ["cumsum", cumsum],
]);
