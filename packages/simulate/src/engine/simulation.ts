// A simulation: a model, a seed and numbers of rows. Its tables stream in batches of any size; row i of a table is a
// function of (model, seed, numbers of rows, i).

import {
  type Column,
  type ColumnMetadata,
  collectBatches,
  dictionaryColumn,
  knownTextsHint,
  type Metadata,
  numberColumn,
  type Progress,
  type Relationship,
  streamKey,
  Table,
  type TableMetadata,
  throwIfAborted,
  VerisimError,
} from "@verisim/core";
import type { SimulationModel } from "../model/model.ts";
import { Problems } from "../model/problems.ts";
import { type ReadModel, type ReadTable, readModel } from "../model/read-model.ts";
import type { RowOf, TableName } from "../model/row-types.ts";
import type { Batch } from "./batch.ts";
import { BatchBuffers } from "./batch-buffers.ts";
import { ChildIndex } from "./child-index.ts";
import { longestEpisode, placeEvents } from "./events.ts";
import { PickedRows } from "./picked-rows.ts";
import { foreignKey, keyOf } from "./relations.ts";
import { countColumn, planTable, type TablePlan } from "./table-plan.ts";
import { TableRun } from "./table-run.ts";

export interface SimulationOptions {
  /** Any safe integer. Default 0. */
  seed?: number;
  /**
   * Rows of the main table, whose parents then grow or shrink in proportion where the model says how many rows both have;
   * or rows of tables by name. The model's numbers hold for the others.
   */
  rows?: number | Readonly<Record<string, number>>;
  signal?: AbortSignal;
}

export interface SimulatedStretch {
  /** First row. Default 0. */
  from?: number;
  /** Default: all rows from there. */
  rowCount?: number;
  /** Rows per batch; never changes a cell. Default 32,768. */
  batchSize?: number;
  /**
   * True where a batch is done with before the next one is asked for, as writers are: batches then share their memory,
   * which saves a quarter of the time. Default false.
   */
  reuse?: boolean;
  onProgress?: (progress: Progress) => void;
}

const defaultBatch = 32_768;
const booleanTexts = ["false", "true"];

export class Simulation<M extends SimulationModel = SimulationModel> {
  readonly name: string;
  /** Names of the tables, as the model orders them. */
  readonly tables: readonly TableName<M>[];
  readonly #model: ReadModel;
  readonly #runs: ReadonlyMap<string, TableRun>;
  readonly #signal: AbortSignal | undefined;

  private constructor(
    model: ReadModel,
    runs: ReadonlyMap<string, TableRun>,
    signal: AbortSignal | undefined,
  ) {
    this.name = model.name;
    this.tables = model.order as readonly TableName<M>[];
    this.#model = model;
    this.#runs = runs;
    this.#signal = signal;
  }

  /**
   * Checks a model whole and makes ready to draw from it: rows of child tables are counted, events placed.
   * @throws SimulationModelError with every problem of the model; VerisimError `VERISIM_OPTION`, `VERISIM_UNKNOWN_TABLE`,
   * `VERISIM_SIMULATION_ROWS`, `VERISIM_SIMULATION_EVENT`, `VERISIM_SIMULATION_VALUE`, `VERISIM_ABORTED`
   */
  static async create<const M extends SimulationModel>(
    model: M,
    options: SimulationOptions = {},
  ): Promise<Simulation<M>> {
    const { seed = 0, signal } = options;
    if (!Number.isSafeInteger(seed))
      throw new VerisimError("VERISIM_OPTION", `Expected a whole number for seed but received ${seed}.`, {
        where: { option: "seed" },
      });
    const read = withRows(readModel(model), options.rows);
    checkPlans(read, seed);
    const runs = new Map<string, TableRun>();
    for (const table of read.tables) {
      throwIfAborted(signal);
      runs.set(table.name, await prepare(table, read, seed, runs, signal));
    }
    return new Simulation<M>(read, runs, signal);
  }

  /** @throws VerisimError `VERISIM_UNKNOWN_TABLE` */
  rowCount(table: TableName<M>): number {
    return this.#run(table).plan.rowCount;
  }

  /**
   * How often rows of a table have been drawn again so far, for its constraints to hold: what constraints cost. Rows that
   * are made more than once (for child tables, say) count each time.
   * @throws VerisimError `VERISIM_UNKNOWN_TABLE`
   */
  redrawnRows(table: TableName<M>): number {
    return this.#run(table).redrawn;
  }

  /** How the cells of a table are written, and its key. */
  tableMetadata(table: TableName<M>): TableMetadata {
    const { plan } = this.#run(table);
    const columns: Record<string, ColumnMetadata> = {};
    for (const { name, hidden, plan: column } of plan.columns.values()) {
      if (hidden) continue;
      const source = foreignKey(plan.table, name, this.#runs);
      columns[name] = source ? source.metadata : { ...column.metadata };
    }
    const key = keyOf(plan);
    return { columns, ...(key === undefined || !Object.hasOwn(columns, key) ? {} : { primaryKey: key }) };
  }

  /** All tables and how they hang together. */
  get metadata(): Metadata {
    const relationships = this.#model.tables.flatMap((table): Relationship[] =>
      table.columns.flatMap(({ name, hidden }) => {
        const source = hidden ? undefined : foreignKey(table, name, this.#runs);
        return source
          ? [{ parentTable: source.table, parentKey: source.column, childTable: table.name, childKey: name }]
          : [];
      }),
    );
    return {
      tables: Object.fromEntries(
        this.#model.order.map((name) => [name, this.tableMetadata(name as TableName<M>)]),
      ),
      relationships,
    };
  }

  /** Batches of a table's rows, one without rows where there are none. @throws VerisimError as `create` */
  async *batches(table: TableName<M>, stretch: SimulatedStretch = {}): AsyncGenerator<Table> {
    const run = this.#run(table);
    const { from = 0, batchSize = defaultBatch, onProgress } = stretch;
    const total = Math.max(
      0,
      Math.min(stretch.rowCount ?? Number.POSITIVE_INFINITY, run.plan.rowCount - from),
    );
    for (const [option, value, least] of [
      ["from", from, 0],
      ["rowCount", stretch.rowCount ?? 0, 0],
      ["batchSize", batchSize, 1],
    ] as const) {
      if (!Number.isSafeInteger(value) || value < least)
        throw new VerisimError(
          "VERISIM_OPTION",
          `Expected a whole number of at least ${least} for ${option} but received ${value}.`,
          {
            where: { option },
          },
        );
    }
    const need = run.needed();
    let done = 0;
    if (total === 0) yield tableOf(run.plan, undefined);
    const buffers = stretch.reuse === true ? new BatchBuffers() : undefined;
    for await (const batch of run.batches(from, total, need, batchSize, stretch.reuse === true)) {
      throwIfAborted(this.#signal);
      buffers?.begin();
      yield tableOf(run.plan, batch, buffers);
      done += batch.rowCount;
      onProgress?.({ phase: "sample", done, total, unit: "rows", detail: table });
    }
  }

  /** Rows of a table as one table. */
  sample(table: TableName<M>, stretch?: SimulatedStretch): Promise<Table> {
    return collectBatches(this.batches(table, stretch));
  }

  /** Rows as plain objects, typed by the model: one at a time, for small tables and tests. */
  async *rows<T extends TableName<M>>(table: T, stretch?: SimulatedStretch): AsyncGenerator<RowOf<M, T>> {
    const { columns } = this.#run(table).plan;
    for await (const batch of this.batches(table, stretch)) {
      const readers = batch.columns.map(
        (column) => [column.name, cellReader(column, columns.get(column.name)!.plan.type)] as const,
      );
      for (let row = 0; row < batch.rowCount; row++)
        yield Object.fromEntries(readers.map(([name, read]) => [name, read(row)])) as RowOf<M, T>;
    }
  }

  #run(table: string): TableRun {
    const run = this.#runs.get(table);
    if (!run) throw unknownTable(table, this.#model.order);
    return run;
  }
}

/** Checks a model without drawing anything. @throws SimulationModelError with every problem */
export function checkSimulation(model: unknown): void {
  checkPlans(readModel(model), 0);
}

function unknownTable(name: string, known: readonly string[]): VerisimError {
  return new VerisimError(
    "VERISIM_UNKNOWN_TABLE",
    `Expected the name of a table but received ${JSON.stringify(name)}.`,
    {
      where: { table: name },
      hint: knownTextsHint("tables", name, known),
    },
  );
}

/** The model with numbers of rows from outside. */
function withRows(model: ReadModel, rows: SimulationOptions["rows"]): ReadModel {
  if (rows === undefined) return model;
  const given = typeof rows === "number" ? inProportion(model, rows) : rows;
  for (const [name, count] of Object.entries(given)) {
    if (!model.order.includes(name)) throw unknownTable(name, model.order);
    if (!Number.isSafeInteger(count) || count < 0)
      throw new VerisimError(
        "VERISIM_OPTION",
        `Expected a whole number of rows from 0 on but received ${count}.`,
        {
          where: { option: "rows", table: name },
        },
      );
  }
  return {
    ...model,
    tables: model.tables.map((table) =>
      Object.hasOwn(given, table.name) ? { ...table, rows: given[table.name]! } : table,
    ),
  };
}

/** The rows of the main table; its parents grow and shrink as it does, so that each keeps about as many children. */
function inProportion(model: ReadModel, rows: number): Record<string, number> {
  const given: Record<string, number> = { [model.main]: rows };
  const byName = new Map(model.tables.map((table) => [table.name, table]));
  let table = byName.get(model.main)!;
  if (table.rows === undefined || table.rows === 0 || !(rows > 0)) return given;
  const factor = rows / table.rows;
  while (table.parent) {
    table = byName.get(table.parent.table)!;
    if (table.rows !== undefined) given[table.name] = Math.max(1, Math.round(table.rows * factor));
  }
  return given;
}

const childrenOf = (table: ReadTable, model: ReadModel) =>
  model.tables.flatMap(({ name, parent }) =>
    parent?.table === table.name ? [{ child: name, reading: parent.count }] : [],
  );

/** Plans every table once for its problems alone, so that all are said before anything is counted. */
function checkPlans(model: ReadModel, seed: number): void {
  const problems = new Problems();
  const plans = new Map<string, TablePlan>();
  for (const table of model.tables) {
    const plan = planTable(table, {
      seed,
      rowCount: table.parent ? (table.rows ?? 0) : table.rows!,
      plans,
      counts: childrenOf(table, model),
      problems,
    });
    plans.set(table.name, plan);
    for (const { child } of childrenOf(table, model)) {
      const count = plan.columns.get(countColumn(child));
      if (count && count.plan.type !== "number")
        problems.add(
          "VERISIM_SIMULATION_FIELD",
          `tables.${child}.parent.count`,
          `Expected a number of rows but received a ${count.plan.type}.`,
        );
    }
    for (const { table: target, weight, path } of table.picks.values()) {
      const column = weight === undefined ? undefined : plans.get(target)?.columns.get(weight);
      if (weight !== undefined && column?.plan.type !== "number")
        problems.add(
          "VERISIM_SIMULATION_REFERENCE",
          `${path}.weight`,
          `Expected a number column of ${target} but received ${JSON.stringify(weight)}.`,
        );
    }
  }
  problems.settle();
}

async function prepare(
  table: ReadTable,
  model: ReadModel,
  seed: number,
  runs: ReadonlyMap<string, TableRun>,
  signal: AbortSignal | undefined,
): Promise<TableRun> {
  const parent = table.parent && runs.get(table.parent.table)!;
  const index = parent && (await countChildren(table, parent));
  const rowCount = index ? index.rowCount : table.rows!;
  const problems = new Problems();
  const plans = new Map([...runs].map(([name, run]) => [name, run.plan]));
  const plan = planTable(table, { seed, rowCount, plans, counts: childrenOf(table, model), problems });
  problems.settle();
  const events =
    table.events.length > 0
      ? await placeEvents(table, rowCount, index, streamKey(seed, "simulate", table.name, "events"))
      : undefined;
  const picks = new Map(
    [...table.picks].map(([name, { table: target, weight, distinct }]) => {
      const key = streamKey(seed, "simulate", table.name, name, "pick");
      const run = runs.get(target)!;
      return [name, new PickedRows({ name, owner: table.name, table: target, weight, distinct, run, key })];
    }),
  );
  return new TableRun({ plan, parent: parent && index && { run: parent, index }, picks, events, signal });
}

/** Counts the rows of a child table, and keeps where they begin. */
function countChildren(table: ReadTable, parent: TableRun): Promise<ChildIndex> {
  const name = countColumn(table.name);
  const { slot } = parent.plan.columns.get(name)!;
  const need = parent.needed([name]);
  let batches: AsyncGenerator<Batch> | undefined;
  let next = -1;
  const counts = async (from: number, count: number): Promise<Float64Array> => {
    if (from !== next || !batches)
      batches = parent.batches(from, Number.MAX_SAFE_INTEGER - from, need, count);
    const { value } = await batches.next();
    next = from + count;
    const cells = (value as Batch).numbers(slot);
    return cells.map((cell, i) => {
      const rows = Math.round(cell);
      if (rows >= 0 && rows < 2 ** 40) return rows;
      throw new VerisimError(
        "VERISIM_SIMULATION_VALUE",
        `Expected a number of rows from 0 on but received ${cell}.`,
        {
          where: {
            table: parent.plan.table.name,
            row: from + i + 1,
            option: `tables.${table.name}.parent.count`,
          },
          hint: "Keep the count at 0 or above, with max(0, ...) where it is a formula.",
        },
      );
    });
  };
  return ChildIndex.create(table.name, parent.plan.rowCount, table.rows, longestEpisode(table), counts);
}

/** The columns that are written; those of a batch, or without rows. */
function tableOf(plan: TablePlan, batch: Batch | undefined, buffers?: BatchBuffers): Table {
  const columns = [...plan.columns.values()].flatMap(({ name, slot, hidden, plan: column }): Column[] => {
    if (hidden) return [];
    const vector = batch?.vectors[slot];
    if (column.type === "text")
      return [
        vector?.kind === "text"
          ? dictionaryColumn(name, vector.codes, vector.dictionary)
          : dictionaryColumn(name, [], []),
      ];
    const values = vector?.kind === "number" ? vector.values : new Float64Array(0);
    if (column.type !== "boolean") return [numberColumn(name, values)];
    const codes = buffers?.takeCodes(values.length) ?? new Int32Array(values.length);
    // The whole part of NaN is 0 as well.
    for (let i = 0; i < codes.length; i++) codes[i] = values[i]! >= 0 ? values[i]! | 0 : -1;
    return [dictionaryColumn(name, codes, booleanTexts)];
  });
  return new Table(columns, batch?.rowCount ?? 0);
}

function cellReader(column: Column, type: string): (row: number) => unknown {
  if (column.kind === "dictionary") {
    const { codes, dictionary } = column;
    if (type === "boolean") return (row) => (codes[row]! < 0 ? null : codes[row] === 1);
    return (row) => (codes[row]! < 0 ? null : dictionary[codes[row]!]!);
  }
  const { values } = column;
  if (type === "datetime") return (row) => (Number.isNaN(values[row]) ? null : new Date(values[row]! / 1000));
  return (row) => (Number.isNaN(values[row]) ? null : values[row]!);
}
