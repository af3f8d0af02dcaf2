// One training step of CTGAN as one program: conditions and rows drawn, both generator passes, the critic with its gradient
// penalty, the generator's loss, two Adams. Two facts keep it small:
// - The critic's first layer is linear, so its sums at a mix of real and fake samples are the mix of their sums, and its
//   gradient by the sample is the gradient by the sums times the transposed weights.
// - Fake rows are constants for the critic: nothing flows back into the generator in its step.

import { mean } from "../../functions/statistics.ts";
import { gradients } from "../../grad.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { lengthPenalty } from "../../nn/gradient-penalty.ts";
import { Initializer } from "../../nn/initializer.ts";
import { type Bag, linear, linearInputGradients } from "../../nn/linear.ts";
import { spanCrossEntropy } from "../../nn/losses.ts";
import { gather } from "../../ops/indexing.ts";
import { concat, reshape, slice, stopGradient, transpose } from "../../ops/movement.ts";
import { add, mul, neg, sub } from "../../ops/pointwise.ts";
import type { Rng } from "../../ops/random.ts";
import { sum } from "../../ops/reduce.ts";
import { adam, type TensorTree } from "../../optim/optimizers.ts";
import { tensorsOf, withTensors } from "../../optim/parameter-tree.ts";
import { drawConditions, drawRows, initConditions } from "./conditions.ts";
import {
  activate,
  type CriticParameters,
  type CtganSizes,
  conditionBag,
  generate,
  initCritic,
  initGenerator,
  judge,
  packBag,
  rowBag,
} from "./ctgan.ts";
import { type EncodedTable, firstCategory, outputsOf } from "./encoded-table.ts";
import type { TrainingProgram } from "./golden-program.ts";

/** Options of {@link ctganStep}. */
export interface CtganStepOptions extends Omit<CtganSizes, "layout"> {
  readonly table: EncodedTable;
  /** Rows per step, a multiple of pac; default 500. */
  readonly batch?: number;
  /** Of both networks; default 2e-4. */
  readonly learningRate?: number;
  readonly seed?: number;
}

/** Weight of the gradient penalty. */
const lambda = 10;

function gradientTree<P>(loss: Tensor, parameters: P): P {
  return withTensors(parameters, gradients(loss, tensorsOf(parameters)));
}

/** The critic's loss: Wasserstein distance, negated, plus the penalty at one mix per sample. */
export function criticLoss(
  rng: Rng,
  critic: CriticParameters<Tensor>,
  real: readonly [Bag, Bag],
  fake: readonly [Tensor, Bag],
): Tensor {
  const first = critic.layers[0]!;
  const [realSums, fakeSums] = [linear(first, real), linear(first, fake)];
  const samples = realSums.shape[0]!;
  const share = rng.uniform([samples, 1]);
  const mixedSums = add(mul(share, realSums), mul(sub(1, share), fakeSums));
  const [bySums] = gradients(sum(judge(rng, critic, mixedSums)), [mixedSums]);
  const penalty = lengthPenalty(linearInputGradients(first, bySums!));
  const scores = judge(rng, critic, concat([realSums, fakeSums], 0));
  const realMean = mean(slice(scores, [0, 0], [samples, 1]));
  const fakeMean = mean(slice(scores, [samples, 0], [2 * samples, 1]));
  return add(sub(fakeMean, realMean), mul(lambda, penalty));
}

/** The step at `table`'s sizes. Outputs: criticLoss, generatorLoss, and of the latter conditionLoss, the categories missed. */
export function ctganStep({
  table,
  batch = 500,
  learningRate = 2e-4,
  seed = 1,
  ...sizes
}: CtganStepOptions): TrainingProgram<"criticLoss" | "generatorLoss" | "conditionLoss"> {
  const { embedding = 128, pac = 10 } = sizes;
  const optimizer = adam({ learningRate, beta1: 0.5, beta2: 0.9, weightDecay: 1e-6 });
  const layout = { modes: table.modes, categories: table.categories };
  const at = new Initializer(seed, "ctgan");
  const { parameters, running } = initGenerator(at.at("generator"), { ...sizes, layout });
  const critic = initCritic(at.at("critic"), { ...sizes, layout });
  const initial = {
    table: { ones: table.ones, numbers: table.numbers },
    conditions: initConditions(table),
    generator: parameters,
    running,
    critic,
    generatorAdam: optimizer.init(parameters),
    criticAdam: optimizer.init(critic),
  };
  const packs = batch / pac;

  const step = (rng: Rng, state: TensorTree<typeof initial>) => {
    const produce = (statistics: typeof state.running, chosen: Tensor) => {
      const noise = rng.normal([batch, embedding]);
      const made = generate(state.generator, statistics, noise, conditionBag(chosen, layout));
      return { ...made, rows: reshape(activate(rng, made.logits, layout), [packs, pac * outputsOf(layout)]) };
    };
    const packed = (chosen: Tensor): Bag => packBag(conditionBag(chosen, layout), pac);

    // Real samples hold the same conditions in another order: each pack of them meets other packs' conditions.
    const chosen = drawConditions(rng, state.conditions, batch);
    const reordered = reshape(transpose(reshape(chosen, [pac, packs])), [batch]);
    const row = drawRows(rng, state.conditions, reordered);
    const real = packBag(
      rowBag(gather(state.table.ones, row), gather(state.table.numbers, row), layout),
      pac,
    );
    const fake = produce(state.running, chosen);
    const criticValue = criticLoss(
      rng,
      state.critic,
      [real, packed(reordered)],
      [stopGradient(fake.rows), packed(chosen)],
    );
    const trained = optimizer.update(state.critic, gradientTree(criticValue, state.critic), state.criticAdam);

    const wanted = drawConditions(rng, state.conditions, batch);
    const second = produce(fake.running, wanted);
    const next = trained.parameters;
    const score = mean(judge(rng, next, linear(next.layers[0]!, [second.rows, packed(wanted)])));
    const categories = slice(second.logits, [0, firstCategory(layout)], second.logits.shape);
    const missed = spanCrossEntropy(categories, reshape(wanted, [batch, 1]), layout.categories);
    const generatorValue = add(neg(score), missed);
    const generator = optimizer.update(
      state.generator,
      gradientTree(generatorValue, state.generator),
      state.generatorAdam,
    );
    return {
      state: {
        critic: next,
        criticAdam: trained.state,
        generator: generator.parameters,
        generatorAdam: generator.state,
        running: second.running,
      },
      outputs: { criticLoss: criticValue, generatorLoss: generatorValue, conditionLoss: missed },
    };
  };
  return { state: initial, entries: { train: { step: ({ state, rng }) => step(rng, state) } } };
}
