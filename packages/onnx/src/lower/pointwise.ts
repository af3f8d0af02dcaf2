// Pointwise ops that are not one operator of ONNX, or not with our rules. All others name their operator themselves, in
// their row (`onnx` in packages/tensor/src/ops/pointwise.ts).

import { scalarValue } from "@verisim/tensor";
import type { GraphBuilder } from "../builder.ts";
import type { OnnxValue } from "../model.ts";
import type { Lowering } from "./lowering.ts";

type Build = (graph: GraphBuilder, ...inputs: readonly OnnxValue[]) => OnnxValue;

const float = (graph: GraphBuilder, value: number): OnnxValue => graph.scalar("float", value);
const operator =
  (name: string): Build =>
  (graph, ...inputs) =>
    graph.add(name, inputs);
/** Truth values of ours are floats. */
const comparison =
  (name: string): Build =>
  (graph, ...inputs) =>
    graph.cast(graph.add(name, inputs), "float");

/** log(1 + x) without loss near 0: x log(u) / (u - 1) for u = 1 + x as rounded (Higham 2002, section 1.14.1). */
const log1p: Build = (graph, x) => {
  const one = float(graph, 1);
  const u = graph.add("Add", [x!, one]);
  const rounded = graph.add("Sub", [u, one]);
  const exact = graph.add("Mul", [graph.add("Log", [u]), graph.add("Div", [x!, rounded])]);
  // Where 1 + x rounds to 1, x itself is the logarithm; where x is infinite, so is it.
  const plain = graph.add("Or", [
    graph.add("Equal", [rounded, float(graph, 0)]),
    graph.add("Equal", [x!, float(graph, Number.POSITIVE_INFINITY)]),
  ]);
  return graph.add("Where", [plain, x!, exact]);
};

/** e^x - 1 = tanh(x / 2) (e^x + 1), without loss near 0. */
const expm1: Build = (graph, x) => {
  const half = graph.add("Tanh", [graph.add("Mul", [x!, float(graph, 0.5)])]);
  return graph.add("Mul", [half, graph.add("Add", [graph.add("Exp", [x!]), float(graph, 1)])]);
};

const where: Build = (graph, condition, a, b) => graph.add("Where", [graph.cast(condition!, "bool"), a!, b!]);

const builds: Readonly<Record<string, Build>> = {
  log1p,
  expm1,
  rsqrt: (graph, x) => graph.add("Reciprocal", [graph.add("Sqrt", [x!])]),
  less: comparison("Less"),
  equal: comparison("Equal"),
  fma: (graph, a, b, c) => graph.add("Add", [graph.add("Mul", [a!, b!]), c!]),
  where,
  to_f32: (graph, x) => graph.cast(x!, "float"),
  to_i32: (graph, x) => graph.cast(x!, "int32"),
  add_i32: operator("Add"),
  sub_i32: operator("Sub"),
  mul_i32: operator("Mul"),
  maximum_i32: operator("Max"),
  minimum_i32: operator("Min"),
  less_i32: comparison("Less"),
  equal_i32: comparison("Equal"),
};

/** Unlike C's and ONNX's, our 1 and -1 to a power that is not finite is NaN, as in JavaScript. */
const pow: Lowering = ({ graph }, { inputs: [, exponent] }, [a, b]) => {
  const power = graph.add("Pow", [a!, b!]);
  if (Number.isFinite(scalarValue(exponent!))) return power;
  const one = graph.add("Equal", [graph.add("Abs", [a!]), float(graph, 1)]);
  const notFinite = graph.add("Or", [graph.add("IsNaN", [b!]), graph.add("IsInf", [b!])]);
  return graph.add("Where", [graph.add("And", [one, notFinite]), float(graph, Number.NaN), power]);
};

export const pointwiseLowerings: ReadonlyMap<string, Lowering> = new Map([
  ["pow", pow],
  ...Object.entries(builds).map(([name, build]): [string, Lowering] => [
    name,
    ({ graph }, _node, inputs) => build(graph, ...inputs),
  ]),
]);
