// Which movement is a view and which must copy. Shared by fusion, which looks through views, and by lowering, which
// makes them.

import type { Tensor } from "../graph/tensor.ts";
import { stridesOf } from "../shape.ts";
import { broadcastView, reshapeView, sliceView, transposeView, type View } from "./view.ts";

/** The view that a movement node takes of its input's view, or undefined where it has to copy. */
export function viewOfMovement(node: Tensor, input: View): View | undefined {
  switch (node.op.name) {
    case "reshape":
      return reshapeView(input, node.shape);
    case "transpose":
      return transposeView(input, node.attributes.axes as readonly number[]);
    case "broadcast":
      return broadcastView(input, node.shape);
    case "slice":
      return sliceView(
        input,
        node.attributes.starts as readonly number[],
        node.attributes.ends as readonly number[],
      );
    default:
      return undefined;
  }
}

const layouts = new WeakMap<Tensor, View | null>();

/** The layout of a node over the value that it is a view of; as if that value lay dense at 0. */
function layoutOf(node: Tensor): View | undefined {
  const known = layouts.get(node);
  if (known !== undefined) return known ?? undefined;
  let layout: View | undefined;
  if (node.op.kind === "movement") {
    const input = layoutOf(node.inputs[0]!) ?? plain(node.inputs[0]!);
    layout = viewOfMovement(node, input);
  }
  layouts.set(node, layout ?? null);
  return layout;
}

const plain = (node: Tensor): View => ({
  value: { id: -1, dtype: node.dtype, size: 0, slot: undefined },
  offset: 0,
  shape: node.shape,
  strides: stridesOf(node.shape),
});

/** Whether the node makes no instruction: movement by strides alone. A single number has no memory to look at. */
export function isView(node: Tensor): boolean {
  return node.op.kind === "movement" && node.inputs[0]!.op.name !== "scalar" && layoutOf(node) !== undefined;
}

/** The node whose memory a view reads: the node itself where it is none. */
export function sourceOfView(node: Tensor): Tensor {
  let source = node;
  while (isView(source)) source = source.inputs[0]!;
  return source;
}
