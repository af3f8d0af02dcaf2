// Images as a modality: one cell each, standardised by channel; two convolutions down, two back up, and a normal distribution
// of every pixel whose deviation is learnt by channel.

import type { StateTree } from "@verisim/neural";
import {
  broadcast,
  mul,
  nn,
  relu,
  reshape,
  sub,
  type Tensor,
  type TensorData,
  tensorData,
} from "@verisim/tensor";
import { normalLoss, squaredError } from "./gaussian.ts";
import { initLayers, type Layers, perceptron } from "./layers.ts";
import type { Part, PartError, PartRows, PartSizes } from "./part.ts";
import type { VectorScaling } from "./vector-part.ts";

export interface ImageShape {
  /** Pixels, at least 2. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

const channelsOf: readonly [number, number] = [16, 32];
const placement = { stride: [2, 2], pads: [1, 1, 1, 1] } as const;
const half = (pixels: number): number => Math.ceil(pixels / 2);

/** Means and deviations of the channels; a channel that never varies has scale 1. */
export function imageScaling(pixels: Uint8Array, { channels }: ImageShape): VectorScaling {
  const mean = new Float64Array(channels);
  const scale = new Float64Array(channels);
  const count = Math.max(1, pixels.length / channels);
  for (let at = 0; at < pixels.length; at++) {
    mean[at % channels]! += pixels[at]! / count;
    scale[at % channels]! += pixels[at]! ** 2 / count;
  }
  return {
    mean,
    scale: scale.map((square, channel) => Math.sqrt(Math.max(0, square - mean[channel]! ** 2)) || 1),
  };
}

export class ImagePart implements Part {
  readonly name: string;
  readonly cells = 1;
  readonly learnsMissing = false;
  readonly shape: ImageShape;
  readonly scaling: VectorScaling;

  constructor(name: string, shape: ImageShape, scaling: VectorScaling) {
    this.name = name;
    this.shape = shape;
    this.scaling = scaling;
  }

  /** @param known 1 where a record has an image; default all have */
  rows(pixels: Uint8Array, rowCount: number, known?: ArrayLike<number>): PartRows<TensorData> {
    const { height, width, channels } = this.shape;
    const { mean, scale } = this.scaling;
    const size = height * width * channels;
    const values = new Float32Array(rowCount * size);
    const there = Float32Array.from({ length: rowCount }, (_, row) => (known && known[row] === 0 ? 0 : 1));
    for (let at = 0; at < values.length; at++) {
      const channel = at % channels;
      if (there[Math.floor(at / size)] === 1) values[at] = (pixels[at]! - mean[channel]!) / scale[channel]!;
    }
    return {
      known: tensorData(there, [rowCount, 1]),
      pixels: tensorData(values, [rowCount, height, width, channels]),
    };
  }

  /** Bytes of decoded pixels. */
  bytes(values: ArrayLike<number>): Uint8Array {
    const { channels } = this.shape;
    const { mean, scale } = this.scaling;
    return Uint8Array.from({ length: values.length }, (_, at) =>
      Math.min(255, Math.max(0, Math.round(mean[at % channels]! + scale[at % channels]! * values[at]!))),
    );
  }

  init(
    at: nn.Initializer,
    { latent, compress, decompress }: PartSizes,
  ): { encoder: StateTree; decoder: StateTree } {
    const { channels } = this.shape;
    const [first, second] = channelsOf;
    const flat = this.#small()[0] * this.#small()[1] * second;
    const kernel = [3, 3] as const;
    return {
      encoder: {
        first: nn.initConv2d(at.at("encoder", "first"), { kernel, inputs: channels, outputs: first }),
        second: nn.initConv2d(at.at("encoder", "second"), { kernel, inputs: first, outputs: second }),
        layers: initLayers(at.at("encoder"), [flat, 1], [compress.at(-1)!, 2 * latent]),
      },
      decoder: {
        layers: initLayers(at.at("decoder"), [latent], [decompress.at(-1)!, flat]),
        first: nn.initConv2dTranspose(at.at("decoder", "first"), { kernel, inputs: second, outputs: first }),
        second: nn.initConv2dTranspose(at.at("decoder", "second"), {
          kernel,
          inputs: first,
          outputs: channels,
        }),
        logDeviation: nn.filled([1, channels], -0.5),
      },
    };
  }

  encode({ first, second, layers }: StateTree, { pixels }: PartRows<Tensor>, seen: Tensor): Tensor {
    const rows = seen.shape[0]!;
    const shown = mul(pixels!, reshape(seen, [rows, 1, 1, 1]));
    const once = relu(nn.conv2d(first, shown, placement));
    const twice = relu(nn.conv2d(second, once, placement));
    return perceptron(layers as Layers<Tensor>, [reshape(twice, [rows, this.#flat()]), sub(1, seen)]);
  }

  decode({ layers, first, second }: StateTree, latent: Tensor): { pixels: Tensor } {
    const { height, width } = this.shape;
    const rows = latent.shape[0]!;
    const flat = relu(perceptron(layers as Layers<Tensor>, latent));
    const small = reshape(flat, [rows, ...this.#small(), channelsOf[1]]);
    const middle = relu(nn.conv2dTranspose(first, small, [half(height), half(width)], placement));
    return { pixels: nn.conv2dTranspose(second, middle, [height, width], placement) };
  }

  loss(
    { logDeviation }: StateTree,
    { pixels: made }: Readonly<Record<string, Tensor>>,
    { pixels }: PartRows<Tensor>,
    counted: Tensor,
  ): Tensor {
    const flat = (x: Tensor): Tensor => reshape(x, [x.shape[0]!, this.#size()]);
    const { channels } = this.shape;
    const repeated = reshape(
      broadcast(reshape(logDeviation, [1, 1, channels]), [1, this.#size() / channels, channels]),
      [1, this.#size()],
    );
    return normalLoss(flat(made!), flat(pixels!), repeated, counted);
  }

  error(
    { pixels: made }: Readonly<Record<string, Tensor>>,
    { pixels }: PartRows<Tensor>,
    hidden: Tensor,
  ): PartError {
    return squaredError(made!, pixels!, reshape(hidden, [hidden.shape[0]!, 1, 1, 1]));
  }

  #small(): [number, number] {
    return [half(half(this.shape.height)), half(half(this.shape.width))];
  }

  #flat(): number {
    return this.#small()[0] * this.#small()[1] * channelsOf[1];
  }

  #size(): number {
    const { height, width, channels } = this.shape;
    return height * width * channels;
  }
}
