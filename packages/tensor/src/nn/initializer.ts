// First values of parameters. Every parameter has a random stream of its own, named by its path from the model's root, so
// that adding a layer leaves the others' first values as they were.

import { philox, type StreamKey, streamKey } from "@verisim/core";
import { type Shape, sizeOf } from "../shape.ts";
import { type TensorData, tensorData } from "../tensor-data.ts";

/** A place in a model with its random stream. */
export class Initializer {
  readonly #seed: number;
  readonly #path: readonly string[];

  /** @param seed any safe integer */
  constructor(seed: number, ...path: readonly string[]) {
    this.#seed = seed;
    this.#path = path;
  }

  /** A place inside this one. */
  at(...path: readonly (string | number)[]): Initializer {
    return new Initializer(this.#seed, ...this.#path, ...path.map(String));
  }

  /** Uniform numbers in (-limit, limit). */
  uniform(shape: Shape, limit: number): TensorData {
    return this.#fill(shape, (words, lane) => (2 * uniformOf(words[lane]!) - 1) * limit);
  }

  /** Normal numbers around 0. */
  normal(shape: Shape, deviation: number): TensorData {
    return this.#fill(shape, (words, lane) => {
      // Box and Muller 1958 on the two pairs of words
      const first = lane < 2 ? 0 : 2;
      const radius = deviation * Math.sqrt(-2 * Math.log(uniformOf(words[first]!)));
      const angle = 2 * Math.PI * uniformOf(words[first + 1]!);
      return radius * (lane % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
    });
  }

  #fill(shape: Shape, number: (words: readonly number[], lane: number) => number): TensorData {
    const key: StreamKey = streamKey(this.#seed, ...this.#path);
    const data = new Float32Array(sizeOf(shape));
    for (let block = 0; block * 4 < data.length; block++) {
      const words = philox([block, 0, 0, 0], key);
      for (let lane = 0; lane < 4 && block * 4 + lane < data.length; lane++)
        data[block * 4 + lane] = number(words, lane);
    }
    return tensorData(data, shape);
  }
}

/** Uniform in (0, 1). */
const uniformOf = (word: number): number => (word + 0.5) / 0x100000000;

/** The same number everywhere. */
export function filled(shape: Shape, value: number): TensorData {
  return tensorData(new Float32Array(sizeOf(shape)).fill(value), shape);
}

/** Inputs and outputs of one unit, which first weights are scaled by. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** First values of a weight. */
export type WeightInit = (at: Initializer, shape: Shape, fans: Fans) => TensorData;

/** U(-1/sqrt(fanIn), 1/sqrt(fanIn)): PyTorch's default for linear and convolution layers. */
export const fanInUniform: WeightInit = (at, shape, { fanIn }) => at.uniform(shape, 1 / Math.sqrt(fanIn));

/** U(-a, a), a = sqrt(6 / (fanIn + fanOut)), for tanh and sigmoid (Glorot and Bengio 2010). */
export const xavierUniform: WeightInit = (at, shape, { fanIn, fanOut }) =>
  at.uniform(shape, Math.sqrt(6 / (fanIn + fanOut)));

/** N(0, 2 / fanIn), for rectified units (He et al. 2015). */
export const heNormal: WeightInit = (at, shape, { fanIn }) => at.normal(shape, Math.sqrt(2 / fanIn));
