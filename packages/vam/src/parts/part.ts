// A part is one modality of a record: what its cells are, how they are encoded into one expert's view of the latent,
// what a latent is decoded into, and how far that is from the real cells. The joint network knows nothing else of it.

import type { StateTree } from "@verisim/neural";
import type { nn, Tensor } from "@verisim/tensor";

/** Layer widths of a part's encoder and decoder. */
export interface PartSizes {
  /** Width of the latent. */
  readonly latent: number;
  readonly compress: readonly number[];
  readonly decompress: readonly number[];
}

/** Cells of one part for some records: arrays whose first axis is the record. */
export interface PartRows<T> {
  /** f32 [rows, cells]: 1 where a cell is there, 0 where it is missing. */
  readonly known: T;
  readonly [name: string]: T;
}

/** How much of what a part says about cells is wrong, and how much is for a guess that knows nothing. */
export interface PartError {
  readonly error: Tensor;
  readonly scale: Tensor;
}

export interface Part {
  readonly name: string;
  /** Cells that can be missing on their own. */
  readonly cells: number;
  /** True where "missing" is itself a value that can be learnt, encoded and decoded. */
  readonly learnsMissing: boolean;
  init(at: nn.Initializer, sizes: PartSizes): { readonly encoder: StateTree; readonly decoder: StateTree };
  /**
   * What the part says of the latent: means and logarithms of precisions side by side, [rows, 2 latent].
   * @param seen f32 [rows, cells], 1 where a cell may be looked at
   */
  encode(encoder: StateTree, rows: PartRows<Tensor>, seen: Tensor): Tensor;
  /** Distributions of all cells by name, given the latent [rows, latent]. */
  decode(decoder: StateTree, latent: Tensor): Readonly<Record<string, Tensor>>;
  /**
   * Negative log likelihood, summed over the cells and as a mean over the rows.
   * @param counted f32 [rows, cells], 1 where a cell counts
   * @param presumed f32 [rows, 1], 1 where cells are taken as not missing
   */
  loss(
    decoder: StateTree,
    made: Readonly<Record<string, Tensor>>,
    rows: PartRows<Tensor>,
    counted: Tensor,
    presumed: Tensor,
  ): Tensor;
  /** @param hidden f32 [rows, cells], 1 where a cell was not looked at and counts */
  error(made: Readonly<Record<string, Tensor>>, rows: PartRows<Tensor>, hidden: Tensor): PartError;
}
