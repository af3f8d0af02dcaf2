// Vectors of numbers as a modality: standardised, every number a cell of its own, normal distributions decoded.

import type { StateTree } from "@verisim/neural";
import { mul, nn, sub, type Tensor, type TensorData, tanh, tensorData } from "@verisim/tensor";
import { normalLoss, squaredError } from "./gaussian.ts";
import { initLayers, type Layers, perceptron } from "./layers.ts";
import type { Part, PartError, PartRows, PartSizes } from "./part.ts";

/** What standardising needs, per number; a scale of 0 marks a number that never varies. */
export type VectorScaling = { readonly mean: Float64Array; readonly scale: Float64Array };

/** Means and deviations of the known numbers. @param values row-major [rows, dims], NaN where missing */
export function vectorScaling(values: ArrayLike<number>, dims: number): VectorScaling {
  const mean = new Float64Array(dims);
  const scale = new Float64Array(dims);
  for (let dim = 0; dim < dims; dim++) {
    let [sum, count] = [0, 0];
    for (let at = dim; at < values.length; at += dims) {
      if (!Number.isFinite(values[at])) continue;
      sum += values[at]!;
      count++;
    }
    mean[dim] = count > 0 ? sum / count : 0;
    let squares = 0;
    for (let at = dim; at < values.length; at += dims)
      if (Number.isFinite(values[at])) squares += (values[at]! - mean[dim]!) ** 2;
    const deviation = Math.sqrt(squares / Math.max(1, count));
    scale[dim] = deviation > 1e-12 * Math.abs(mean[dim]!) ? deviation : 0;
  }
  return { mean, scale };
}

/** Numbers as the part takes them. */
export function vectorRows(values: ArrayLike<number>, { mean, scale }: VectorScaling): PartRows<TensorData> {
  const dims = mean.length;
  const standard = new Float32Array(values.length);
  const known = new Float32Array(values.length);
  for (let at = 0; at < values.length; at++) {
    const dim = at % dims;
    if (!Number.isFinite(values[at]) || scale[dim] === 0) continue;
    standard[at] = (values[at]! - mean[dim]!) / scale[dim]!;
    known[at] = 1;
  }
  const shape = [values.length / dims, dims];
  return { known: tensorData(known, shape), values: tensorData(standard, shape) };
}

export class VectorPart implements Part {
  readonly name: string;
  readonly cells: number;
  readonly learnsMissing = false;

  constructor(name: string, dims: number) {
    this.name = name;
    this.cells = dims;
  }

  init(
    at: nn.Initializer,
    { latent, compress, decompress }: PartSizes,
  ): { encoder: StateTree; decoder: StateTree } {
    const dims = this.cells;
    return {
      encoder: initLayers(at.at("encoder"), [dims, dims], [...compress, 2 * latent]),
      decoder: {
        layers: initLayers(at.at("decoder"), [latent], [...decompress, dims]),
        logDeviation: nn.filled([1, dims], -0.5),
      },
    };
  }

  encode(encoder: StateTree, { values }: PartRows<Tensor>, seen: Tensor): Tensor {
    return perceptron(encoder as Layers<Tensor>, [mul(soften(values!), seen), sub(1, seen)]);
  }

  decode({ layers }: StateTree, latent: Tensor): { values: Tensor } {
    return { values: perceptron(layers as Layers<Tensor>, latent) };
  }

  loss(
    { logDeviation }: StateTree,
    { values: made }: Readonly<Record<string, Tensor>>,
    { values }: PartRows<Tensor>,
    counted: Tensor,
  ): Tensor {
    return normalLoss(made!, values!, logDeviation, counted);
  }

  error(
    { values: made }: Readonly<Record<string, Tensor>>,
    { values }: PartRows<Tensor>,
    hidden: Tensor,
  ): PartError {
    return squaredError(made!, values!, hidden);
  }
}

/** Standardised numbers with far ones brought nearer. */
export function soften(values: Tensor): Tensor {
  return mul(4, tanh(mul(0.25, values)));
}
