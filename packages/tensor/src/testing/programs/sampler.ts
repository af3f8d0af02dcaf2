// A sampler as it is exported: CTGAN's generator after training, noise and conditions in, decoded columns out, no random
// op inside. A row's result depends on that row's inputs alone.

import type { Tensor } from "../../graph/tensor.ts";
import { Initializer } from "../../nn/initializer.ts";
import { type LinearInput, linear } from "../../nn/linear.ts";
import { batchNormInference } from "../../nn/normalization.ts";
import { slice } from "../../ops/movement.ts";
import { relu, tanh } from "../../ops/pointwise.ts";
import { argmax } from "../../ops/segment.ts";
import type { TensorTree } from "../../optim/optimizers.ts";
import type { EntrySpec, ProgramSpec } from "../../program-spec.ts";
import { type CtganSizes, conditionBag, initGenerator } from "./ctgan.ts";
import { spansOf } from "./encoded-table.ts";

/** Options of {@link sampler}. */
export interface SamplerOptions extends CtganSizes {
  /** Rows of a call. */
  readonly rows: number;
  readonly seed?: number;
}

/** An entry whose outputs are `numbers` f32 [rows, numeric columns] and `codes`, i32 [rows] per span. */
export interface SamplerEntry extends EntrySpec {
  step(context: Parameters<EntrySpec["step"]>[0]): {
    readonly outputs: { readonly numbers: Tensor; readonly codes: readonly Tensor[] };
  };
}

/** Inputs: noise f32 [rows, embedding], condition i32 [rows]. */
export function sampler(options: SamplerOptions): ProgramSpec<unknown, { readonly sample: SamplerEntry }> {
  const { layout, rows, embedding = 128, seed = 1 } = options;
  const initial = initGenerator(new Initializer(seed, "sampler"), options);
  const numbers = layout.modes.length;
  const inputTypes = {
    noise: { shape: [rows, embedding], dtype: "f32" },
    condition: { shape: [rows], dtype: "i32" },
  } as const;

  const step = (
    { parameters, running }: TensorTree<typeof initial>,
    { noise, condition }: { readonly noise: Tensor; readonly condition: Tensor },
  ) => {
    const inputs: LinearInput[] = [noise, conditionBag(condition, layout)];
    for (const [i, block] of parameters.blocks.entries())
      inputs.unshift(relu(batchNormInference(block.norm, running[i]!, linear(block.linear, [...inputs]))));
    const logits = linear(parameters.output, inputs);
    let start = numbers;
    const codes = spansOf(layout).map((width) => {
      start += width;
      return argmax(slice(logits, [0, start - width], [rows, start]));
    });
    return { outputs: { numbers: tanh(slice(logits, [0, 0], [rows, numbers])), codes } };
  };
  return {
    state: initial,
    entries: { sample: { inputs: inputTypes, step: ({ state, inputs }) => step(state, inputs) } },
  };
}
