// Conditions on columns that a model computes rather than draws: it is asked for what the rest of the condition leaves,
// and rows that do not meet the whole are drawn again. Row i stays a function of (seed, i), however rows are cut.

import type { Stretch } from "./batches.ts";
import { type Condition, type ConditionCell, namedColumns } from "./condition.ts";
import { conditionCells } from "./condition-cells.ts";
import {
  type ConditionColumns,
  conditionForMessage,
  conditionHolds,
  matchesCell,
} from "./condition-match.ts";
import { VerisimError } from "./errors.ts";
import type { SampleOptions } from "./generator.ts";
import { seedOf } from "./random.ts";
import { type Column, Table } from "./table.ts";

/** Rows of a stretch, and 1 per row that no try of the model was accepted for. */
export interface DrawnTable {
  readonly table: Table;
  readonly forced: Uint8Array;
}

/** A request as a model can meet it, and what its rows must be checked for. */
export interface CheckedRequest {
  readonly options: SampleOptions;
  /** Undefined where the model meets all of it. */
  readonly check?: RowCheck;
}

export interface RowCheck {
  readonly condition: Condition;
  readonly columns: ConditionColumns;
  readonly late: LateColumns;
}

/** Columns whose cells are not drawn as they come out. */
export interface LateColumns {
  /** Those that follow from others, as conditions see them. */
  readonly computed: ConditionColumns;
  /** Drawn ones whose cells may change afterwards. */
  readonly moved: ReadonlySet<string>;
}

/** Draws per row before it is made to fit. */
const mostAttempts = 1_000;
/** Rows drawn without a single one that fits, after which there is none. */
const hopelessRows = 200_000;
/** Rows that wait are drawn together with those between them where so few lie between. */
const fewBetween = 64;

/**
 * Splits a request.
 * @param learnt columns that the model draws, as conditions see them
 * @param late what comes after them
 * @throws VerisimError `VERISIM_CONDITION_TYPE` for counts or fairness over a computed column
 */
export function checkedRequest(
  options: SampleOptions,
  learnt: ConditionColumns,
  late: LateColumns,
): CheckedRequest {
  const { computed } = late;
  const { where, counts, fairness, ...rest } = options;
  for (const name of [counts?.column, fairness?.target, ...(fairness?.sensitive ?? [])])
    if (name !== undefined && computed.has(name)) throw numbersAsked(name, counts ? "counts" : "fairness");
  if (!where || !namedColumns(where).some((name) => isLate(late, name))) return { options };
  const left = withoutComputed(where, computed);
  const others = { ...(counts ? { counts } : {}), ...(fairness ? { fairness } : {}) };
  return {
    options: { ...rest, ...others, ...(left ? { where: left } : {}) },
    check: { condition: where, columns: new Map([...learnt, ...computed]), late },
  };
}

/** The seed of a model's draws in an attempt: the request's own in the first. */
export function attemptSeed(seed: number, attempt: number): number {
  return attempt === 0 ? seed : seedOf(seed, "attempt", String(attempt));
}

/**
 * The rows of a stretch that meet a check; without one, those of the first attempt.
 * @param draw rows of a stretch; their ids and personal values must not depend on the attempt
 * @throws VerisimError `VERISIM_CONDITION_IMPOSSIBLE` where no row of many meets it
 */
export async function drawChecked(
  stretch: Stretch,
  check: RowCheck | undefined,
  draw: (stretch: Stretch, attempt: number) => Promise<DrawnTable>,
): Promise<DrawnTable> {
  if (!check) return draw(stretch, 0);
  const { rowStart, rowCount } = stretch;
  const forced = new Uint8Array(rowCount);
  /** Tables of accepted rows, and where each row of the stretch is among them. */
  const kept: Table[] = [];
  const placeOf = new Int32Array(rowCount).fill(-1);
  let [keptRows, drawnRows] = [0, 0];
  let waiting = Array.from({ length: rowCount }, (_, row) => row);
  for (let attempt = 0; waiting.length > 0 && attempt < mostAttempts; attempt++) {
    const left: number[] = [];
    for (const run of runsOf(waiting)) {
      const first = run[0]!;
      const drawn = await draw({ rowStart: rowStart + first, rowCount: run.at(-1)! + 1 - first }, attempt);
      drawnRows += drawn.table.rowCount;
      const accepted = run.filter((row) =>
        conditionHolds(check.condition, drawn.table, row - first, check.columns),
      );
      for (const row of accepted) {
        placeOf[row] = keptRows++;
        forced[row] = drawn.forced[row - first]!;
      }
      if (accepted.length > 0)
        kept.push(
          rowsAlone(
            drawn.table,
            accepted.map((row) => row - first),
          ),
        );
      left.push(...run.filter((row) => placeOf[row] === -1));
    }
    waiting = left;
    if (keptRows === 0 && drawnRows >= hopelessRows) break;
  }
  if (keptRows === 0 && rowCount > 0) throw noSuchRow(check, drawnRows);
  for (const row of waiting) {
    const drawn = await draw({ rowStart: rowStart + row, rowCount: 1 }, 0);
    kept.push(madeToFit(drawn.table, check));
    placeOf[row] = keptRows++;
    forced[row] = 1;
  }
  if (kept.length === 0) return draw(stretch, 0);
  return { table: Table.concat(kept).take(placeOf), forced };
}

/** Some rows, with the texts that they use: those of all that were drawn would fill the memory. */
function rowsAlone(table: Table, rows: readonly number[]): Table {
  const columns = table.take(rows).columns.map((column): Column => {
    if (column.kind === "number" || column.dictionary.length <= rows.length) return column;
    const placeOf = new Map<number, number>();
    const codes = column.codes.map((code) => {
      if (code < 0) return code;
      const place = placeOf.get(code) ?? placeOf.size;
      placeOf.set(code, place);
      return place;
    });
    return { ...column, codes, dictionary: [...placeOf.keys()].map((code) => column.dictionary[code]!) };
  });
  return new Table(columns, rows.length);
}

/** Rows that wait, in runs. */
function runsOf(rows: readonly number[]): number[][] {
  const runs: number[][] = [];
  for (const row of rows) {
    const run = runs.at(-1);
    if (run && row - run.at(-1)! <= fewBetween) run.push(row);
    else runs.push([row]);
  }
  return runs;
}

/** A table of one row with its late cells moved to the nearest that the condition allows. */
function madeToFit(table: Table, check: RowCheck): Table {
  const cell = conditionCells(check.condition, check.columns).find((candidate) =>
    matchesCell(new Map([...candidate].filter(([name]) => !isLate(check.late, name))), table, 0),
  );
  if (!cell) throw noSuchRow(check, 1);
  const columns = table.columns.map((column) => {
    const value = column.kind === "number" ? nearestIn(cell, column.name, column.values[0]!) : undefined;
    return value === undefined ? column : { ...column, values: Float64Array.of(value) };
  });
  return new Table(columns, 1);
}

/** The nearest number that a cell of a condition allows; undefined where it asks nothing of the column. */
function nearestIn(cell: ConditionCell, name: string, value: number): number | undefined {
  const set = cell.get(name);
  if (set?.kind !== "number") return undefined;
  let [best, distance] = [Number.NaN, Number.POSITIVE_INFINITY];
  for (const { low, high, lowOpen, highOpen } of set.intervals) {
    if (value > low && value < high) return value;
    // The least step of numbers that keep cents and microseconds apart.
    const step = 1e-9 * Math.max(1, Math.abs(value));
    const ends = [lowOpen ? low + step : low, highOpen ? high - step : high].filter(Number.isFinite);
    for (const end of ends) {
      const far = Number.isNaN(value) ? 0 : Math.abs(end - value);
      if (far < distance) [best, distance] = [end, far];
    }
  }
  return best;
}

/** What a condition leaves of the other columns, whatever the computed ones are; undefined: everything. */
function withoutComputed(condition: Condition, computed: ConditionColumns): Condition | undefined {
  switch (condition.type) {
    case "and":
    case "or": {
      const terms = condition.terms.map((term) => withoutComputed(term, computed));
      const known = terms.filter((term) => term !== undefined);
      // One alternative that may hold whatever is drawn leaves nothing to ask for.
      if (known.length === 0 || (condition.type === "or" && known.length < terms.length)) return undefined;
      return known.length === 1 ? known[0] : { ...condition, terms: known };
    }
    case "not": {
      const { term } = condition;
      switch (term.type) {
        case "not":
          return withoutComputed(term.term, computed);
        case "and":
        case "or": {
          const terms = term.terms.map((own): Condition => ({ type: "not", term: own }));
          return withoutComputed({ type: term.type === "and" ? "or" : "and", terms }, computed);
        }
        default:
          return computed.has(term.column) ? undefined : condition;
      }
    }
    default:
      return computed.has(condition.column) ? undefined : condition;
  }
}

function numbersAsked(column: string, option: string): VerisimError {
  return new VerisimError(
    "VERISIM_CONDITION_TYPE",
    `Expected the column of ${option === "counts" ? "label counts" : "a fair request"} to hold categories.`,
    { where: { column, option }, hint: "Ask for ranges of a number with a condition instead." },
  );
}

const isLate = ({ computed, moved }: LateColumns, name: string): boolean =>
  computed.has(name) || moved.has(name);

function noSuchRow({ condition, late }: RowCheck, rows: number): VerisimError {
  const asked = new Set(namedColumns(condition));
  const named = [...late.computed.keys(), ...late.moved].filter((name) => asked.has(name));
  return new VerisimError(
    "VERISIM_CONDITION_IMPOSSIBLE",
    `No row of the model met ${conditionForMessage(condition)}: ${rows} were drawn.`,
    {
      where: { option: "where" },
      hint: `${named.join(" and ")} ${named.length === 1 ? "follows" : "follow"} from other columns: ask for a wider range, or for ranges of those.`,
    },
  );
}
