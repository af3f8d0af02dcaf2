// The text of a graph, one node a line, as goldens and VERISIM_DEBUG=graph show it.

import type { TracedEntry } from "../trace.ts";
import { liveNodes } from "./live.ts";
import { type Tensor, typeText } from "./tensor.ts";

/** Attributes that a line shows: all but the type, which stands at its end. */
function attributesText(node: Tensor): string {
  const shown = Object.entries(node.attributes).filter(([name]) => name !== "shape" && name !== "dtype");
  return shown.map(([name, value]) => ` ${name}=${JSON.stringify(value)}`).join("");
}

/** One node: `%7 = mul(%3, %5) : f32[500, 256]`. A single number stands for itself. */
export function printNode(node: Tensor): string {
  const inputs = node.inputs.map(referenceText).join(", ");
  return `%${node.id} = ${node.op.name}(${inputs})${attributesText(node)} : ${typeText(node)}`;
}

function referenceText(node: Tensor): string {
  return node.op.name === "scalar" ? String(node.attributes.value) : `%${node.id}`;
}

/** The whole entry: its live nodes, what it writes and what it gives back. */
export function printEntry(entry: TracedEntry): string {
  const lines = liveNodes(entry)
    .filter((node) => node.op.name !== "scalar")
    .map((node) => `  ${printNode(node)}`);
  for (const { path, tensor } of entry.updates) lines.push(`  state ${path} <- ${referenceText(tensor)}`);
  for (const { path, tensor } of entry.outputs) lines.push(`  output ${path} = ${referenceText(tensor)}`);
  return `entry ${entry.name}\n${lines.join("\n")}\n`;
}
