// CTGAN's networks (Xu et al. 2019, "Modeling tabular data using conditional GAN", section 4.4) as functions over tensors.
// Conditions and real rows enter as bags of column numbers; every layer has a weight block per input, so that the
// generator's growing inputs are never put together.

import { leakyRelu } from "../../functions/activations.ts";
import { gumbelSoftmax } from "../../functions/softmax.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { dropout } from "../../nn/dropout.ts";
import type { Initializer } from "../../nn/initializer.ts";
import { type Bag, initLinear, type LinearInput, type LinearParameters, linear } from "../../nn/linear.ts";
import {
  type BatchNormState,
  batchNorm,
  initBatchNormState,
  initNorm,
  type NormParameters,
} from "../../nn/normalization.ts";
import { broadcast, concat, reshape, slice } from "../../ops/movement.ts";
import { add, mul, relu, tanh } from "../../ops/pointwise.ts";
import type { Rng } from "../../ops/random.ts";
import { iota } from "../../ops/source.ts";
import type { TensorData } from "../../tensor-data.ts";
import { conditionsOf, type Layout, outputsOf, spansOf } from "./encoded-table.ts";

/** Sizes of the networks; defaults are those of the paper. */
export interface CtganSizes {
  readonly layout: Layout;
  /** Width of the noise; default 128. */
  readonly embedding?: number;
  /** Widths of the generator's residual blocks; default [256, 256]. */
  readonly generator?: readonly number[];
  /** Widths of the critic's layers; default [256, 256]. */
  readonly critic?: readonly number[];
  /** Rows that the critic sees at once (Lin et al. 2018, PacGAN); default 10. */
  readonly pac?: number;
}

export interface GeneratorParameters<T> {
  readonly blocks: readonly { readonly linear: LinearParameters<T>; readonly norm: NormParameters<T> }[];
  readonly output: LinearParameters<T>;
}

export interface CriticParameters<T> {
  readonly layers: readonly LinearParameters<T>[];
  readonly output: LinearParameters<T>;
}

/** First parameters of the generator, and its running statistics. */
export function initGenerator(
  at: Initializer,
  { layout, embedding = 128, generator = [256, 256] }: CtganSizes,
): { parameters: GeneratorParameters<TensorData>; running: readonly BatchNormState<TensorData>[] } {
  const inputs = [embedding, conditionsOf(layout)];
  const blocks = generator.map((width, i) => {
    const block = {
      linear: initLinear(at.at("blocks", i), { inputs: [...inputs], outputs: width }),
      norm: initNorm(width),
    };
    inputs.unshift(width);
    return block;
  });
  const output = initLinear(at.at("output"), { inputs, outputs: outputsOf(layout) });
  return { parameters: { blocks, output }, running: generator.map(initBatchNormState) };
}

/** First parameters of the critic: its first layer takes `pac` rows and their conditions. */
export function initCritic(
  at: Initializer,
  { layout, critic = [256, 256], pac = 10 }: CtganSizes,
): CriticParameters<TensorData> {
  const rows = [pac * outputsOf(layout), pac * conditionsOf(layout)];
  const layers = critic.map((outputs, i) =>
    initLinear(at.at("layers", i), { inputs: i === 0 ? rows : critic[i - 1]!, outputs }),
  );
  return { layers, output: initLinear(at.at("output"), { inputs: critic.at(-1)!, outputs: 1 }) };
}

/** Conditions [rows] as the generator's input of ones and zeros. */
export function conditionBag(chosen: Tensor, layout: Layout): Bag {
  return { indices: reshape(chosen, [chosen.shape[0]!, 1]), size: conditionsOf(layout) };
}

/** What the output layer makes of noise and conditions, before its activations, and new running statistics. */
export function generate(
  { blocks, output }: GeneratorParameters<Tensor>,
  running: readonly BatchNormState<Tensor>[],
  noise: Tensor,
  condition: Bag,
): { logits: Tensor; running: BatchNormState<Tensor>[] } {
  const inputs: LinearInput[] = [noise, condition];
  const next = blocks.map((block, i) => {
    const { y, state } = batchNorm(block.norm, running[i]!, linear(block.linear, [...inputs]));
    inputs.unshift(relu(y));
    return state;
  });
  return { logits: linear(output, inputs), running: next };
}

/** tanh for the numbers, Gumbel-softmax with temperature 0.2 for every span: [rows, outputs]. */
export function activate(rng: Rng, logits: Tensor, layout: Layout): Tensor {
  const [rows, outputs] = logits.shape as readonly [number, number];
  const numbers = layout.modes.length;
  const spans = slice(logits, [0, numbers], [rows, outputs]);
  return concat([
    tanh(slice(logits, [0, 0], [rows, numbers])),
    gumbelSoftmax(rng, spans, { widths: spansOf(layout), temperature: 0.2 }),
  ]);
}

/** `pac` rows side by side: bags of [rows / pac] samples with pac times as many columns. */
export function packBag({ indices, weights, size }: Bag, pac: number): Bag {
  const [rows, bag] = indices.shape as readonly [number, number];
  const member = mul(iota([1, pac, 1], 1, "i32"), size);
  const packed = reshape(add(reshape(indices, [rows / pac, pac, bag]), member), [rows / pac, pac * bag]);
  return {
    indices: packed,
    size: size * pac,
    ...(weights === undefined ? {} : { weights: reshape(weights, [rows / pac, pac * bag]) }),
  };
}

/** Real rows, given by the places of their ones and by their numbers, as rows of a generator's output. */
export function rowBag(ones: Tensor, numbers: Tensor, layout: Layout): Bag {
  const places = broadcast(iota([1, numbers.shape[1]!], 1, "i32"), numbers.shape);
  return {
    indices: concat([ones, places]),
    weights: concat([broadcast(1, ones.shape), numbers]),
    size: outputsOf(layout),
  };
}

/** The critic after its first layer's sums: leaky ReLU and dropout of a half after every hidden layer. [samples, 1]. */
export function judge(rng: Rng, { layers, output }: CriticParameters<Tensor>, sums: Tensor): Tensor {
  const hidden = (x: Tensor): Tensor => dropout(rng, leakyRelu(x, 0.2), 0.5);
  return linear(
    output,
    layers.slice(1).reduce((x, layer) => hidden(linear(layer, x)), hidden(sums)),
  );
}
