// A chain of trees, each drawing one column from those before it. Row i is a function of (chain, keys, i), whatever the
// stretch and the threads that draw it.

import type { StreamKey } from "@verisim/core";
import {
  type BoostedClasses,
  type ChainHandle,
  callOwnTrees,
  type DonorTree,
  runOwnTrees,
  threadsFor,
} from "./native.ts";

/** What weighted scores say of a number. */
export interface LinearGuess {
  readonly weights: Float64Array;
  readonly start: number;
  /** In rising order; outcome k lies from limits[k - 1] to below limits[k]. */
  readonly limits: Float64Array;
}

/** A column of a chain. */
export interface ChainColumn {
  /** Bin per outcome, for the trees of later columns. */
  readonly binOf: Uint8Array;
  /** Numbers: the stretch that each outcome stands for, NaN for a missing cell. */
  readonly stretches?: { readonly low: Float64Array; readonly high: Float64Array };
  /** Numbers that others are guessed from, or that are guessed: scores in rising order that outcomes lie between. */
  readonly edges?: Float64Array;
  /** Places in the chain of the columns that its tree splits on, all before its own. */
  readonly uses: Int32Array;
  /**
   * How outcomes are drawn: from a tree's donors, or by the probabilities of classes, each standing for one outcome. Or not at
   * all: each outcome of the one column in use, of categories, means one of it; it is a guess, the weighted sum of the scores
   * of those in use, its outcomes lying between limits; or it is a number whose score is the sum of a guess and of a residual,
   * the two in use.
   */
  readonly model:
    | DonorTree
    | { readonly boosted: BoostedClasses; readonly outcomes: Int32Array }
    | { readonly lookup: Int32Array }
    | LinearGuess
    | { readonly guessed: true };
}

/** What a condition leaves of a column. */
export interface AllowedOutcomes {
  /** Place in the chain. */
  readonly column: number;
  /** Share of each outcome that is allowed, 0 to 1; one at least above 0. */
  readonly share: Float64Array;
  /** Numbers: outcome c is allowed between low[p] and high[p] for p in [first[c], first[c + 1]). */
  readonly parts?: { readonly first: Int32Array; readonly low: Float64Array; readonly high: Float64Array };
}

export interface ChainRequest {
  /** One per column. */
  readonly keys: readonly StreamKey[];
  /** Of what is drawn beside cells. */
  readonly choices: StreamKey;
  readonly rowStart: number;
  readonly rowCount: number;
  /** Rows to draw, counted from rowStart; default all. */
  readonly rows?: Int32Array;
  /** What rows are held to; default nothing. */
  readonly allowed?: readonly AllowedOutcomes[];
  /** Most tries per row under a condition before one is taken by weight. Default 1. */
  readonly tries?: number;
  /** Receives 1 per row that no try was accepted for. */
  readonly forced?: Uint8Array;
  /** Each row is tried once and receives the probability that it would be accepted; its cells are of no use. */
  readonly weights?: Float64Array;
  readonly signal?: AbortSignal;
}

/** Where cells go, one entry per column: outcomes of categories, values of numbers. */
export type ChainOutput = Int32Array | Float64Array;

/** Fewest rows that are worth a second thread. */
const rowsPerThread = 2_048;

/** Draws rows of a chain. */
export class HistogramTreeChain {
  readonly #handle: ChainHandle;
  readonly #numbers: readonly boolean[];

  /** @throws VerisimError `VERISIM_NATIVE_ARGUMENT` for a chain that leads out of its own lists */
  constructor(columns: readonly ChainColumn[]) {
    this.#numbers = columns.map(({ stretches }) => stretches !== undefined);
    this.#handle = callOwnTrees("makeChain", (addon) =>
      addon.makeChain(
        columns.map(({ binOf, stretches, edges, uses, model }) => ({
          binOf,
          ...stretches,
          ...(edges ? { edges } : {}),
          uses,
          ...model,
        })),
      ),
    );
  }

  /** Draws into `outputs`, each of `rowCount` cells. @throws VerisimError `VERISIM_NATIVE_ARGUMENT`, `VERISIM_ABORTED` */
  async draw(request: ChainRequest, outputs: readonly ChainOutput[]): Promise<void> {
    const {
      keys,
      choices,
      rowStart,
      rowCount,
      rows,
      allowed = [],
      tries = 1,
      forced,
      weights,
      signal,
    } = request;
    const drawn = rows?.length ?? rowCount;
    if (drawn === 0) return;
    await runOwnTrees("drawChain", signal, (addon, abort) =>
      addon.drawChain(
        this.#handle,
        Uint32Array.from(keys.flat()),
        Uint32Array.from(choices),
        rowStart,
        rowCount,
        rows,
        allowed.map(({ column, share, parts }) => ({ column, share, ...parts })),
        tries,
        allowed.length > 0
          ? threadsFor(Number.MAX_SAFE_INTEGER)
          : Math.min(threadsFor(Number.MAX_SAFE_INTEGER), Math.ceil(drawn / rowsPerThread)),
        outputs.map((output, c) => (this.#numbers[c] ? undefined : (output as Int32Array))),
        outputs.map((output, c) => (this.#numbers[c] ? (output as Float64Array) : undefined)),
        forced,
        weights,
        abort,
      ),
    );
  }
}
