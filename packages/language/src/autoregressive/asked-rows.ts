// Programs that draw rows of which something is asked: one per list of bound columns, kept while they are used. A row's
// uniform numbers are those of its plain draw; they do not depend on the program.

import type { Layout, SamplerParts } from "@verisim/neural";
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
import type { BoxTerms } from "./box-terms.ts";
import type { TableChain } from "./chain-network.ts";
import { drawChain } from "./draw-chain.ts";
import type { ChainWeights } from "./network.ts";

/** Rows of one run, and of one where few are wanted. */
export const askedSizes = [64, 1024] as const;
/** Programs that are kept; beyond it the one used longest ago is freed. */
const mostPrograms = 16;

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
  readonly #chain: TableChain;
  readonly #programs = new Map<string, Program>();

  constructor(parts: SamplerParts, chain: TableChain) {
    this.#parts = parts;
    this.#chain = chain;
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
    const { order, sharpness } = this.#chain;
    const columns = layout.widths.length;
    const step = ({ state, inputs, rng }: StepContext): { outputs: Record<string, Tensor> } => {
      const { alternatives, logMasses } = drawChain({
        weights: state.weights as ChainWeights<Tensor>,
        layout,
        order,
        bias: state.bias,
        uniforms: rng.uniform([rows, columns]),
        sharpness,
        asked: { given: inputs.given, bound, logShares: inputs.logShares },
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
            given: { shape: [rows, columns], dtype: "i32" },
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
