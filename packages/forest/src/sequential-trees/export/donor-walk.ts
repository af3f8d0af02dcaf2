// The tree of a column as nodes of an ONNX graph: down to the leaf by the bins of the columns before it, up again as the
// uniform says, to the outcome of a donor. Every row takes as many steps as the deepest needs; in double precision and in
// the order of the native walk, so that the outcomes are the same.

import type { GraphBuilder, OnnxValue } from "@verisim/onnx";
import type { DonorTree } from "@verisim/trees";

/** Bins that a split tells apart. */
const binCount = 256;

/** Bins of the columns that a tree looks at, by its features: int32 [rows, 1] each. */
export type FeatureBins = (feature: number) => OnnxValue;

/** One number per row, [rows, 1], by an int32 [rows, 1] of places. */
function lookUp(
  graph: GraphBuilder,
  element: "int32" | "double" | "bool",
  table: ArrayLike<number>,
  place: OnnxValue,
): OnnxValue {
  return graph.add("Gather", [graph.literal(element, table, [table.length]), place], { axis: 0 });
}

/** Levels below each node, and the node above it (its own place at the root). */
function shapeOf({ feature, left }: DonorTree): { depth: number; parent: Int32Array } {
  const level = new Int32Array(feature.length);
  const parent = new Int32Array(feature.length);
  let depth = 0;
  for (let node = 0; node < feature.length; node++) {
    if (feature[node]! < 0) continue;
    for (const child of [left[node]!, left[node]! + 1]) {
      parent[child] = node;
      level[child] = level[node]! + 1;
      depth = Math.max(depth, level[child]!);
    }
  }
  return { depth, parent };
}

/** Which bins go right, 256 truth values per different split, and the split of each node; a leaf sends all bins left. */
function splitsOf({ feature, threshold, masks }: DonorTree): { goesRight: Uint8Array; split: Int32Array } {
  const places = new Map<number, number>();
  const split = Int32Array.from(feature, (own, node) => {
    const key = own < 0 ? binCount : threshold[node]!;
    const place = places.get(key) ?? places.size;
    places.set(key, place);
    return place * binCount;
  });
  const goesRight = new Uint8Array(places.size * binCount);
  for (const [key, place] of places)
    for (let bin = 0; bin < binCount; bin++) {
      const word = key < 0 ? masks[(-1 - key) * 8 + (bin >> 5)]! : 0;
      const right = key < 0 ? ((word >>> (bin & 31)) & 1) === 0 : bin > key;
      goesRight[place * binCount + bin] = right ? 1 : 0;
    }
  return { goesRight, split };
}

/** int32 [rows, 1]: the leaf of each row; undefined where the tree is a single node. */
export function leafOf(graph: GraphBuilder, tree: DonorTree, bins: FeatureBins): OnnxValue | undefined {
  const { depth } = shapeOf(tree);
  if (depth === 0) return undefined;
  const { goesRight, split } = splitsOf(tree);
  const features = [...new Set(tree.feature)].filter((feature) => feature >= 0).sort((a, b) => a - b);
  const matrix = graph.concat(features.map(bins), 1);
  const column = tree.feature.map((feature) => Math.max(0, features.indexOf(feature)));
  const left = tree.left.map((child, node) => (tree.feature[node]! < 0 ? node : child));
  const step = (bin: OnnxValue, at: OnnxValue, next: OnnxValue): OnnxValue => {
    const right = lookUp(graph, "bool", goesRight, graph.add("Add", [at, bin]));
    return graph.add("Add", [next, graph.cast(right, "int32")]);
  };
  const number = (value: number): OnnxValue => graph.scalar("int32", value);
  let node = step(bins(tree.feature[0]!), number(split[0]!), number(left[0]!));
  for (let level = 1; level < depth; level++) {
    const own =
      features.length === 1
        ? matrix
        : graph.add("GatherElements", [matrix, lookUp(graph, "int32", column, node)], { axis: 1 });
    node = step(own, lookUp(graph, "int32", split, node), lookUp(graph, "int32", left, node));
  }
  return node;
}

/**
 * int32 [rows, 1]: the outcomes that uniforms fall on.
 * @param leaf as {@link leafOf} gives it
 * @param uniform double [rows, 1]
 */
export function donorOutcome(
  graph: GraphBuilder,
  tree: DonorTree,
  leaf: OnnxValue | undefined,
  uniform: OnnxValue,
): OnnxValue {
  const rows = tree.end.map((end, node) => end - tree.start[node]!);
  let place: OnnxValue;
  if (leaf === undefined) place = placeAmong(graph, uniform, graph.scalar("double", rows[0]!));
  else {
    const [node, left] = nodeAbove(graph, tree, leaf, uniform);
    const among = placeAmong(graph, left, lookUp(graph, "double", rows, node));
    place = graph.add("Add", [lookUp(graph, "int32", tree.start, node), among]);
  }
  return lookUp(graph, "int32", tree.donors, place);
}

/** The leaf, or a node above it, and what the uniform is there. */
function nodeAbove(
  graph: GraphBuilder,
  tree: DonorTree,
  leaf: OnnxValue,
  uniform: OnnxValue,
): [node: OnnxValue, uniform: OnnxValue] {
  const ups = tree.up.map((up, node) => (node === 0 ? 0 : up));
  if (ups.every((up) => up === 0)) return [leaf, uniform];
  const { depth, parent } = shapeOf(tree);
  let [node, left] = [leaf, uniform];
  // A draw that stays is not below its node's probability, so that it stays in all later steps.
  for (let level = 0; level < depth; level++) {
    const up = lookUp(graph, "double", ups, node);
    const goesUp = graph.add("Less", [left, up]);
    left = graph.add("Where", [goesUp, graph.add("Div", [left, up]), left]);
    node = graph.add("Where", [goesUp, lookUp(graph, "int32", parent, node), node]);
  }
  const up = lookUp(graph, "double", ups, node);
  const stays = graph.add("Sub", [graph.scalar("double", 1), up]);
  return [node, graph.add("Div", [graph.add("Sub", [left, up]), stays])];
}

/** int32 [rows, 1]: floor(uniform * rows), below `rows`. */
function placeAmong(graph: GraphBuilder, uniform: OnnxValue, rows: OnnxValue): OnnxValue {
  const last = graph.add("Sub", [graph.cast(rows, "int32"), graph.scalar("int32", 1)]);
  const place = graph.cast(graph.add("Mul", [uniform, rows]), "int32");
  return graph.add("Max", [graph.add("Min", [place, last]), graph.scalar("int32", 0)]);
}

/** Probability of every outcome in every node, with what is drawn from above it: [nodes, outcomes]. */
export function nodeProbabilities(tree: DonorTree, outcomes: number): Float64Array {
  const { parent } = shapeOf(tree);
  const result = new Float64Array(tree.feature.length * outcomes);
  for (let node = 0; node < tree.feature.length; node++) {
    const [start, end, up] = [tree.start[node]!, tree.end[node]!, node === 0 ? 0 : tree.up[node]!];
    const own = result.subarray(node * outcomes, (node + 1) * outcomes);
    for (let i = start; i < end; i++) own[tree.donors[i]!]!++;
    const above = parent[node]! * outcomes;
    for (let k = 0; k < outcomes; k++)
      own[k] = ((1 - up) * own[k]!) / (end - start) + (up > 0 ? up * result[above + k]! : 0);
  }
  return result;
}

/** double [rows, 1]: the probability of an outcome in the leaf. @param code int32 [rows, 1] */
export function outcomeProbability(
  graph: GraphBuilder,
  tree: DonorTree,
  outcomes: number,
  leaf: OnnxValue | undefined,
  code: OnnxValue,
): OnnxValue {
  const table = nodeProbabilities(tree, outcomes);
  if (leaf === undefined) return lookUp(graph, "double", table, code);
  const begin = graph.add("Mul", [leaf, graph.scalar("int32", outcomes)]);
  return lookUp(graph, "double", table, graph.add("Add", [begin, code]));
}
