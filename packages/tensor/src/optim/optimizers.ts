// Optimizers: `init` gives the state for a tree of first parameters, `update` takes parameters and gradients to new ones in
// one instruction. Trees keep their form and their static types.

import type { Tensor } from "../graph/tensor.ts";
import { add, div, minimum, mul, sub } from "../ops/pointwise.ts";
import { scalar, type TensorLike } from "../ops/source.ts";
import * as ops from "../ops/update.ts";
import { type DataTree, type TensorData, tensorData } from "../tensor-data.ts";
import { alignedTensors, withTensors, zerosLike } from "./parameter-tree.ts";

/** What an update returns; both go back into the program's state. */
export interface Updated<P, S> {
  readonly parameters: P;
  readonly state: S;
}

/** A tree of traced tensors. */
export type TensorTree<P> = DataTree<P, Tensor>;

/** Adam's state: the number of steps taken, running means of gradients and of their squares. */
export interface AdamState<P, T> {
  readonly count: T;
  readonly mean: P;
  readonly square: P;
}

/** Options of {@link adam}. */
export interface AdamOptions extends ops.AdamOptions {
  /** Default 1e-3. `update` may be given another one. */
  readonly learningRate?: number;
}

/** An Adam optimizer. */
export interface Adam {
  init<P>(parameters: P): AdamState<P, TensorData>;
  /** @param rate learning rate of this step, such as one computed from the step's number; default the option */
  update<P>(
    parameters: P,
    gradients: P,
    state: AdamState<P, Tensor>,
    rate?: TensorLike,
  ): Updated<P, AdamState<P, Tensor>>;
}

const asTensor = (value: TensorLike): Tensor => (typeof value === "number" ? scalar(value) : value);

/** Adam (Kingma and Ba 2015). */
export function adam({ learningRate = 1e-3, ...options }: AdamOptions = {}): Adam {
  return {
    init: (parameters) => ({
      count: tensorData([0], []),
      mean: zerosLike(parameters),
      square: zerosLike(parameters),
    }),
    update(parameters, gradients, state, rate = learningRate) {
      const rows = alignedTensors("adam", [parameters, gradients, state.mean, state.square]);
      const count = add(state.count, 1);
      const next = ops.adam(
        count,
        asTensor(rate),
        rows.map(([value, gradient, mean, square]) => ({
          value: value!,
          gradient: gradient!,
          mean: mean!,
          square: square!,
        })),
        options,
      );
      const tree = (part: "value" | "mean" | "square"): typeof parameters =>
        withTensors(
          parameters,
          next.map((parameter) => parameter[part]),
        );
      return {
        parameters: tree("value"),
        state: { count, mean: tree("mean"), square: tree("square") },
      };
    },
  };
}

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019); default decay 0.01. */
export function adamW(options: Omit<AdamOptions, "decoupled"> = {}): Adam {
  return adam({ weightDecay: 0.01, ...options, decoupled: true });
}

/** The state of gradient descent: velocities. */
export interface SgdState<P> {
  readonly velocity: P;
}

/** Options of {@link sgd}. */
export interface SgdOptions extends ops.SgdOptions {
  /** Default 0.01. `update` may be given another one. */
  readonly learningRate?: number;
}

/** A gradient descent optimizer. */
export interface Sgd {
  init<P>(parameters: P): SgdState<P>;
  /** @param rate learning rate of this step; default the option */
  update<P>(parameters: P, gradients: P, state: SgdState<P>, rate?: TensorLike): Updated<P, SgdState<P>>;
}

/** Gradient descent with momentum. */
export function sgd({ learningRate = 0.01, ...options }: SgdOptions = {}): Sgd {
  return {
    init: (parameters) => ({ velocity: zerosLike(parameters) }),
    update(parameters, gradients, state, rate = learningRate) {
      const rows = alignedTensors("sgd", [parameters, gradients, state.velocity]);
      const next = ops.sgd(
        asTensor(rate),
        rows.map(([value, gradient, velocity]) => ({
          value: value!,
          gradient: gradient!,
          velocity: velocity!,
        })),
        options,
      );
      return {
        parameters: withTensors(
          parameters,
          next.map(({ value }) => value),
        ),
        state: {
          velocity: withTensors(
            parameters,
            next.map(({ velocity }) => velocity),
          ),
        },
      };
    },
  };
}

/**
 * Running means of parameters, as they are kept for sampling: decay averages + (1 - decay) parameters.
 * @param decay in [0, 1), such as 0.999, or a single f32 that changes from step to step, such as {@link warmDecay}
 */
export function ema<P>(averages: P, parameters: P, decay: TensorLike): P {
  const pairs = alignedTensors("ema", [averages, parameters]).map(([target, source]) => ({
    target: target!,
    source: source!,
  }));
  if (typeof decay === "number") return withTensors(averages, ops.ema(pairs, decay));
  const rest = sub(1, decay);
  return withTensors(
    averages,
    pairs.map(({ target, source }) => add(target, mul(rest, sub(source, target)))),
  );
}

/** How much of its way a mean still has from the steps before: of t steps the last tenth counts most. */
const warmLag = 10;

/**
 * The decay of running means that begin with the training: min(decay, (1 + t) / (10 + t)) after t steps. A constant decay
 * would keep the first weights for thousands of steps, which short trainings never leave.
 * @param count steps taken, as Adam counts them
 * @param decay what it grows to, in [0, 1)
 */
export function warmDecay(count: Tensor, decay: number): Tensor {
  return minimum(decay, div(add(count, 1), add(count, warmLag)));
}
