// Affine coupling layers (Dinh, Sohl-Dickstein and Bengio, Density estimation using Real NVP, 2017): a map of noise to latents
// that can be gone both ways, and that knows by how much it stretches.

import {
  add,
  concat,
  exp,
  mul,
  nn,
  slice,
  sub,
  sum,
  type Tensor,
  type TensorData,
  tanh,
} from "@verisim/tensor";
import { initLayers, type Layers, perceptron } from "../parts/layers.ts";

const hiddenWidth = 64;

/** Coupling layers; none for a latent of one number, or where `count` is 0: the prior is then standard normal. */
export function initFlow(at: nn.Initializer, latent: number, count: number): Layers<TensorData>[] {
  const layers = latent > 1 ? count : 0;
  return Array.from({ length: layers }, (_, i) => {
    const first = firstHalf(latent, i);
    const outputs = 2 * (latent - first);
    const [hidden] = initLayers(at.at("layers", i), [first], [hiddenWidth]);
    // Layers start out as nothing: the latent has to mean something before it is worth to be moved.
    return [hidden!, { weights: [nn.filled([hiddenWidth, outputs], 0)], bias: nn.filled([outputs], 0) }];
  });
}

/** Numbers that layer i leaves as they are; halves change places after every layer. */
function firstHalf(latent: number, i: number): number {
  const half = Math.floor(latent / 2);
  return i % 2 === 0 ? half : latent - half;
}

/** Log scales in (-1.5, 1.5), and shifts, of the second half given the first. */
function coupling(layers: Layers<Tensor>, kept: Tensor): { logScale: Tensor; shift: Tensor } {
  const made = perceptron(layers, kept);
  const [rows, width] = made.shape as readonly [number, number];
  return {
    logScale: mul(1.5, tanh(slice(made, [0, 0], [rows, width / 2]))),
    shift: slice(made, [0, width / 2], [rows, width]),
  };
}

/** A latent as the noise that it comes from, and the logarithm of how much volume shrinks on the way, [rows, 1]. */
export function noiseOfLatent(
  flow: readonly Layers<Tensor>[],
  latent: Tensor,
): { noise: Tensor; logVolume: Tensor | undefined } {
  const [rows, width] = latent.shape as readonly [number, number];
  let noise = latent;
  let logVolume: Tensor | undefined;
  for (const [i, layers] of flow.entries()) {
    const first = firstHalf(width, i);
    const kept = slice(noise, [0, 0], [rows, first]);
    const { logScale, shift } = coupling(layers, kept);
    const moved = mul(sub(slice(noise, [0, first], [rows, width]), shift), exp(mul(-1, logScale)));
    noise = concat([moved, kept]);
    const lost = mul(-1, sum(logScale, 1, true));
    logVolume = logVolume === undefined ? lost : add(logVolume, lost);
  }
  return { noise, logVolume };
}

/** The latent that noise [rows, latent] becomes. */
export function latentOfNoise(flow: readonly Layers<Tensor>[], noise: Tensor): Tensor {
  const [rows, width] = noise.shape as readonly [number, number];
  let latent = noise;
  for (let i = flow.length - 1; i >= 0; i--) {
    const first = firstHalf(width, i);
    const moved = slice(latent, [0, 0], [rows, width - first]);
    const kept = slice(latent, [0, width - first], [rows, width]);
    const { logScale, shift } = coupling(flow[i]!, kept);
    latent = concat([kept, add(mul(moved, exp(logScale)), shift)]);
  }
  return latent;
}
