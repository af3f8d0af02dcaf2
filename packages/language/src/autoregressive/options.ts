// The options of the autoregressive table, one row each: types, checks, flags and documentation come from here.

import { checkOptions, type OptionTable } from "@verisim/core";
import {
  type LearningOptions,
  learningOptions,
  type ResolvedLearningOptions,
  withDefaults,
} from "@verisim/neural";

/** Options of learned generators that mean something here. */
type Shared = Pick<
  LearningOptions,
  | "epochs"
  | "minSteps"
  | "batchSize"
  | "holdoutShare"
  | "patience"
  | "maxCategories"
  | "minGroup"
  | "derive"
  | "calibrate"
  | "candidates"
  | "averageDecay"
  | "cooldown"
  | "samplingTemperature"
>;

export interface AutoregressiveTableOptions extends Shared {
  /** Most blocks of a number; null: one for every 40 rows, from 10 to 100. */
  maxBlocks?: number | null;
  /** Training steps at most, however many rows there are. */
  maxSteps?: number;
  /** Width of the vector that known cells add up to; null: the wider the more rows and columns, from 48 to 192. */
  hiddenDim?: number | null;
  /** Width of each column's own layer; null: the wider the more rows, from 16 to 64. */
  headDim?: number | null;
  learningRate?: number;
  /** Share of both layers that is left out at random in training; null: the more the fewer rows there are. */
  dropout?: number | null;
  /** Share of training rows whose columns come in the order that rows are drawn in; the others come in a random one. */
  orderedShare?: number;
  /** Draw from the likeliest alternatives that make up this share of the probability. */
  topP?: number;
}

/** Null where a default follows from the table's size. */
export type ResolvedAutoregressiveOptions = Required<AutoregressiveTableOptions> & ResolvedLearningOptions;

const shared = withDefaults(learningOptions, {
  epochs: 24,
  minSteps: 1200,
  batchSize: 256,
  patience: 10,
  candidates: 64,
  averageDecay: 0.99,
  cooldown: 1,
});

const sharedNames = [
  "epochs",
  "minSteps",
  "batchSize",
  "holdoutShare",
  "patience",
  "maxCategories",
  "minGroup",
  "derive",
  "calibrate",
  "candidates",
  "averageDecay",
  "cooldown",
  "samplingTemperature",
] as const satisfies readonly (keyof Shared)[];

export const autoregressiveOptions: OptionTable = {
  ...Object.fromEntries(sharedNames.map((name) => [name, shared[name]!])),
  minGroup: {
    ...shared.minGroup!,
    description:
      "Fewest rows behind a number that may be written again exactly, or a category that is drawn unasked.",
  },
  maxBlocks: {
    type: "integer",
    default: null,
    min: 1,
    max: 1000,
    description: "Most blocks of a number; null: one for every 40 rows, from 10 to 100.",
  },
  maxSteps: {
    type: "integer",
    default: 12_000,
    min: 1,
    max: 10_000_000,
    description: "Training steps that the passes take at most, however many rows there are.",
  },
  hiddenDim: {
    type: "integer",
    default: null,
    min: 1,
    max: 8192,
    description:
      "Width of the vector that known cells add up to; null: the wider the more rows and columns, from 48 to 192.",
  },
  headDim: {
    type: "integer",
    default: null,
    min: 1,
    max: 8192,
    description: "Width of each column's own layer; null: the wider the more rows, from 16 to 64.",
  },
  learningRate: { type: "number", default: 2e-3, min: 1e-8, max: 1, description: "Learning rate." },
  dropout: {
    type: "number",
    default: null,
    min: 0,
    max: 0.9,
    description:
      "Share of both layers that is left out at random in training; null: the more the fewer rows there are.",
  },
  orderedShare: {
    type: "number",
    default: 0.5,
    min: 0,
    max: 1,
    description:
      "Share of training rows whose columns come in the order that rows are drawn in; the others come in a random one.",
  },
  topP: {
    type: "number",
    default: 1,
    min: 0.01,
    max: 1,
    description:
      "Draw from the likeliest alternatives that make up this share of the probability; 1: from all.",
  },
};

/** Settings of learned generators that are not a choice here. */
const fixed = { preset: "verisim", numbers: "blocks", maxClusters: 10, learnPlaces: false };

/** @throws VerisimError as `checkOptions` of @verisim/core */
export function resolveAutoregressive(options: AutoregressiveTableOptions): ResolvedAutoregressiveOptions {
  const own = checkOptions(
    "autoregressive",
    autoregressiveOptions,
    options as Readonly<Record<string, unknown>>,
  );
  return { ...fixed, ...own } as unknown as ResolvedAutoregressiveOptions;
}
