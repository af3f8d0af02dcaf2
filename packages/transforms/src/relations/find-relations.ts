// Which number columns of a table are computed from others, found by trying what people compute: totals from their parts,
// conversions, times between dates; and which are best told by their distance to another. Every column is written by at
// most one relation, and never by itself round a corner.

import {
  type Formula,
  formulaCell,
  operandsOf,
  type Relation,
  type Table,
  type TableMetadata,
} from "@verisim/core";
import { givesAll, isPromising, type Rounding, type Trial, trialOf } from "./agreement.ts";
import { differenceOf } from "./differences.ts";
import { differences, type Guess, products, sums } from "./guesses.ts";
import { lineOf, sumsOf } from "./linear-guesses.ts";
import { type NumberField, numberFields, type RelatableColumns } from "./number-fields.ts";

/** Fewer rows than these agree by chance. */
const fewestRows = 50;

/** The relations of a table, each after those that it needs. */
export function findRelations(table: Table, metadata: TableMetadata, columns: RelatableColumns): Relation[] {
  if (table.rowCount < fewestRows) return [];
  const search = new RelationSearch(numberFields(table, metadata, columns));
  // The last columns first: totals stand after their parts.
  search.each((trial, others) =>
    others.map((other) => lineOf(trial, other)).find((formula) => formula !== undefined),
  );
  search.eachGuess(products);
  search.eachGuess(sums);
  search.each((trial, others) => sumsOf(trial, search.withoutComputed(others)));
  search.eachGuess(differences);
  search.eachDifference();
  return search.ordered();
}

class RelationSearch {
  readonly #fields: readonly NumberField[];
  readonly #byName: ReadonlyMap<string, NumberField>;
  readonly #found = new Map<string, Relation>();

  constructor(fields: readonly NumberField[]) {
    this.#fields = fields;
    this.#byName = new Map(fields.map((field) => [field.name, field]));
  }

  /** Asks for one formula per column that has none. */
  each(formulaOf: (trial: Trial, others: readonly NumberField[]) => Formula | undefined): void {
    for (const [target, others] of this.#open()) {
      const formula = formulaOf(trialOf(target), others);
      if (formula) this.#keep(target, formula, "nearest");
    }
  }

  /** Tries guesses per column that has no formula; the first that holds is kept. */
  eachGuess(guessesOf: (trial: Trial, others: readonly NumberField[]) => Iterable<Guess>): void {
    const cellsOf = (name: string): Float64Array => this.#byName.get(name)!.values;
    for (const [target, others] of this.#open()) {
      const trial = trialOf(target);
      for (const { formula, rounding } of guessesOf(trial, others)) {
        const at = (row: number): number => formulaCell(formula, cellsOf, row);
        if (isPromising(trial, at, rounding) && this.#keep(target, formula, rounding)) break;
      }
    }
  }

  /** Columns that repeat no others. */
  withoutComputed(fields: readonly NumberField[]): NumberField[] {
    return fields.filter(({ name }) => !this.#found.has(name));
  }

  /** Columns close to another or later than it, by their difference. */
  eachDifference(): void {
    for (const target of this.#fields) {
      if (!target.isTarget || this.#found.has(target.name)) continue;
      // Models see numbers beside one another; a number's distance helps where they do not see the other one.
      const others = this.#fields.filter(
        (field) => field !== target && (target.isDate || this.#found.get(field.name)?.apart === "nothing"),
      );
      const mayNeed = (name: string): boolean => !this.#needs(name, target.name);
      const relation = differenceOf(target, others, mayNeed);
      if (relation) this.#found.set(target.name, relation);
    }
  }

  /** Each after those that it needs. */
  ordered(): Relation[] {
    const order = new Map<string, Relation>();
    const add = (name: string): void => {
      const relation = this.#found.get(name);
      if (!relation || order.has(name)) return;
      for (const operand of operandsOf(relation.formula)) add(operand);
      order.set(name, relation);
    };
    for (const { name } of this.#fields) add(name);
    return [...order.values()];
  }

  /** Columns without a formula, last first, and those that may be part of one: what is computed itself repeats its parts. */
  *#open(): Generator<readonly [NumberField, readonly NumberField[]]> {
    for (const target of this.#fields.toReversed()) {
      if (!target.isTarget || this.#found.has(target.name)) continue;
      yield [
        target,
        this.#fields.filter(({ name }) => name !== target.name && !this.#needs(name, target.name)),
      ];
    }
  }

  #keep(target: NumberField, formula: Formula, rounding: Rounding): boolean {
    if (!givesAll(target, formula, rounding, this.#byName)) return false;
    const { name: column, step } = target;
    this.#found.set(column, { column, formula, step, rounding, apart: "nothing" });
    return true;
  }

  /** Whether a column is computed, by whatever way, from another. */
  #needs(name: string, from: string): boolean {
    if (name === from) return true;
    const relation = this.#found.get(name);
    return (
      relation !== undefined && operandsOf(relation.formula).some((operand) => this.#needs(operand, from))
    );
  }
}
