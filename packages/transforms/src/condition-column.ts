// What conditions need to know of a column that a model has learnt, from its metadata and its learnt categories.

import { type ColumnMetadata, type ConditionColumn, parseDatetime } from "@verisim/core";

/** A column of categories: ordinal ones rank as their metadata lists them, not as the data brought them. */
export function categoryCondition(
  metadata: ColumnMetadata | undefined,
  learnt: readonly string[],
  mayBeMissing: boolean,
): ConditionColumn {
  const ordered = metadata?.sdtype === "ordinal";
  return {
    kind: "category",
    categories: ordered ? inDeclaredOrder(learnt, metadata.rangeValues ?? []) : learnt,
    mayBeMissing,
    ordered,
  };
}

/** A column of numbers, or of dates that conditions write as text. */
export function numberCondition(
  metadata: ColumnMetadata | undefined,
  mayBeMissing: boolean,
): ConditionColumn {
  if (metadata?.sdtype !== "datetime") return { kind: "number", mayBeMissing };
  return { kind: "number", mayBeMissing, parse: (text) => parseDatetime(text, metadata.datetimeFormat) };
}

function inDeclaredOrder(learnt: readonly string[], declared: readonly string[]): readonly string[] {
  const known = new Set(learnt);
  const ranked = declared.filter((category) => known.has(category));
  const listed = new Set(ranked);
  return [...ranked, ...learnt.filter((category) => !listed.has(category))];
}
