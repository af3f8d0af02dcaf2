// Whether resampling helps, on rows that it has not seen: boosted trees with and without the new rows.

import { type Progress, type Table, type TableMetadata, VerisimError } from "@verisim/core";
import { type AugmentationGain, augmentationGain, splitHoldout, type TreeOptions } from "@verisim/trees";
import { type ResampleRequest, resample } from "./resample.ts";
import { strategies } from "./strategies.ts";

export interface ResampleGainRequest extends ResampleRequest {
  /** Rows to judge on, that are in no way part of `table`. Default: a quarter of the table, split off first. */
  readonly holdout?: Table;
  /** Trainings of each side, 3 to 1000. Default 5. */
  readonly trainings?: number;
  readonly trees?: Partial<TreeOptions>;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * What the new rows of a strategy that adds are worth to boosted trees: the verdict is that of the first score's 95 %
 * interval on the held-out rows. The rows are made from the training rows alone.
 * @throws VerisimError as {@link resample}; `VERISIM_RESAMPLE_GAIN` for a strategy that adds no rows,
 * `VERISIM_AUGMENTATION_ROWS`
 */
export async function resampleGain(
  table: Table,
  metadata: TableMetadata,
  request: ResampleGainRequest,
): Promise<AugmentationGain> {
  const { holdout: given, trainings, trees, onProgress, ...resampling } = request;
  const { target, strategy = "smote", seed = 0, signal } = resampling;
  const kind = strategies.find(({ name }) => name === strategy)?.kind;
  if (kind === "under" || kind === "clean")
    throw new VerisimError(
      "VERISIM_RESAMPLE_GAIN",
      `${strategy} adds no rows whose worth could be measured.`,
      {
        where: { option: "strategy" },
        hint: "The gain is that of new rows beside all of the old ones: name a strategy that adds.",
      },
    );
  const split = given ? { train: table, holdout: given } : splitHoldout(table, metadata, target, { seed });
  const { table: all, isSynthetic } = await resample(split.train, metadata, resampling);
  const made = Int32Array.from(isSynthetic.keys()).filter((row) => isSynthetic[row] === 1);
  return augmentationGain({
    real: split.train,
    synthetic: made.length > 0 ? all.take(made) : null,
    holdout: split.holdout,
    metadata,
    target,
    seed,
    ...(trainings !== undefined && { trainings }),
    ...(trees !== undefined && { trees }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
}
