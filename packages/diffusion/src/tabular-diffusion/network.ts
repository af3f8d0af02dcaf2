// TabularDiffusion as a table network: training by the likelihood of what noise hides, and the sampler that undoes noise
// step by step.

import type {
  DrawAsked,
  NetworkContext,
  StateTree,
  StepGiven,
  StepMade,
  TableEncoding,
  TableNetwork,
} from "@verisim/neural";
import {
  add,
  div,
  gather,
  gradients,
  iota,
  mul,
  nn,
  optim,
  reshape,
  segmentLogSoftmax,
  sum,
  type Tensor,
} from "@verisim/tensor";
import { drawAsked } from "./asked-rows.ts";
import { columnsAt } from "./beliefs.ts";
import { type NoisedColumns, noisedColumns } from "./columns.ts";
import { initDenoiser, logitsOf, multipliedOut, multiplyOut } from "./denoiser.ts";
import { firstCosts, learntSchedule, notedCosts, tableOf } from "./learnt-schedule.ts";
import { inverseDeviations } from "./noise-levels.ts";
import { type NoisedRows, noiseRows } from "./noising.ts";
import type { ResolvedDiffusionOptions } from "./options.ts";
import { noiseWidth, sampleRows } from "./sampler.ts";

/** Largest gradient, over all weights together. */
const clipNorm = 2;

/** A network that also draws rows of which cells are given. */
export interface DiffusionNetwork extends TableNetwork {
  readonly asked: DrawAsked;
}

export function diffusionNetwork(
  options: ResolvedDiffusionOptions,
  encoding: TableEncoding,
): DiffusionNetwork {
  const columns = noisedColumns(encoding);
  return {
    noise: noiseWidth(columns, options),
    rowsAtOnce: rowsAtOnce(columns.columnOf.length),
    conditional: true,
    init: (at) => init(at, columns, options),
    data: () => noiseTables(columns),
    step: (given, context) => trainingStep(given, context, columns, options),
    heldLoss: ({ rng, model, data, table }, { batchSize, rows }) => {
      const row = rng.below(rows.rowCount, [batchSize]);
      const { denoiser } = options.averageDecay > 0 ? model.average : model.parameters;
      const held = { ...options, dropout: 0 };
      return lossOf(rng, denoiser, gather(table.ones, row), data, columns, held).perColumn;
    },
    sampling: (model) => {
      const { denoiser } = options.averageDecay > 0 ? model.average : model.parameters;
      return {
        denoiser: multipliedOut(denoiser, columns),
        ...(columns.numbers.length > 0
          ? { schedule: learntSchedule(model.costs, inverseTables(columns)) }
          : {}),
      };
    },
    asked: (context) => drawAsked(context, columns, options),
    addsBias: true,
    produce: (weights, layout, noise, condition, bias) =>
      sampleRows(weights, layout, columns, options, noise, condition, bias),
  };
}

/** Some 90 numbers per row and choice are held at a time: for so many cells they take about 90 MB. */
const cellsAtOnce = 2 ** 18;

/** Rows that are drawn at once: a power of two. */
function rowsAtOnce(choices: number): number {
  return Math.max(64, 2 ** Math.floor(Math.log2(cellsAtOnce / choices)));
}

/** Inverse deviations at even levels, per number; none where no column is noised. */
function noiseTables(columns: NoisedColumns): StateTree {
  if (columns.numbers.length === 0) return {};
  return { inverse: tableOf(inverseTables(columns)) };
}

function inverseTables({ numbers, starts, widths, shares, scores }: NoisedColumns): Float32Array[] {
  return numbers.map((column) => {
    const [from, to] = [starts[column]!, starts[column]! + widths[column]!];
    return inverseDeviations(shares.subarray(from, to), scores.subarray(from, to));
  });
}

function optimizer({ weightDecay }: ResolvedDiffusionOptions): optim.Adam {
  return optim.adamW({ weightDecay });
}

/** Few rows are known by heart before the relations between columns are learnt, unless steps are small. */
export function learningRateFor(rowCount: number): number {
  return Math.min(1e-3, Math.max(2e-4, 1e-3 * Math.sqrt(rowCount / 30_000)));
}

function init(at: nn.Initializer, columns: NoisedColumns, options: ResolvedDiffusionOptions): StateTree {
  const { width, depth, averageDecay } = options;
  const parameters = {
    denoiser: initDenoiser(at.at("denoiser"), { columns, width, depth }),
  };
  return {
    parameters,
    adam: optimizer(options).init(parameters),
    average: averageDecay > 0 ? parameters : {},
    ...(columns.numbers.length > 0 ? { costs: firstCosts(entropies(columns)) } : {}),
  };
}

/** Entropy of each number's alternatives, in nats. */
function entropies({ numbers, starts, widths, shares }: NoisedColumns): number[] {
  return numbers.map((column) =>
    shares
      .subarray(starts[column]!, starts[column]! + widths[column]!)
      .reduce((sum, share) => sum - (share > 0 ? share * Math.log(share) : 0), 0),
  );
}

function trainingStep(
  { rng, model, data, table, rate }: StepGiven,
  { batchSize, rows }: NetworkContext,
  columns: NoisedColumns,
  options: ResolvedDiffusionOptions,
): StepMade {
  const { averageDecay } = options;
  const learningRate = options.learningRate ?? learningRateFor(rows.rowCount);
  const row = rng.below(rows.rowCount, [batchSize]);
  const { parameters } = model;
  const { loss, perColumn, losses, noised } = lossOf(
    rng,
    parameters.denoiser,
    gather(table.ones, row),
    data,
    columns,
    options,
  );
  const raw = optim.withTensors(parameters, gradients(loss, optim.tensorsOf(parameters)));
  const { gradients: clipped } = optim.clipByGlobalNorm(raw, clipNorm);
  const next = optimizer(options).update(parameters, clipped, model.adam, mul(rate, learningRate));
  return {
    model: {
      parameters: next.parameters,
      adam: next.state,
      ...(averageDecay > 0
        ? {
            average: optim.ema(
              model.average,
              next.parameters,
              optim.warmDecay(next.state.count, averageDecay),
            ),
          }
        : {}),
      ...(noised.numbers
        ? { costs: notedCosts(model.costs, noised.numbers, columnsAt(losses, columns.numbers)) }
        : {}),
    },
    losses: { loss: perColumn },
  };
}

/** Weighted cross entropy of what is hidden: per row, and per hidden column. */
function lossOf(
  rng: StepGiven["rng"],
  denoiser: StateTree,
  ones: Tensor,
  data: StateTree,
  columns: NoisedColumns,
  options: ResolvedDiffusionOptions,
): { loss: Tensor; perColumn: Tensor; losses: Tensor; noised: NoisedRows } {
  const rows = ones.shape[0]!;
  const choices = columns.columnOf.length;
  const noised = noiseRows(rng, ones, data.inverse, columns, options.overlap);
  const drop = (x: Tensor): Tensor => nn.dropout(rng, x, options.dropout);
  const likely = segmentLogSoftmax(
    logitsOf(multiplyOut(denoiser, columns), noised, columns, drop),
    columns.widths,
  );
  const places = add(mul(iota(ones.shape, 0, "i32"), choices), ones);
  const losses = mul(gather(reshape(likely, [rows * choices]), places), -1);
  const total = sum(mul(losses, noised.weights));
  const perColumn = div(total, add(sum(noised.weights), 1e-6));
  return { loss: mul(total, 1 / rows), perColumn, losses, noised };
}
