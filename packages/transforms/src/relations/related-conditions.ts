// What conditions and people need to know of columns that are written by others.

import { type ConditionColumn, formulaText, type TableMetadata } from "@verisim/core";
import { numberCondition } from "../condition-column.ts";
import type { TableTransformer } from "../table-transformer.ts";
import { datePartTexts } from "./date-parts.ts";

/** Related columns as conditions see them, by name. */
export function relatedConditions(
  { related }: Pick<TableTransformer, "related">,
  metadata: TableMetadata,
): ReadonlyMap<string, ConditionColumn> {
  return new Map(
    related.map(({ name }): [string, ConditionColumn] => [
      name,
      numberCondition(metadata.columns[name], true),
    ]),
  );
}

const rest = { nothing: "", difference: " + a difference", ratio: " * a ratio" };

/** Dates that are moved after they are drawn, so that conditions on them must be looked at again. */
export function movedDates({ dates }: Pick<TableTransformer, "dates">): ReadonlySet<string> {
  return new Set(dates.map(({ column }) => column));
}

/** Related columns as formulas; those that only lie close to theirs with a difference of their own. */
export function relationTexts({ related, dates }: Pick<TableTransformer, "related" | "dates">): string[] {
  const formulas = related.map(({ name, relation }) => {
    const text = formulaText({
      terms: [{ coefficient: 1, factors: [{ column: name, as: "cell", per: 1 }] }],
      constant: 0,
    });
    return `${text} = ${formulaText(relation.formula)}${rest[relation.apart]}`;
  });
  return [...formulas, ...datePartTexts(dates)];
}
