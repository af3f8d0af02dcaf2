// What a generator of this family writes itself: the first numbers of its network, one training step, and what it makes of
// noise and a condition. Everything around it (encoding, training that looks after itself, sampling, conditions, model
// files, export) is shared.

import type { nn, Rng, Tensor } from "@verisim/tensor";
import type { EncodedRows, Layout } from "../encoding/layout.ts";
import type { TableState } from "./outputs.ts";

/** What a network is built for. */
export interface NetworkContext {
  readonly layout: Layout;
  /** Encoded training rows. */
  readonly rows: EncodedRows;
  /** Rows of a training step. */
  readonly batchSize: number;
  /** Share of the training rows per choice, over all choices. */
  readonly shares: Float64Array;
}

/** A tree of numbers (TensorData) or of traced tensors; every network has a form of its own. */
// biome-ignore lint/suspicious/noExplicitAny: the network that made the tree knows its form
export type StateTree = any;

/** What the output layer makes of noise, before choices are drawn. */
export interface Produced {
  /** [rows, choices]: a categorical distribution per span, as logits. */
  readonly logits: Tensor;
  /** [rows, placed] in [-1, 1]; undefined where no column has places. */
  readonly places: Tensor | undefined;
}

export interface StepGiven {
  readonly rng: Rng;
  /** The trees of `init` and `data`, traced. */
  readonly model: StateTree;
  readonly data: StateTree;
  readonly table: TableState<Tensor>;
  /** Factor of all learning rates, a single number: 1 at first, lowered by schedule and guards. */
  readonly rate: Tensor;
}

export interface StepMade {
  /** The parts of the model's tree that changed. */
  readonly model: StateTree;
  /** Single numbers by name. */
  readonly losses: Readonly<Record<string, Tensor>>;
}

/** A table generator's network as pure functions. */
export interface TableNetwork {
  /** Width of the standard normal noise that a row is made of. */
  readonly noise: number;
  /** True where a condition (a category of a discrete column) is an input of the generator. */
  readonly conditional: boolean;
  /** First numbers of everything that training changes. */
  init(at: nn.Initializer, context: NetworkContext): StateTree;
  /** Numbers that training reads and never changes, beside the encoded table. */
  data?(context: NetworkContext): StateTree;
  /** One step over `batchSize` rows. */
  step(given: StepGiven, context: NetworkContext): StepMade;
  /**
   * What the weights that sampling would take lose on rows that training never saw, per column in nats: a single number.
   * `table` holds those rows, as many as `context` says, and `rng` draws the same numbers at every look. Where it is
   * there training is judged by it; else by how alike the pairs of columns of sampled rows are.
   */
  heldLoss?(given: Omit<StepGiven, "rate">, context: NetworkContext): Tensor;
  /** The part of a model's tree that sampling needs: it is what a model file holds. */
  sampling(model: StateTree): StateTree;
  /**
   * Most rows that `produce` is worth being asked for at once, a power of two from 64 on, where a whole window of them would
   * take much memory; rows do not depend on it. Default: the whole window.
   */
  readonly rowsAtOnce?: number;
  /** True where `produce` adds the bias itself, as it draws inside; else it is added to the logits that it gives. */
  readonly addsBias?: boolean;
  /**
   * Rows from noise [rows, noise] and, where `conditional`, a bag of conditions; row i depends on input i alone.
   * @param bias [choices]: what calibration adds to logits
   */
  produce(
    weights: StateTree,
    layout: Layout,
    noise: Tensor,
    condition: nn.Bag | undefined,
    bias: Tensor,
  ): Produced;
}
