// The text of a graph, one node a line, as goldens and VERISIM_DEBUG=graph show it.

import type { TracedEntry } from "../trace.ts";
import { liveNodes } from "./live.ts";
import { type Tensor, typeText } from "./tensor.ts";

/** Attributes that a line shows: all but the type, which stands at its end. */
function attributesText(node: Tensor): string {
  const shown = Object.entries(node.attributes).filter(([name]) => name !== "shape" && name !== "dtype");
  return shown.map(([name, value]) => ` ${name}=${JSON.stringify(value)}`).join("");
}

/** A node where it is used: its number, or the literal that it is. */
function referenceText(node: Tensor, numberOf: (node: Tensor) => number): string {
  return node.op.name === "scalar" ? String(node.attributes.value) : `%${numberOf(node)}`;
}

/** One node: `%7 = mul(%3, %5) : f32[500, 256]`. A single number stands for itself. */
export function printNode(node: Tensor, numberOf: (node: Tensor) => number = ({ id }) => id): string {
  const inputs = node.inputs.map((input) => referenceText(input, numberOf)).join(", ");
  return `%${numberOf(node)} = ${node.op.name}(${inputs})${attributesText(node)} : ${typeText(node)}`;
}

/** The whole entry: its live nodes, numbered through, what it writes and what it gives back. */
export function printEntry(entry: TracedEntry): string {
  const nodes = liveNodes(entry).filter((node) => node.op.name !== "scalar");
  const numbers = new Map(nodes.map((node, number) => [node, number]));
  const numberOf = (node: Tensor): number => numbers.get(node)!;
  const names = new Map<Tensor, string>();
  for (const { path, tensor } of entry.state) names.set(tensor, `state ${path}`);
  for (const { path, tensor } of entry.inputs) names.set(tensor, `input ${path}`);
  const lines = nodes.map((node) => {
    const name = names.get(node);
    return name === undefined
      ? printNode(node, numberOf)
      : `%${numberOf(node)} = ${name} : ${typeText(node)}`;
  });
  for (const { path, tensor } of entry.updates)
    lines.push(`state ${path} <- ${referenceText(tensor, numberOf)}`);
  for (const { path, tensor } of entry.outputs)
    lines.push(`output ${path} = ${referenceText(tensor, numberOf)}`);
  return `entry ${entry.name}\n${lines.map((line) => `  ${line}\n`).join("")}`;
}
