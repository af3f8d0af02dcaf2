// Ids against the pattern that the metadata declares for them. Patterns are Python's, whose few differences in
// spelling are translated; a pattern that JavaScript cannot read leaves the check without a score.

import { type Column, columnLength } from "@verisim/core";
import type { Score } from "./evaluation.ts";

/** Text that stands for a missing cell, as pandas writes it. */
const missingText = "nan";

/**
 * Share of the synthetic cells that match the whole pattern; a named group's text must also occur in that group
 * among the matching real cells.
 */
export function patternShare(real: Column, synthetic: Column, pattern: string): Score {
  const expression = compile(pattern);
  const rows = columnLength(synthetic);
  if (!expression || rows === 0) return null;
  const groups = new Map<string, Set<string | undefined>>();
  const realTexts = textsOf(real);
  for (const { text } of realTexts) {
    const match = expression.exec(text);
    for (const [name, part] of Object.entries(match?.groups ?? {})) {
      const parts = groups.get(name) ?? new Set();
      groups.set(name, parts.add(part));
    }
  }
  let valid = 0;
  for (const { text, rows: count } of textsOf(synthetic)) {
    const match = expression.exec(text);
    if (!match) continue;
    const known = Object.entries(match.groups ?? {}).every(
      ([name, part]) => groups.size === 0 || groups.get(name)?.has(part) === true,
    );
    if (known) valid += count;
  }
  return valid / rows;
}

function compile(pattern: string): RegExp | null {
  const translated = pattern
    .replaceAll("(?P<", "(?<")
    .replaceAll(/\(\?P=(\w+)\)/g, "\\k<$1>")
    .replaceAll("\\A", "^")
    .replaceAll("\\Z", "$");
  for (const flags of ["u", ""]) {
    try {
      return new RegExp(`^(?:${translated})$`, flags);
    } catch {
      // The strict form refuses escapes that Python allows; the lenient one is tried next.
    }
  }
  return null;
}

/** The texts of a column with the number of rows that hold each. */
function textsOf(column: Column): { text: string; rows: number }[] {
  const counts = new Map<string, number>();
  if (column.kind === "number") {
    for (const value of column.values) {
      const text = Number.isNaN(value) ? missingText : String(value);
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  } else {
    const rows = new Float64Array(column.dictionary.length + 1);
    for (const code of column.codes) rows[code < 0 ? column.dictionary.length : code]!++;
    rows.forEach((count, code) => {
      if (count === 0) return;
      const text = column.dictionary[code] ?? missingText;
      counts.set(text, (counts.get(text) ?? 0) + count);
    });
  }
  return [...counts].map(([text, rows]) => ({ text, rows }));
}
