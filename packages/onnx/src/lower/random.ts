// Random numbers are inputs of the file, so that a run can be repeated and fed with any generator; on request they are
// ONNX's own random operators, which no seed repeats.

import type { Tensor } from "@verisim/tensor";
import type { OnnxValue } from "../model.ts";
import type { Lowering, Target } from "./lowering.ts";

const kinds: Readonly<Record<string, string>> = {
  randomUniform: "uniform",
  randomNormal: "normal",
  randomBelow: "below",
};

/**
 * The input that holds a random node's noise: `noise.normal.0` where 0 is the node's stream. `uniform` and `below` take
 * numbers in [0, 1), `normal` standard normal ones.
 */
export function noiseName(node: Tensor): string {
  return `noise.${kinds[node.op.name]}.${node.attributes.stream}`;
}

function noise({ graph, random, open }: Target, node: Tensor): OnnxValue {
  const dims = open(node.shape);
  if (random === "inputs") return graph.input(noiseName(node), { element: "float", dims });
  const operator = node.op.name === "randomNormal" ? "RandomNormal" : "RandomUniform";
  if (dims.length > 0 && dims.every((dim) => typeof dim === "number"))
    return graph.add(operator, [], { shape: dims });
  const like = graph.expand(graph.scalar("float", 0), dims);
  return graph.add(`${operator}Like`, [like]);
}

const drawn: Lowering = (target, node) => noise(target, node);

/** floor(u n) for n > 0, else 0. */
const below: Lowering = (target, node, [bounds]) => {
  const { graph } = target;
  const product = graph.add("Mul", [noise(target, node), graph.cast(bounds!, "float")]);
  const number = graph.cast(graph.add("Floor", [product]), "int32");
  const most = graph.add("Sub", [bounds!, graph.scalar("int32", 1)]);
  return graph.add("Max", [graph.add("Min", [number, most]), graph.scalar("int32", 0)]);
};

export const randomLowerings: ReadonlyMap<string, Lowering> = new Map([
  ["randomUniform", drawn],
  ["randomNormal", drawn],
  ["randomBelow", below],
]);
