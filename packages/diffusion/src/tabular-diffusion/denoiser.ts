// The network: what is known of all columns so far, as one probability per alternative, to what that says of every column.
// A residual perceptron; its last layer starts small, so that it begins as columns that have nothing to do with each other.

import { add, mul, nn, relu, sub, type Tensor, type TensorData } from "@verisim/tensor";
import { beliefOf, type Known, ownLogits } from "./beliefs.ts";
import type { NoisedColumns } from "./columns.ts";

export interface DenoiserSize {
  /** Alternatives of all columns. */
  readonly choices: number;
  readonly width: number;
  readonly depth: number;
}

export interface DenoiserParameters<T> {
  readonly input: nn.LinearParameters<T>;
  readonly blocks: readonly {
    readonly norm: nn.NormParameters<T>;
    readonly up: nn.LinearParameters<T>;
    readonly down: nn.LinearParameters<T>;
  }[];
  readonly norm: nn.NormParameters<T>;
  readonly output: nn.LinearParameters<T>;
}

const small: nn.WeightInit = (at, shape, { fanIn }) => at.uniform(shape, 0.1 / Math.sqrt(fanIn));

export function initDenoiser(
  at: nn.Initializer,
  { choices, width, depth }: DenoiserSize,
): DenoiserParameters<TensorData> {
  return {
    // Few of the inputs differ from 0 in a row.
    input: nn.initLinear(at.at("input"), {
      inputs: choices,
      outputs: width,
      init: (to, shape) => to.normal(shape, 0.3),
    }),
    blocks: Array.from({ length: depth }, (_, i) => ({
      norm: nn.initNorm(width),
      up: nn.initLinear(at.at("up", i), { inputs: width, outputs: width, init: nn.heNormal }),
      down: nn.initLinear(at.at("down", i), { inputs: width, outputs: width, init: small }),
    })),
    norm: nn.initNorm(width),
    output: nn.initLinear(at.at("output"), { inputs: width, outputs: choices, init: small }),
  };
}

/** @param known [rows, choices]; @param drop what training does to hidden layers; @returns logits [rows, choices] */
function denoise(
  parameters: DenoiserParameters<Tensor>,
  known: nn.LinearInput,
  drop: (x: Tensor) => Tensor,
): Tensor {
  let hidden = nn.linear(parameters.input, known);
  for (const { norm, up, down } of parameters.blocks)
    hidden = add(hidden, nn.linear(down, drop(relu(nn.linear(up, nn.layerNorm(norm, hidden))))));
  return nn.linear(parameters.output, relu(nn.layerNorm(parameters.norm, hidden)));
}

/** Logits of all columns for what is known: what a column's own look says, and what the others add to it; `drop` as training does. */
export function logitsOf(
  parameters: DenoiserParameters<Tensor>,
  known: Known,
  columns: NoisedColumns,
  drop: (x: Tensor) => Tensor = (x) => x,
): Tensor {
  return add(denoise(parameters, beliefOf(known, columns), drop), ownLogits(known.evidence, columns));
}

/**
 * The logits that rows are drawn from.
 * @param bias [choices]: what calibration adds
 * @param temperature divides what was learnt; what noisy looks say is not touched
 */
export function drawnLogits(
  parameters: DenoiserParameters<Tensor>,
  known: Known,
  columns: NoisedColumns,
  bias: Tensor,
  temperature: number,
): Tensor {
  const logits = add(logitsOf(parameters, known, columns), bias);
  if (temperature === 1) return logits;
  return add(mul(sub(logits, known.evidence), 1 / temperature), known.evidence);
}
