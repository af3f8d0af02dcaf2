// A network with one hidden layer of rectifiers, trained by Adam (D. Kingma, J. Ba, 2015) as scikit-learn's MLPClassifier and
// MLPRegressor are: batches of 200, step 1e-3, penalty 1e-4, end when ten epochs gain less than 1e-4. Categories are looked
// up instead of multiplied, so that a row costs its columns and not its categories.

import { setImmediate } from "node:timers/promises";

import { RowRandom, type RunOptions, streamKey, throwIfAborted } from "@verisim/core";
import type { ScaledRows, Scaling } from "./scaled-rows.ts";

export interface PerceptronOptions extends RunOptions {
  hidden: number;
  /** Epochs at most. */
  epochs: number;
  seed: number;
  /** Classes from 0 on, two or more, or numbers of about unit spread. */
  task: { readonly classes: number } | "numbers";
}

const batchSize = 200;
const learningRate = 1e-3;
const decay = 1e-4;
const [meanRate, squareRate, smallest] = [0.9, 0.999, 1e-8];
const leastGain = 1e-4;
const patience = 10;

/**
 * Learns rows and predicts others: the number, or the class.
 *
 * @param labels a class or a number per learnt row
 */
export async function perceptron(
  scaling: Scaling,
  learnt: ScaledRows,
  labels: Float64Array,
  asked: ScaledRows,
  options: PerceptronOptions,
): Promise<Float64Array> {
  const network = new Network(scaling, options);
  const random = new RowRandom(streamKey(options.seed, "evaluate", "perceptron order"), 0);
  const order = Int32Array.from({ length: learnt.count }, (_, row) => row);
  let best = Number.POSITIVE_INFINITY;
  let without = 0;
  for (let epoch = 0; epoch < options.epochs && without <= patience; epoch++) {
    await setImmediate();
    throwIfAborted(options.signal);
    for (let row = order.length - 1; row > 0; row--) {
      const other = random.below(row + 1);
      [order[row], order[other]] = [order[other]!, order[row]!];
    }
    let loss = 0;
    for (let start = 0; start < order.length; start += batchSize) {
      const rows = order.subarray(start, start + batchSize);
      loss += network.step(learnt, labels, rows) * rows.length;
    }
    loss /= order.length;
    without = loss > best - leastGain ? without + 1 : 0;
    best = Math.min(best, loss);
  }
  return network.predict(asked);
}

/** The same of numbers of any unit: they are learnt in units of their spread. */
export async function numberPerceptron(
  scaling: Scaling,
  learnt: ScaledRows,
  target: Float64Array,
  asked: ScaledRows,
  options: Omit<PerceptronOptions, "task">,
): Promise<Float64Array> {
  const mean = target.reduce((sum, value) => sum + value / target.length, 0);
  const spread = Math.sqrt(target.reduce((sum, value) => sum + (value - mean) ** 2 / target.length, 0)) || 1;
  const scaled = target.map((value) => (value - mean) / spread);
  const predicted = await perceptron(scaling, learnt, scaled, asked, { ...options, task: "numbers" });
  return predicted.map((value) => value * spread + mean);
}

class Network {
  readonly #scaling: Scaling;
  readonly #hidden: number;
  readonly #outputs: number;
  readonly #isNumber: boolean;
  /** First layer by column, hidden biases, second layer by hidden unit, output biases. */
  readonly #parameters: Float64Array;
  readonly #gradient: Float64Array;
  readonly #means: Float64Array;
  readonly #squares: Float64Array;
  readonly #places: { readonly biases: number; readonly second: number; readonly last: number };
  /** What the zeros of one-hot columns add to each hidden unit, the same for all rows. */
  readonly #shared: Float64Array;
  #steps = 0;

  constructor(scaling: Scaling, { hidden, task, seed }: PerceptronOptions) {
    this.#scaling = scaling;
    this.#hidden = hidden;
    this.#isNumber = task === "numbers";
    this.#outputs = task === "numbers" || task.classes === 2 ? 1 : task.classes;
    const biases = scaling.width * hidden;
    const second = biases + hidden;
    const last = second + hidden * this.#outputs;
    this.#places = { biases, second, last };
    this.#parameters = new Float64Array(last + this.#outputs);
    this.#gradient = this.#parameters.slice();
    this.#means = this.#parameters.slice();
    this.#squares = this.#parameters.slice();
    this.#shared = new Float64Array(hidden);
    const random = new RowRandom(streamKey(seed, "evaluate", "perceptron weights"), 0);
    const fill = (from: number, to: number, bound: number): void => {
      for (let at = from; at < to; at++) this.#parameters[at] = (2 * random.uniform() - 1) * bound;
    };
    fill(0, second, Math.sqrt(6 / (scaling.width + hidden)));
    fill(second, this.#parameters.length, Math.sqrt(6 / (hidden + this.#outputs)));
  }

  /** One step of Adam on some rows; returns their mean loss before it. */
  step(learnt: ScaledRows, labels: Float64Array, rows: Int32Array): number {
    const gradient = this.#gradient.fill(0);
    const { biases, second, last } = this.#places;
    const hidden = this.#hidden;
    this.#share();
    const active = new Float64Array(hidden);
    const error = new Float64Array(this.#outputs);
    const back = new Float64Array(hidden);
    const summed = new Float64Array(hidden);
    const parameters = this.#parameters;
    let loss = 0;
    for (const row of rows) {
      this.#activate(learnt, row, active);
      this.#output(active, error);
      loss += this.#lossAndError(error, labels[row]!);
      back.fill(0);
      for (let output = 0; output < error.length; output++) {
        gradient[last + output]! += error[output]!;
        for (let unit = 0; unit < hidden; unit++) {
          const at = second + unit * error.length + output;
          gradient[at]! += error[output]! * active[unit]!;
          if (active[unit]! > 0) back[unit]! += error[output]! * parameters[at]!;
        }
      }
      this.#backward(learnt, row, back);
      for (let unit = 0; unit < hidden; unit++) summed[unit]! += back[unit]!;
    }
    const { zero } = this.#scaling;
    for (let column = learnt.numbers.length; column < this.#scaling.width; column++)
      if (zero[column] !== 0)
        for (let unit = 0; unit < hidden; unit++)
          gradient[column * hidden + unit]! += zero[column]! * summed[unit]!;
    for (let unit = 0; unit < hidden; unit++) gradient[biases + unit] = summed[unit]!;
    return this.#update(rows.length, loss);
  }

  predict(asked: ScaledRows): Float64Array {
    this.#share();
    const active = new Float64Array(this.#hidden);
    const output = new Float64Array(this.#outputs);
    return Float64Array.from({ length: asked.count }, (_, row) => {
      this.#activate(asked, row, active);
      this.#output(active, output);
      if (this.#isNumber) return output[0]!;
      if (output.length === 1) return output[0]! > 0 ? 1 : 0;
      return output.indexOf(output.reduce((most, own) => Math.max(most, own), Number.NEGATIVE_INFINITY));
    });
  }

  #share(): void {
    const { zero, width, features } = this.#scaling;
    const shared = this.#shared;
    const { biases } = this.#places;
    for (let unit = 0; unit < shared.length; unit++) shared[unit] = this.#parameters[biases + unit]!;
    for (let column = features.numbers.length; column < width; column++)
      if (zero[column] !== 0)
        for (let unit = 0; unit < shared.length; unit++)
          shared[unit]! += zero[column]! * this.#parameters[column * shared.length + unit]!;
  }

  #activate({ numbers, codes }: ScaledRows, row: number, active: Float64Array): void {
    const { bases, zero, one } = this.#scaling;
    active.set(this.#shared);
    for (let column = 0; column < numbers.length; column++)
      this.#addColumn(active, column, numbers[column]![row]!);
    for (let block = 0; block < codes.length; block++) {
      const code = codes[block]![row]!;
      if (code < 0) continue;
      const column = bases[block]! + code;
      this.#addColumn(active, column, one[column]! - zero[column]!);
    }
    for (let unit = 0; unit < active.length; unit++) if (active[unit]! < 0) active[unit] = 0;
  }

  #addColumn(active: Float64Array, column: number, value: number): void {
    const parameters = this.#parameters;
    const base = column * active.length;
    for (let unit = 0; unit < active.length; unit++) active[unit]! += value * parameters[base + unit]!;
  }

  #output(active: Float64Array, output: Float64Array): void {
    const { second, last } = this.#places;
    const parameters = this.#parameters;
    for (let own = 0; own < output.length; own++) {
      let sum = parameters[last + own]!;
      for (let unit = 0; unit < active.length; unit++)
        sum += active[unit]! * parameters[second + unit * output.length + own]!;
      output[own] = sum;
    }
  }

  /** Turns outputs into errors; returns the loss of the row. */
  #lossAndError(output: Float64Array, label: number): number {
    if (this.#isNumber) {
      const error = output[0]! - label;
      output[0] = error;
      return (error * error) / 2;
    }
    if (output.length === 1) {
      const score = output[0]!;
      const probability = 1 / (1 + Math.exp(-score));
      output[0] = probability - label;
      return Math.log1p(Math.exp(-Math.abs(score))) + Math.max(score, 0) - label * score;
    }
    const most = output.reduce((largest, own) => Math.max(largest, own), Number.NEGATIVE_INFINITY);
    let total = 0;
    for (let own = 0; own < output.length; own++) {
      output[own] = Math.exp(output[own]! - most);
      total += output[own]!;
    }
    for (let own = 0; own < output.length; own++) output[own]! /= total;
    const loss = -Math.log(Math.max(output[label]!, 1e-300));
    output[label]! -= 1;
    return loss;
  }

  #backward({ numbers, codes }: ScaledRows, row: number, back: Float64Array): void {
    const { bases, zero, one } = this.#scaling;
    const gradient = this.#gradient;
    const add = (column: number, value: number): void => {
      const base = column * back.length;
      for (let unit = 0; unit < back.length; unit++) gradient[base + unit]! += value * back[unit]!;
    };
    for (let column = 0; column < numbers.length; column++) add(column, numbers[column]![row]!);
    for (let block = 0; block < codes.length; block++) {
      const code = codes[block]![row]!;
      if (code < 0) continue;
      add(bases[block]! + code, one[bases[block]! + code]! - zero[bases[block]! + code]!);
    }
  }

  #update(rows: number, loss: number): number {
    const { biases, second, last } = this.#places;
    this.#steps++;
    const rate = (learningRate * Math.sqrt(1 - squareRate ** this.#steps)) / (1 - meanRate ** this.#steps);
    const [parameters, gradient, means, squares] = [
      this.#parameters,
      this.#gradient,
      this.#means,
      this.#squares,
    ];
    let penalty = 0;
    for (let at = 0; at < parameters.length; at++) {
      const isWeight = at < biases || (at >= second && at < last);
      const own = parameters[at]!;
      if (isWeight) penalty += own * own;
      const slope = (gradient[at]! + (isWeight ? decay * own : 0)) / rows;
      means[at] = meanRate * means[at]! + (1 - meanRate) * slope;
      squares[at] = squareRate * squares[at]! + (1 - squareRate) * slope * slope;
      parameters[at]! -= (rate * means[at]!) / (Math.sqrt(squares[at]!) + smallest);
    }
    return (loss + (decay * penalty) / 2) / rows;
  }
}
