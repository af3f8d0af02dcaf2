// A generator that sees a row as a sentence: every column is a token made of the noise, the condition and the column's own
// vector; blocks of multi-head self-attention (Vaswani et al. 2017, section 3.2; layer norm first, Xiong et al. 2020) let
// columns look at each other; a head per column gives its choices and its place.

import { conditionsOf, type GanGenerator, type Layout, type Produced } from "@verisim/neural";
import { add, concat, gelu, nn, reshape, slice, type Tensor, tanh } from "@verisim/tensor";

export interface AttentionSizes {
  /** Width of the noise. */
  readonly embeddingDim: number;
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
  readonly tokens: nn.LinearParameters<Tensor>;
  readonly blocks: readonly Block[];
  readonly last: nn.NormParameters<Tensor>;
  readonly heads: readonly nn.LinearParameters<Tensor>[];
}

/** The generator; it has no running statistics, so that it draws rows as it was trained. */
export function attentionGenerator(sizes: AttentionSizes): GanGenerator {
  const { embeddingDim, tokenDim, layers } = sizes;
  return {
    init(at, { layout }) {
      const columns = layout.widths.length;
      const conditions = conditionsOf(layout);
      const inputs = [embeddingDim, ...(conditions > 0 ? [conditions] : [])];
      const blocks = Array.from({ length: layers }, (_, i) => {
        const own = at.at("blocks", i);
        return {
          first: nn.initNorm(tokenDim),
          attention: nn.initAttention(own.at("attention"), tokenDim),
          second: nn.initNorm(tokenDim),
          expand: nn.initLinear(own.at("expand"), { inputs: tokenDim, outputs: 2 * tokenDim }),
          contract: nn.initLinear(own.at("contract"), { inputs: 2 * tokenDim, outputs: tokenDim }),
        };
      });
      const heads = layout.widths.map((width, column) =>
        nn.initLinear(at.at("heads", column), {
          inputs: tokenDim,
          outputs: width + (layout.placed.includes(column) ? 1 : 0),
        }),
      );
      const tokens = nn.initLinear(at.at("tokens"), { inputs, outputs: columns * tokenDim });
      return { parameters: { tokens, blocks, last: nn.initNorm(tokenDim), heads }, running: {} };
    },
    train: (parameters, running, layout, noise, condition) => ({
      ...produce(parameters as Parameters, sizes, layout, noise, condition),
      running,
    }),
    infer: (parameters, _running, layout, noise, condition) =>
      produce(parameters as Parameters, sizes, layout, noise, condition),
  };
}

function produce(
  { tokens, blocks, last, heads }: Parameters,
  { tokenDim, heads: headCount }: AttentionSizes,
  layout: Layout,
  noise: Tensor,
  condition: nn.Bag | undefined,
): Produced {
  const rows = noise.shape[0]!;
  const columns = layout.widths.length;
  // The linear layer's bias is each column's own vector.
  const first = nn.linear(tokens, condition === undefined ? [noise] : [noise, condition]);
  let x = reshape(first, [rows, columns, tokenDim]);
  for (const block of blocks) {
    x = add(x, nn.attention(block.attention, nn.layerNorm(block.first, x), { heads: headCount }));
    x = add(x, nn.linear(block.contract, gelu(nn.linear(block.expand, nn.layerNorm(block.second, x)))));
  }
  const sentence = nn.layerNorm(last, x);
  const logits: Tensor[] = [];
  const places: Tensor[] = [];
  heads.forEach((head, column) => {
    const token = reshape(slice(sentence, [0, column, 0], [rows, column + 1, tokenDim]), [rows, tokenDim]);
    const sums = nn.linear(head, token);
    const width = layout.widths[column]!;
    logits.push(slice(sums, [0, 0], [rows, width]));
    if (layout.placed.includes(column)) places.push(tanh(slice(sums, [0, width], [rows, width + 1])));
  });
  return { logits: concat(logits), places: places.length === 0 ? undefined : concat(places) };
}
