// The options of TabularDiffusion, one row each: types, checks, flags and documentation come from here.

import type { OptionTable } from "@verisim/core";
import {
  type LearningOptions,
  learningOptions,
  type ResolvedLearningOptions,
  resolveByPreset,
  withDefaults,
} from "@verisim/neural";

export interface TabularDiffusionOptions extends LearningOptions {
  /** Width of the network's layers. */
  width?: number;
  /** Residual blocks, of two layers each. */
  depth?: number;
  /** Null: the lower the fewer rows there are. */
  learningRate?: number | null;
  /** Share of the weights that is lost per step and learning rate. */
  weightDecay?: number;
  /** Share of the hidden numbers that is left out in training. */
  dropout?: number;
  /** Evaluations of the network that a row is made in. */
  steps?: number;
  /** How much closer than learnt rows follow the cells that are asked for; 0: as learnt. */
  guidance?: number;
  /** Share of a row's time in which one column becomes known: near 0 one after another, large all together. */
  overlap?: number;
}

export type ResolvedDiffusionOptions = Required<TabularDiffusionOptions> & ResolvedLearningOptions;

export const tabularDiffusionOptions: OptionTable = {
  ...withDefaults(learningOptions, {
    epochs: 150,
    minSteps: 1500,
    patience: 6,
    maxBlocks: 64,
    averageDecay: 0.999,
  }),
  width: { type: "integer", default: 256, min: 8, max: 8192, description: "Width of the network's layers." },
  depth: {
    type: "integer",
    default: 3,
    min: 0,
    max: 64,
    description: "Residual blocks of the network, of two layers each.",
  },
  learningRate: {
    type: "number",
    default: null,
    min: 1e-8,
    max: 1,
    description:
      "Learning rate; null: 0.001 from 30,000 rows on, falling with the square root of the rows to 0.0002.",
  },
  weightDecay: { type: "number", default: 0.05, min: 0, max: 10, description: "Decoupled weight decay." },
  dropout: {
    type: "number",
    default: 0.2,
    min: 0,
    max: 0.9,
    description: "Share of the hidden numbers that is left out in training.",
  },
  steps: {
    type: "integer",
    default: 20,
    min: 1,
    max: 1000,
    description: "Evaluations of the network that a row is made in.",
  },
  guidance: {
    type: "number",
    default: 0,
    min: 0,
    max: 20,
    description: "How much closer than learnt rows follow the cells that a condition gives; 0: as learnt.",
    section: "Ho and Salimans 2022",
  },
  overlap: {
    type: "number",
    default: 0.2,
    min: 0.001,
    max: 1000,
    description: "Time in which one column becomes known: near 0 one after another, large all together.",
  },
};

/** @throws VerisimError as `checkOptions` of @verisim/core */
export function resolveDiffusion(options: TabularDiffusionOptions): ResolvedDiffusionOptions {
  return resolveByPreset(
    "tabular-diffusion",
    tabularDiffusionOptions,
    {},
    options,
  ) as ResolvedDiffusionOptions;
}
