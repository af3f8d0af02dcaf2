// Formulas in short.

import type { Factor, Formula } from "@verisim/core";

/** Shorthand for a factor that is the cell itself. */
export const cell = (column: string): Factor => ({ column, as: "cell", per: 1 });

/** A sum of columns, each times a coefficient. */
export function linear(parts: readonly (readonly [number, string])[], constant = 0): Formula {
  return {
    terms: parts.map(([coefficient, column]) => ({ coefficient, factors: [cell(column)] })),
    constant,
  };
}
