// The critic of a Wasserstein GAN over packed rows (Arjovsky et al. 2017; Gulrajani et al. 2017; Lin et al. 2018). Its first
// layer is linear, so its sums at a mix of real and fake samples are the mix of their sums, and its gradient by the sample
// is the gradient by the sums times the transposed weights: nothing dense is ever made of real rows.

import {
  add,
  concat,
  gradients,
  leakyRelu,
  mean,
  mul,
  nn,
  optim,
  type Rng,
  slice,
  sub,
  sum,
  type Tensor,
  type TensorData,
} from "@verisim/tensor";

export interface Critic<T> {
  readonly layers: readonly nn.LinearParameters<T>[];
  readonly output: nn.LinearParameters<T>;
}

export interface CriticOptions {
  /** Weight of the gradient penalty. */
  readonly gradientPenalty: number;
  /** Share of the units that are left out at random. */
  readonly dropout: number;
}

/** First parameters. @param inputs widths of the first layer's inputs; @param widths of the hidden layers */
export function initCritic(
  at: nn.Initializer,
  inputs: readonly number[],
  widths: readonly number[],
): Critic<TensorData> {
  const layers = widths.map((outputs, i) =>
    nn.initLinear(at.at("layers", i), { inputs: i === 0 ? inputs : widths[i - 1]!, outputs }),
  );
  return { layers, output: nn.initLinear(at.at("output"), { inputs: widths.at(-1)!, outputs: 1 }) };
}

/** The critic after its first layer's sums: leaky ReLU and dropout after every hidden layer. [samples, 1]. */
export function judge(rng: Rng, { layers, output }: Critic<Tensor>, sums: Tensor, rate: number): Tensor {
  const hidden = (x: Tensor): Tensor => nn.dropout(rng, leakyRelu(x, 0.2), rate);
  return nn.linear(
    output,
    layers.slice(1).reduce((x, layer) => hidden(nn.linear(layer, x)), hidden(sums)),
  );
}

/** The mean score of samples. */
export function meanScore(
  rng: Rng,
  critic: Critic<Tensor>,
  samples: readonly nn.LinearInput[],
  rate: number,
): Tensor {
  return mean(judge(rng, critic, nn.linear(critic.layers[0]!, samples), rate));
}

/** The critic's loss: Wasserstein distance, negated, plus the penalty at one mix per sample (Gulrajani et al. 2017). */
export function criticLoss(
  rng: Rng,
  critic: Critic<Tensor>,
  real: readonly nn.LinearInput[],
  fake: readonly nn.LinearInput[],
  { gradientPenalty, dropout }: CriticOptions,
): Tensor {
  const first = critic.layers[0]!;
  const [realSums, fakeSums] = [nn.linear(first, real), nn.linear(first, fake)];
  const samples = realSums.shape[0]!;
  const share = rng.uniform([samples, 1]);
  const mixedSums = add(mul(share, realSums), mul(sub(1, share), fakeSums));
  const [bySums] = gradients(sum(judge(rng, critic, mixedSums, dropout)), [mixedSums]);
  const penalty = nn.lengthPenalty(nn.linearInputGradients(first, bySums!));
  const scores = judge(rng, critic, concat([realSums, fakeSums], 0), dropout);
  const realMean = mean(slice(scores, [0, 0], [samples, 1]));
  const fakeMean = mean(slice(scores, [samples, 0], [2 * samples, 1]));
  return add(sub(fakeMean, realMean), mul(gradientPenalty, penalty));
}

/** Parameters' gradients of a loss, as a tree of the parameters' form. */
export function gradientTree<P>(loss: Tensor, parameters: P): P {
  return optim.withTensors(parameters, gradients(loss, optim.tensorsOf(parameters)));
}
