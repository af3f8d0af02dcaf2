// Columns that another column decides (education -> years of education, zip code -> city) are not drawn but looked up,
// so that no impossible pair of values is ever made. A rule is kept only if it holds in every row.

import type { DiscreteColumn, EncodedColumn } from "@verisim/core";

/** A column whose cell follows from the category of another. */
export interface DerivedColumn {
  /** Encoded column that is looked up. */
  readonly column: number;
  /** Encoded discrete column that decides it. */
  readonly from: number;
  /** Cell per code of `from`, the missing cell last: a number (NaN: missing) or a code (-1: missing). */
  readonly cells: Float64Array;
}

/** A category must stand for this many rows on average before a rule over it means anything. */
const MIN_ROWS_PER_CATEGORY = 5;
const UNSEEN = Number.NEGATIVE_INFINITY;

/** The rules that hold in every row, each column decided by at most one that is not decided itself. */
export function findDerivedColumns(columns: readonly EncodedColumn[]): DerivedColumn[] {
  const derived = new Map<number, DerivedColumn>();
  const deciders = columns.flatMap((column, from) => {
    const used = column.kind === "discrete" ? usedCodes(column) : 0;
    const enough = used >= 2 && columnRows(column) >= MIN_ROWS_PER_CATEGORY * used;
    return enough ? [{ from, used }] : [];
  });
  // Finer columns first: what they decide is gone before it can decide anything itself.
  deciders.sort((a, b) => b.used - a.used || a.from - b.from);
  for (const { from } of deciders) {
    if (derived.has(from)) continue;
    const decider = columns[from] as DiscreteColumn;
    columns.forEach((column, index) => {
      if (index === from || derived.has(index)) return;
      const cells = lookUp(decider, column);
      if (cells) derived.set(index, { column: index, from, cells });
    });
  }
  return [...derived.values()].sort((a, b) => a.column - b.column);
}

function columnRows(column: EncodedColumn): number {
  return column.kind === "discrete" ? column.codes.length : column.values.length;
}

/** Number of different cells, the missing one included. */
function usedCodes(column: DiscreteColumn): number {
  const seen = new Uint8Array(column.cardinality + 1);
  for (const code of column.codes) seen[code < 0 ? column.cardinality : code] = 1;
  return seen.reduce((sum, flag) => sum + flag, 0);
}

/** The cell per code, or null when some category meets two different cells or all cells are the same. */
function lookUp(decider: DiscreteColumn, column: EncodedColumn): Float64Array | null {
  const cells = new Float64Array(decider.cardinality + 1).fill(UNSEEN);
  const given = column.kind === "continuous" ? column.values : column.codes;
  for (let row = 0; row < given.length; row++) {
    const code = decider.codes[row]!;
    const place = code < 0 ? decider.cardinality : code;
    const cell = given[row]!;
    if (cells[place] === UNSEEN) cells[place] = cell;
    else if (!Object.is(cells[place], cell) && cells[place] !== cell) return null;
  }
  const seen = cells.filter((cell) => cell !== UNSEEN);
  const distinct = new Set(seen);
  if (distinct.size < 2) return null;
  const missing = column.kind === "continuous" ? Number.NaN : -1;
  return cells.map((cell) => (cell === UNSEEN ? missing : cell));
}

/** Fills a derived column from the codes of its decider. */
export function fillDerived(rule: DerivedColumn, columns: readonly EncodedColumn[]): void {
  const decider = columns[rule.from]!;
  const target = columns[rule.column]!;
  if (decider.kind !== "discrete") throw new Error("internal: a rule over numbers");
  const cells = target.kind === "continuous" ? target.values : target.codes;
  for (let row = 0; row < cells.length; row++) {
    const code = decider.codes[row]!;
    cells[row] = rule.cells[code < 0 ? decider.cardinality : code]!;
  }
}
