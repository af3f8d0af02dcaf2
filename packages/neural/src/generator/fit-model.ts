// A fit from table to model: encoding, training (taken up from a checkpoint file where one is there), calibration. All
// checks come before any work.

import { type FitOptions, type RunOptions, type Table, throwIfAborted } from "@verisim/core";
import { nn } from "@verisim/tensor";
import type { EncodedRows, Layout } from "../encoding/layout.ts";
import { TableEncoding } from "../encoding/table-encoding.ts";
import { spanStarts } from "../network/outputs.ts";
import type { StateTree } from "../network/table-network.ts";
import {
  type Calibration,
  type CalibrationRun,
  calibrate,
  calibrationTime,
  noCalibration,
} from "../sampling/calibrate.ts";
import { RowSampler, type SamplerParts } from "../sampling/row-sampler.ts";
import { coolingSchedule } from "../training/schedule.ts";
import type { TrainingRecord } from "../training/supervise.ts";
import { trainTable } from "../training/train-table.ts";
import { CheckpointFile } from "./checkpoint-file.ts";
import type { LearnedDefinition } from "./learned-generator.ts";
import { networkOf } from "./network-of.ts";
import type { ResolvedLearningOptions } from "./options.ts";

/** Everything a fitted generator of this family knows. */
export interface LearnedModel {
  readonly encoding: TableEncoding;
  /** null where no column is modelled. */
  readonly weights: StateTree | null;
  readonly calibration: Calibration;
  /** Share of the training rows per choice, over all choices. */
  readonly shares: Float64Array;
  readonly warnings: readonly string[];
  readonly training: TrainingSummary | undefined;
}

/** How training went, without a clock: the same for the same seed. */
export interface TrainingSummary extends TrainingRecord {
  readonly stopped: string;
  readonly heldRows: number;
}

/**
 * @throws VerisimError of encoding, training and the checkpoint file; `VERISIM_ABORTED`
 */
export async function fitModel<Options extends object>(
  definition: LearnedDefinition<Options>,
  options: Required<Options> & ResolvedLearningOptions,
  table: Table,
  fit: FitOptions,
): Promise<LearnedModel> {
  const { metadata, tableName = "table", seed = 0, signal, onProgress } = fit;
  const started = performance.now();
  throwIfAborted(signal);
  onProgress?.({ phase: "fit", done: 0, total: 1, unit: "epochs", detail: "preparing the table" });
  throwIfAborted(signal);
  const run: RunOptions = { ...(signal ? { signal } : {}), ...(onProgress ? { onProgress } : {}) };
  const encoding = TableEncoding.fit(
    table,
    metadata,
    {
      numbers: options.numbers,
      maxBlocks: options.maxBlocks,
      maxClusters: options.maxClusters,
      places: options.learnPlaces,
      maxCategories: options.maxCategories,
      minGroup: options.minGroup,
      derive: options.derive,
      ...definition.encoding?.(options, table.rowCount),
    },
    { seed, tableName, ...(signal ? { signal } : {}) },
  );
  const { layout } = encoding;
  const rows = encoding.encode(table, { seed, rowStart: 0 });
  const shares = choiceShares(rows, layout);
  const warnings = [...encoding.warnings];
  if (layout.widths.length === 0 || rows.rowCount === 0)
    return {
      encoding,
      weights: null,
      calibration: noCalibration(layout),
      shares,
      warnings,
      training: undefined,
    };
  const network = networkOf(definition, options, encoding);
  const checkpoint =
    fit.checkpoint === undefined
      ? undefined
      : new CheckpointFile(fit.checkpoint, definition.name, {
          settings: [options, seed, encoding.tableName, layout.widths, rows.rowCount],
          arrays: [rows.alternatives, rows.places],
        });
  const from = await checkpoint?.read();
  const forTraining =
    fit.maxTimeMs === undefined
      ? undefined
      : await trainingTime(fit.maxTimeMs, started, { network, layout, shares }, rows, options, signal);
  const { weights, outcome, heldRows } = await trainTable(
    {
      network,
      layout,
      rows,
      shares,
      seed,
      batchSize: options.batchSize,
      epochs: options.epochs,
      minSteps: options.minSteps,
      ...(definition.maxSteps ? { maxSteps: definition.maxSteps(options) } : {}),
      holdoutShare: options.holdoutShare,
      patience: options.patience,
      calibrate: options.calibrate,
      schedule: coolingSchedule(options.cooldown),
      ...(forTraining === undefined ? {} : { maxTimeMs: forTraining }),
      ...(fit.maxMemoryBytes === undefined ? {} : { maxMemoryBytes: fit.maxMemoryBytes }),
    },
    {
      ...run,
      ...(from ? { from } : {}),
      ...(checkpoint ? { onCheckpoint: (state) => checkpoint.write(state) } : {}),
    },
  );
  const calibration = options.calibrate
    ? await calibrated({ network, layout, weights, bias: new Float32Array(shares.length), shares }, rows, {
        ...(signal ? { signal } : {}),
        ...(fit.maxTimeMs === undefined ? {} : { deadline: started + fit.maxTimeMs }),
      })
    : noCalibration(layout);
  const { record, stopped } = outcome;
  if (stopped === "time")
    warnings.push(
      `The time ran out at step ${record.step}: training stopped there${heldRows > 0 ? ` and kept step ${record.bestStep}` : ""}.`,
    );
  warnings.push(...record.notes);
  await checkpoint?.remove();
  return {
    encoding,
    weights,
    calibration,
    shares,
    warnings,
    training: { ...record, stopped, heldRows },
  };
}

async function calibrated(
  parts: ConstructorParameters<typeof RowSampler>[0],
  rows: EncodedRows,
  run: CalibrationRun,
): Promise<Calibration> {
  const sampler = new RowSampler(parts);
  try {
    return await calibrate(sampler, rows, parts.shares, run);
  } finally {
    sampler.free();
  }
}

/** Share of a time budget that calibration may take at most. */
const mostForCalibration = 1 / 3;

/** What a time budget leaves for training, after what has been spent and before what calibration will take. */
async function trainingTime(
  maxTimeMs: number,
  started: number,
  { network, layout, shares }: Pick<SamplerParts, "network" | "layout" | "shares">,
  rows: EncodedRows,
  { calibrate, batchSize }: ResolvedLearningOptions,
  signal: AbortSignal | undefined,
): Promise<number> {
  let reserved = 0;
  if (calibrate) {
    const untrained = network.init(new nn.Initializer(0, "untrained"), { layout, rows, shares, batchSize });
    const bias = new Float32Array(shares.length);
    const sampler = new RowSampler({ network, layout, weights: network.sampling(untrained), bias, shares });
    try {
      reserved = await calibrationTime(sampler, rows.rowCount, signal ? { signal } : {});
    } finally {
      sampler.free();
    }
  }
  return Math.max(
    0,
    maxTimeMs - (performance.now() - started) - Math.min(reserved, maxTimeMs * mostForCalibration),
  );
}

/** Share of the rows per choice, over all choices. */
function choiceShares(rows: EncodedRows, layout: Layout): Float64Array {
  const starts = spanStarts(layout);
  const spans = starts.length;
  const shares = new Float64Array(layout.hasPlace.length);
  for (let row = 0; row < rows.rowCount; row++)
    for (let column = 0; column < spans; column++)
      shares[starts[column]! + rows.alternatives[row * spans + column]!]!++;
  return shares.map((count) => count / Math.max(1, rows.rowCount));
}
