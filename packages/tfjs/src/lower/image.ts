// Image patches: reading them is two gathers, along rows and along columns; adding them up is one scatter.

import type { Tensor } from "@tensorflow/tfjs";
import { type Lowering, sliceAxis, type Tf } from "./lowering.ts";

/** Attributes of im2col and col2im; index 0 is down, index 1 across. */
interface Patches {
  readonly image: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  /** top, left, bottom, right */
  readonly pads: readonly [number, number, number, number];
}

/** Place of element k of patch o along one direction, [patches, length]. */
function places(patches: number, length: number, stride: number): Int32Array {
  return Int32Array.from(
    { length: patches * length },
    (_, i) => Math.floor(i / length) * stride + (i % length),
  );
}

function placesTensor(tf: Tf, patches: number, length: number, stride: number): Tensor {
  return tf.tensor2d(places(patches, length, stride), [patches, length], "int32");
}

const im2col: Lowering = (tf, { attributes, shape }, [x]) => {
  const { kernel, stride, pads } = attributes as unknown as Patches;
  const [top, left, bottom, right] = pads;
  const around: [number, number][] = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  const rows = tf.gather(tf.pad(x!, around), placesTensor(tf, shape[1]!, kernel[0], stride[0]), 1);
  const patches = tf.gather(rows, placesTensor(tf, shape[2]!, kernel[1], stride[1]), 3);
  return tf.transpose(patches, [0, 1, 3, 2, 4, 5]);
};

const col2im: Lowering = (tf, { attributes, inputs: [columns] }, [x]) => {
  const { image, kernel, stride, pads } = attributes as unknown as Patches;
  const [batch, outHeight, outWidth, , , channels] = columns!.shape;
  const [height, width] = [image[0] + pads[0] + pads[2], image[1] + pads[1] + pads[3]];
  const down = places(outHeight!, kernel[0], stride[0]);
  const across = places(outWidth!, kernel[1], stride[1]);
  const pixels = Int32Array.from({ length: down.length * across.length }, (_, i) => {
    return down[Math.floor(i / across.length)]! * width + across[i % across.length]!;
  });
  const ordered = tf.transpose(x!, [1, 3, 2, 4, 0, 5]);
  const numbers = batch! * channels!;
  const sums = tf.scatterND(
    tf.tensor2d(pixels, [pixels.length, 1], "int32"),
    tf.reshape(ordered, [pixels.length, numbers]),
    [height * width, numbers],
  );
  const whole = tf.transpose(tf.reshape(sums, [height, width, batch!, channels!]), [2, 0, 1, 3]);
  const cut = sliceAxis(tf, whole, 1, pads[0], pads[0] + image[0]);
  return sliceAxis(tf, cut, 2, pads[1], pads[1] + image[1]);
};

export const imageLowerings: ReadonlyMap<string, Lowering> = new Map([
  ["im2col", im2col],
  ["col2im", col2im],
]);
