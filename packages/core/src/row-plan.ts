// Which box of allowed values each row of a request is drawn from: rows are dealt to labels by exact counts, then to the
// boxes of their label's condition by probability. Both are functions of (seed, row), so any rows can be drawn apart. What
// a box is, is the generator's own.

import type { Condition, LabelCounts } from "./condition.ts";
import type { ConditionColumns } from "./condition-match.ts";
import { VerisimError } from "./errors.ts";
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
  /** @throws VerisimError `VERISIM_CONDITION_IMPOSSIBLE` naming what no row of the model can meet */
  choose(condition: Condition): Promise<WeighedBoxes<Box>>;
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
  const { where, counts } = options;
  if (!where && !counts) return undefined;
  try {
    return counts
      ? await planCounts(rowCount, options, counts, context)
      : new RowPlan([where!], [await context.choose(where!)], context.keyOf("box"));
  } catch (error) {
    throw explained(error, context);
  }
}

async function planCounts<Box>(
  rowCount: number,
  { where, from = 0, totalRows = from + rowCount }: SampleOptions,
  counts: LabelCounts,
  { columns, keyOf, choose }: RowPlanContext<Box>,
): Promise<RowPlan<Box>> {
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
  const chosen: WeighedBoxes<Box>[] = [];
  const choiceOfLabel = new Map<number | "other", number>();
  const add = async (label: number | "other", condition: Condition): Promise<void> => {
    const request: Condition = where ? { type: "and", terms: [where, condition] } : condition;
    choiceOfLabel.set(label, chosen.length);
    requests.push(request);
    chosen.push(await choose(request));
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
  return new RowPlan(requests, chosen, keyOf("box"), plan, choiceOfLabel);
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
