// Trees over binned columns, grown by the addon itself: one whose leaves keep the outcomes of their rows, and boosted ones
// that give probabilities of classes. Both look at rows held out to know when to stop.

import {
  type BoostedClasses,
  type DonorTree,
  type GrownBoosting,
  type GrownTree,
  runOwnTrees,
} from "./native.ts";

export type { BoostedClasses, DonorTree, GrownBoosting, GrownTree };

/** A column that trees split on. */
export interface BinnedColumn {
  /** One bin per row, each below `count`. */
  readonly bins: Uint8Array;
  /** 1 to 256. */
  readonly count: number;
  /** True: bins have no order of their own. */
  readonly nominal: boolean;
}

export interface DonorTreeRequest {
  readonly columns: readonly BinnedColumn[];
  /** Outcome per row, below `outcomes`; -1: the row is not learnt. */
  readonly codes: Int32Array;
  readonly outcomes: number;
  /** True: outcomes are learnt by their rank. */
  readonly ordered: boolean;
  /** True: outcome 0 is apart from that order, as missing cells are. */
  readonly zeroApart: boolean;
  /**
   * Rows to choose depth and smoothing by: each fold is held out in its turn; the tree that comes back is grown from all.
   */
  readonly folds: readonly Uint32Array[];
  /** Fewest rows of a leaf, at least 1. */
  readonly minLeaf: number;
  /** What a split must gain, as a multiple of what chance gives; 0 to 1,000. */
  readonly penalty: number;
  /**
   * What a nat costs by which learnt rows are likelier than held-out ones: depth and smoothing are those of the highest
   * likelihood of held-out rows less that price. 0 to 1,000, default 0.
   */
  readonly leakPrice?: number;
}

/** @throws VerisimError `VERISIM_NATIVE_ARGUMENT`, `VERISIM_OUT_OF_MEMORY`, `VERISIM_ABORTED` */
export function growDonorTree(request: DonorTreeRequest, signal?: AbortSignal): Promise<GrownTree> {
  const { columns, codes, outcomes, ordered, zeroApart, folds, minLeaf, penalty, leakPrice = 0 } = request;
  return runOwnTrees("growDonorTree", signal, (addon, abort) =>
    addon.growDonorTree(
      columns.map(({ bins }) => bins),
      Int32Array.from(columns, ({ count }) => count),
      Uint8Array.from(columns, ({ nominal }) => (nominal ? 1 : 0)),
      codes,
      outcomes,
      ordered,
      zeroApart,
      folds,
      minLeaf,
      penalty,
      leakPrice,
      abort,
    ),
  );
}

export interface BoostRequest {
  readonly columns: readonly BinnedColumn[];
  /** Class per row, below `classes`; -1: the row is not learnt. */
  readonly classOf: Int32Array;
  /** 2 to 64. */
  readonly classes: number;
  /** Rows held out, by whose likelihood boosting ends. */
  readonly held: Uint32Array;
  /** Levels per tree, 1 to 8. */
  readonly depth: number;
  readonly maxTrees: number;
  readonly learningRate: number;
  /** Mean log-likelihood of held-out rows that is to be reached: boosting ends early where it stays far below. */
  readonly toBeat: number;
  /** As of a donor tree: trees are added while they are worth it. 0 to 1,000, default 0. */
  readonly leakPrice?: number;
  /** 0 to 2^53 - 1. */
  readonly seed: number;
}

/** @throws VerisimError `VERISIM_NATIVE_ARGUMENT`, `VERISIM_OUT_OF_MEMORY`, `VERISIM_ABORTED` */
export function boostClasses(request: BoostRequest, signal?: AbortSignal): Promise<GrownBoosting> {
  const {
    columns,
    classOf,
    classes,
    held,
    depth,
    maxTrees,
    learningRate,
    toBeat,
    leakPrice = 0,
    seed,
  } = request;
  return runOwnTrees("boostClasses", signal, (addon, abort) =>
    addon.boostClasses(
      columns.map(({ bins }) => bins),
      Int32Array.from(columns, ({ count }) => count),
      Uint8Array.from(columns, ({ nominal }) => (nominal ? 1 : 0)),
      classOf,
      classes,
      held,
      depth,
      maxTrees,
      learningRate,
      toBeat,
      leakPrice,
      seed,
      abort,
    ),
  );
}
