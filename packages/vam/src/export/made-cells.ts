// What a decoder says of a modality to its cells, as nodes of an ONNX graph: the arithmetic of `Modality.fill` for draws, in
// double precision and in its order.

import type { GraphBuilder, OnnxValue } from "@verisim/onnx";
import { deviationOf } from "../parts/gaussian.ts";
import type { ImagePart } from "../parts/image-part.ts";
import type { TablePart } from "../parts/table-part.ts";
import type { TextPart } from "../parts/text-part.ts";
import type { VectorScaling } from "../parts/vector-part.ts";

const double = (graph: GraphBuilder, values: ArrayLike<number>): OnnxValue =>
  graph.literal("double", values, [values.length]);

/** double [rows, dims]. @param said float [rows, dims]; @param noise double [rows, dims], standard normal */
export function vectorCells(
  graph: GraphBuilder,
  { mean, scale }: VectorScaling,
  logDeviations: ArrayLike<number>,
  said: OnnxValue,
  noise: OnnxValue,
): OnnxValue {
  const deviations = double(graph, Array.from(logDeviations, deviationOf));
  const drawn = graph.add("Add", [graph.cast(said, "double"), graph.add("Mul", [deviations, noise])]);
  return graph.add("Add", [double(graph, mean), graph.add("Mul", [double(graph, scale), drawn])]);
}

/** int32 [rows, height, width, channels], 0 to 255. @param said float of the same shape */
export function imageCells(graph: GraphBuilder, { scaling }: ImagePart, said: OnnxValue): OnnxValue {
  const own = graph.add("Mul", [double(graph, scaling.scale), graph.cast(said, "double")]);
  const bright = graph.add("Add", [double(graph, scaling.mean), own]);
  const whole = graph.add("Floor", [graph.add("Add", [bright, graph.scalar("double", 0.5)])]);
  const above = graph.add("Max", [whole, graph.scalar("double", 0)]);
  return graph.cast(graph.add("Min", [above, graph.scalar("double", 255)]), "int32");
}

/**
 * string [rows]: the largest of perturbed logits say how many words there are, and which.
 * @param said float [rows, words and numbers of words]; @param uniforms double of the same shape
 */
export function textCells(
  graph: GraphBuilder,
  { vocabulary, widths }: TextPart,
  said: OnnxValue,
  uniforms: OnnxValue,
): OnnxValue {
  const [wordCount, numbers] = widths;
  const gumbel = graph.add("Neg", [graph.add("Log", [graph.add("Neg", [graph.add("Log", [uniforms])])])]);
  const perturbed = graph.add("Add", [graph.cast(said, "double"), gumbel]);
  const ofNumbers = graph.slice(perturbed, 1, wordCount, wordCount + numbers);
  const count = graph.cast(graph.add("ArgMax", [ofNumbers], { axis: 1, keepdims: 0 }), "int32");
  const number = (value: number): OnnxValue => graph.scalar("int32", value);
  const places = graph.literal(
    "int32",
    Int32Array.from({ length: wordCount }, (_, i) => i),
    [1, wordCount],
  );
  // One row of the table for every word, before them the empty text: a text is so many of its words.
  const words = vocabulary.words.length > 0 ? vocabulary.words : [""];
  const [first, later] = [graph.texts(["", ...words]), graph.texts(["", ...words.map((word) => ` ${word}`)])];
  let left = graph.slice(perturbed, 1, 0, wordCount);
  let text: OnnxValue | undefined;
  for (let i = 0; i < Math.min(vocabulary.words.length, numbers - 1); i++) {
    const best = graph.cast(graph.add("ArgMax", [left], { axis: 1, keepdims: 0 }), "int32");
    const isThere = graph.add("Greater", [count, number(i)]);
    const row = graph.add("Where", [isThere, graph.add("Add", [best, number(1)]), number(0)]);
    const piece = graph.add("Gather", [i === 0 ? first : later, row], { axis: 0 });
    text = text === undefined ? piece : graph.add("StringConcat", [text, piece]);
    const isBest = graph.add("Equal", [places, graph.unsqueeze(best, [1])]);
    left = graph.add("Where", [isBest, graph.scalar("double", Number.NEGATIVE_INFINITY), left]);
  }
  return text ?? graph.add("Gather", [first, graph.add("Mul", [count, number(0)])], { axis: 0 });
}

/** The cells of one column: int32 [rows, 1] and float [rows, 1]. */
export interface MadeColumn {
  readonly column: number;
  readonly alternative: OnnxValue;
  readonly place: OnnxValue;
}

/**
 * A part's columns.
 * @param logits float [rows, choices]; @param uniforms double [rows, 2 columns]: an alternative's, then a place's, of each
 * @param mayBeMissing whether cells may come out missing
 */
export function tableCells(
  graph: GraphBuilder,
  part: TablePart,
  logits: OnnxValue,
  uniforms: OnnxValue,
  mayBeMissing: boolean,
): MadeColumn[] {
  let start = 0;
  const all = graph.cast(logits, "double");
  return part.columns.map((column, cell) => {
    const width = part.widths[cell]!;
    const first = part.mayMiss(cell) && !mayBeMissing ? 1 : 0;
    const own = graph.slice(all, 1, start + first, start + width);
    start += width;
    const uniform = graph.slice(uniforms, 1, 2 * cell, 2 * cell + 1);
    const place = graph.add("Sub", [
      graph.add("Mul", [graph.scalar("double", 2), graph.slice(uniforms, 1, 2 * cell + 1, 2 * cell + 2)]),
      graph.scalar("double", 1),
    ]);
    return {
      column,
      alternative: drawnAlternative(graph, own, uniform, [first, width]),
      place: graph.cast(place, "float"),
    };
  });
}

/** int32 [rows, 1]: the first alternative, counted from `first`, up to which the probabilities reach a uniform number. */
function drawnAlternative(
  graph: GraphBuilder,
  logits: OnnxValue,
  uniform: OnnxValue,
  [first, width]: readonly [number, number],
): OnnxValue {
  const axis = graph.ints([1]);
  const largest = graph.add("ReduceMax", [logits, axis], { keepdims: 1 });
  const powers = graph.add("Exp", [graph.add("Sub", [logits, largest])]);
  const total = graph.add("ReduceSum", [powers, axis], { keepdims: 1 });
  const reached = graph.add("CumSum", [graph.add("Div", [powers, total]), graph.scalar("int64", 1)]);
  const before = graph.cast(graph.add("Less", [reached, uniform]), "int32");
  const count = graph.add("ReduceSum", [before, axis], { keepdims: 1 });
  // Probabilities may sum to a little less than 1.
  const inside = graph.add("Min", [count, graph.scalar("int32", Math.max(0, width - first - 1))]);
  return first === 0 ? inside : graph.add("Add", [inside, graph.scalar("int32", first)]);
}
