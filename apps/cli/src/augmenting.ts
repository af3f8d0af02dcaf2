// How `augment` uses synthetic rows: as its flags say, or as validation inside the real training rows chooses, where the
// answer may be not at all.

import { type LabelCounts, type Table, VerisimError } from "@verisim/core";
import type { ReadResult } from "@verisim/data";
import {
  type AugmentationChoice,
  type AugmentationPlan,
  augmentationTreeOptions,
  chooseAugmentation,
} from "@verisim/trees";
import type { Checks } from "./checks.ts";
import { type FitPlan, fitGenerator } from "./learning.ts";
import type { AugmentFlags } from "./program.ts";
import { optionValueError } from "./quantities.ts";
import { drawRows, type SamplePlan } from "./sampling.ts";
import type { Session } from "./session.ts";

/** Parts of the real rows that choosing learns a generator without. */
const folds = 3;
/** Sizes of a leaf of which the best for the real rows alone is taken for both sides. */
const leastLeaves = [5, 20];

/**
 * Reads `--amount`, `--weight`, `--plausible` and `--taught`; undefined where none is given and the use is to be chosen. Errors go to
 * `checks`.
 */
export function planUse(flags: AugmentFlags, checks: Checks): AugmentationPlan | undefined {
  const { amount, weight, plausible, taught } = flags;
  if (amount === undefined && weight === undefined && !plausible && !taught) return undefined;
  for (const other of ["rows", "counts"] as const)
    if (amount !== undefined && flags[other] !== undefined)
      checks.add(
        new VerisimError("VERISIM_USAGE", `Expected --amount or --${other} but received both.`, {
          hint: "Both say how many rows are drawn. --weight, --plausible and --taught go with either.",
        }),
      );
  if (plausible && taught)
    checks.add(
      new VerisimError("VERISIM_USAGE", "Expected --plausible or --taught but received both.", {
        hint: "Labels of a committee are plausible to it, whatever they were before.",
      }),
    );
  const read = (option: "amount" | "weight", text: string | undefined) =>
    text === undefined ? undefined : checks.attempt(() => readPositive(text, option));
  return {
    amount: read("amount", amount) ?? 1,
    weight: read("weight", weight) ?? 1,
    plausibleOnly: plausible === true,
    ...(taught ? { taught } : {}),
  };
}

function readPositive(text: string, option: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value > 0 && value <= 1000) return value;
  throw optionValueError(option, "a number above 0 and at most 1000", text);
}

export interface UseRequest {
  readonly fitPlan: FitPlan;
  readonly samplePlan: SamplePlan;
  readonly read: ReadResult;
  /** The real rows that may be learnt. */
  readonly train: Table;
  readonly target: string;
  readonly seed: number;
}

/** Chooses how synthetic rows are used, on the real training rows alone; `warnings` receives those of the generators. */
export async function chooseUse(
  { fitPlan, samplePlan, read, train, target, seed }: UseRequest,
  warnings: Set<string>,
  session: Session,
): Promise<AugmentationChoice> {
  const { rows, counts } = samplePlan;
  // A checkpoint keeps one training: the last one, of all rows.
  const { checkpoint: _, ...training } = fitPlan.training;
  const makeRows = async (part: Table, wanted: number, key: number): Promise<Table> => {
    const share = part.rowCount / train.rowCount;
    const own = counts && partOf(counts, share);
    const named = own ? [...own.counts.values()].reduce((sum, count) => sum + count, 0) : 0;
    try {
      const generator = await fitGenerator({ ...fitPlan, training }, { ...read, table: part }, key, session);
      for (const warning of generator.warnings) warnings.add(warning);
      const plan = { ...samplePlan, counts: own, rows: Math.max(wanted, named) };
      return (await drawRows(generator, plan, key, session)).table;
    } catch (error) {
      throw ofPart(error);
    }
  };
  return session.timed("choose", () =>
    chooseAugmentation({
      real: train,
      metadata: read.metadata,
      target,
      makeRows,
      folds,
      leastLeaves,
      ...(rows === undefined ? {} : { amounts: [rows / train.rowCount] }),
      trees: augmentationTreeOptions(train.rowCount),
      seed,
      signal: session.signal,
      onProgress: session.onProgress,
    }),
  );
}

/** Trainings of the generator while choosing, and the last one. */
export const choosingFits: number = folds + 1;

/** The same counts for a part of the rows; a label that was asked for keeps a row. */
function partOf({ column, counts }: LabelCounts, share: number): LabelCounts {
  const scale = (count: number) => (count === 0 ? 0 : Math.max(1, Math.round(count * share)));
  return { column, counts: new Map([...counts].map(([label, count]) => [label, scale(count)])) };
}

/** A request that the whole table may meet and a part of it cannot says how to do without parts. */
function ofPart(error: unknown): unknown {
  if (!VerisimError.isInstance(error) || error.code !== "VERISIM_CONDITION_IMPOSSIBLE") return error;
  return new VerisimError(
    error.code,
    `${error.message} That is so in a part of the rows that is learnt to choose how synthetic rows are used.`,
    { where: error.where, hint: "With --amount or --weight nothing is chosen.", cause: error },
  );
}
