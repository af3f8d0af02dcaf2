// CTGAN's generator (Xu et al. 2019, section 4.4): residual blocks whose inputs grow, each a linear layer, batch
// normalisation and ReLU. Every layer has a weight block per input, so that the growing inputs are never put together.

import { nn, relu, type Tensor } from "@verisim/tensor";
import { conditionsOf } from "./condition-draws.ts";
import { type GanGenerator, splitOutputs } from "./conditional-gan.ts";
import { outputsOf } from "./outputs.ts";

interface Parameters {
  readonly blocks: readonly {
    readonly linear: nn.LinearParameters<Tensor>;
    readonly norm: nn.NormParameters<Tensor>;
  }[];
  readonly output: nn.LinearParameters<Tensor>;
}

/** @param embeddingDim width of the noise; @param widths of the residual blocks */
export function residualGenerator(embeddingDim: number, widths: readonly number[]): GanGenerator {
  return {
    init(at, { layout }) {
      const conditions = conditionsOf(layout);
      const inputs = [embeddingDim, ...(conditions > 0 ? [conditions] : [])];
      const blocks = widths.map((width, i) => {
        const linear = nn.initLinear(at.at("blocks", i), { inputs: [...inputs], outputs: width });
        inputs.unshift(width);
        return { linear, norm: nn.initNorm(width) };
      });
      const output = nn.initLinear(at.at("output"), { inputs, outputs: outputsOf(layout) });
      return { parameters: { blocks, output }, running: widths.map((width) => nn.initBatchNormState(width)) };
    },
    train(parameters: Parameters, running: readonly nn.BatchNormState<Tensor>[], layout, noise, condition) {
      const inputs: nn.LinearInput[] = condition === undefined ? [noise] : [noise, condition];
      const next = parameters.blocks.map((block, i) => {
        const { y, state } = nn.batchNorm(block.norm, running[i]!, nn.linear(block.linear, [...inputs]));
        inputs.unshift(relu(y));
        return state;
      });
      return { ...splitOutputs(nn.linear(parameters.output, inputs), layout), running: next };
    },
    infer(parameters: Parameters, running: readonly nn.BatchNormState<Tensor>[], layout, noise, condition) {
      const inputs: nn.LinearInput[] = condition === undefined ? [noise] : [noise, condition];
      for (const [i, block] of parameters.blocks.entries())
        inputs.unshift(
          relu(nn.batchNormInference(block.norm, running[i]!, nn.linear(block.linear, [...inputs]))),
        );
      return splitOutputs(nn.linear(parameters.output, inputs), layout);
    },
  };
}
