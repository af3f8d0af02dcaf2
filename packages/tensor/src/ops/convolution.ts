// Image patches as rows, so that a convolution is a matrix product. Attributes of both ops: image [height, width], kernel
// [height, width], stride [y, x], pads [top, left, bottom, right].

import type { Tensor } from "../graph/tensor.ts";
import { type Shape, sameShape, shapeError, shapeText, sizeOf } from "../shape.ts";
import type { Attributes, Operation, TensorType } from "./operation.ts";
import { dtypeError } from "./pointwise-row.ts";

/** How patches lie in an image. */
export interface Patches {
  /** Height and width of a patch, at least 1. */
  readonly kernel: readonly [number, number];
  /** Steps down and across; default 1. */
  readonly stride?: readonly [number, number];
  /** Rows and columns of zeros at top, left, bottom and right; default 0. */
  readonly pads?: readonly [number, number, number, number];
}

interface Geometry {
  readonly image: readonly number[];
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly pads: readonly number[];
  readonly out: readonly number[];
}

function geometryOf(name: string, attributes: Attributes): Geometry {
  const { image, kernel, stride, pads } = attributes as unknown as Geometry;
  const out = [0, 1].map(
    (i) => Math.floor((image[i]! + pads[i]! + pads[i + 2]! - kernel[i]!) / stride[i]!) + 1,
  );
  const whole = [...image, ...kernel, ...stride, ...pads].every((n) => Number.isInteger(n) && n >= 0);
  if (!whole || [...kernel, ...stride].includes(0) || out.some((length) => length < 1))
    throw shapeError(
      name,
      `Expected patches that fit but received kernel ${shapeText(kernel)}, stride ${shapeText(stride)} and pads ${shapeText(pads)} for an image ${shapeText(image)}`,
    );
  return { image, kernel, stride, pads, out };
}

const columnsShape = ([batch]: Shape, { out, kernel }: Geometry, channels: number): number[] => [
  batch!,
  ...out,
  ...kernel,
  channels,
];

/** Calls visit(place in the image array, place in the columns) for every element of a patch inside the image. */
function visitPatches(
  batch: number,
  channels: number,
  { image, kernel, stride, pads, out }: Geometry,
  visit: (image: number, column: number) => void,
): void {
  let column = 0;
  for (let b = 0; b < batch; b++)
    for (let oy = 0; oy < out[0]!; oy++)
      for (let ox = 0; ox < out[1]!; ox++)
        for (let ky = 0; ky < kernel[0]!; ky++)
          for (let kx = 0; kx < kernel[1]!; kx++) {
            const y = oy * stride[0]! + ky - pads[0]!;
            const x = ox * stride[1]! + kx - pads[1]!;
            const inside = y >= 0 && y < image[0]! && x >= 0 && x < image[1]!;
            const from = ((b * image[0]! + y) * image[1]! + x) * channels;
            for (let c = 0; c < channels; c++, column++) if (inside) visit(from + c, column);
          }
}

function ints(name: string, batch: number, channels: number, attributes: Attributes): { ints: number[] } {
  const { image, kernel, stride, pads, out } = geometryOf(name, attributes);
  return { ints: [batch, ...image, channels, ...kernel, ...stride, pads[0]!, pads[1]!, ...out] };
}

function needsImage(name: string, { shape, dtype }: TensorType, rank: number): void {
  if (dtype !== "f32") throw dtypeError(name, "f32", dtype);
  if (shape.length !== rank) throw shapeError(name, `Expected ${rank} axes but received ${shapeText(shape)}`);
}

/** [batch, height, width, channels] to [batch, out height, out width, kernel height, kernel width, channels]. */
export const im2colOperation: Operation = {
  name: "im2col",
  kind: "kernel",
  infer: ([x], attributes) => {
    needsImage("im2col", x!, 4);
    return { shape: columnsShape(x!.shape, geometryOf("im2col", attributes), x!.shape[3]!), dtype: "f32" };
  },
  // what was read twice adds up
  vjp: (g, _y, [x], attributes) => [x!.graph.make(col2imOperation, [g], attributes)],
  reference: ([x], attributes, { shape }) => {
    const result = new Float64Array(sizeOf(shape));
    visitPatches(shape[0]!, shape[5]!, geometryOf("im2col", attributes), (image, column) => {
      result[column] = x!.data[image]!;
    });
    return result;
  },
  lower: ({ shape, attributes }) => ints("im2col", shape[0]!, shape[5]!, attributes),
};

/** The transpose of im2col: patches add up to an image. */
export const col2imOperation: Operation = {
  name: "col2im",
  kind: "kernel",
  infer: ([columns], attributes) => {
    needsImage("col2im", columns!, 6);
    const { shape } = columns!;
    const geometry = geometryOf("col2im", attributes);
    const expected = columnsShape(shape, geometry, shape[5]!);
    if (!sameShape(shape, expected))
      throw shapeError("col2im", `Expected columns ${shapeText(expected)} but received ${shapeText(shape)}`);
    return { shape: [shape[0]!, ...geometry.image, shape[5]!], dtype: "f32" };
  },
  // every patch reads its part of the image's cotangent
  vjp: (g, _y, _x, attributes) => [g.graph.make(im2colOperation, [g], attributes)],
  reference: ([columns], attributes, { shape }) => {
    const result = new Float64Array(sizeOf(shape));
    visitPatches(shape[0]!, shape[3]!, geometryOf("col2im", attributes), (image, column) => {
      result[image]! += columns!.data[column]!;
    });
    return result;
  },
  lower: ({ shape, attributes }) => ints("col2im", shape[0]!, shape[3]!, attributes),
};

const attributesOf = (image: readonly number[], patches: Patches): Attributes => ({
  image,
  kernel: patches.kernel,
  stride: patches.stride ?? [1, 1],
  pads: patches.pads ?? [0, 0, 0, 0],
});

/**
 * Patches of images [batch, height, width, channels] as [batch, out height, out width, kernel height, kernel width,
 * channels]; outside of the image is 0.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function im2col(x: Tensor, patches: Patches): Tensor {
  return x.graph.make(im2colOperation, [x], attributesOf(x.shape.slice(1, 3), patches));
}

/**
 * The transpose of `im2col`: patches added up to images of `height` x `width`.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function col2im(columns: Tensor, height: number, width: number, patches: Patches): Tensor {
  return columns.graph.make(col2imOperation, [columns], attributesOf([height, width], patches));
}
