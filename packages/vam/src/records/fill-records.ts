// What a trained network says of records of which some cells are seen: the mean of the joint latent, decoded by every part.

import type { StateTree } from "@verisim/neural";
import {
  buildProgram,
  type EntrySpec,
  mul,
  type Program,
  type Tensor,
  type TensorData,
  tensorData,
} from "@verisim/tensor";
import { decodeJoint, type JointOptions } from "../network/joint-network.ts";
import { priorNoise } from "../network/prior.ts";
import { pickRows } from "../network/records-state.ts";
import type { Part, PartRows } from "../parts/part.ts";
import { drawLatent } from "./draw-latent.ts";

/** Rows of one run of the program. */
export const windowRows = 256;

/** Arrays by name, of every part, whose first axis is the record. */
export type Said = readonly Readonly<Record<string, TensorData>>[];

export interface FillParts<OwnPart extends Part = Part> {
  readonly parts: readonly OwnPart[];
  readonly parameters: StateTree;
  readonly sizes: JointOptions;
}

export interface SayRun {
  readonly seed: number;
  /** True: a draw from the joint latent instead of its mean. */
  readonly draw: boolean;
  /** Number of the first record in the stream of draws. Default 0. */
  readonly from?: number;
  readonly signal?: AbortSignal;
}

/**
 * Calls `take` with windows of what is said of records.
 * @param rows whose `known` says which cells are seen
 */
export async function sayOfRows(
  { parts, parameters, sizes }: FillParts,
  rows: readonly PartRows<TensorData>[],
  { seed, draw, from = 0, signal }: SayRun,
  take: (said: Said, rowStart: number, rowCount: number) => void,
): Promise<void> {
  const rowCount = rows[0]!.known.shape[0]!;
  const windowOf = (start: number): PartRows<TensorData>[] => {
    const chosen = Int32Array.from({ length: windowRows }, (_, i) => (start + i < rowCount ? start + i : -1));
    return rows.map((own) => pickRows(own, chosen));
  };
  const program = buildProgram({
    state: { parameters },
    entries: {
      fill: {
        inputs: { rows: windowOf(0), draw: { shape: [], dtype: "f32" } },
        step: ({ state, inputs, rng }) => {
          const given = inputs.rows as PartRows<Tensor>[];
          const noise = mul(inputs.draw, rng.normal([windowRows, priorNoise(sizes.prior)]));
          const seen = parts.map((part, index) => ({ index, part, rows: given[index]! }));
          const sample = drawLatent(state.parameters, seen, noise, sizes);
          return { outputs: { said: decodeJoint(state.parameters, parts, sample) } };
        },
      },
    },
  }) as unknown as Program<unknown, Record<"fill", EntrySpec>>;
  try {
    for (let start = 0; start < rowCount; start += windowRows) {
      const { said } = (await program.call(
        "fill",
        { rows: windowOf(start), draw: tensorData([draw ? 1 : 0], []) },
        { seed, firstStep: 0, rowOffset: from + start, ...(signal ? { signal } : {}) },
      )) as unknown as { said: Said };
      take(said, start, Math.min(windowRows, rowCount - start));
    }
  } finally {
    program.free();
  }
}
