// Why no row of a model can meet a condition: the columns whose asked values were not learnt, or parts that exclude
// each other. Every generator says it in the same words.

import type { Condition, ConditionCell } from "./condition.ts";
import { conditionCells } from "./condition-cells.ts";
import { formatCondition } from "./condition-format.ts";
import type { ConditionColumns } from "./condition-match.ts";
import { VerisimError } from "./errors.ts";

/** What a model can say about the conditions that it cannot meet. */
export interface LearntValues {
  readonly columns: ConditionColumns;
  /** Whether some row of the model lies in the cell. */
  readonly isPossible: (cell: ConditionCell) => boolean;
  /** The values of a number column as texts, from lowest to highest; undefined for other columns. */
  readonly rangeOf: (column: string) => readonly [string, string] | undefined;
}

/** The most columns that are named. */
const mostNames = 3;

/** The error, with code `VERISIM_CONDITION_IMPOSSIBLE`, of a condition that no row of the model can meet. */
export function impossibleRequest(condition: Condition, learnt: LearntValues): VerisimError {
  // One column per cell that is impossible by itself; without one, the parts of that cell exclude each other.
  const blamed = new Set(
    conditionCells(condition, learnt.columns).map(
      (cell) => [...cell].find(([name, set]) => !learnt.isPossible(new Map([[name, set]])))?.[0],
    ),
  );
  const names = [...blamed].filter((name) => name !== undefined).slice(0, mostNames);
  const reasons = blamed.has(undefined) || blamed.size === 0 ? ["its parts exclude each other"] : [];
  reasons.unshift(...names.map((name) => learntText(name, learnt.rangeOf(name))));
  return new VerisimError(
    "VERISIM_CONDITION_IMPOSSIBLE",
    `No row of the model can meet ${formatCondition(condition)}: ${reasons.join("; ")}.`,
    {
      where:
        blamed.size === 1 && names.length === 1
          ? { option: "where", column: names[0]! }
          : { option: "where" },
      hint: "0 rows are possible. Change that part of the condition, or leave it out.",
    },
  );
}

function learntText(name: string, range: readonly [string, string] | undefined): string {
  if (!range) return `the model has no such cell in ${JSON.stringify(name)}`;
  const [low, high] = range;
  return `the values learnt for ${JSON.stringify(name)} run from ${low} to ${high}, some in between may be missing`;
}
