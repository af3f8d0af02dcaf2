// Image patches. Reading them is two gathers, along rows and along columns; adding them up is ONNX's own Col2Im.

import type { OnnxValue } from "../model.ts";
import { type Lowering, needsClosed } from "./lowering.ts";

/** Attributes of im2col and col2im; index 0 is down, index 1 across. */
interface Patches {
  readonly image: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  /** top, left, bottom, right */
  readonly pads: readonly [number, number, number, number];
}

const im2col: Lowering = ({ graph }, node, [x]) => {
  needsClosed(node, x!, [1, 2, 3]);
  const { kernel, stride, pads } = node.attributes as unknown as Patches;
  const [top, left, bottom, right] = pads;
  const padded = graph.add("Pad", [
    x!,
    graph.ints([0, top, left, 0, 0, bottom, right, 0]),
    graph.scalar("float", 0),
  ]);
  /** Place of element k of patch o, along one direction. */
  const places = (direction: 0 | 1): OnnxValue => {
    const [patches, length] = [node.shape[1 + direction]!, kernel[direction]];
    const numbers = Array.from(
      { length: patches * length },
      (_, i) => Math.floor(i / length) * stride[direction] + (i % length),
    );
    return graph.literal("int64", numbers, [patches, length]);
  };
  const rows = graph.add("Gather", [padded, places(0)], { axis: 1 });
  const patches = graph.add("Gather", [rows, places(1)], { axis: 3 });
  return graph.add("Transpose", [patches], { perm: [0, 1, 3, 2, 4, 5] });
};

const col2im: Lowering = ({ graph, traced }, node, [columns]) => {
  needsClosed(node, columns!, [1, 2, 3, 4, 5]);
  const { image, kernel, stride, pads } = node.attributes as unknown as Patches;
  const [batch, outHeight, outWidth, , , channels] = node.inputs[0]!.shape;
  const [height, width] = [image[0] + pads[0] + pads[2], image[1] + pads[1] + pads[3]];
  const ordered = graph.add("Transpose", [columns!], { perm: [0, 5, 3, 4, 1, 2] });
  const blocks = graph.reshape(
    ordered,
    [batch!, channels! * kernel[0] * kernel[1], outHeight! * outWidth!],
    traced,
  );
  const whole = graph.add(
    "Col2Im",
    [blocks, graph.ints([height, width]), graph.ints(kernel)],
    { strides: stride },
    { element: "float", dims: [columns!.dims[0]!, channels!, height, width] },
  );
  const last = graph.add("Transpose", [whole], { perm: [0, 2, 3, 1] });
  const starts = graph.ints([pads[0], pads[1]]);
  const ends = graph.ints([pads[0] + image[0], pads[1] + image[1]]);
  return graph.add("Slice", [last, starts, ends, graph.ints([1, 2])]);
};

export const imageLowerings: ReadonlyMap<string, Lowering> = new Map([
  ["im2col", im2col],
  ["col2im", col2im],
]);
