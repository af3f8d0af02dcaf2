// CTGAN's generator (Xu et al. 2019, section 4.4): residual blocks whose inputs grow, each a linear layer, batch
// normalisation and ReLU. Every layer has a weight block per input, so that the growing inputs are never put together.

import { nn, relu, type Tensor, type TensorData } from "@verisim/tensor";
import type { Layout } from "../encoding/layout.ts";
import { conditionsOf } from "./condition-draws.ts";
import { type GanGenerator, splitOutputs } from "./conditional-gan.ts";
import { outputsOf } from "./outputs.ts";

/** Parameters of residual blocks. */
export type ResidualBlocks<T> = readonly {
  readonly linear: nn.LinearParameters<T>;
  readonly norm: nn.NormParameters<T>;
}[];

type Running<T> = readonly nn.BatchNormState<T>[];

/** Residual blocks: noise and condition, and before them what every block makes of all that is there. */
export interface ResidualTrunk {
  /** @returns widths: those of the inputs of a layer that follows */
  init(
    at: nn.Initializer,
    layout: Layout,
  ): {
    readonly blocks: ResidualBlocks<TensorData>;
    readonly running: Running<TensorData>;
    readonly widths: readonly number[];
  };
  /** While training, over a whole batch. @returns inputs of a layer that follows */
  train(
    blocks: ResidualBlocks<Tensor>,
    running: Running<Tensor>,
    noise: Tensor,
    condition: nn.Bag | undefined,
  ): { readonly inputs: readonly nn.LinearInput[]; readonly running: Running<Tensor> };
  /** After training: row i depends on input i alone. */
  infer(
    blocks: ResidualBlocks<Tensor>,
    running: Running<Tensor>,
    noise: Tensor,
    condition: nn.Bag | undefined,
  ): readonly nn.LinearInput[];
}

/** @param embeddingDim width of the noise; @param widths of the blocks */
export function residualTrunk(embeddingDim: number, widths: readonly number[]): ResidualTrunk {
  return {
    init(at, layout) {
      const conditions = conditionsOf(layout);
      const inputs = [embeddingDim, ...(conditions > 0 ? [conditions] : [])];
      const blocks = widths.map((width, i) => {
        const linear = nn.initLinear(at.at("blocks", i), { inputs: [...inputs], outputs: width });
        inputs.unshift(width);
        return { linear, norm: nn.initNorm(width) };
      });
      return { blocks, running: widths.map((width) => nn.initBatchNormState(width)), widths: inputs };
    },
    train(blocks, running, noise, condition) {
      const inputs: nn.LinearInput[] = condition === undefined ? [noise] : [noise, condition];
      const next = blocks.map((block, i) => {
        const { y, state } = nn.batchNorm(block.norm, running[i]!, nn.linear(block.linear, [...inputs]));
        inputs.unshift(relu(y));
        return state;
      });
      return { inputs, running: next };
    },
    infer(blocks, running, noise, condition) {
      const inputs: nn.LinearInput[] = condition === undefined ? [noise] : [noise, condition];
      for (const [i, block] of blocks.entries())
        inputs.unshift(
          relu(nn.batchNormInference(block.norm, running[i]!, nn.linear(block.linear, [...inputs]))),
        );
      return inputs;
    },
  };
}

interface Parameters {
  readonly blocks: ResidualBlocks<Tensor>;
  readonly output: nn.LinearParameters<Tensor>;
}

/** @param embeddingDim width of the noise; @param widths of the residual blocks */
export function residualGenerator(embeddingDim: number, widths: readonly number[]): GanGenerator {
  const trunk = residualTrunk(embeddingDim, widths);
  return {
    init(at, { layout }) {
      const { blocks, running, widths: inputs } = trunk.init(at, layout);
      const output = nn.initLinear(at.at("output"), { inputs, outputs: outputsOf(layout) });
      return { parameters: { blocks, output }, running };
    },
    train({ blocks, output }: Parameters, running: Running<Tensor>, layout, noise, condition) {
      const { inputs, running: next } = trunk.train(blocks, running, noise, condition);
      return { ...splitOutputs(nn.linear(output, inputs), layout), running: next };
    },
    infer({ blocks, output }: Parameters, running: Running<Tensor>, layout, noise, condition) {
      return splitOutputs(nn.linear(output, trunk.infer(blocks, running, noise, condition)), layout);
    },
  };
}
