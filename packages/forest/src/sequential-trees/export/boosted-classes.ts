// Boosted trees as nodes of an ONNX graph. All nodes of a level share a split, so that a tree's leaf is a sum of
// comparisons; some trees at a time, so that no array grows with all of them.

import type { GraphBuilder, OnnxValue } from "@verisim/onnx";
import type { BoostedClasses } from "@verisim/trees";
import type { FeatureBins } from "./donor-walk.ts";

/** Bins in the table of a column's places. */
const tableSize = 256;
/** Scores per row that are looked up at once. */
const scoresAtOnce = 128;
/** The largest score that the native runtime takes the exponential of. */
const largestScore = 80;

/** double [rows, classes]: probabilities of the classes up to a factor of each row. */
export function classWeights(graph: GraphBuilder, model: BoostedClasses, bins: FeatureBins): OnnxValue {
  const outputs = model.classes === 2 ? 1 : model.classes;
  let scores = treeScores(graph, model, bins, outputs);
  const one = graph.scalar("float", 1);
  if (outputs === 1) {
    const odds = graph.add("Exp", [graph.add("Min", [scores, graph.scalar("float", largestScore)])]);
    const ones = graph.add("Add", [graph.add("Mul", [odds, graph.scalar("float", 0)]), one]);
    return graph.cast(graph.concat([ones, odds], 1), "double");
  }
  const largest = graph.add("ReduceMax", [scores, graph.ints([1])], { keepdims: 1 });
  scores = graph.add("Sub", [scores, largest]);
  return graph.cast(graph.add("Exp", [scores]), "double");
}

/** float [rows, outputs]: start and trees summed up. */
function treeScores(
  graph: GraphBuilder,
  { depth, start, feature, threshold, leaves, order }: BoostedClasses,
  bins: FeatureBins,
  outputs: number,
): OnnxValue {
  const trees = depth === 0 ? 0 : feature.length / depth;
  const used = [...new Set(feature)].sort((a, b) => a - b);
  let scores = graph.literal("float", start, [1, outputs]);
  if (trees === 0) {
    // Every row has the start; the first column says how many there are.
    const none = graph.add("Mul", [graph.cast(bins(0), "float"), graph.scalar("float", 0)]);
    return graph.add("Add", [none, scores]);
  }
  const placed = graph.concat(
    used.map((own) => {
      const table = Int32Array.from(order.subarray(own * tableSize, (own + 1) * tableSize));
      return graph.add("Gather", [graph.literal("int32", table, [tableSize]), bins(own)], { axis: 0 });
    }),
    1,
  );
  const size = 2 ** depth;
  const atOnce = Math.max(1, Math.floor(scoresAtOnce / outputs));
  for (let tree = 0; tree < trees; tree += atOnce) {
    const count = Math.min(atOnce, trees - tree);
    const levels = [tree * depth, (tree + count) * depth] as const;
    const columns = Array.from(feature.subarray(...levels), (own) => used.indexOf(own));
    const compared = graph.add("Gather", [placed, graph.literal("int32", columns, [columns.length])], {
      axis: 1,
    });
    const limits = Int32Array.from(threshold.subarray(...levels));
    const isRight = graph.add("Greater", [compared, graph.literal("int32", limits, [limits.length])]);
    const bits = graph.literal(
      "int32",
      Array.from(limits, (_, level) => 2 ** (level % depth)),
      [limits.length],
    );
    const parts = graph.add("Mul", [graph.cast(isRight, "int32"), bits]);
    const byTree = graph.add("Reshape", [parts, graph.ints([-1, count, depth])]);
    const leaf = graph.add("ReduceSum", [byTree, graph.ints([2])], { keepdims: 0 });
    const begins = Array.from({ length: count }, (_, i) => i * size);
    const place = graph.add("Add", [leaf, graph.literal("int32", begins, [count])]);
    const values = leaves.subarray(tree * size * outputs, (tree + count) * size * outputs);
    const found = graph.add("Gather", [graph.literal("float", values, [count * size, outputs]), place], {
      axis: 0,
    });
    scores = graph.add("Add", [scores, graph.add("ReduceSum", [found, graph.ints([1])], { keepdims: 0 })]);
  }
  return scores;
}

/** int32 [rows, 1]: the class that a uniform falls on. @param uniform double [rows, 1] */
export function pickClass(
  graph: GraphBuilder,
  weights: OnnxValue,
  classes: number,
  uniform: OnnxValue,
): OnnxValue {
  const sums = graph.add("CumSum", [weights, graph.scalar("int64", 1)]);
  const target = graph.add("Mul", [uniform, graph.slice(sums, 1, classes - 1, classes)]);
  const passed = graph.cast(graph.add("LessOrEqual", [sums, target]), "int32");
  const place = graph.add("ReduceSum", [passed, graph.ints([1])], { keepdims: 1 });
  return graph.add("Min", [place, graph.scalar("int32", classes - 1)]);
}

/** double [rows, 1]: the probability of a class. @param place int32 [rows, 1] */
export function classProbability(graph: GraphBuilder, weights: OnnxValue, place: OnnxValue): OnnxValue {
  const own = graph.add("GatherElements", [weights, place], { axis: 1 });
  return graph.add("Div", [own, graph.add("ReduceSum", [weights, graph.ints([1])], { keepdims: 1 })]);
}
