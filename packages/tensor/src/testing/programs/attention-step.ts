// One training step of a small transformer block (Vaswani et al. 2017; layer norm first, Xiong et al. 2020): sequences of
// random tokens are drawn inside, and every place must tell the sequence's first token.

import { gelu } from "../../functions/activations.ts";
import { gradients } from "../../grad.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { attention, initAttention } from "../../nn/attention.ts";
import { embedding, initEmbedding } from "../../nn/embedding.ts";
import { Initializer } from "../../nn/initializer.ts";
import { initLinear, linear } from "../../nn/linear.ts";
import { spanCrossEntropy } from "../../nn/losses.ts";
import { initNorm, layerNorm } from "../../nn/normalization.ts";
import { broadcast, reshape, slice } from "../../ops/movement.ts";
import { add } from "../../ops/pointwise.ts";
import type { Rng } from "../../ops/random.ts";
import { clipByGlobalNorm } from "../../optim/clip.ts";
import { adamW, type TensorTree } from "../../optim/optimizers.ts";
import { tensorsOf, withTensors } from "../../optim/parameter-tree.ts";
import type { TrainingProgram } from "./golden-program.ts";

/** Options of {@link attentionStep}. */
export interface AttentionStepOptions {
  /** Default 8. */
  readonly batch?: number;
  /** Tokens of a sequence; default 6. */
  readonly places?: number;
  /** Default 16. */
  readonly width?: number;
  /** Default 2. */
  readonly heads?: number;
  /** Different tokens; default 5. */
  readonly tokens?: number;
  readonly seed?: number;
}

/** Output: loss. */
export function attentionStep(options: AttentionStepOptions = {}): TrainingProgram {
  const { batch = 8, places = 6, width = 16, heads = 2, tokens = 5, seed = 1 } = options;
  const at = new Initializer(seed, "attention");
  const parameters = {
    token: initEmbedding(at.at("token"), { categories: tokens, width }),
    place: { table: at.at("place").normal([places, width], 0.1) },
    first: initNorm(width),
    attention: initAttention(at.at("attention"), width),
    second: initNorm(width),
    expand: initLinear(at.at("expand"), { inputs: width, outputs: 2 * width }),
    contract: initLinear(at.at("contract"), { inputs: 2 * width, outputs: width }),
    output: initLinear(at.at("output"), { inputs: width, outputs: tokens }),
  };
  const optimizer = adamW({ learningRate: 1e-2 });
  const initial = { parameters, adam: optimizer.init(parameters) };

  const lossOf = (own: TensorTree<typeof parameters>, codes: Tensor): Tensor => {
    const x = add(embedding(own.token, codes), own.place.table);
    const attended = add(x, attention(own.attention, layerNorm(own.first, x), { heads, causal: true }));
    const expanded = gelu(linear(own.expand, layerNorm(own.second, attended)));
    const logits = linear(own.output, add(attended, linear(own.contract, expanded)));
    const firstCodes = broadcast(slice(codes, [0, 0], [batch, 1]), [batch, places]);
    return spanCrossEntropy(logits, reshape(firstCodes, [batch, places, 1]), [tokens]);
  };
  const step = (rng: Rng, state: TensorTree<typeof initial>) => {
    const loss = lossOf(state.parameters, rng.below(tokens, [batch, places]));
    const raw = withTensors(state.parameters, gradients(loss, tensorsOf(state.parameters)));
    const { gradients: clipped } = clipByGlobalNorm(raw, 1);
    const next = optimizer.update(state.parameters, clipped, state.adam);
    return { state: { parameters: next.parameters, adam: next.state }, outputs: { loss } };
  };
  return { state: initial, entries: { train: { step: ({ state, rng }) => step(rng, state) } } };
}
