// What a formula refers to, found before it is compiled: the order of columns follows from it.

import type { Formula } from "./parser.ts";

export interface FormulaNames {
  /** Columns of the same row. */
  readonly names: ReadonlySet<string>;
  /** Columns of the row before. */
  readonly before: ReadonlySet<string>;
  /** `parent.age` as `["parent", "age"]`. */
  readonly members: readonly (readonly [of: string, name: string])[];
}

export function namesIn(formulas: readonly Formula[]): FormulaNames {
  const names = new Set<string>();
  const before = new Set<string>();
  const members: [string, string][] = [];
  const visit = (formula: Formula): void => {
    if (formula.type === "name") {
      if (formula.of === undefined) names.add(formula.name);
      else members.push([formula.of, formula.name]);
    } else if (formula.type === "call") {
      const [first] = formula.arguments;
      if (formula.name === "prev" && first?.type === "name") {
        before.add(first.name);
        formula.arguments.slice(1).forEach(visit);
      } else formula.arguments.forEach(visit);
    }
  };
  formulas.forEach(visit);
  return { names, before, members };
}
