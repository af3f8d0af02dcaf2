// One training step of TVAE (Xu et al. 2019, section 4.5; Kingma and Welling 2014): rows drawn, encoder, a latent sample,
// decoder, reconstruction and divergence, Adam.

import { gradients } from "../../grad.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { filled, Initializer } from "../../nn/initializer.ts";
import { initLinear, type LinearInput, type LinearParameters, linear } from "../../nn/linear.ts";
import { normalDivergence, spanCrossEntropy } from "../../nn/losses.ts";
import { gather } from "../../ops/indexing.ts";
import { slice } from "../../ops/movement.ts";
import { add, div, exp, log, maximum, minimum, mul, relu, sub, tanh } from "../../ops/pointwise.ts";
import type { Rng } from "../../ops/random.ts";
import { sum } from "../../ops/reduce.ts";
import { adam, type TensorTree } from "../../optim/optimizers.ts";
import { tensorsOf, withTensors } from "../../optim/parameter-tree.ts";
import type { TensorData } from "../../tensor-data.ts";
import { rowBag } from "./ctgan.ts";
import { type EncodedTable, outputsOf, spansOf } from "./encoded-table.ts";
import type { TrainingProgram } from "./golden-program.ts";

/** Options of {@link tvaeStep}; defaults are those of the paper. */
export interface TvaeStepOptions {
  readonly table: EncodedTable;
  /** Rows per step; default 500. */
  readonly batch?: number;
  /** Width of the latent sample; default 128. */
  readonly embedding?: number;
  /** Widths of the encoder's layers, and in reverse of the decoder's; default [128, 128]. */
  readonly hidden?: readonly number[];
  readonly seed?: number;
}

/** Weight of the reconstruction. */
const lossFactor = 2;
const optimizer = adam({ learningRate: 1e-3, weightDecay: 1e-5 });

function initLayers(at: Initializer, widths: readonly number[]): LinearParameters<TensorData>[] {
  return widths.slice(1).map((outputs, i) => initLinear(at.at("layers", i), { inputs: widths[i]!, outputs }));
}

/** Linear layers with ReLU between them. */
function perceptron(layers: readonly LinearParameters<Tensor>[], x: LinearInput): Tensor {
  return layers.slice(1).reduce((hidden, layer) => linear(layer, relu(hidden)), linear(layers[0]!, x));
}

/** The step at `table`'s sizes. Output: loss. */
export function tvaeStep(options: TvaeStepOptions): TrainingProgram {
  const { table, batch = 500, embedding = 128, hidden = [128, 128], seed = 1 } = options;
  const layout = { modes: table.modes, categories: table.categories };
  const outputs = outputsOf(layout);
  const numbers = layout.modes.length;
  const at = new Initializer(seed, "tvae");
  const parameters = {
    // its last layer gives mean and log variance side by side
    encoder: initLayers(at.at("encoder"), [outputs, ...hidden, 2 * embedding]),
    decoder: initLayers(at.at("decoder"), [embedding, ...[...hidden].reverse(), outputs]),
    deviation: filled([numbers], 0.1),
  };
  const initial = {
    table: { ones: table.ones, numbers: table.numbers },
    parameters,
    adam: optimizer.init(parameters),
  };

  const lossOf = (
    rng: Rng,
    { encoder, decoder, deviation }: TensorTree<typeof parameters>,
    ones: Tensor,
    real: Tensor,
  ): Tensor => {
    const latent = perceptron(encoder, rowBag(ones, real, layout));
    const mean = slice(latent, [0, 0], [batch, embedding]);
    const logVariance = slice(latent, [0, embedding], [batch, 2 * embedding]);
    const sample = add(mean, mul(exp(mul(0.5, logVariance)), rng.normal([batch, embedding])));
    const made = perceptron(decoder, sample);
    const off = div(sub(real, tanh(slice(made, [0, 0], [batch, numbers]))), deviation);
    const numeric = add(mul(sum(mul(off, off)), 0.5 / batch), sum(log(deviation)));
    const spans = slice(made, [0, numbers], [batch, outputs]);
    const categorical = spanCrossEntropy(spans, sub(ones, numbers), spansOf(layout));
    return add(mul(lossFactor, add(numeric, categorical)), normalDivergence(mean, logVariance));
  };

  const step = (rng: Rng, state: TensorTree<typeof initial>) => {
    const row = rng.below(table.rowCount, [batch]);
    const loss = lossOf(
      rng,
      state.parameters,
      gather(state.table.ones, row),
      gather(state.table.numbers, row),
    );
    const gradientTree = withTensors(state.parameters, gradients(loss, tensorsOf(state.parameters)));
    const next = optimizer.update(state.parameters, gradientTree, state.adam);
    const deviation = minimum(1, maximum(0.01, next.parameters.deviation));
    return { state: { parameters: { ...next.parameters, deviation }, adam: next.state }, outputs: { loss } };
  };
  return { state: initial, entries: { train: { step: ({ state, rng }) => step(rng, state) } } };
}
