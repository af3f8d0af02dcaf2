// The network: what is known of all columns so far, as one probability per alternative, to what that says of every column.
// A residual perceptron; its last layer starts small, so that it begins as columns that have nothing to do with each other.

import { basisTensor, type ColumnBasis, columnBasis, timesBasis } from "@verisim/neural";
import {
  add,
  concat,
  matmul,
  mul,
  nn,
  relu,
  sub,
  type Tensor,
  type TensorData,
  tensorData,
  transpose,
  zeros,
} from "@verisim/tensor";
import { beliefOf, type Known, ownLogits } from "./beliefs.ts";
import type { NoisedColumns } from "./columns.ts";

export interface DenoiserShape {
  readonly columns: NoisedColumns;
  readonly width: number;
  readonly depth: number;
}

/** A denoiser as it is evaluated. */
export interface Denoiser<T> {
  readonly input: nn.LinearParameters<T>;
  readonly blocks: readonly {
    readonly norm: nn.NormParameters<T>;
    readonly up: nn.LinearParameters<T>;
    readonly down: nn.LinearParameters<T>;
  }[];
  readonly norm: nn.NormParameters<T>;
  readonly output: nn.LinearParameters<T>;
}

/** What is trained: neighbouring alternatives of a number share parts of their weights in the first and the last layer. */
export interface DenoiserParameters<T> extends Denoiser<T> {
  /** Per number [functions, width]. */
  readonly sharedIn: Readonly<Record<string, T>>;
  readonly sharedOut: Readonly<Record<string, T>>;
}

const small: nn.WeightInit = (at, shape, { fanIn }) => at.uniform(shape, 0.1 / Math.sqrt(fanIn));

export function initDenoiser(
  at: nn.Initializer,
  { columns, width, depth }: DenoiserShape,
): DenoiserParameters<TensorData> {
  const choices = columns.columnOf.length;
  const shared = (name: string, deviation: number): Record<string, TensorData> =>
    Object.fromEntries(
      sharedBases(columns).map(({ key, basis }) => [
        key,
        at.at(name, key).normal([basis.functions, width], deviation),
      ]),
    );
  return {
    // Few of the inputs differ from 0 in a row.
    input: nn.initLinear(at.at("input"), {
      inputs: choices,
      outputs: width,
      init: (to, shape) => to.normal(shape, 0.2),
    }),
    sharedIn: shared("sharedIn", 0.2),
    blocks: Array.from({ length: depth }, (_, i) => ({
      norm: nn.initNorm(width),
      up: nn.initLinear(at.at("up", i), { inputs: width, outputs: width, init: nn.heNormal }),
      down: nn.initLinear(at.at("down", i), { inputs: width, outputs: width, init: small }),
    })),
    norm: nn.initNorm(width),
    output: nn.initLinear(at.at("output"), { inputs: width, outputs: choices, init: small }),
    sharedOut: shared("sharedOut", 0.1 / Math.sqrt(width)),
  };
}

/** The numbers whose alternatives share weights. */
function sharedBases({ numbers, starts, widths, hasMissing }: NoisedColumns): {
  readonly key: string;
  readonly start: number;
  readonly width: number;
  readonly basis: ColumnBasis;
}[] {
  return numbers.flatMap((column) => {
    const width = widths[column]!;
    const basis = columnBasis(width, hasMissing[column]!);
    return basis ? [{ key: `column${column}`, start: starts[column]!, width, basis }] : [];
  });
}

/** The shared parts multiplied out, inside of a step. */
export function multiplyOut(
  { sharedIn, sharedOut, input, output, ...rest }: DenoiserParameters<Tensor>,
  columns: NoisedColumns,
): Denoiser<Tensor> {
  const bases = sharedBases(columns);
  if (bases.length === 0) return { ...rest, input, output };
  const choices = columns.columnOf.length;
  /** [choices, width] of shared parts, 0 where none are. */
  const spread = (parts: Readonly<Record<string, Tensor>>): Tensor => {
    const width = input.weights[0]!.shape[1]!;
    const rows: Tensor[] = [];
    let at = 0;
    for (const { key, start, width: own, basis } of bases) {
      if (start > at) rows.push(zeros([start - at, width]));
      rows.push(matmul(basisTensor(basis), parts[key]!));
      at = start + own;
    }
    if (at < choices) rows.push(zeros([choices - at, width]));
    return concat(rows, 0);
  };
  return {
    ...rest,
    input: { ...input, weights: [add(input.weights[0]!, spread(sharedIn))] },
    output: { ...output, weights: [add(output.weights[0]!, transpose(spread(sharedOut)))] },
  };
}

/** The same of numbers, once, for the model that rows are drawn with. */
export function multipliedOut(
  { sharedIn, sharedOut, input, output, ...rest }: DenoiserParameters<TensorData>,
  columns: NoisedColumns,
): Denoiser<TensorData> {
  const choices = columns.columnOf.length;
  const { shape } = input.weights[0]!;
  const width = shape[1]!;
  const into = Float32Array.from(input.weights[0]!.data);
  const outOf = Float32Array.from(output.weights[0]!.data);
  for (const { key, start, basis } of sharedBases(columns)) {
    const [partsIn, partsOut] = [sharedIn[key]!.data, sharedOut[key]!.data];
    timesBasis(basis, (alternative, f, value) => {
      const choice = start + alternative;
      for (let h = 0; h < width; h++) {
        into[choice * width + h]! += value * partsIn[f * width + h]!;
        outOf[h * choices + choice]! += value * partsOut[f * width + h]!;
      }
    });
  }
  return {
    ...rest,
    input: { ...input, weights: [tensorData(into, shape)] },
    output: { ...output, weights: [tensorData(outOf, [width, choices])] },
  };
}

/** @param known [rows, choices]; @param drop what training does to hidden layers; @returns logits [rows, choices] */
function denoise(parameters: Denoiser<Tensor>, known: nn.LinearInput, drop: (x: Tensor) => Tensor): Tensor {
  let hidden = nn.linear(parameters.input, known);
  for (const { norm, up, down } of parameters.blocks)
    hidden = add(hidden, nn.linear(down, drop(relu(nn.linear(up, nn.layerNorm(norm, hidden))))));
  return nn.linear(parameters.output, relu(nn.layerNorm(parameters.norm, hidden)));
}

/** Logits of all columns for what is known: what a column's own look says, and what the others add to it; `drop` as training does. */
export function logitsOf(
  parameters: Denoiser<Tensor>,
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
  parameters: Denoiser<Tensor>,
  known: Known,
  columns: NoisedColumns,
  bias: Tensor,
  temperature: number,
): Tensor {
  const logits = add(logitsOf(parameters, known, columns), bias);
  if (temperature === 1) return logits;
  return add(mul(sub(logits, known.evidence), 1 / temperature), known.evidence);
}
