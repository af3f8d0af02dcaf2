// Missing cells that follow from those that are there: what a formula gives, or the one part of it that is missing.

import { type CellsOf, type Factor, factorValue, formulaCell, type Relation } from "@verisim/core";

/** Rounds numbers as a column's cells are written. */
export type WrittenAs = (column: string, values: Float64Array) => Float64Array;

/**
 * Cells of number columns with what follows from formulas that give every cell; cells that are there stay as they are.
 * @param relations each after those that it needs
 * @param cells by column; replaced where something is filled in
 */
export function solveCells(
  relations: readonly Relation[],
  cells: Map<string, Float64Array>,
  writtenAs: WrittenAs,
): void {
  const cellsOf: CellsOf = (name) => cells.get(name)!;
  const fill = (name: string, found: Float64Array): void => {
    const written = writtenAs(name, found);
    cells.set(
      name,
      cells.get(name)!.map((cell, row) => (Number.isNaN(cell) ? written[row]! : cell)),
    );
  };
  const whole = relations.filter(({ apart }) => apart === "nothing");
  // Parts from their totals first, then what they give; twice, for totals have totals.
  for (let pass = 0; pass < 2; pass++) {
    for (const relation of whole.toReversed())
      for (const part of soleFactors(relation)) fill(part.column, partCells(relation, part, cellsOf));
    for (const { column, formula } of whole)
      fill(
        column,
        cellsOf(column).map((_, row) => formulaCell(formula, cellsOf, row)),
      );
  }
}

/** Factors whose column is in the formula once. */
function soleFactors({ formula }: Relation): Factor[] {
  const factors = formula.terms.flatMap((term) => term.factors);
  return factors.filter(({ column }) => factors.filter((other) => other.column === column).length === 1);
}

/** What the cells of one part must be; NaN where another part is missing too. */
function partCells({ column, formula }: Relation, part: Factor, cellsOf: CellsOf): Float64Array {
  return cellsOf(column).map((total, row) => {
    let left = total - formula.constant;
    let times = 1;
    for (const { coefficient, factors } of formula.terms) {
      const isOwn = factors.includes(part);
      let product = coefficient;
      for (const factor of factors)
        if (factor !== part) product *= factorValue(factor, cellsOf(factor.column)[row]!);
      if (isOwn) times = product;
      else left -= product;
    }
    const value = left / times;
    const cell =
      part.as === "cell"
        ? value
        : part.as === "inverse"
          ? 1 / value
          : part.per * (part.as === "less" ? 1 - value : value - 1);
    return Number.isFinite(cell) ? cell : Number.NaN;
  });
}
