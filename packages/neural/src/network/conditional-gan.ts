// A conditional Wasserstein GAN over encoded rows, trained by sampling (Xu et al. 2019, "Modeling tabular data using
// conditional GAN", section 4), for any generator network. Two facts keep the step small:
// - Conditions and real rows are bags of column numbers and never written out as ones and zeros.
// - Fake rows are constants for the critic: nothing flows back into the generator in its step.

import {
  add,
  concat,
  gather,
  gumbelSoftmax,
  mul,
  neg,
  nn,
  optim,
  type Rng,
  reshape,
  slice,
  stopGradient,
  type Tensor,
  type TensorData,
  tanh,
  transpose,
} from "@verisim/tensor";
import type { Layout } from "../encoding/layout.ts";
import {
  choiceOfCondition,
  conditionBag,
  conditionsOf,
  conditionTable,
  drawConditions,
  drawRows,
} from "./condition-draws.ts";
import { type Critic, criticLoss, gradientTree, initCritic, meanScore } from "./critic.ts";
import { outputsOf, packBag, placeGate, rowBag } from "./outputs.ts";
import type {
  NetworkContext,
  Produced,
  StateTree,
  StepGiven,
  StepMade,
  TableNetwork,
} from "./table-network.ts";

export interface GanOptions {
  /** Width of the noise. */
  readonly embeddingDim: number;
  readonly discriminatorDims: readonly number[];
  readonly generatorLr: number;
  readonly generatorDecay: number;
  readonly discriminatorLr: number;
  readonly discriminatorDecay: number;
  readonly discriminatorSteps: number;
  /** Rows that the critic sees at once; divides the batch. */
  readonly pac: number;
  readonly gradientPenalty: number;
  readonly dropout: number;
  readonly temperature: number;
  /** Decay of the running means of the generator that rows are drawn with; 0: the generator itself. */
  readonly averageDecay: number;
}

/** The generator's network: `parameters` are trained, `running` are statistics that training moves on. */
export interface GanGenerator {
  init(
    at: nn.Initializer,
    context: NetworkContext,
  ): { readonly parameters: StateTree; readonly running: StateTree };
  /** While training, over a whole batch. */
  train(
    parameters: StateTree,
    running: StateTree,
    layout: Layout,
    noise: Tensor,
    condition: nn.Bag | undefined,
  ): Produced & { readonly running: StateTree };
  /** After training: row i depends on input i alone. */
  infer(
    parameters: StateTree,
    running: StateTree,
    layout: Layout,
    noise: Tensor,
    condition: nn.Bag | undefined,
  ): Produced;
}

/** Rows that the generator made in a step, before they are packed. */
export interface MadeRows {
  /** [rows, choices]: what the output layer made. */
  readonly logits: Tensor;
  /** [rows, choices]: soft ones and zeros. */
  readonly choices: Tensor;
  /** [rows, placed], whatever the choices. */
  readonly places: Tensor | undefined;
}

/** What is added to the generator's loss beside the critic's score and missed conditions. */
export interface GanConstraint {
  /** Numbers that it compares with, from the training rows. */
  data(context: NetworkContext): StateTree;
  loss(made: MadeRows, data: StateTree, layout: Layout, rng: Rng): Tensor;
}

/** Places and logits of an output layer's sums. */
export function splitOutputs(sums: Tensor, layout: Layout): Produced {
  const placed = layout.placed.length;
  if (placed === 0) return { logits: sums, places: undefined };
  const rows = sums.shape[0]!;
  return { places: tanh(slice(sums, [0, 0], [rows, placed])), logits: slice(sums, [0, placed], sums.shape) };
}

/** A table network of a generator and the critic of {@link initCritic}. */
export function conditionalGan(
  options: GanOptions,
  generator: GanGenerator,
  constraint?: GanConstraint,
): TableNetwork {
  const { averageDecay } = options;
  return {
    noise: options.embeddingDim,
    conditional: true,
    init: (at, context) => init(at, context, options, generator),
    data: (context) => ({
      ...(context.layout.discrete.length > 0
        ? { conditions: conditionTable(context.rows, context.layout) }
        : {}),
      ...(constraint ? { constraint: constraint.data(context) } : {}),
    }),
    step: (given, context) => trainingStep(given, context, options, generator, constraint),
    sampling: ({ generator: parameters, running, average }) =>
      averageDecay > 0
        ? { generator: average.generator, running: average.running }
        : { generator: parameters, running },
    produce: ({ generator: parameters, running }, layout, noise, condition) =>
      generator.infer(parameters, running, layout, noise, condition),
  };
}

function init(
  at: nn.Initializer,
  context: NetworkContext,
  options: GanOptions,
  generator: GanGenerator,
): StateTree {
  const { layout } = context;
  const { pac, averageDecay } = options;
  const conditions = conditionsOf(layout);
  const made = generator.init(at.at("generator"), context);
  const inputs = [pac * outputsOf(layout), ...(conditions > 0 ? [pac * conditions] : [])];
  const critic: Critic<TensorData> = initCritic(at.at("critic"), inputs, options.discriminatorDims);
  const [forGenerator, forCritic] = optimizers(options);
  return {
    generator: made.parameters,
    running: made.running,
    critic,
    generatorAdam: forGenerator.init(made.parameters),
    criticAdam: forCritic.init(critic),
    average: averageDecay > 0 ? { generator: made.parameters, running: made.running } : {},
  };
}

function optimizers(options: GanOptions): [optim.Adam, optim.Adam] {
  const betas = { beta1: 0.5, beta2: 0.9 };
  return [
    optim.adam({ ...betas, learningRate: options.generatorLr, weightDecay: options.generatorDecay }),
    optim.adam({ ...betas, learningRate: options.discriminatorLr, weightDecay: options.discriminatorDecay }),
  ];
}

function trainingStep(
  { rng, model, data, table, rate }: StepGiven,
  { layout, batchSize, rows }: NetworkContext,
  options: GanOptions,
  generator: GanGenerator,
  constraint: GanConstraint | undefined,
): StepMade {
  const { pac, embeddingDim, temperature, discriminatorSteps, averageDecay } = options;
  const packs = batchSize / pac;
  const conditional = layout.discrete.length > 0;
  const [generatorAdam, criticAdam] = optimizers(options);

  /** What the generator makes under conditions, with its running statistics moved on. */
  const produce = (running: StateTree, chosen: Tensor | undefined) => {
    const noise = rng.normal([batchSize, embeddingDim]);
    const condition = chosen === undefined ? undefined : conditionBag(chosen, layout);
    const made = generator.train(model.generator, running, layout, noise, condition);
    const choices = gumbelSoftmax(rng, made.logits, { widths: layout.widths, temperature });
    const whole =
      made.places === undefined ? choices : concat([placeGate(made.places, choices, layout), choices]);
    return { ...made, choices, packed: reshape(whole, [packs, pac * outputsOf(layout)]) };
  };
  const samples = (rowsOf: Tensor | nn.Bag, chosen: Tensor | undefined): nn.LinearInput[] =>
    chosen === undefined ? [rowsOf] : [rowsOf, packBag(conditionBag(chosen, layout), pac)];
  const draw = (): Tensor | undefined =>
    conditional ? drawConditions(rng, data.conditions, batchSize) : undefined;

  let critic = model.critic as Critic<Tensor>;
  let criticState = model.criticAdam;
  let { running } = model;
  let criticValue!: Tensor;
  for (let i = 0; i < discriminatorSteps; i++) {
    const chosen = draw();
    // Real samples hold the same conditions in another order: each pack of them meets other packs' conditions.
    const reordered =
      chosen === undefined ? undefined : reshape(transpose(reshape(chosen, [pac, packs])), [batchSize]);
    const row =
      reordered === undefined
        ? rng.below(rows.rowCount, [batchSize])
        : drawRows(rng, data.conditions, reordered);
    const real = packBag(rowBag(gather(table.ones, row), gather(table.places, row), layout), pac);
    const fake = produce(running, chosen);
    running = fake.running;
    criticValue = criticLoss(
      rng,
      critic,
      samples(real, reordered),
      samples(stopGradient(fake.packed), chosen),
      options,
    );
    const gradients = gradientTree(criticValue, critic);
    const trained = criticAdam.update(critic, gradients, criticState, mul(rate, options.discriminatorLr));
    critic = trained.parameters;
    criticState = trained.state;
  }

  const wanted = draw();
  const fake = produce(running, wanted);
  let value = neg(meanScore(rng, critic, samples(fake.packed, wanted), options.dropout));
  if (wanted !== undefined)
    value = add(value, nn.spanCrossEntropy(fake.logits, choiceOfCondition(wanted, layout), layout.widths));
  const extra = constraint?.loss(fake, data.constraint, layout, rng);
  if (extra !== undefined) value = add(value, extra);
  const next = generatorAdam.update(
    model.generator,
    gradientTree(value, model.generator),
    model.generatorAdam,
    mul(rate, options.generatorLr),
  );
  const sampled = { generator: next.parameters, running: fake.running };
  return {
    model: {
      ...sampled,
      critic,
      criticAdam: criticState,
      generatorAdam: next.state,
      ...(averageDecay > 0 ? { average: optim.ema(model.average, sampled, averageDecay) } : {}),
    },
    losses: { critic: criticValue, generator: value, ...(extra === undefined ? {} : { constraint: extra }) },
  };
}
