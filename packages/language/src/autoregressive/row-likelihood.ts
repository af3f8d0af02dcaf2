// How likely rows are, and how likely each value of one column is given the other cells.

import { isMissing, knownTextsHint, type Table, VerisimError } from "@verisim/core";
import { type SamplerParts, spanStarts, type TableEncoding } from "@verisim/neural";
import {
  add,
  buildProgram,
  constant,
  gather,
  iota,
  logSoftmax,
  mul,
  type Program,
  reshape,
  type StepContext,
  slice,
  softmax,
  type Tensor,
  type TensorData,
  tensorData,
} from "@verisim/tensor";
import type { TableChain } from "./chain-network.ts";
import { givenVectors } from "./draw-chain.ts";
import { type ChainWeights, columnLogits } from "./network.ts";

/** Rows of one run. */
const windowRows = 512;

/** How likely each value of a column is. */
export interface Prediction {
  /** Values of the column; null is the missing cell. */
  readonly values: readonly (string | null)[];
  /** Row-major [rows, values]; a row's sum is 1. */
  readonly probabilities: Float64Array;
}

/** Natural logarithm of the probability of each row's cells under the model; of a number, of its block. */
export async function rowLikelihoods(
  encoding: TableEncoding,
  parts: SamplerParts | null,
  table: Table,
): Promise<Float64Array> {
  const logs = new Float64Array(table.rowCount);
  if (!parts) return logs;
  const { layout } = parts;
  const { order } = parts.network as TableChain;
  const columns = layout.widths.length;
  const starts = spanStarts(layout);
  const { alternatives } = encoding.encode(table, { seed: 0, rowStart: 0 });
  const step = ({ state, inputs }: StepContext): { outputs: { logs: Tensor } } => {
    const known = state.weights as ChainWeights<Tensor>;
    let hidden: Tensor | undefined;
    let total: Tensor | undefined;
    for (const column of order) {
      const width = layout.widths[column]!;
      const own = slice(state.bias, [starts[column]!], [starts[column]! + width]);
      const logs = logSoftmax(add(columnLogits(known, column, hidden, windowRows), own));
      const cell = reshape(slice(inputs.alternatives, [0, column], [windowRows, column + 1]), [windowRows]);
      const at = add(mul(iota([windowRows], 0, "i32"), width), cell);
      const log = gather(reshape(logs, [windowRows * width]), at);
      total = total ? add(total, log) : log;
      const vectors = gather(known.cells, add(cell, starts[column]!));
      hidden = hidden ? add(hidden, vectors) : vectors;
    }
    return { outputs: { logs: total! } };
  };
  await runWindows(parts, step, alternatives, columns, table.rowCount, ({ logs: made }, from, count) =>
    logs.set((made!.data as Float32Array).subarray(0, count), from),
  );
  return logs;
}

/**
 * Probabilities of the values of one column from the other cells of each row; those that are missing are left open.
 * @throws VerisimError `VERISIM_UNKNOWN_COLUMN` for a column that is not learnt as categories
 */
export async function predictColumn(
  encoding: TableEncoding,
  parts: SamplerParts | null,
  table: Table,
  target: string,
): Promise<Prediction> {
  const column = encoding.columns.findIndex(({ name, kind }) => name === target && kind === "category");
  const values = column < 0 ? undefined : categoriesOf(encoding, column);
  if (!parts || !values) throw notCategories(encoding, target);
  const { layout, bias } = parts;
  const columns = layout.widths.length;
  const starts = spanStarts(layout);
  const width = layout.widths[column]!;
  const { alternatives } = encoding.encode(table, { seed: 0, rowStart: 0 });
  const cut = encoding.cut(table);
  encoding.columns.forEach(({ name }, i) => {
    const cells = cut.column(name);
    for (let row = 0; row < table.rowCount; row++)
      if (i === column || isMissing(cells, row)) alternatives[row * columns + i] = -1;
  });
  const own = bias.subarray(starts[column]!, starts[column]! + width);
  const step = ({ state, inputs }: StepContext): { outputs: { shares: Tensor } } => {
    const known = state.weights as ChainWeights<Tensor>;
    const hidden = givenVectors(known, inputs.alternatives, starts);
    const logits = add(columnLogits(known, column, hidden, windowRows), constant(own, [width]));
    return { outputs: { shares: softmax(logits) } };
  };
  const probabilities = new Float64Array(table.rowCount * width);
  await runWindows(parts, step, alternatives, columns, table.rowCount, ({ shares }, from, count) =>
    probabilities.set((shares!.data as Float32Array).subarray(0, count * width), from * width),
  );
  return { values, probabilities };
}

/** Runs a step over windows of rows of alternatives. */
async function runWindows(
  { weights, bias }: SamplerParts,
  step: (context: StepContext) => { outputs: Record<string, Tensor> },
  alternatives: Int32Array,
  columns: number,
  rowCount: number,
  take: (outputs: Readonly<Record<string, TensorData>>, from: number, count: number) => void,
): Promise<void> {
  const program = buildProgram({
    state: { weights, bias: tensorData(bias) },
    entries: {
      look: { inputs: { alternatives: { shape: [windowRows, columns], dtype: "i32" } }, step },
    },
  }) as unknown as Program;
  try {
    for (let from = 0; from < rowCount; from += windowRows) {
      const count = Math.min(windowRows, rowCount - from);
      const window = new Int32Array(windowRows * columns);
      window.set(alternatives.subarray(from * columns, (from + count) * columns));
      const outputs = await program.call("look", { alternatives: tensorData(window, [windowRows, columns]) });
      take(outputs as unknown as Record<string, TensorData>, from, count);
    }
  } finally {
    program.free();
  }
}

/** Values by alternative; undefined where rare ones share one. */
function categoriesOf(encoding: TableEncoding, column: number): (string | null)[] | undefined {
  const { name, state } = encoding.columns[column]!;
  const condition = encoding.conditionColumns().get(name);
  const { first, codes, missing } = state as {
    readonly first: Int32Array;
    readonly codes: Int32Array;
    readonly missing: boolean;
  };
  if (condition?.kind !== "category" || codes.length !== first.length - 1) return undefined;
  const { categories } = condition;
  return [...(missing ? [null] : []), ...Array.from(codes, (code) => categories[code]!)];
}

function notCategories(encoding: TableEncoding, target: string): VerisimError {
  const known = encoding.columns.filter(({ kind }) => kind === "category").map(({ name }) => name);
  return new VerisimError(
    "VERISIM_UNKNOWN_COLUMN",
    `Expected a column that is learnt as categories but received ${JSON.stringify(target)}.`,
    { where: { column: target }, hint: knownTextsHint("columns of categories", target, known) },
  );
}
