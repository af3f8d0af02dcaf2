// The network of VAM over any parts: an encoder and a decoder for each, linear fusion in between, and one training step that
// lowers reconstruction, divergence from the prior, and the adversary's advantage together.

import type { StateTree } from "@verisim/neural";
import {
  add,
  exp,
  gradients,
  mul,
  nn,
  optim,
  type Rng,
  slice,
  stopGradient,
  type Tensor,
} from "@verisim/tensor";
import type { Part, PartRows, PartSizes } from "../parts/part.ts";
import { fuse, type Latent } from "./fusion.ts";
import { criticLoss, foolingLoss, initCritic } from "./latent-critic.ts";
import { drawPrior, initPrior, type PriorSizes, priorDivergence, priorNoise } from "./prior.ts";
import { drawSeen, presence } from "./seen-cells.ts";

export interface JointOptions extends PartSizes {
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Weight of the reconstruction against the divergence. */
  readonly lossFactor: number;
  /** Share of a batch's rows that lose cells and parts, 0 to 1. */
  readonly maskedShare: number;
  readonly prior: PriorSizes;
  /** Weight of fooling the adversary; 0: there is none. */
  readonly adversaryWeight: number;
  readonly adversaryDims: readonly number[];
  readonly averageDecay: number;
}

type Rows = readonly PartRows<Tensor>[];
export type Made = Readonly<Record<string, Tensor>>;

/** Everything that training changes. */
export function initJoint(at: nn.Initializer, parts: readonly Part[], options: JointOptions): StateTree {
  const prior = initPrior(at.at("prior"), options.prior);
  const parameters = {
    parts: parts.map((part) => part.init(at.at("parts", part.name), options)),
    weights: parts.map(() => nn.filled([1, options.latent], 0)),
    ...(prior ? { prior } : {}),
  };
  const critic = initCritic(at.at("critic"), options.latent, options.adversaryDims);
  return {
    parameters,
    adam: modelAdam(options).init(parameters),
    average: parameters,
    ...(options.adversaryWeight > 0 ? { critic, criticAdam: criticAdam(options).init(critic) } : {}),
  };
}

/** The joint latent of what is seen of records. @param seen for each part, f32 [rows, cells] */
export function encodeJoint(
  { parts: trees, weights }: StateTree,
  parts: readonly Part[],
  rows: Rows,
  seen: readonly Tensor[],
  { latent }: PartSizes,
): Latent {
  const experts = parts.map((part, i) => ({
    says: part.encode(trees[i].encoder, rows[i]!, seen[i]!),
    present: presence(seen[i]!),
    logWeight: weights[i] as Tensor,
  }));
  return fuse(experts, latent);
}

/** What every part is decoded into from a latent. */
export function decodeJoint({ parts: trees }: StateTree, parts: readonly Part[], latent: Tensor): Made[] {
  return parts.map((part, i) => part.decode(trees[i].decoder, latent));
}

/** One step over a batch. @param rate factor of the learning rates */
export function jointStep(
  rng: Rng,
  model: StateTree,
  parts: readonly Part[],
  rows: Rows,
  rate: Tensor,
  options: JointOptions,
): { model: StateTree; losses: Record<string, Tensor> } {
  const { latent, lossFactor, maskedShare, adversaryWeight, averageDecay, learningRate } = options;
  const batch = rows[0]!.known.shape[0]!;
  const maskedRows = Math.round(batch * maskedShare);
  const { cells, masked } = drawSeen(
    rng,
    parts,
    rows.map(({ known }) => known),
    maskedRows,
  );
  const { parameters } = model;
  const joint = encodeJoint(
    parameters,
    parts,
    rows,
    cells.map(({ seen }) => seen),
    options,
  );
  const sample = add(joint.mean, mul(exp(mul(0.5, joint.logVariance)), rng.normal([batch, latent])));
  const made = decodeJoint(parameters, parts, sample);
  const reconstruction = parts
    .map((part, i) => part.loss(parameters.parts[i].decoder, made[i]!, rows[i]!, cells[i]!.counted, masked))
    .reduce((a, b) => add(a, b));
  const divergence = priorDivergence(parameters.prior, sample, joint.logVariance);
  let loss = add(mul(lossFactor, reconstruction), divergence);
  // Rows that are shown whole are what the prior has to look like.
  const whole = batch - maskedRows;
  const fights = adversaryWeight > 0 && whole > 0;
  const encoded = slice(sample, [0, 0], [Math.max(1, whole), latent]);
  if (fights) loss = add(loss, mul(adversaryWeight, foolingLoss(model.critic, encoded)));
  const next = modelAdam(options).update(
    parameters,
    optim.withTensors(parameters, gradients(loss, optim.tensorsOf(parameters))),
    model.adam,
    mul(rate, learningRate),
  );
  const losses: Record<string, Tensor> = { reconstruction, divergence };
  const trained: StateTree = {
    parameters: next.parameters,
    adam: next.state,
    average: optim.ema(model.average, next.parameters, averageDecay),
  };
  if (!fights) return { model: trained, losses };
  const advantage = criticLoss(
    model.critic,
    stopGradient(encoded),
    stopGradient(drawPrior(parameters.prior, rng.normal([whole, priorNoise(options.prior)]), latent)),
  );
  const critic = criticAdam(options).update(
    model.critic,
    optim.withTensors(model.critic, gradients(advantage, optim.tensorsOf(model.critic))),
    model.criticAdam,
    mul(rate, learningRate),
  );
  return {
    model: { ...trained, critic: critic.parameters, criticAdam: critic.state },
    losses: { ...losses, critic: advantage },
  };
}

/**
 * Quality of what is said about hidden cells, one number for each part: 1 for exact, 0 for knowing nothing.
 * @param seen and @param hidden for each part, f32 [rows, cells]
 */
export function jointQuality(
  parameters: StateTree,
  parts: readonly Part[],
  rows: Rows,
  seen: readonly Tensor[],
  hidden: readonly Tensor[],
  options: PartSizes,
): { error: Tensor; scale: Tensor }[] {
  const { mean } = encodeJoint(parameters, parts, rows, seen, options);
  const made = decodeJoint(parameters, parts, mean);
  return parts.map((part, i) => part.error(made[i]!, rows[i]!, hidden[i]!));
}

function modelAdam({ learningRate, weightDecay }: JointOptions): optim.Adam {
  return optim.adam({ learningRate, weightDecay });
}

function criticAdam({ learningRate }: JointOptions): optim.Adam {
  return optim.adam({ learningRate, beta1: 0.5 });
}
