// The network as the frame of learned generators takes it: first numbers, a training step over random orders, the loss of
// held-out rows, and how a row is drawn.

import {
  AskedSource,
  type ChainedNetwork,
  columnBasis,
  type DrawAsked,
  type NetworkContext,
  type PlaceMaps,
  type SamplerParts,
  type StateTree,
  type StepGiven,
  type StepMade,
  type TableEncoding,
} from "@verisim/neural";
import {
  add,
  broadcast,
  concat,
  constant,
  gather,
  gradients,
  less,
  mul,
  nn,
  optim,
  type Rng,
  type Tensor,
  tensorData,
  where,
} from "@verisim/tensor";
import { drawChain, type Sharpness } from "./draw-chain.ts";
import {
  type ChainWeights,
  chainLogits,
  columnLogits,
  initNetwork,
  multipliedOut,
  multiplyOut,
  type NetworkShape,
} from "./network.ts";
import { networkSize } from "./network-size.ts";
import type { ResolvedAutoregressiveOptions } from "./options.ts";
import { keepBackRare } from "./rare-categories.ts";

/** A chain of columns: the network, and the order in which rows are drawn. */
export interface TableChain extends ChainedNetwork {
  readonly order: readonly number[];
  readonly sharpness: Sharpness;
}

export function chainNetwork(options: ResolvedAutoregressiveOptions, encoding: TableEncoding): TableChain {
  const { layout, columns } = encoding;
  const shape: NetworkShape = {
    layout,
    bases: columns.map(({ kind, state }, i) =>
      kind === "blocks" ? columnBasis(layout.widths[i]!, state.missing) : undefined,
    ),
  };
  const order = drawingOrder(layout.widths);
  const sharpness = { temperature: options.samplingTemperature, topP: options.topP };
  const { averageDecay } = options;
  return {
    order,
    sharpness,
    noise: 0,
    conditional: false,
    init: (at, { shares, rows }) => {
      const parameters = initNetwork(
        at,
        shape,
        networkSize(rows.rowCount, layout.widths.length, options),
        shares,
      );
      return {
        parameters,
        keptBack: tensorData(keepBackRare(rows, encoding, options.minGroup)),
        adam: optimizer(options).init(parameters),
        average: averageDecay > 0 ? parameters : {},
      };
    },
    step: (given, context) => trainingStep(given, context, shape, order, options),
    heldLoss: ({ rng, model, table }, { rows, batchSize }) => {
      const columnCount = layout.widths.length;
      const row = rng.below(rows.rowCount, [batchSize]);
      const ones = gather(table.ones, row);
      const place = orders(rng, batchSize, order, options.orderedShare);
      const weights = multiplyOut(averageDecay > 0 ? model.average : model.parameters, shape);
      const loss = nn.spanCrossEntropy(chainLogits(weights, ones, place), ones, layout.widths);
      return mul(loss, 1 / columnCount);
    },
    sampling: ({ parameters, average, keptBack }: StateTree) =>
      multipliedOut(averageDecay > 0 ? average : parameters, shape, keptBack.data),
    addsBias: true,
    // What is known of nothing: for those who want columns apart.
    produce: (weights: StateTree, _, noise, _condition, bias) => ({
      logits: add(
        concat(
          layout.widths.map((_, column) =>
            columnLogits(weights as ChainWeights<Tensor>, column, undefined, noise.shape[0]!),
          ),
        ),
        bias,
      ),
      places: undefined,
    }),
    draw: (weights: StateTree, _, bias, uniforms) =>
      drawChain({ weights: weights as ChainWeights<Tensor>, layout, order, bias, uniforms, sharpness }),
  };
}

/** Rows of a chain, plain and asked for. */
export function chainSource(parts: SamplerParts, maps: PlaceMaps): AskedSource {
  const { order, sharpness } = parts.network as TableChain;
  const draw: DrawAsked = ({ layout, weights, bias, rng, rows, ...asked }) =>
    drawChain({
      weights: weights as ChainWeights<Tensor>,
      layout,
      order,
      bias,
      uniforms: rng.uniform([rows, layout.widths.length]),
      sharpness,
      asked,
    });
  return new AskedSource(parts, maps, draw, order);
}

/**
 * The order that rows are drawn in: columns of few alternatives first. A number given a class is learnt from fewer rows
 * than a class given many numbers; where rows are many it makes no difference.
 */
function drawingOrder(widths: readonly number[]): number[] {
  return widths.map((_, column) => column).sort((a, b) => widths[a]! - widths[b]! || a - b);
}

/** The place of each column in an order, in (0, 1): [1, columns]. */
function placesOf(order: readonly number[]): Tensor {
  const places = new Float32Array(order.length);
  order.forEach((column, place) => {
    places[column] = (place + 0.5) / order.length;
  });
  return constant(places, [1, order.length]);
}

function optimizer({ learningRate }: ResolvedAutoregressiveOptions): optim.Adam {
  return optim.adam({ learningRate });
}

/** Places of the columns of rows: by the order that rows are drawn in, or at random. [rows, columns]. */
function orders(rng: Rng, rows: number, order: readonly number[], orderedShare: number): Tensor {
  const full = [rows, order.length];
  const random = rng.uniform(full);
  if (orderedShare === 0) return random;
  const ordered = less(broadcast(rng.uniform([rows, 1]), full), orderedShare);
  return where(ordered, broadcast(placesOf(order), full), random);
}

/** A fifth from 30,000 rows on, 0.12 more for a tenth of them, and 0.32 more for a tenth of those, up to a half. */
function dropoutOf(rowCount: number): number {
  const tenths = Math.max(0, Math.log10(30_000 / rowCount));
  return Math.min(0.5, 0.2 + 0.12 * tenths + 0.2 * Math.max(0, tenths - 1));
}

function trainingStep(
  { rng, model, table, rate }: StepGiven,
  { layout, batchSize, rows }: NetworkContext,
  shape: NetworkShape,
  order: readonly number[],
  options: ResolvedAutoregressiveOptions,
): StepMade {
  const { parameters, adam, average } = model;
  const { averageDecay, learningRate, orderedShare } = options;
  const dropout = options.dropout ?? dropoutOf(rows.rowCount);
  const ones = gather(table.ones, rng.below(rows.rowCount, [batchSize]));
  const place = orders(rng, batchSize, order, orderedShare);
  const logits = chainLogits(multiplyOut(parameters, shape), ones, place, (x) => nn.dropout(rng, x, dropout));
  const loss = nn.spanCrossEntropy(logits, ones, layout.widths);
  const gradientTree = optim.withTensors(parameters, gradients(loss, optim.tensorsOf(parameters)));
  const next = optimizer(options).update(parameters, gradientTree, adam, mul(rate, learningRate));
  return {
    model: {
      parameters: next.parameters,
      adam: next.state,
      ...(averageDecay > 0 ? { average: optim.ema(average, next.parameters, averageDecay) } : {}),
    },
    losses: { loss },
  };
}
