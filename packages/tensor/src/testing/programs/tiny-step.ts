// One training step of a network so small that it is all overhead: 16-64-64-1, batch 32, mean squared error, Adam.

import { gradients } from "../../grad.ts";
import { Initializer } from "../../nn/initializer.ts";
import { initLinear, linear } from "../../nn/linear.ts";
import { meanSquaredError } from "../../nn/losses.ts";
import { gather } from "../../ops/indexing.ts";
import { relu } from "../../ops/pointwise.ts";
import type { Rng } from "../../ops/random.ts";
import { adam, type TensorTree } from "../../optim/optimizers.ts";
import { tensorsOf, withTensors } from "../../optim/parameter-tree.ts";
import { tensorData } from "../../tensor-data.ts";
import type { TrainingProgram } from "./golden-program.ts";

/** Options of {@link tinyStep}. */
export interface TinyStepOptions {
  /** Rows to draw from; default 4096. */
  readonly rows?: number;
  /** Default 16. */
  readonly features?: number;
  /** Default [64, 64]. */
  readonly hidden?: readonly number[];
  /** Default 32. */
  readonly batch?: number;
  /** Default 1e-3. */
  readonly learningRate?: number;
  readonly seed?: number;
}

/** The target is tanh of the features' sum. Output: loss. */
export function tinyStep(options: TinyStepOptions = {}): TrainingProgram {
  const {
    rows = 4096,
    features = 16,
    hidden = [64, 64],
    batch = 32,
    learningRate = 1e-3,
    seed = 1,
  } = options;
  const at = new Initializer(seed, "tiny");
  const optimizer = adam({ learningRate });
  const widths = [features, ...hidden, 1];
  const layers = widths
    .slice(1)
    .map((outputs, i) => initLinear(at.at("layers", i), { inputs: widths[i]!, outputs }));
  const inputs = at.at("inputs").normal([rows, features], 1);
  const targets = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let total = 0;
    for (let i = 0; i < features; i++) total += inputs.data[row * features + i]!;
    targets[row] = Math.tanh(total);
  }
  const initial = { inputs, targets: tensorData(targets, [rows, 1]), layers, adam: optimizer.init(layers) };

  const step = (rng: Rng, state: TensorTree<typeof initial>) => {
    const row = rng.below(rows, [batch]);
    const predicted = state.layers
      .slice(1)
      .reduce((x, layer) => linear(layer, relu(x)), linear(state.layers[0]!, gather(state.inputs, row)));
    const loss = meanSquaredError(predicted, gather(state.targets, row));
    const gradientTree = withTensors(state.layers, gradients(loss, tensorsOf(state.layers)));
    const next = optimizer.update(state.layers, gradientTree, state.adam);
    return { state: { layers: next.parameters, adam: next.state }, outputs: { loss } };
  };
  return { state: initial, entries: { train: { step: ({ state, rng }) => step(rng, state) } } };
}
