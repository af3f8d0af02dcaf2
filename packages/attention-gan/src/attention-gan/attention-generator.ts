// A generator that sees a row as a sentence: what the residual blocks of CTGAN make of noise and condition gives a first
// sketch of all columns, and a token for each. Blocks of multi-head self-attention (Vaswani et al. 2017, section 3.2; layer
// norm first, Xiong et al. 2020) let columns look at each other, and a head per column corrects the sketch. Heads begin at
// zero: attention has something to look at before it has a say. Without the sketch it learns a table of many sharp blocks
// several times more slowly.

import {
  type GanGenerator,
  type Layout,
  outputsOf,
  type ResidualBlocks,
  residualTrunk,
  splitOutputs,
} from "@verisim/neural";
import { add, concat, gelu, nn, reshape, slice, type Tensor } from "@verisim/tensor";

export interface AttentionSizes {
  /** Width of the noise. */
  readonly embeddingDim: number;
  /** Widths of the residual blocks. */
  readonly generatorDims: readonly number[];
  /** Width of a token; a multiple of `heads`. */
  readonly tokenDim: number;
  readonly heads: number;
  readonly layers: number;
}

interface Block {
  readonly first: nn.NormParameters<Tensor>;
  readonly attention: nn.AttentionParameters<Tensor>;
  readonly second: nn.NormParameters<Tensor>;
  readonly expand: nn.LinearParameters<Tensor>;
  readonly contract: nn.LinearParameters<Tensor>;
}

interface Parameters {
  readonly trunk: ResidualBlocks<Tensor>;
  readonly sketch: nn.LinearParameters<Tensor>;
  readonly tokens: nn.LinearParameters<Tensor>;
  readonly blocks: readonly Block[];
  readonly last: nn.NormParameters<Tensor>;
  readonly heads: readonly nn.LinearParameters<Tensor>[];
}

type Running = readonly nn.BatchNormState<Tensor>[];

export function attentionGenerator(sizes: AttentionSizes): GanGenerator {
  const { embeddingDim, generatorDims, tokenDim, layers } = sizes;
  const trunk = residualTrunk(embeddingDim, generatorDims);
  return {
    init(at, { layout }) {
      const columns = layout.widths.length;
      const { blocks: own, running, widths: inputs } = trunk.init(at.at("trunk"), layout);
      const sketch = nn.initLinear(at.at("sketch"), { inputs, outputs: outputsOf(layout) });
      // The linear layer's bias is each column's own vector.
      const tokens = nn.initLinear(at.at("tokens"), { inputs, outputs: columns * tokenDim });
      const blocks = Array.from({ length: layers }, (_, i) => {
        const block = at.at("blocks", i);
        return {
          first: nn.initNorm(tokenDim),
          attention: nn.initAttention(block.at("attention"), tokenDim),
          second: nn.initNorm(tokenDim),
          expand: nn.initLinear(block.at("expand"), { inputs: tokenDim, outputs: 2 * tokenDim }),
          contract: nn.initLinear(block.at("contract"), { inputs: 2 * tokenDim, outputs: tokenDim }),
        };
      });
      const heads = layout.widths.map((width, column) => {
        const outputs = width + (layout.placed.includes(column) ? 1 : 0);
        return { weights: [nn.filled([tokenDim, outputs], 0)], bias: nn.filled([outputs], 0) };
      });
      return {
        parameters: { trunk: own, sketch, tokens, blocks, last: nn.initNorm(tokenDim), heads },
        running,
      };
    },
    train(parameters: Parameters, running: Running, layout, noise, condition) {
      const { inputs, running: next } = trunk.train(parameters.trunk, running, noise, condition);
      return { ...splitOutputs(sums(parameters, sizes, layout, inputs), layout), running: next };
    },
    infer(parameters: Parameters, running: Running, layout, noise, condition) {
      const inputs = trunk.infer(parameters.trunk, running, noise, condition);
      return splitOutputs(sums(parameters, sizes, layout, inputs), layout);
    },
  };
}

/** Places, then choices: the sketch and what the heads add to it. */
function sums(
  { sketch, tokens, blocks, last, heads }: Parameters,
  { tokenDim, heads: headCount }: AttentionSizes,
  layout: Layout,
  inputs: readonly nn.LinearInput[],
): Tensor {
  const base = nn.linear(sketch, inputs);
  const rows = base.shape[0]!;
  let x = reshape(nn.linear(tokens, inputs), [rows, layout.widths.length, tokenDim]);
  for (const block of blocks) {
    x = add(x, nn.attention(block.attention, nn.layerNorm(block.first, x), { heads: headCount }));
    x = add(x, nn.linear(block.contract, gelu(nn.linear(block.expand, nn.layerNorm(block.second, x)))));
  }
  const sentence = nn.layerNorm(last, x);
  const choices: Tensor[] = [];
  const places: Tensor[] = [];
  heads.forEach((head, column) => {
    const token = reshape(slice(sentence, [0, column, 0], [rows, column + 1, tokenDim]), [rows, tokenDim]);
    const own = nn.linear(head, token);
    const width = layout.widths[column]!;
    choices.push(slice(own, [0, 0], [rows, width]));
    if (layout.placed.includes(column)) places.push(slice(own, [0, width], [rows, width + 1]));
  });
  return add(base, concat([...places, ...choices]));
}
