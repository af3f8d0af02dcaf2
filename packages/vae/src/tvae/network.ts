// TVAE's networks and training step (Xu et al. 2019, section 4.5; Kingma and Welling 2014) as functions over tensors:
// encoder, a latent sample, decoder with a softmax per span and a normal distribution per place, whose deviation is learnt
// per column.

import {
  type Layout,
  type NetworkContext,
  outputsOf,
  type Produced,
  rowBag,
  type StateTree,
  type StepGiven,
  type StepMade,
  type TableNetwork,
} from "@verisim/neural";
import {
  add,
  concat,
  constant,
  div,
  exp,
  gather,
  gradients,
  log,
  maximum,
  minimum,
  mul,
  nn,
  optim,
  type Rng,
  relu,
  slice,
  sub,
  sum,
  type Tensor,
  type TensorData,
  tanh,
} from "@verisim/tensor";
import type { ResolvedTVAEOptions } from "./options.ts";

type Layers = readonly nn.LinearParameters<Tensor>[];

/** The network of TVAE for given options. */
export function tvaeNetwork(options: ResolvedTVAEOptions): TableNetwork {
  return {
    noise: options.embeddingDim,
    conditional: false,
    init: (at, context) => init(at, context, options),
    step: (given, context) => trainingStep(given, context, options),
    sampling: ({ parameters, average }) => {
      const { decoder } = options.averageDecay > 0 ? average : parameters;
      return { decoder };
    },
    produce: ({ decoder }, layout, noise) => split(perceptron(decoder as Layers, noise), layout),
  };
}

function initLayers(at: nn.Initializer, widths: readonly number[]): nn.LinearParameters<TensorData>[] {
  return widths
    .slice(1)
    .map((outputs, i) => nn.initLinear(at.at("layers", i), { inputs: widths[i]!, outputs }));
}

function optimizer({ learningRate, l2scale }: ResolvedTVAEOptions): optim.Adam {
  return optim.adam({ learningRate, weightDecay: l2scale });
}

function init(at: nn.Initializer, { layout }: NetworkContext, options: ResolvedTVAEOptions): StateTree {
  const { embeddingDim, compressDims, decompressDims, averageDecay } = options;
  const outputs = outputsOf(layout);
  const parameters = {
    // its last layer gives mean and log variance side by side
    encoder: initLayers(at.at("encoder"), [outputs, ...compressDims, 2 * embeddingDim]),
    decoder: initLayers(at.at("decoder"), [embeddingDim, ...decompressDims, outputs]),
    ...(layout.placed.length > 0 ? { deviation: nn.filled([layout.placed.length], 0.1) } : {}),
  };
  return {
    parameters,
    adam: optimizer(options).init(parameters),
    average: averageDecay > 0 ? { decoder: parameters.decoder } : {},
  };
}

/** Linear layers with ReLU between them. */
function perceptron(layers: Layers, x: nn.LinearInput): Tensor {
  return layers.slice(1).reduce((hidden, layer) => nn.linear(layer, relu(hidden)), nn.linear(layers[0]!, x));
}

/** Places and logits of the decoder's sums. */
function split(sums: Tensor, layout: Layout): Produced {
  const rows = sums.shape[0]!;
  const placed = layout.placed.length;
  if (placed === 0) return { logits: sums, places: undefined };
  return { places: tanh(slice(sums, [0, 0], [rows, placed])), logits: slice(sums, [0, placed], sums.shape) };
}

function trainingStep(
  { rng, model, table, rate }: StepGiven,
  { layout, batchSize, rows }: NetworkContext,
  options: ResolvedTVAEOptions,
): StepMade {
  const row = rng.below(rows.rowCount, [batchSize]);
  const ones = gather(table.ones, row);
  const places = gather(table.places, row);
  const loss = lossOf(rng, model.parameters, ones, places, layout, batchSize, options);
  const gradientTree = optim.withTensors(
    model.parameters,
    gradients(loss, optim.tensorsOf(model.parameters)),
  );
  const next = optimizer(options).update(
    model.parameters,
    gradientTree,
    model.adam,
    mul(rate, options.learningRate),
  );
  const parameters = { ...next.parameters };
  if (layout.placed.length > 0) parameters.deviation = minimum(1, maximum(0.01, parameters.deviation));
  return {
    model: {
      parameters,
      adam: next.state,
      ...(options.averageDecay > 0
        ? { average: optim.ema(model.average, { decoder: parameters.decoder }, options.averageDecay) }
        : {}),
    },
    losses: { loss },
  };
}

/** Weighted reconstruction plus the divergence from the standard normal. */
function lossOf(
  rng: Rng,
  { encoder, decoder, deviation }: StateTree,
  ones: Tensor,
  real: Tensor,
  layout: Layout,
  batchSize: number,
  { embeddingDim, lossFactor }: ResolvedTVAEOptions,
): Tensor {
  const latent = perceptron(encoder, rowBag(ones, real, layout));
  const mean = slice(latent, [0, 0], [batchSize, embeddingDim]);
  const logVariance = slice(latent, [0, embeddingDim], [batchSize, 2 * embeddingDim]);
  const sample = add(mean, mul(exp(mul(0.5, logVariance)), rng.normal([batchSize, embeddingDim])));
  const made = split(perceptron(decoder, sample), layout);
  let reconstruction = nn.spanCrossEntropy(made.logits, ones, layout.widths);
  if (made.places !== undefined) {
    // Rows whose alternative has no place say nothing about it.
    const known = knownPlaces(ones, layout, batchSize);
    const off = div(sub(real, made.places), deviation);
    const normal = add(mul(0.5, mul(off, off)), log(deviation));
    reconstruction = add(reconstruction, mul(sum(mul(known, normal)), 1 / batchSize));
  }
  return add(mul(lossFactor, reconstruction), nn.normalDivergence(mean, logVariance));
}

/** 1 for every place that the row's alternative has: [rows, placed]. */
function knownPlaces(ones: Tensor, layout: Layout, batchSize: number): Tensor {
  const flags = gather(constant(layout.hasPlace, [layout.hasPlace.length]), ones);
  const parts = layout.placed.map((column) => slice(flags, [0, column], [batchSize, column + 1]));
  return concat(parts);
}
