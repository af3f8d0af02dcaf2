// Which box of latent ranges each row of a request is drawn from: rows are dealt to labels by exact counts, then to
// the boxes of their label's condition by probability. Both are functions of (seed, row), so any rows can be drawn apart.

import {
  type Condition,
  type ConditionColumns,
  conditionCells,
  impossibleRequest,
  knownTextsHint,
  type LabelCounts,
  type LabelPlan,
  planLabels,
  rowUniform,
  type SampleOptions,
  type StreamKey,
  streamKey,
  VerisimError,
} from "@verisim/core";
import { marginalRange } from "@verisim/stats";
import { gridText } from "@verisim/transforms";
import { TruncatedNormal } from "./truncated-normal.ts";
import { type AllowedNumbers, type LatentBox, type LatentIndex, latentBoxes } from "./value-ranges.ts";

/** Rows of the fixed draw that weighs boxes with several bound latents against each other. */
const WEIGHT_ROWS = 4000;

export interface PlannedBox {
  readonly normal: TruncatedNormal;
  readonly numbers: readonly AllowedNumbers[];
}

/** The boxes of one label (or of the whole request) with their cumulative probabilities. */
interface BoxChoice {
  readonly boxes: readonly PlannedBox[];
  readonly cumulative: Float64Array;
}

export interface RequestContext {
  readonly index: LatentIndex;
  readonly columns: ConditionColumns;
  /** Columns of the table whose cells are made up, so that nothing can be asked of them. */
  readonly generated: readonly string[];
  readonly correlation: Float64Array;
  readonly candidates: number;
  readonly choleskyOf: (matrix: Float64Array, size: number) => Promise<Float64Array>;
}

/** Deals rows to boxes. */
export class RequestPlan {
  /** Every box of the plan; rows refer to them by place. */
  readonly boxes: readonly PlannedBox[];
  readonly #choices: readonly BoxChoice[];
  readonly #places: ReadonlyMap<PlannedBox, number>;
  readonly #labels: LabelPlan | undefined;
  readonly #choiceOfLabel: ReadonlyMap<number | "other", number>;
  readonly #key: StreamKey;

  constructor(
    choices: readonly BoxChoice[],
    labels: LabelPlan | undefined,
    choiceOfLabel: ReadonlyMap<number | "other", number>,
    key: StreamKey,
  ) {
    this.#choices = choices;
    this.boxes = choices.flatMap((choice) => choice.boxes);
    this.#places = new Map(this.boxes.map((box, place) => [box, place]));
    this.#labels = labels;
    this.#choiceOfLabel = choiceOfLabel;
    this.#key = key;
  }

  /** The place in `boxes` of the box that a row is drawn from. */
  boxOf(row: number): number {
    const choice = this.#choices[this.#labels ? this.#choiceOfLabel.get(this.#labels.labelOf(row))! : 0]!;
    if (choice.boxes.length === 1) return this.#places.get(choice.boxes[0]!)!;
    const uniform = rowUniform(this.#key, row);
    let place = 0;
    while (place < choice.boxes.length - 1 && choice.cumulative[place]! <= uniform) place++;
    return this.#places.get(choice.boxes[place]!)!;
  }
}

/**
 * Makes the plan of a request, or null when nothing is asked but rows.
 * @throws VerisimError `VERISIM_CONDITION_IMPOSSIBLE` naming what no row of the model can meet
 */
export async function planRequest(
  rowCount: number,
  options: SampleOptions,
  context: RequestContext,
  keyOf: (purpose: string) => StreamKey,
): Promise<RequestPlan | null> {
  const { where, counts } = options;
  if (!where && !counts) return null;
  try {
    if (!counts) {
      return new RequestPlan([await chooseBoxes(where!, context)], undefined, new Map(), keyOf("box"));
    }
    const labels = await planCounts(rowCount, options, counts, context, keyOf);
    return new RequestPlan(labels.choices, labels.plan, labels.choiceOfLabel, keyOf("box"));
  } catch (error) {
    throw explained(error, context);
  }
}

async function planCounts(
  rowCount: number,
  options: SampleOptions,
  counts: LabelCounts,
  context: RequestContext,
  keyOf: (purpose: string) => StreamKey,
): Promise<{ plan: LabelPlan; choices: BoxChoice[]; choiceOfLabel: Map<number | "other", number> }> {
  const description = context.columns.get(counts.column);
  if (!description) throw unknownColumn(counts.column, context.columns);
  if (description.kind !== "category") {
    throw new VerisimError(
      "VERISIM_CONDITION_TYPE",
      "Expected the column of label counts to hold categories.",
      {
        where: { column: counts.column, option: "counts" },
        hint: "Ask for ranges of a number with a condition instead.",
      },
    );
  }
  const totalRows = options.totalRows ?? (options.from ?? 0) + rowCount;
  const plan = planLabels(counts, totalRows, description.categories, keyOf("labels"));
  const choices: BoxChoice[] = [];
  const choiceOfLabel = new Map<number | "other", number>();
  const add = async (label: number | "other", condition: Condition): Promise<void> => {
    choiceOfLabel.set(label, choices.length);
    const whole: Condition = options.where ? { type: "and", terms: [options.where, condition] } : condition;
    choices.push(await chooseBoxes(whole, context));
  };
  let named = 0;
  for (const [label, count] of counts.counts) {
    named += count;
    if (count === 0) continue;
    const condition: Condition = { type: "compare", column: counts.column, operator: "=", value: label };
    await add(description.categories.indexOf(label), condition);
  }
  if (named < totalRows) {
    await add("other", {
      type: "not",
      term: { type: "in", column: counts.column, values: [...counts.counts.keys()] },
    });
  }
  return { plan, choices, choiceOfLabel };
}

function unknownColumn(column: string, columns: ConditionColumns): VerisimError {
  const hint = knownTextsHint("modelled columns", column, [...columns.keys()]);
  return new VerisimError(
    "VERISIM_UNKNOWN_COLUMN",
    `Expected a modelled column for label counts but received ${JSON.stringify(column)}.`,
    { where: { column, option: "counts" }, hint },
  );
}

/** The same error, where the column is one of the table, says why nothing can be asked of it. */
function explained(error: unknown, context: RequestContext): unknown {
  if (!VerisimError.isInstance(error) || error.code !== "VERISIM_UNKNOWN_COLUMN") return error;
  const { column } = error.where;
  if (column === undefined || !context.generated.includes(column)) return error;
  return new VerisimError(
    error.code,
    `Expected a column that is learnt but received ${JSON.stringify(column)}, whose cells are made up.`,
    { where: error.where, hint: knownTextsHint("learnt columns", "", context.columns.keys()) },
  );
}

/** The boxes of one condition, weighed. */
async function chooseBoxes(condition: Condition, context: RequestContext): Promise<BoxChoice> {
  const { index, correlation, candidates, choleskyOf } = context;
  const found: LatentBox[] = conditionCells(condition, context.columns).flatMap((cell) =>
    latentBoxes(cell, index),
  );
  if (found.length === 0) throw impossible(condition, context);
  const boxes: PlannedBox[] = [];
  for (const box of found) {
    const normal = await TruncatedNormal.create(
      correlation,
      index.latents.length,
      box.ranges,
      candidates,
      choleskyOf,
    );
    boxes.push({ normal, numbers: box.numbers });
  }
  return { boxes, cumulative: cumulativeWeights(boxes) };
}

/** Names the columns whose asked values the model does not have, where they alone are the reason. */
function impossible(condition: Condition, { index, columns }: RequestContext): VerisimError {
  return impossibleRequest(condition, {
    columns,
    isPossible: (cell) => latentBoxes(cell, index).length > 0,
    rangeOf: (name) => {
      const latent = index.latents[index.latentOf.get(index.columnOf.get(name)!) ?? -1];
      if (latent?.kind !== "number") return undefined;
      const [low, high] = marginalRange(latent.marginal);
      const text = (value: number): string => gridText(value, latent.unit, latent.marginal.decimals);
      return [text(low), text(high)];
    },
  });
}

function cumulativeWeights(boxes: readonly PlannedBox[]): Float64Array {
  const weights = new Float64Array(boxes.length).fill(1);
  if (boxes.length > 1) {
    const key = streamKey(0, "box weights");
    const uniform = (row: number) => (draw: number, entry: number) => rowUniform(key, row, draw, entry);
    boxes.forEach((box, place) => {
      weights[place] = box.normal.bound === 0 ? 1 : box.normal.probability(uniform, WEIGHT_ROWS);
    });
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return weights.map((weight) => {
    sum += total > 0 ? weight / total : 1 / boxes.length;
    return sum;
  });
}
