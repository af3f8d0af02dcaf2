// Singling out: a statement that holds for exactly one person in the training data, made from the synthetic table alone.
// Statements come from synthetic rows: a value or an end of a column that one synthetic row holds, or a few cells of one
// row, numbers widened as long as no other synthetic row meets them. The control counts on equally many holdout rows; the
// naive attacker makes the same statements from columns shuffled apart.

import { setImmediate } from "node:timers/promises";
import { drawToFront, RowRandom, streamKey, throwIfAborted } from "@verisim/core";
import type { AttackRates, SinglingOutReport } from "../privacy-report.ts";
import { type PreparedTables, type SampledRows, sampleRows } from "../tables/prepared-tables.ts";
import type { RiskColumn } from "../tables/risk-columns.ts";
import { attackRates } from "./attack-rates.ts";

export interface SinglingOutOptions {
  /** Statements of each kind. Default 1,000. */
  attacks?: number;
  /** Columns of a statement on several columns. Default: 4, or all when there are fewer. */
  columns?: number;
}

/** A condition on one column: the cell lies in [low, high]; for categories both are the code. */
interface Condition {
  readonly column: number;
  readonly low: number;
  readonly high: number;
}

type Statement = readonly Condition[];

/** The cells of some rows of one table, column by column; codes as numbers. */
interface Cells {
  readonly count: number;
  readonly columns: readonly Float64Array[];
}

/** Cells with the rows of each column in order of their cells: conditions are counted by looking up both ends. */
interface OrderedCells extends Cells {
  readonly orders: readonly Uint32Array[];
  readonly sorted: readonly Float64Array[];
}

/** Real rows on each side, at most, and synthetic rows. */
const mostRows = 20_000;
/** Statements looked for per statement wanted. */
const patience = 5;
/** A number is widened to this share of the distance at which another synthetic row would meet the statement. */
const widening = 0.5;

/** @throws VerisimError `VERISIM_ABORTED` */
export async function singlingOut(
  { training, holdout, synthetic, columns, seed, source }: PreparedTables,
  { attacks = 1000, columns: wanted = 4 }: SinglingOutOptions,
): Promise<SinglingOutReport | null> {
  if (!holdout || columns.length === 0) return null;
  /** Lets other work in, an abort among it. */
  const pause = async (): Promise<void> => {
    await setImmediate();
    throwIfAborted(source.signal);
  };
  const size = Math.min(mostRows, training.rows.length, holdout.rows.length);
  const take = (part: SampledRows, purpose: string): Cells => {
    const places = sampleRows(part.rows.length, size, seed, `singling ${purpose}`);
    const cellsOf = (column: RiskColumn): Float64Array => {
      const cells = column.kind === "number" ? column.values[part.table]! : column.codes[part.table]!;
      return Float64Array.from(places, (place) => cells[part.rows[place]!]!);
    };
    return { count: places.length, columns: columns.map(cellsOf) };
  };
  const main = inOrder(take(training, "training"));
  await pause();
  const control = inOrder(take(holdout, "holdout"));
  const own = take(synthetic, "synthetic");
  const width = Math.min(wanted, columns.length);
  const judge = async (
    statements: readonly Statement[],
    naive: readonly Statement[],
  ): Promise<AttackRates | null> => {
    const count = Math.min(statements.length, naive.length);
    if (count === 0) return null;
    const alone = async (list: readonly Statement[], rows: OrderedCells): Promise<number> => {
      let hits = 0;
      for (let i = 0; i < count; i++) {
        if (i % 64 === 0) await pause();
        if (meetsAlone(list[i]!, rows)) hits++;
      }
      return hits;
    };
    return attackRates({
      attacks: count,
      main: await alone(statements, main),
      control: await alone(statements, control),
      naive: await alone(naive, main),
    });
  };
  const random = (purpose: string): RowRandom =>
    new RowRandom(streamKey(seed, "privacy", "singling out", purpose), 0);
  const isNumber = columns.map(({ kind }) => kind === "number");
  const single = univariate(own, isNumber, attacks, random("univariate"));
  const guessed = guessedValues(own, single.length, random("guess"));
  const ranges = own.columns.map(rangeOf);
  const statements = (apart: boolean): Promise<Statement[]> =>
    multivariate(
      own,
      { isNumber, ranges, width, attacks, apart, pause },
      random(apart ? "apart" : "multivariate"),
    );
  return {
    threat: "synthetic-table",
    univariate: await judge(single, guessed),
    multivariate: width > 1 ? await judge(await statements(false), await statements(true)) : null,
    columns: width,
  };
}

function inOrder(cells: Cells): OrderedCells {
  const orders = cells.columns.map((column) =>
    // Missing cells meet no condition and have no place.
    Uint32Array.from([...column.keys()].filter((row) => !Number.isNaN(column[row]))).sort(
      (a, b) => column[a]! - column[b]!,
    ),
  );
  const sorted = orders.map((order, at) => Float64Array.from(order, (row) => cells.columns[at]![row]!));
  return { ...cells, orders, sorted };
}

/** True where exactly one row meets all conditions: only the rows of the condition that fewest meet are looked at. */
function meetsAlone(conditions: Statement, { columns, orders, sorted }: OrderedCells): boolean {
  let fewest = { from: 0, to: Number.POSITIVE_INFINITY, column: -1 };
  for (const { column, low, high } of conditions) {
    const cells = sorted[column]!;
    const from = firstPlace(cells, (cell) => cell >= low);
    const to = firstPlace(cells, (cell) => cell > high);
    if (to - from < fewest.to - fewest.from) fewest = { from, to, column };
  }
  const order = orders[fewest.column]!;
  let found = 0;
  for (let at = fewest.from; at < fewest.to; at++) {
    const row = order[at]!;
    const meets = conditions.every(({ column, low, high }) => {
      const cell = columns[column]![row]!;
      return cell >= low && cell <= high;
    });
    if (meets && ++found > 1) return false;
  }
  return found === 1;
}

/** The first place for which a condition holds that holds for all places after it too. */
function firstPlace(sorted: Float64Array, holds: (cell: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Values that one synthetic row holds, and what lies beyond the second smallest and second largest number. */
function univariate(
  own: Cells,
  isNumber: readonly boolean[],
  attacks: number,
  random: RowRandom,
): Statement[] {
  const found: Statement[] = [];
  for (const [column, all] of own.columns.entries()) {
    const cells = all.filter((value) => !Number.isNaN(value)).sort();
    for (let i = 0; i < cells.length; i++)
      if (cells[i] !== cells[i - 1] && cells[i] !== cells[i + 1])
        found.push([{ column, low: cells[i]!, high: cells[i]! }]);
    if (!isNumber[column] || cells.length < 3) continue;
    found.push([{ column, low: Number.NEGATIVE_INFINITY, high: (cells[0]! + cells[1]!) / 2 }]);
    found.push([{ column, low: (cells.at(-1)! + cells.at(-2)!) / 2, high: Number.POSITIVE_INFINITY }]);
  }
  return drawToFront(found, attacks, random).slice(0, attacks);
}

/** Guesses without regard to the rows: numbers between a column's ends, any of its categories. */
function guessedValues({ columns }: Cells, count: number, random: RowRandom): Statement[] {
  const ends = columns.map((cells) => {
    const { low, high } = endsOf(cells);
    return { low, high, whole: cells.every((cell) => !(cell % 1)) };
  });
  return Array.from({ length: count }, () => {
    const column = random.below(columns.length);
    const { low, high, whole } = ends[column]!;
    const guess = low + random.uniform() * (high - low);
    const value = whole ? Math.round(guess) : guess;
    return [{ column, low: value, high: value }];
  });
}

/**
 * Statements that one synthetic row meets, from random columns of it.
 * @param how `apart`: every cell comes from another row, which breaks the relation between the columns
 */
async function multivariate(
  own: Cells,
  how: {
    readonly isNumber: readonly boolean[];
    readonly ranges: readonly number[];
    readonly width: number;
    readonly attacks: number;
    readonly apart: boolean;
    readonly pause: () => Promise<void>;
  },
  random: RowRandom,
): Promise<Statement[]> {
  const found: Statement[] = [];
  for (let attempt = 0; attempt < how.attacks * patience && found.length < how.attacks; attempt++) {
    if (attempt % 32 === 0) await how.pause();
    const row = random.below(own.count);
    const chosen = drawToFront([...own.columns.keys()], how.width, random).slice(0, how.width);
    const cells = chosen.map((column) => own.columns[column]![how.apart ? random.below(own.count) : row]!);
    if (cells.some(Number.isNaN)) continue;
    const statement = widened(chosen, cells, own, how);
    if (statement) found.push(statement);
  }
  return found;
}

/**
 * The cells as conditions: categories as they are, numbers with half of the room in which no other row meets them. Null
 * where another row has all of the cells.
 */
function widened(
  chosen: readonly number[],
  cells: readonly number[],
  own: Cells,
  { isNumber, ranges }: { readonly isNumber: readonly boolean[]; readonly ranges: readonly number[] },
): Statement | null {
  // Categories first: most rows differ there, and need no look at their numbers.
  const order = [...chosen.keys()].sort(
    (a, b) => Number(isNumber[chosen[a]!]) - Number(isNumber[chosen[b]!]),
  );
  const parts = order.map((i) => ({
    values: own.columns[chosen[i]!]!,
    cell: cells[i]!,
    // A category that differs lies beyond all room.
    unit: isNumber[chosen[i]!] ? ranges[chosen[i]!]! || 1 : 0,
  }));
  let room = 1;
  let equal = 0;
  for (let row = 0; row < own.count; row++) {
    let distance = 0;
    for (const { values, cell, unit } of parts) {
      const difference = Math.abs(values[row]! - cell);
      // NaN, a missing cell, is no number below the room.
      if (difference === 0) continue;
      distance = Math.max(distance, difference / unit);
      if (!(distance < room)) break;
    }
    if (distance === 0) {
      if (++equal > 1) return null;
    } else if (distance < room) room = distance;
  }
  const reach = widening * room;
  return chosen.map((column, i) => {
    const spread = isNumber[column] ? reach * (ranges[column]! || 1) : 0;
    return { column, low: cells[i]! - spread, high: cells[i]! + spread };
  });
}

/** Largest less smallest number. */
function rangeOf(cells: Float64Array): number {
  const { low, high } = endsOf(cells);
  return high > low ? high - low : 0;
}

function endsOf(cells: Float64Array): { low: number; high: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const cell of cells) {
    if (cell < low) low = cell;
    if (cell > high) high = cell;
  }
  return { low, high };
}
