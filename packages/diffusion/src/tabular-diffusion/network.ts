// TabularDiffusion as a table network: training by the likelihood of what noise hides, and the sampler that undoes noise
// step by step.

import type {
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
  type nn,
  optim,
  reshape,
  segmentLogSoftmax,
  sum,
  type Tensor,
  tensorData,
} from "@verisim/tensor";
import { type NoisedColumns, noisedColumns } from "./columns.ts";
import { initDenoiser, logitsOf } from "./denoiser.ts";
import { inverseDeviations } from "./noise-levels.ts";
import { noiseRows } from "./noising.ts";
import type { ResolvedDiffusionOptions } from "./options.ts";
import { noiseWidth, sampleRows } from "./sampler.ts";

/** Largest gradient, over all weights together. */
const clipNorm = 2;

export function diffusionNetwork(options: ResolvedDiffusionOptions, encoding: TableEncoding): TableNetwork {
  const columns = noisedColumns(encoding);
  return {
    noise: noiseWidth(columns, options.steps),
    conditional: true,
    init: (at) => init(at, columns, options),
    data: () => noiseTables(columns),
    step: (given, context) => trainingStep(given, context, columns, options),
    heldLoss: ({ rng, model, data, table }, { batchSize, rows }) => {
      const row = rng.below(rows.rowCount, [batchSize]);
      const { denoiser } = options.averageDecay > 0 ? model.average : model.parameters;
      return lossOf(rng, denoiser, gather(table.ones, row), data, columns, options).perColumn;
    },
    sampling: (model) => {
      const { denoiser } = options.averageDecay > 0 ? model.average : model.parameters;
      return { denoiser, inverse: evenSchedule(columns, options.steps) };
    },
    produce: (weights, layout, noise, condition) =>
      sampleRows(weights, layout, columns, options, noise, condition),
  };
}

/** Inverse deviations at even levels, per number; none where no column is noised. */
function noiseTables(columns: NoisedColumns): StateTree {
  if (columns.numbers.length === 0) return {};
  const tables = columns.numbers.map((column) => inverseTable(columns, column));
  return { inverse: tensorData(Float32Array.from(tables.flatMap((table) => [...table]))) };
}

function inverseTable({ starts, widths, shares, scores }: NoisedColumns, column: number): Float32Array {
  const [from, to] = [starts[column]!, starts[column]! + widths[column]!];
  return inverseDeviations(shares.subarray(from, to), scores.subarray(from, to));
}

function evenSchedule(columns: NoisedColumns, steps: number): StateTree {
  const { numbers } = columns;
  if (numbers.length === 0) return tensorData(new Float32Array(steps), [steps, 1]);
  const table = new Float32Array(steps * numbers.length);
  numbers.forEach((column, place) => {
    const inverse = inverseTable(columns, column);
    for (let n = 0; n < steps; n++) {
      const at = (n / steps) * (inverse.length - 1);
      const low = Math.floor(at);
      table[n * numbers.length + place] =
        inverse[low]! + (at - low) * (inverse[Math.min(inverse.length - 1, low + 1)]! - inverse[low]!);
    }
  });
  return tensorData(table, [steps, numbers.length]);
}

function init(at: nn.Initializer, { columnOf }: NoisedColumns, options: ResolvedDiffusionOptions): StateTree {
  const { width, depth, learningRate, averageDecay } = options;
  const parameters = {
    denoiser: initDenoiser(at.at("denoiser"), { choices: columnOf.length, width, depth }),
  };
  return {
    parameters,
    adam: optim.adam({ learningRate }).init(parameters),
    average: averageDecay > 0 ? parameters : {},
  };
}

function trainingStep(
  { rng, model, data, table, rate }: StepGiven,
  { batchSize, rows }: NetworkContext,
  columns: NoisedColumns,
  options: ResolvedDiffusionOptions,
): StepMade {
  const { learningRate, averageDecay } = options;
  const row = rng.below(rows.rowCount, [batchSize]);
  const { parameters } = model;
  const { loss, perColumn } = lossOf(
    rng,
    parameters.denoiser,
    gather(table.ones, row),
    data,
    columns,
    options,
  );
  const raw = optim.withTensors(parameters, gradients(loss, optim.tensorsOf(parameters)));
  const { gradients: clipped } = optim.clipByGlobalNorm(raw, clipNorm);
  const next = optim.adam({ learningRate }).update(parameters, clipped, model.adam, mul(rate, learningRate));
  return {
    model: {
      parameters: next.parameters,
      adam: next.state,
      ...(averageDecay > 0 ? { average: optim.ema(model.average, next.parameters, averageDecay) } : {}),
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
): { loss: Tensor; perColumn: Tensor } {
  const rows = ones.shape[0]!;
  const choices = columns.columnOf.length;
  const noised = noiseRows(rng, ones, data.inverse, columns, options);
  const likely = segmentLogSoftmax(logitsOf(denoiser, noised, columns), columns.widths);
  const places = add(mul(iota(ones.shape, 0, "i32"), choices), ones);
  const costs = mul(gather(reshape(likely, [rows * choices]), places), mul(-1, noised.weights));
  const total = sum(costs);
  return { loss: mul(total, 1 / rows), perColumn: div(total, add(sum(noised.weights), 1e-6)) };
}
