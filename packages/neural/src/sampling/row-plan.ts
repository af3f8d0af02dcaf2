// Which box of allowed values each row of a request is drawn from: rows are dealt to labels by exact counts, then to the
// boxes of their label's condition by probability. Both are functions of (seed, row), so any rows can be drawn apart.

import {
  type Condition,
  conditionCells,
  type LabelPlan,
  planLabels,
  rowUniform,
  type SampleOptions,
  type StreamKey,
  VerisimError,
} from "@verisim/core";
import type { AllowedBox } from "../encoding/layout.ts";
import { impossibleReason, type TableEncoding } from "../encoding/table-encoding.ts";

/** Boxes of one label, or of the whole request, with their cumulative probabilities. */
interface BoxChoice {
  readonly boxes: readonly AllowedBox[];
  readonly cumulative: Float64Array;
}

/** Deals rows to boxes. */
export class RowPlan {
  readonly #choices: readonly BoxChoice[];
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
    this.#labels = labels;
    this.#choiceOfLabel = choiceOfLabel;
    this.#key = key;
  }

  boxOf(row: number): AllowedBox {
    const { boxes, cumulative } =
      this.#choices[this.#labels ? this.#choiceOfLabel.get(this.#labels.labelOf(row))! : 0]!;
    if (boxes.length === 1) return boxes[0]!;
    const uniform = rowUniform(this.#key, row);
    let place = 0;
    while (place < boxes.length - 1 && cumulative[place]! <= uniform) place++;
    return boxes[place]!;
  }
}

/** Probability of each box under the model; any common factor. */
export type WeighBoxes = (boxes: readonly AllowedBox[]) => Promise<Float64Array>;

/**
 * The plan of a request, or undefined when nothing is asked but rows.
 * @throws VerisimError `VERISIM_CONDITION_IMPOSSIBLE` naming what no row of the model can meet, `VERISIM_CONDITION_TYPE`,
 * `VERISIM_UNKNOWN_COLUMN`
 */
export async function planRows(
  rowCount: number,
  options: SampleOptions,
  encoding: TableEncoding,
  keyOf: (purpose: string) => StreamKey,
  weigh: WeighBoxes,
): Promise<RowPlan | undefined> {
  const { where, counts } = options;
  const columns = encoding.conditionColumns();
  const choose = async (condition: Condition): Promise<BoxChoice> => {
    const boxes = conditionCells(condition, columns).flatMap((cell) => encoding.allowed(cell));
    if (boxes.length === 0) throw impossibleReason(condition, encoding);
    return { boxes, cumulative: cumulative(boxes.length === 1 ? Float64Array.of(1) : await weigh(boxes)) };
  };
  try {
    if (!counts) {
      if (!where) return undefined;
      return new RowPlan([await choose(where)], undefined, new Map(), keyOf("box"));
    }
    const description = columns.get(counts.column);
    if (!description)
      throw new VerisimError(
        "VERISIM_UNKNOWN_COLUMN",
        `Expected a modelled column for label counts but received ${JSON.stringify(counts.column)}.`,
        { where: { column: counts.column, option: "counts" } },
      );
    if (description.kind !== "category")
      throw new VerisimError(
        "VERISIM_CONDITION_TYPE",
        "Expected the column of label counts to hold categories.",
        {
          where: { column: counts.column, option: "counts" },
          hint: "Ask for ranges of a number with a condition instead.",
        },
      );
    const totalRows = options.totalRows ?? (options.from ?? 0) + rowCount;
    const labels = planLabels(counts, totalRows, description.categories, keyOf("labels"));
    const choices: BoxChoice[] = [];
    const choiceOfLabel = new Map<number | "other", number>();
    const addChoice = async (label: number | "other", condition: Condition): Promise<void> => {
      choiceOfLabel.set(label, choices.length);
      choices.push(await choose(where ? { type: "and", terms: [where, condition] } : condition));
    };
    let named = 0;
    for (const [label, count] of counts.counts) {
      named += count;
      if (count > 0)
        await addChoice(description.categories.indexOf(label), {
          type: "compare",
          column: counts.column,
          operator: "=",
          value: label,
        });
    }
    if (named < totalRows)
      await addChoice("other", {
        type: "not",
        term: { type: "in", column: counts.column, values: [...counts.counts.keys()] },
      });
    return new RowPlan(choices, labels, choiceOfLabel, keyOf("box"));
  } catch (error) {
    throw explained(error, encoding);
  }
}

/** The same error, where the column is one of the table, says why nothing can be asked of it. */
function explained(error: unknown, encoding: TableEncoding): unknown {
  if (!VerisimError.isInstance(error) || error.code !== "VERISIM_UNKNOWN_COLUMN") return error;
  const { column } = error.where;
  if (column === undefined || !Object.hasOwn(encoding.metadata.columns, column)) return error;
  return new VerisimError(
    error.code,
    `Expected a column that is learnt but received ${JSON.stringify(column)}, whose cells are made up.`,
    { where: error.where, ...(error.hint === undefined ? {} : { hint: error.hint }) },
  );
}

function cumulative(weights: Float64Array): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return weights.map((weight) => {
    sum += total > 0 ? weight / total : 1 / weights.length;
    return sum;
  });
}
