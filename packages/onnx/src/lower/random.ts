// Random numbers are inputs of the file, so that a run can be repeated and fed with any generator; on request they are
// ONNX's own random operators, which no seed repeats.

import { noiseName, type Tensor } from "@verisim/tensor";
import type { ElementType, OnnxValue } from "../model.ts";
import type { Lowering, Target } from "./lowering.ts";

function noiseInput({ graph, open }: Target, node: Tensor, element: ElementType): OnnxValue {
  return graph.input(noiseName(node)!, { element, dims: open(node.shape) });
}

function drawnBy({ graph, open }: Target, operator: string, node: Tensor): OnnxValue {
  const dims = open(node.shape);
  if (dims.length > 0 && dims.every((dim) => typeof dim === "number"))
    return graph.add(operator, [], { shape: dims });
  return graph.add(`${operator}Like`, [graph.expand(graph.scalar("float", 0), dims)]);
}

const drawn =
  (operator: string): Lowering =>
  (target, node) =>
    target.random === "inputs" ? noiseInput(target, node, "float") : drawnBy(target, operator, node);

/** The remainder of a whole number by the bound; with drawn numbers floor(u n). 0 where the bound is below 1. */
const below: Lowering = (target, node, [bounds]) => {
  const { graph, random } = target;
  const [zero, one] = [graph.scalar("int32", 0), graph.scalar("int32", 1)];
  const safe = graph.add("Max", [bounds!, one]);
  if (random === "inputs") return graph.add("Mod", [noiseInput(target, node, "int32"), safe]);
  const product = graph.add("Mul", [drawnBy(target, "RandomUniform", node), graph.cast(safe, "float")]);
  const number = graph.cast(graph.add("Floor", [product]), "int32");
  return graph.add("Max", [graph.add("Min", [number, graph.add("Sub", [safe, one])]), zero]);
};

export const randomLowerings: ReadonlyMap<string, Lowering> = new Map([
  ["randomUniform", drawn("RandomUniform")],
  ["randomNormal", drawn("RandomNormal")],
  ["randomBelow", below],
]);
