// The tables of one judgement and everything that several metrics are computed from, each made when it is first asked for.

import { type RunOptions, VerisimError } from "@verisim/core";
import type { ComparedCategories, ComparedColumn, ComparedNumbers } from "../compared-column.ts";
import { type Compared, compareTables, type JudgedTables } from "./judged-tables.ts";

export interface MetricOptions extends RunOptions {
  /** Chooses rows, folds and draws. Any safe integer. Default 0. */
  seed?: number;
  /** The column that models predict. */
  target?: string | undefined;
  /** Columns of groups of people. Default: those whose names say so. */
  groups?: readonly string[] | undefined;
  /** Columns that an attacker knows. */
  known?: readonly string[] | undefined;
  /** Columns that an attacker wants to know. */
  sensitive?: readonly string[] | undefined;
  /** Columns already in their compared form; they must be those of the tables. */
  compared?: Compared | undefined;
}

/** One judgement. */
export class MetricContext {
  readonly tables: JudgedTables;
  readonly compared: Compared;
  readonly seed: number;
  readonly target: string | undefined;
  readonly groups: readonly string[] | undefined;
  readonly known: readonly string[];
  readonly sensitive: readonly string[];
  readonly run: RunOptions;
  readonly #made = new Map<string, unknown>();

  /** @throws VerisimError `VERISIM_NO_ROWS`, `VERISIM_UNKNOWN_COLUMN` */
  constructor(
    tables: JudgedTables,
    { seed = 0, target, groups, known = [], sensitive = [], compared, ...run }: MetricOptions = {},
  ) {
    this.tables = tables;
    this.compared = compared ?? compareTables(tables);
    this.seed = seed;
    this.target = target;
    this.groups = groups;
    this.known = known;
    this.sensitive = sensitive;
    this.run = run;
    for (const name of [...(target === undefined ? [] : [target]), ...known, ...sensitive]) this.scored(name);
  }

  get numbers(): ComparedNumbers[] {
    return this.compared.columns.filter((column) => column.kind === "number");
  }

  get categories(): ComparedCategories[] {
    return this.compared.columns.filter((column) => column.kind === "category");
  }

  /** The columns of the real table and of one other, as if they were alone. */
  pair(table: 1 | 2): Compared {
    return this.only(0, table);
  }

  /** The columns of two tables, as if they were alone. */
  only(first: number, second: number): Compared {
    return this.once(`only ${first} ${second}`, () => ({
      columns: this.compared.columns.map((column) => onlyTables(column, [first, second])),
      rowCounts: [first, second].map((table) => this.compared.rowCounts[table]!),
    }));
  }

  /** @throws VerisimError `VERISIM_UNKNOWN_COLUMN` for a column that cannot be compared */
  scored(name: string): ComparedNumbers | ComparedCategories {
    const column = this.compared.columns.find((candidate) => candidate.name === name);
    if (column && column.kind !== "unscored") return column;
    throw new VerisimError(
      "VERISIM_UNKNOWN_COLUMN",
      `Expected a column of numbers, dates or categories but received ${JSON.stringify(name)}.`,
      { where: { column: name } },
    );
  }

  /** What `make` returns, made once per name. */
  once<T>(name: string, make: () => T): T {
    if (!this.#made.has(name)) this.#made.set(name, make());
    return this.#made.get(name) as T;
  }
}

function onlyTables<T extends ComparedColumn>(column: T, tables: readonly number[]): T {
  const pick = <Entry>(entries: readonly Entry[]): Entry[] => tables.map((table) => entries[table]!);
  const missing = pick(column.missing);
  if (column.kind === "number")
    return { ...column, missing, values: pick(column.values), ranges: pick(column.ranges) };
  if (column.kind === "category")
    return { ...column, missing, codes: pick(column.codes), counts: pick(column.counts) };
  return { ...column, missing };
}
