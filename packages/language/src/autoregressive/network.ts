// The network: what is known of a row adds up to one hidden vector, as in the neural autoregressive distribution estimator
// (Larochelle and Murray 2011), so that one more known cell is one more row added; every column then has a small layer and
// a softmax of its own. Trained over random orders (Uria, Murray and Larochelle 2014) it gives any column from any others.

import { basisTensor, type ColumnBasis, type Layout, spanStarts, timesBasis } from "@verisim/neural";
import {
  add,
  broadcast,
  concat,
  constant,
  gather,
  gatherSum,
  iota,
  less,
  matmul,
  mul,
  nn,
  relu,
  reshape,
  slice,
  type Tensor,
  type TensorData,
  tensorData,
  toI32,
  transpose,
  where,
} from "@verisim/tensor";
import type { NetworkSize } from "./network-size.ts";

/** The columns that a network is for. */
export interface NetworkShape {
  readonly layout: Layout;
  /** One per modelled column; undefined for columns without an order. */
  readonly bases: readonly (ColumnBasis | undefined)[];
}

/** What training changes; a column without an order has no part under `bases`. */
export interface NetworkParameters<T> {
  /** [alternatives, hidden] per column: what knowing the cell adds. */
  readonly cells: readonly T[];
  /** [functions, hidden] by column. */
  readonly cellBases: Readonly<Record<string, T>>;
  /** [columns, 1, hidden]: where each column's own view of the hidden vector starts. */
  readonly start: T;
  /** [columns, hidden, head]. */
  readonly layer: T;
  /** [columns, 1, head]. */
  readonly layerBias: T;
  /** [head, alternatives] per column. */
  readonly outputs: readonly T[];
  /** [head, functions] by column. */
  readonly outputBases: Readonly<Record<string, T>>;
  /** [alternatives] per column. */
  readonly outputBias: readonly T[];
}

/** What rows are drawn with: bases multiplied out. */
export interface ChainWeights<T> {
  /** [all alternatives, hidden]. */
  readonly cells: T;
  readonly start: T;
  readonly layer: T;
  readonly layerBias: T;
  /** [head, alternatives] per column. */
  readonly outputs: readonly T[];
  /** [alternatives] per column. */
  readonly outputBias: readonly T[];
}

/** Contexts of a row: with more columns than that they share them. */
const mostContexts = 32;
/** Share that an alternative without rows starts from. */
const leastShare = 1e-5;

/** First parameters; outputs start from the shares of the training rows. */
export function initNetwork(
  at: nn.Initializer,
  { layout, bases }: NetworkShape,
  { hidden, head }: NetworkSize,
  shares: Float64Array,
): NetworkParameters<TensorData> {
  const { widths } = layout;
  const columns = widths.length;
  const starts = spanStarts(layout);
  const ordered = (name: string, size: (functions: number) => [number, number], deviation: number) =>
    Object.fromEntries(
      bases.flatMap((basis, i) =>
        basis ? [[`column${i}`, at.at(name, i).normal(size(basis.functions), deviation)]] : [],
      ),
    ) as Record<string, TensorData>;
  return {
    cells: widths.map((width, i) => at.at("cells", i).normal([width, hidden], 1 / Math.sqrt(columns))),
    cellBases: ordered("cellBases", (functions) => [functions, hidden], 1 / Math.sqrt(columns)),
    start: at.at("start").normal([columns, 1, hidden], 0.1),
    layer: at.at("layer").normal([columns, hidden, head], Math.sqrt(2 / hidden)),
    layerBias: nn.filled([columns, 1, head], 0),
    outputs: widths.map((width, i) => at.at("outputs", i).normal([head, width], 0.5 / Math.sqrt(head))),
    outputBases: ordered("outputBases", (functions) => [head, functions], 0.1 / Math.sqrt(head)),
    outputBias: widths.map((width, i) =>
      tensorData(
        Float32Array.from(shares.subarray(starts[i]!, starts[i]! + width), (share) =>
          Math.log(share + leastShare),
        ),
      ),
    ),
  };
}

/** Bases multiplied out, inside of a step. */
export function multiplyOut(
  parameters: NetworkParameters<Tensor>,
  { bases }: NetworkShape,
): ChainWeights<Tensor> {
  const { cells, cellBases, outputs, outputBases, start, layer, layerBias, outputBias } = parameters;
  return {
    cells: concat(
      cells.map((own, i) => {
        const basis = bases[i];
        return basis ? add(own, matmul(basisTensor(basis), cellBases[`column${i}`]!)) : own;
      }),
      0,
    ),
    outputs: outputs.map((own, i) => {
      const basis = bases[i];
      return basis ? add(own, matmul(outputBases[`column${i}`]!, transpose(basisTensor(basis)))) : own;
    }),
    start,
    layer,
    layerBias,
    outputBias,
  };
}

/**
 * The same of numbers, once, for the model that rows are drawn with.
 * @param added to the logits of all alternatives
 */
export function multipliedOut(
  parameters: NetworkParameters<TensorData>,
  { layout, bases }: NetworkShape,
  added: Float32Array,
): ChainWeights<TensorData> {
  const [, hidden, head] = parameters.layer.shape as readonly [number, number, number];
  const starts = spanStarts(layout);
  const { cells, cellBases, outputs, outputBases, start, layer, layerBias, outputBias } = parameters;
  const choices = layout.widths.reduce((sum, width) => sum + width, 0);
  const table = new Float32Array(choices * hidden);
  let at = 0;
  cells.forEach(({ data }, i) => {
    table.set(data, at);
    const basis = bases[i];
    if (basis)
      timesBasis(basis, (k, f, value) => {
        const coarse = cellBases[`column${i}`]!.data;
        for (let h = 0; h < hidden; h++) table[at + k * hidden + h]! += value * coarse[f * hidden + h]!;
      });
    at += data.length;
  });
  return {
    cells: tensorData(table, [choices, hidden]),
    outputs: outputs.map(({ data, shape }, i) => {
      const own = Float32Array.from(data);
      const basis = bases[i];
      const width = layout.widths[i]!;
      if (basis)
        timesBasis(basis, (k, f, value) => {
          const coarse = outputBases[`column${i}`]!.data;
          for (let g = 0; g < head; g++) own[g * width + k]! += value * coarse[g * basis.functions + f]!;
        });
      return tensorData(own, shape);
    }),
    start,
    layer,
    layerBias,
    outputBias: outputBias.map(({ data, shape }, i) =>
      tensorData(
        Float32Array.from(data, (bias, k) => bias + added[starts[i]! + k]!),
        shape,
      ),
    ),
  };
}

/**
 * Logits of every column of every row from the columns that come before it: [rows, all alternatives].
 * @param ones i32 [rows, columns]: each cell as a row of `cells`
 * @param place [rows, columns]: column j is known to column i where place j is below place i
 * @param drop dropout of the two layers, in training
 */
export function chainLogits(
  weights: ChainWeights<Tensor>,
  ones: Tensor,
  place: Tensor,
  drop: (x: Tensor) => Tensor = (x) => x,
): Tensor {
  const hidden =
    ones.shape[1]! <= mostContexts ? ownContexts(weights, ones, place) : sharedContexts(weights, ones, place);
  const views = drop(relu(add(hidden, weights.start)));
  const heads = drop(relu(add(matmul(views, weights.layer), weights.layerBias)));
  return concat(weights.outputs.map((_, i) => outputOf(weights, i, matrixAt(heads, i))));
}

/** What each column knows, exactly: [columns, rows, hidden]. */
function ownContexts({ cells }: ChainWeights<Tensor>, ones: Tensor, place: Tensor): Tensor {
  const [rows, columns] = ones.shape as readonly [number, number];
  return knownSums(cells, ones, place, reshape(transpose(place), [columns, rows, 1]));
}

/**
 * The same where there are many columns, whose pairs would be too many: a row has a fixed number of contexts, which know
 * ever more of it, and a column takes the largest that knows no more than it should. [columns, rows, hidden].
 */
function sharedContexts({ cells }: ChainWeights<Tensor>, ones: Tensor, place: Tensor): Tensor {
  const [rows, columns] = ones.shape as readonly [number, number];
  const ends = constant(
    Float32Array.from({ length: mostContexts }, (_, context) => context / mostContexts),
    [mostContexts, 1, 1],
  );
  const sums = knownSums(cells, ones, place, ends);
  const context = toI32(mul(transpose(place), mostContexts));
  const at = add(mul(context, rows), iota([columns, rows], 1, "i32"));
  return gather(reshape(sums, [mostContexts * rows, cells.shape[1]!]), at);
}

/** Sums of the vectors of cells whose places are below `ends` [contexts, rows or 1, 1]: [contexts, rows, hidden]. */
function knownSums(cells: Tensor, ones: Tensor, place: Tensor, ends: Tensor): Tensor {
  const [rows, columns] = ones.shape as readonly [number, number];
  const full = [ends.shape[0]!, rows, columns];
  const known = less(broadcast(reshape(place, [1, rows, columns]), full), broadcast(ends, full));
  return gatherSum(cells, where(known, broadcast(reshape(ones, [1, rows, columns]), full), -1));
}

/** Logits of one column from the hidden vector of known cells [rows, hidden] (undefined: none is): [rows, alternatives]. */
export function columnLogits(
  weights: ChainWeights<Tensor>,
  column: number,
  hidden: Tensor | undefined,
  rows: number,
): Tensor {
  const start = broadcast(matrixAt(weights.start, column), [rows, weights.start.shape[2]!]);
  const view = relu(hidden === undefined ? start : add(hidden, start));
  const head = relu(add(matmul(view, matrixAt(weights.layer, column)), matrixAt(weights.layerBias, column)));
  return outputOf(weights, column, head);
}

function outputOf({ outputs, outputBias }: ChainWeights<Tensor>, column: number, head: Tensor): Tensor {
  return add(matmul(head, outputs[column]!), outputBias[column]!);
}

/** Matrix `place` of an array of matrices. */
function matrixAt(x: Tensor, place: number): Tensor {
  const [, rows, columns] = x.shape as readonly [number, number, number];
  return reshape(slice(x, [place, 0, 0], [place + 1, rows, columns]), [rows, columns]);
}
