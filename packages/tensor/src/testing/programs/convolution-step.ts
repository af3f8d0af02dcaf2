// One training step of a small convolutional autoencoder: images with one bright bar each are drawn from the state, halved
// twice by strided convolutions and doubled twice by transposed ones. Plain gradient descent with momentum, and a running
// mean of the parameters.

import { gradients } from "../../grad.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { conv2d, conv2dTranspose, initConv2d, initConv2dTranspose } from "../../nn/convolution.ts";
import { heNormal, Initializer } from "../../nn/initializer.ts";
import { meanSquaredError } from "../../nn/losses.ts";
import { gather } from "../../ops/indexing.ts";
import { relu } from "../../ops/pointwise.ts";
import type { Rng } from "../../ops/random.ts";
import { ema, sgd, type TensorTree } from "../../optim/optimizers.ts";
import { tensorsOf, withTensors } from "../../optim/parameter-tree.ts";
import { type TensorData, tensorData } from "../../tensor-data.ts";
import type { TrainingProgram } from "./golden-program.ts";

/** Options of {@link convolutionStep}. */
export interface ConvolutionStepOptions {
  /** Default 4. */
  readonly batch?: number;
  /** Height and width of the images, a multiple of 4; default 8. */
  readonly size?: number;
  /** Channels of the first layer, half of the second's; default 4. */
  readonly channels?: number;
  readonly seed?: number;
}

/** One image per row and per column, with that line at 1. */
function bars(size: number): TensorData {
  const data = new Float32Array(2 * size * size * size);
  for (let line = 0; line < size; line++)
    for (let i = 0; i < size; i++) {
      data[(line * size + line) * size + i] = 1;
      data[((size + line) * size + i) * size + line] = 1;
    }
  return tensorData(data, [2 * size, size, size, 1]);
}

/** Output: loss. */
export function convolutionStep(options: ConvolutionStepOptions = {}): TrainingProgram {
  const { batch = 4, size = 8, channels = 4, seed = 1 } = options;
  const at = new Initializer(seed, "convolution");
  const kernel = [3, 3] as const;
  const layer = { kernel, init: heNormal };
  const parameters = {
    down: initConv2d(at.at("down"), { ...layer, inputs: 1, outputs: channels }),
    deep: initConv2d(at.at("deep"), { ...layer, inputs: channels, outputs: 2 * channels }),
    rise: initConv2dTranspose(at.at("rise"), { ...layer, inputs: 2 * channels, outputs: channels }),
    up: initConv2dTranspose(at.at("up"), { ...layer, inputs: channels, outputs: 1 }),
  };
  const optimizer = sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true });
  const initial = {
    images: bars(size),
    parameters,
    averages: parameters,
    sgd: optimizer.init(parameters),
  };
  const halving = { stride: [2, 2], pads: [1, 1, 1, 1] } as const;

  const lossOf = ({ down, deep, rise, up }: TensorTree<typeof parameters>, images: Tensor): Tensor => {
    const coded = relu(conv2d(deep, relu(conv2d(down, images, halving)), halving));
    const risen = relu(conv2dTranspose(rise, coded, [size / 2, size / 2], halving));
    return meanSquaredError(conv2dTranspose(up, risen, [size, size], halving), images);
  };
  const step = (rng: Rng, state: TensorTree<typeof initial>) => {
    const loss = lossOf(state.parameters, gather(state.images, rng.below(2 * size, [batch])));
    const slopes = withTensors(state.parameters, gradients(loss, tensorsOf(state.parameters)));
    const next = optimizer.update(state.parameters, slopes, state.sgd);
    const averages = ema(state.averages, next.parameters, 0.99);
    return { state: { parameters: next.parameters, averages, sgd: next.state }, outputs: { loss } };
  };
  return { state: initial, entries: { train: { step: ({ state, rng }) => step(rng, state) } } };
}
