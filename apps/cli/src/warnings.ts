// Warnings on stderr, a line each; what is said of many columns is said once.

import type { Session } from "./session.ts";

const mostLines = 20;
const mostNames = 8;
/** `Column "age" says something`: the name in JSON's spelling, and what is said of it. */
const ofColumn = /^Column ("(?:[^"\\]|\\.)*") (.*)$/s;

/**
 * Warnings that differ in their column and in numbers alone, in the order of the first of each kind. Of a column, which
 * several tables may have, the first one of a kind.
 */
function groupsOf(warnings: readonly string[]): string[][] {
  const groups = new Map<string, Map<string, string>>();
  for (const warning of warnings) {
    const [, column = "", said] = ofColumn.exec(warning) ?? [];
    const kind = said === undefined ? warning : `Column ${said.replace(/-?\d[\d.,e+-]*/gi, "0")}`;
    const group = groups.get(kind) ?? new Map<string, string>();
    groups.set(kind, group.has(column) ? group : group.set(column, warning));
  }
  return [...groups.values()].map((group) => [...group.values()]);
}

/** At most 20 lines; from three columns on, the first one's warning with the names of the others. */
export function warningLines(warnings: readonly string[]): string[] {
  const lines = groupsOf([...new Set(warnings)]).flatMap((group) => {
    if (group.length < 3) return group;
    const others = group.slice(1).map((warning) => ofColumn.exec(warning)![1]!);
    const shown = others.slice(0, mostNames).join(", ");
    const more = others.length > mostNames ? `${shown} and ${others.length - mostNames} more` : shown;
    return [`${group[0]} So with ${others.length} more columns: ${more}.`];
  });
  if (lines.length <= mostLines) return lines;
  return [...lines.slice(0, mostLines), `and ${lines.length - mostLines} more.`];
}

export function sayWarnings(warnings: readonly string[], session: Session): void {
  for (const line of warningLines(warnings)) session.say(`Warning: ${line}`);
}
