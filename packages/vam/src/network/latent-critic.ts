// The adversary: a small network that tells joint latents of real records from draws of the prior. The encoders' loss has
// a share of fooling it, so that latents drawn from the prior lie where those of real records do (adversarial
// autoencoders; Makhzani et al. 2015). It sees latents, not rows: choices need no relaxation, and training stays steady.

import { add, leakyRelu, mul, nn, type Tensor, type TensorData } from "@verisim/tensor";
import { initLayers, type Layers } from "../parts/layers.ts";

export function initCritic(
  at: nn.Initializer,
  latent: number,
  widths: readonly number[],
): Layers<TensorData> {
  return initLayers(at, [latent], [...widths, 1]);
}

/** Logits that latents [rows, latent] come from the prior. */
export function judgeLatents(layers: Layers<Tensor>, latents: Tensor): Tensor {
  return layers
    .slice(1)
    .reduce((hidden, layer) => nn.linear(layer, leakyRelu(hidden, 0.2)), nn.linear(layers[0]!, latents));
}

const all = (logits: Tensor, value: number): Tensor =>
  nn.binaryCrossEntropy(logits, add(mul(0, logits), value));

/** What the critic lowers. */
export function criticLoss(layers: Layers<Tensor>, encoded: Tensor, prior: Tensor): Tensor {
  return mul(0.5, add(all(judgeLatents(layers, encoded), 0), all(judgeLatents(layers, prior), 1)));
}

/** What the encoders lower. */
export function foolingLoss(layers: Layers<Tensor>, encoded: Tensor): Tensor {
  return all(judgeLatents(layers, encoded), 1);
}
