// Which box of allowed values each row of a request is drawn from: rows are dealt to labels by exact counts, then to the
// boxes of their label's condition by probability, or to the groups and values of a fair request. All are functions of
// (seed, row), so any rows can be drawn apart. What a box is, is the generator's own.

import type { Condition, LabelCounts } from "./condition.ts";
import type { ConditionColumns } from "./condition-match.ts";
import { VerisimError } from "./errors.ts";
import {
  type Fairness,
  type FairPair,
  fairPairs,
  fairProbabilities,
  requireAllPairs,
} from "./fair-request.ts";
import type { SampleOptions } from "./generator.ts";
import { type LabelPlan, planLabels } from "./label-counts.ts";
import { knownTextsHint } from "./near-matches.ts";
import { rowUniform, type StreamKey } from "./random.ts";

/** The boxes of a condition, and how likely each is under the model, up to a common factor. */
export interface WeighedBoxes<Box> {
  /** At least one. */
  readonly boxes: readonly Box[];
  readonly weights: Float64Array;
}

/** What a generator brings to plan the rows of a request. */
export interface RowPlanContext<Box> {
  /** What conditions may be asked of. */
  readonly columns: ConditionColumns;
  /** Columns of the table whose cells are made up, so that nothing can be asked of them. */
  readonly generated: readonly string[];
  /** Keys of the streams `labels` and `box`. */
  keyOf(purpose: string): StreamKey;
  /** At least one. @throws VerisimError `VERISIM_CONDITION_IMPOSSIBLE` naming what no row of the model can meet */
  boxesOf(condition: Condition): Promise<readonly Box[]>;
  /** How likely each of several boxes is under the model, up to a common factor. */
  weigh(boxes: readonly Box[]): Promise<Float64Array>;
}

interface BoxChoice {
  /** Places of the boxes among all of the plan. */
  readonly places: readonly number[];
  readonly cumulative: Float64Array;
}

/** Deals rows to boxes. */
export class RowPlan<Box> {
  /** Every box of the plan. */
  readonly boxes: readonly Box[];
  /** What rows are asked for: the condition, or one per label that has rows. */
  readonly requests: readonly Condition[];
  readonly #choices: readonly BoxChoice[];
  readonly #labels: LabelPlan | undefined;
  readonly #choiceOfLabel: ReadonlyMap<number | "other", number>;
  readonly #key: StreamKey;

  /** @internal Use {@link planRows}. */
  constructor(
    requests: readonly Condition[],
    chosen: readonly WeighedBoxes<Box>[],
    key: StreamKey,
    labels?: LabelPlan,
    choiceOfLabel: ReadonlyMap<number | "other", number> = new Map(),
  ) {
    this.requests = requests;
    this.boxes = chosen.flatMap(({ boxes }) => boxes);
    let first = 0;
    this.#choices = chosen.map(({ boxes, weights }) => {
      const places = boxes.map((_, i) => first + i);
      first += boxes.length;
      return { places, cumulative: cumulativeShares(weights) };
    });
    this.#key = key;
    this.#labels = labels;
    this.#choiceOfLabel = choiceOfLabel;
  }

  /** The place in `requests` of what a row is asked for. */
  requestOf(row: number): number {
    return this.#labels ? this.#choiceOfLabel.get(this.#labels.labelOf(row))! : 0;
  }

  /** The place in `boxes` of the box that a row is drawn from. */
  placeOf(row: number): number {
    const { places, cumulative } = this.#choices[this.requestOf(row)]!;
    if (places.length === 1) return places[0]!;
    const uniform = rowUniform(this.#key, row);
    let place = 0;
    while (place < places.length - 1 && cumulative[place]! <= uniform) place++;
    return places[place]!;
  }

  /** The box that a row is drawn from. */
  boxOf(row: number): Box {
    return this.boxes[this.placeOf(row)]!;
  }
}

/**
 * The plan of a request, or undefined where nothing is asked but rows.
 * @throws VerisimError `VERISIM_CONDITION_IMPOSSIBLE` naming what no row of the model can meet, `VERISIM_CONDITION_TYPE`,
 * `VERISIM_UNKNOWN_COLUMN`
 */
export async function planRows<Box>(
  rowCount: number,
  options: SampleOptions,
  context: RowPlanContext<Box>,
): Promise<RowPlan<Box> | undefined> {
  const { where, counts, fairness } = options;
  if (counts && fairness) throw countedAndFair();
  try {
    if (counts) return await planCounts(rowCount, options, counts, context);
    if (fairness) return await planFair(fairness, where, context);
    return where && new RowPlan([where], [await chosen(where, context)], context.keyOf("box"));
  } catch (error) {
    throw explained(error, context);
  }
}

async function planCounts<Box>(
  rowCount: number,
  { where, from = 0, totalRows = from + rowCount }: SampleOptions,
  counts: LabelCounts,
  context: RowPlanContext<Box>,
): Promise<RowPlan<Box>> {
  const { columns, keyOf } = context;
  const { column } = counts;
  const description = columns.get(column);
  if (!description)
    throw new VerisimError(
      "VERISIM_UNKNOWN_COLUMN",
      `Expected a modelled column for label counts but received ${JSON.stringify(column)}.`,
      {
        where: { column, option: "counts" },
        hint: knownTextsHint("modelled columns", column, [...columns.keys()]),
      },
    );
  if (description.kind !== "category")
    throw new VerisimError(
      "VERISIM_CONDITION_TYPE",
      "Expected the column of label counts to hold categories.",
      { where: { column, option: "counts" }, hint: "Ask for ranges of a number with a condition instead." },
    );
  const plan = planLabels(counts, totalRows, description.categories, keyOf("labels"));
  const requests: Condition[] = [];
  const choices: WeighedBoxes<Box>[] = [];
  const choiceOfLabel = new Map<number | "other", number>();
  const add = async (label: number | "other", condition: Condition): Promise<void> => {
    const request: Condition = where ? { type: "and", terms: [where, condition] } : condition;
    choiceOfLabel.set(label, choices.length);
    requests.push(request);
    choices.push(await chosen(request, context));
  };
  let named = 0;
  for (const [label, count] of counts.counts) {
    named += count;
    if (count > 0)
      await add(description.categories.indexOf(label), {
        type: "compare",
        column,
        operator: "=",
        value: label,
      });
  }
  if (named < totalRows)
    await add("other", { type: "not", term: { type: "in", column, values: [...counts.counts.keys()] } });
  return new RowPlan(requests, choices, keyOf("box"), plan, choiceOfLabel);
}

/** The boxes of a condition, weighed where there are several. */
async function chosen<Box>(
  condition: Condition,
  { boxesOf, weigh }: RowPlanContext<Box>,
): Promise<WeighedBoxes<Box>> {
  const boxes = await boxesOf(condition);
  return { boxes, weights: boxes.length === 1 ? Float64Array.of(1) : await weigh(boxes) };
}

/** The boxes of every group and value, each as likely as in fair rows. */
async function planFair<Box>(
  fairness: Fairness,
  where: Condition | undefined,
  { columns, keyOf, boxesOf, weigh }: RowPlanContext<Box>,
): Promise<RowPlan<Box>> {
  // What no row can meet in any group is said of the condition itself.
  if (where) await boxesOf(where);
  const found: { readonly pair: FairPair; readonly boxes: readonly Box[] }[] = [];
  const asked = fairPairs(fairness, columns, where);
  for (const pair of asked) {
    const boxes = await possible(() => boxesOf(pair.condition));
    if (boxes) found.push({ pair, boxes });
  }
  requireAllPairs(
    asked,
    found.map(({ pair }) => pair),
  );
  const boxes = found.flatMap((own) => own.boxes);
  const weights = boxes.length === 1 ? Float64Array.of(1) : (await weigh(boxes)).slice();
  let first = 0;
  const sums = found.map((own) => {
    first += own.boxes.length;
    return weights.subarray(first - own.boxes.length, first).reduce((sum, weight) => sum + weight, 0);
  });
  const pairs = found.map(({ pair }) => pair);
  const fair = fairProbabilities(pairs, sums, fairness.gap ?? 0);
  first = 0;
  found.forEach((own, i) => {
    for (const end = first + own.boxes.length; first < end; first++)
      weights[first] = sums[i]! > 0 ? (weights[first]! / sums[i]!) * fair[i]! : fair[i]! / own.boxes.length;
  });
  const request: Condition = { type: "or", terms: pairs.map(({ condition }) => condition) };
  return new RowPlan([where ?? request], [{ boxes, weights }], keyOf("box"));
}

/** The boxes, or undefined where no row of the model can have them. */
async function possible<T>(boxesOf: () => Promise<T>): Promise<T | undefined> {
  try {
    return await boxesOf();
  } catch (error) {
    if (VerisimError.isInstance(error) && error.code === "VERISIM_CONDITION_IMPOSSIBLE") return undefined;
    throw error;
  }
}

function countedAndFair(): VerisimError {
  return new VerisimError(
    "VERISIM_OPTION_VALUE",
    "Expected label counts or a fair request but received both.",
    {
      where: { option: "fairness" },
      hint: "A fair request keeps the shares of the target's values; ask for one of the two.",
    },
  );
}

/** The same error, where the column is one of the table, says why nothing can be asked of it. */
function explained<Box>(error: unknown, { columns, generated }: RowPlanContext<Box>): unknown {
  if (!VerisimError.isInstance(error) || error.code !== "VERISIM_UNKNOWN_COLUMN") return error;
  const { column } = error.where;
  if (column === undefined || !generated.includes(column)) return error;
  return new VerisimError(
    error.code,
    `Expected a column that is learnt but received ${JSON.stringify(column)}, whose cells are made up.`,
    { where: error.where, hint: knownTextsHint("learnt columns", "", columns.keys()) },
  );
}

function cumulativeShares(weights: Float64Array): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return weights.map((weight) => {
    sum += total > 0 ? weight / total : 1 / weights.length;
    return sum;
  });
}
