// What conditions and people need to know of columns that are written by others.

import { type ConditionColumn, formulaText, type LateColumns, type TableMetadata } from "@verisim/core";
import { numberCondition } from "../condition-column.ts";
import type { TableTransformer } from "../table-transformer.ts";
import { datePartTexts } from "./date-parts.ts";
import { linear } from "./formulas.ts";

/** What conditions and samplers must know of columns whose cells are not drawn as they come out. */
export function lateColumns(
  { related, dates }: Pick<TableTransformer, "related" | "dates">,
  metadata: TableMetadata,
): LateColumns {
  return {
    computed: new Map(
      related.map(({ name }): [string, ConditionColumn] => [
        name,
        numberCondition(metadata.columns[name], true),
      ]),
    ),
    moved: new Set(dates.map(({ column }) => column)),
  };
}

const rest = { nothing: "", difference: " + a difference", ratio: " * a ratio" };

/** Related columns as formulas; those that only lie close to theirs with a difference of their own. */
export function relationTexts({ related, dates }: Pick<TableTransformer, "related" | "dates">): string[] {
  const formulas = related.map(({ name, relation }) => {
    const own = formulaText(linear([[1, name]]));
    return `${own} = ${formulaText(relation.formula)}${rest[relation.apart]}`;
  });
  return [...formulas, ...datePartTexts(dates)];
}
