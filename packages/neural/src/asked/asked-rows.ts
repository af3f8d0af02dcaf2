// Programs that draw rows of which something is asked: one per list of bound columns, kept while they are used. A row's
// random numbers are counted by its number and try; they do not depend on the program.

import {
  buildProgram,
  concat,
  type EntryOutputs,
  type EntrySpec,
  type Program,
  type StepContext,
  type Tensor,
  tensorData,
  zeros,
} from "@verisim/tensor";
import type { Layout } from "../encoding/layout.ts";
import type { StateTree } from "../network/table-network.ts";
import type { SamplerParts } from "../sampling/row-sampler.ts";
import type { BoxTerms } from "./box-terms.ts";

/** Rows of one run, and of one where few are wanted. */
export const askedSizes = [64, 1024] as const;
/** Programs that are kept; beyond it the one used longest ago is freed. */
const mostPrograms = 16;

/** What a network draws rows by. */
export interface AskedContext {
  readonly layout: Layout;
  readonly weights: StateTree;
  /** [choices]: added to the logits. */
  readonly bias: Tensor;
  readonly rng: StepContext["rng"];
  readonly rows: number;
  /** i32 [rows, columns]: alternative of each column that is given, -1 elsewhere. */
  readonly given: Tensor;
  /** Columns that are drawn first, in this order, from what is allowed of them. */
  readonly bound: readonly number[];
  /** [rows, width of the bound columns]: logarithms of allowed shares; where nothing is bound it has one column. */
  readonly logShares: Tensor;
}

/** Rows of which something was asked. */
export interface AskedRows {
  /** i32 [rows, columns]. */
  readonly alternatives: Tensor;
  /** Per bound column [rows, 1]: logarithm of the probability of what it allowed, given those before it. */
  readonly logMasses: readonly Tensor[];
}

/** Draws rows with given cells and bound columns; row i depends on input i alone. */
export type DrawAsked = (context: AskedContext) => AskedRows;

export interface AskedWindow {
  readonly rowStart: number;
  /** What each row is asked for; all have the same bound columns. At most 1,024. */
  readonly terms: readonly BoxTerms[];
  readonly seed: number;
  readonly attempt: number;
  readonly signal?: AbortSignal;
}

/** At least the rows that were asked for. */
export interface AskedDraw {
  /** [rows, columns]. */
  readonly alternatives: Int32Array;
  /** [rows, bound columns]: logarithms of the probability of what each allowed, given the columns before it. */
  readonly logMasses: Float32Array;
}

export class AskedRowsSampler {
  readonly #parts: SamplerParts;
  readonly #draw: DrawAsked;
  readonly #programs = new Map<string, Program>();

  constructor(parts: SamplerParts, draw: DrawAsked) {
    this.#parts = parts;
    this.#draw = draw;
  }

  async draw({ rowStart, terms, seed, attempt, signal }: AskedWindow): Promise<AskedDraw> {
    const { layout } = this.#parts;
    const columns = layout.widths.length;
    const { bound } = terms[0]!;
    const rows = askedSizes.find((size) => terms.length <= size)!;
    const width = boundWidth(bound, layout);
    const given = new Int32Array(rows * columns).fill(-1);
    const logShares = new Float32Array(rows * Math.max(1, width));
    terms.forEach((own, row) => {
      given.set(own.given, row * columns);
      logShares.set(own.logShares, row * width);
    });
    const outputs = (await this.#program(bound, rows).call(
      "draw",
      {
        given: tensorData(given, [rows, columns]),
        logShares: tensorData(logShares, [rows, Math.max(1, width)]),
      },
      { seed, firstStep: attempt, rowOffset: rowStart, ...(signal ? { signal } : {}) },
    )) as EntryOutputs<EntrySpec<never>> & Record<"alternatives" | "logMasses", { data: unknown }>;
    return {
      alternatives: outputs.alternatives.data as Int32Array,
      logMasses: outputs.logMasses.data as Float32Array,
    };
  }

  #program(bound: readonly number[], rows: number): Program {
    const key = `${rows}: ${bound.join()}`;
    const known = this.#programs.get(key);
    if (known) {
      this.#programs.delete(key);
      this.#programs.set(key, known);
      return known;
    }
    const oldest = this.#programs.entries().next().value;
    if (this.#programs.size >= mostPrograms && oldest) {
      this.#programs.delete(oldest[0]);
      oldest[1].free();
    }
    const program = this.#build(bound, rows);
    this.#programs.set(key, program);
    return program;
  }

  #build(bound: readonly number[], rows: number): Program {
    const { layout, weights, bias } = this.#parts;
    const step = ({ state, inputs, rng }: StepContext): { outputs: Record<string, Tensor> } => {
      const { given, logShares } = inputs;
      const { alternatives, logMasses } = this.#draw({
        layout,
        weights: state.weights,
        bias: state.bias,
        rng,
        rows,
        given,
        bound,
        logShares,
      });
      return {
        outputs: { alternatives, logMasses: logMasses.length > 0 ? concat(logMasses) : zeros([rows, 1]) },
      };
    };
    return buildProgram({
      state: { weights, bias: tensorData(bias) },
      entries: {
        draw: {
          inputs: {
            given: { shape: [rows, layout.widths.length], dtype: "i32" },
            logShares: { shape: [rows, Math.max(1, boundWidth(bound, layout))], dtype: "f32" },
          },
          step,
        },
      },
    }) as unknown as Program;
  }
}

function boundWidth(bound: readonly number[], { widths }: Layout): number {
  return bound.reduce((sum, column) => sum + widths[column]!, 0);
}
