// What the command line says of a training: how it ended, what was kept, and how one that was stopped can go on.

import { existsSync } from "node:fs";
import { type TrainingStory, VerisimError } from "@verisim/core";
import { formatCount, formatScore, plural } from "./quantities.ts";

/** A training that was stopped on request says how to go on. */
export function stoppedError(error: unknown, checkpoint: string | undefined): unknown {
  if (!VerisimError.isInstance(error) || error.code !== "VERISIM_ABORTED") return error;
  const hint =
    checkpoint === undefined
      ? "Nothing was kept. With --checkpoint FILE a training that is stopped can go on."
      : existsSync(checkpoint)
        ? `The training is kept in ${checkpoint}: run the same command again to go on, or remove the file to start anew.`
        : `It was stopped before there was anything to keep in ${checkpoint}.`;
  return new VerisimError(error.code, error.message, { where: error.where, hint, cause: error.cause });
}

const endings: Readonly<Record<string, string>> = {
  quality: ", and stopped as nothing more was gained",
  time: ", and stopped as the time was used up",
};

/** How training went, for people: `Trained 5,000 steps; kept step 4,300, quality 0.953 by 3,256 rows held out.` */
export function trainingText({ step, bestStep, best, heldRows, stopped }: TrainingStory): string {
  const kept =
    best === null
      ? ""
      : ` Kept step ${formatCount(bestStep)}: quality ${formatScore(best)}, judged by ${plural(heldRows, "row")} held out of training.`;
  return `Trained ${plural(step, "step")}${endings[stopped] ?? ""}.${kept}`;
}

/** The story of a training for JSON, without what only going on needs. */
export function trainingFigures({
  step,
  bestStep,
  best,
  heldRows,
  recoveries,
  stopped,
}: TrainingStory): TrainingStory {
  return { step, bestStep, best, heldRows, recoveries, stopped };
}
