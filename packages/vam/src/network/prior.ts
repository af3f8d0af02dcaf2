// The prior of the joint latent, learnt with everything else: a mixture of normal distributions moved by coupling layers.
// Records of several kinds lie in separate places of the latent; a single normal distribution would put made-up records
// into the gaps between them.

import {
  add,
  concat,
  constant,
  cumsum,
  div,
  erf,
  exp,
  less,
  logSoftmax,
  logSumExp,
  matmul,
  mul,
  nn,
  reshape,
  slice,
  sub,
  sum,
  type Tensor,
  type TensorData,
} from "@verisim/tensor";
import type { Layers } from "../parts/layers.ts";
import { initFlow, latentOfNoise, noiseOfLatent } from "./coupling-flow.ts";

/** Sizes of the prior. */
export interface PriorSizes {
  readonly latent: number;
  /** Normal distributions of the mixture; 0: the prior is standard normal, without layers. */
  readonly components: number;
  /** Coupling layers. */
  readonly layers: number;
}

export interface Prior<T> {
  readonly flow: Layers<T>[];
  /** [components, latent]. */
  readonly means: T;
  readonly logDeviations: T;
  /** Logarithms of the weights over {@link weightPace}, [1, components]. */
  readonly logWeights: T;
}

/** Length of the first means: near to each other, so that none starts where no record is. */
const firstSpread = 1;
/** Weights have to fall by orders of magnitude, and are learnt so many times faster than the rest. */
const weightPace = 10;

/** undefined: standard normal. */
export function initPrior(
  at: nn.Initializer,
  { latent, components, layers }: PriorSizes,
): Prior<TensorData> | undefined {
  if (components === 0) return undefined;
  return {
    flow: initFlow(at.at("flow"), latent, layers),
    means: at.at("means").normal([components, latent], firstSpread / Math.sqrt(latent)),
    logDeviations: nn.filled([components, latent], 0),
    logWeights: nn.filled([1, components], 0),
  };
}

/** Standard normal numbers that a latent is drawn from. */
export function priorNoise({ latent, components }: PriorSizes): number {
  return components > 1 ? latent + 1 : latent;
}

/** Latents from standard normal noise [rows, priorNoise]. */
export function drawPrior(prior: Prior<Tensor> | undefined, noise: Tensor, latent: number): Tensor {
  if (prior === undefined) return noise;
  const { flow, means, logDeviations, logWeights } = prior;
  const [rows, width] = noise.shape as readonly [number, number];
  const components = means.shape[0]!;
  const normal = slice(noise, [0, 0], [rows, latent]);
  if (width === latent) return latentOfNoise(flow, add(means, mul(normal, exp(logDeviations))));
  // Phi(x) is even in (0, 1); the component is the one on whose stretch of the weights it falls.
  const uniform = mul(0.5, add(1, erf(mul(Math.SQRT1_2, slice(noise, [0, latent], [rows, width])))));
  const ends = cumsum(exp(logSoftmax(mul(weightPace, logWeights))));
  const last = constant(
    Float32Array.from({ length: components }, (_, k) => (k === components - 1 ? 2 : 0)),
    [1, components],
  );
  const below = less(uniform, add(ends, last));
  const before = slice(below, [0, 0], [rows, components - 1]);
  const chosen = sub(below, concat([mul(0, slice(below, [0, 0], [rows, 1])), before]));
  const own = add(matmul(chosen, means), mul(normal, exp(matmul(chosen, logDeviations))));
  return latentOfNoise(flow, own);
}

/**
 * Divergence from the prior of normal distributions of which `sample` is a draw, as a mean over rows.
 * @param logVariance [rows, latent]
 */
export function priorDivergence(
  prior: Prior<Tensor> | undefined,
  sample: Tensor,
  logVariance: Tensor,
): Tensor {
  const [rows, latent] = sample.shape as readonly [number, number];
  // What both logarithms share is left out.
  const spread = mul(-0.5, sum(add(1, logVariance)));
  if (prior === undefined) return mul(1 / rows, add(spread, mul(0.5, sum(mul(sample, sample)))));
  const { flow, means, logDeviations, logWeights } = prior;
  const { noise, logVolume } = noiseOfLatent(flow, sample);
  const components = means.shape[0]!;
  const off = div(
    sub(reshape(noise, [rows, 1, latent]), reshape(means, [1, components, latent])),
    reshape(exp(logDeviations), [1, components, latent]),
  );
  const logs = sub(mul(-0.5, sum(mul(off, off), 2)), reshape(sum(logDeviations, 1), [1, components]));
  const likely = sum(logSumExp(add(logs, logSoftmax(mul(weightPace, logWeights))), 1));
  const total = logVolume === undefined ? likely : add(likely, sum(logVolume));
  return mul(1 / rows, sub(spread, total));
}
