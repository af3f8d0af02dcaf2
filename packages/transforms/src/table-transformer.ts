// The transforms of all columns of a table as one: fit once, encode and decode any rows. Column c of row i depends on
// (seed, table, c, i) alone, so batches may be cut anywhere and columns added without changing the others.

import type {
  Column,
  EncodedColumn,
  Json,
  RowContext,
  TableMetadata,
  TensorData,
  TransformState,
} from "@verisim/core";
import { type Relation, streamKey, Table, VerisimError } from "@verisim/core";
import type { ColumnTransform, EncodedShape } from "./column-transform.ts";
import { numbersOf } from "./number-stats.ts";
import { type DateParts, datePartsFromState, findDateParts, moveDates } from "./relations/date-parts.ts";
import { findRelations } from "./relations/find-relations.ts";
import { cellNumbers, type RelatableColumns } from "./relations/number-fields.ts";
import { apartFrom, cellsFrom, numberCells, relationsFromState } from "./relations/related-cells.ts";
import { solveCells } from "./relations/solve.ts";
import type { TableTransformerOptions } from "./transform-choice.ts";
import { chooseTransforms, collectProblems } from "./transform-choice.ts";
import { transformDefinition } from "./transform-list.ts";

/** A column that is written by others. */
export type RelatedColumn = FittedColumn & { readonly relation: Relation };

/** Which rows, and the seed and table name that key their random streams. */
export interface EncodeContext {
  readonly seed: number;
  readonly tableName: string;
  /** Number of the first row. */
  readonly rowStart: number;
}

export interface DecodeContext extends EncodeContext {
  readonly rowCount: number;
}

export interface FittedColumn {
  readonly name: string;
  readonly transform: ColumnTransform;
  readonly state: TransformState;
  /** The columns that it is encoded to. */
  readonly outputs: readonly EncodedShape[];
  /** How it is written by other columns, where it is: it is encoded as what it differs by, or not at all. */
  readonly relation?: Relation;
  /** Whether it is a date that moves to the parts that other columns tell of it. */
  readonly moved?: true;
}

const stateVersion = 1;

/**
 * Fits, encodes and decodes whole tables.
 *
 * @example
 * const transformer = TableTransformer.fit(table, metadata, { preset: "keep" });
 * const encoded = transformer.encode(table, { seed: 0, tableName: "table", rowStart: 0 });
 * const again = transformer.decode(encoded, { seed: 0, tableName: "table", rowStart: 0, rowCount: table.rowCount });
 */
export class TableTransformer {
  /** In the order of the table. */
  readonly columns: readonly FittedColumn[];

  /** Columns that are written by others, each after those that it needs. */
  readonly related: readonly RelatedColumn[];
  /** Dates that are moved to the parts that other columns tell of them. */
  readonly dates: readonly DateParts[];

  /** @param relations each after those that it needs */
  private constructor(
    columns: readonly FittedColumn[],
    relations: readonly Relation[],
    dates: readonly DateParts[],
  ) {
    const moved = new Set(dates.map(({ column }) => column));
    this.columns = withRelations(columns, relations).map((column) =>
      moved.has(column.name) ? { ...column, moved: true } : column,
    );
    this.related = relations.map(
      ({ column: name }) => this.columns.find((column) => column.name === name) as RelatedColumn,
    );
    this.dates = dates;
  }

  /**
   * Learns from a table, or from its parts one after another.
   *
   * @throws VerisimError the codes of chooseTransforms and of the transforms' `fit`, all columns at once
   */
  static fit(
    table: Table | Iterable<Table>,
    metadata: TableMetadata,
    options: TableTransformerOptions = {},
  ): TableTransformer {
    let choices: ReturnType<typeof chooseTransforms> | undefined;
    let stats: unknown[] = [];
    for (const part of table instanceof Table ? [table] : table) {
      choices ??= chooseTransforms(part.columnNames, metadata, options);
      const first = stats.length === 0;
      stats = collectProblems(
        choices.map((choice, i) => ({ ...choice, before: stats[i] })),
        (choice) => choice.column,
        ({ column, transform, before }) => {
          const own = transform.analyze(part.column(column), metadata.columns[column]!);
          return first ? own : transform.merge(before, own);
        },
      );
    }
    const columns = collectProblems(
      (choices ?? []).map((choice, i) => ({ ...choice, stats: stats[i] })),
      (choice) => choice.column,
      ({ column, transform, stats: own }) => {
        const state = transform.fit(own, metadata.columns[column]!);
        return { name: column, transform, state, outputs: transform.outputs(state) };
      },
    );
    const relations =
      options.relations && table instanceof Table ? findRelations(table, metadata, relatable(columns)) : [];
    const { dates, others } = drawnColumns(columns, relations);
    return new TableTransformer(
      withDistinctNames(columns),
      relations,
      options.relations && table instanceof Table ? findDateParts(table, dates, others) : [],
    );
  }

  /** Digits after the point that the cells of an encoded column are rounded to, dates in their unit; -1 for none. */
  decimalsOf(name: string): number {
    const column = this.columns.find((own) => own.name === name);
    if (column?.relation?.apart === "ratio") return -1;
    const finish = column?.state["finish"] as { readonly decimals?: number } | undefined;
    return finish?.decimals ?? 0;
  }

  /** The layout of what `encode` gives. */
  get outputs(): EncodedShape[] {
    return this.columns.flatMap((column) => column.outputs);
  }

  /** The encoded columns of the table's columns in order. @throws VerisimError `VERISIM_UNKNOWN_COLUMN` */
  encode(table: Table, context: EncodeContext): EncodedColumn[] {
    const cellsOf = numberCells(columnsByName(table));
    return this.columns.flatMap(({ name, transform, state, outputs, relation }) =>
      outputs.length === 0
        ? []
        : transform
            .encode(
              relation ? { kind: "number", name, values: apartFrom(relation, cellsOf) } : table.column(name),
              state,
              rowContext({ ...context, rowCount: table.rowCount }, name, "encode"),
            )
            .map((column, i) => ({ ...column, name: outputs[i]!.name })),
    );
  }

  /** Rows [rowStart, rowStart + rowCount) from encoded columns in the order of `outputs`. */
  decode(encoded: readonly EncodedColumn[], context: DecodeContext): Table {
    let next = 0;
    const columns = new Map<string, Column>();
    const apart = new Map<string, Float64Array>();
    for (const { name, transform, state, outputs, relation } of this.columns) {
      const own = encoded.slice(next, next + outputs.length);
      next += outputs.length;
      if (!relation) columns.set(name, transform.decode(own, state, rowContext(context, name, "decode")));
      else if (own[0]?.kind === "continuous") apart.set(name, own[0].values);
    }
    if (next !== encoded.length) {
      throw new Error(`internal: expected ${next} encoded columns but received ${encoded.length}`);
    }
    moveDates(columns, this.dates);
    // Their cells are computed from cells as they are written, rounded and in range.
    const cellsOf = numberCells(columns);
    for (const { name, transform, state, relation } of this.related) {
      const values = cellsFrom(relation, cellsOf, context.rowCount, apart.get(name));
      const cells: EncodedColumn = { kind: "continuous", name, values };
      columns.set(name, transform.decode([cells], state, rowContext(context, name, "decode")));
    }
    return new Table(
      this.columns.map(({ name }) => columns.get(name)!),
      context.rowCount,
    );
  }

  /** Missing cells that follow from others by their relations filled in; the rest stays as it is. */
  solved(table: Table): Table {
    if (this.related.length === 0) return table;
    const cells = new Map<string, Float64Array>();
    for (const column of table.columns) {
      const values = cellNumbers(column);
      if (values) cells.set(column.name, values);
    }
    const context = { seed: 0, tableName: "", rowStart: 0, rowCount: table.rowCount };
    solveCells(
      this.related.map(({ relation }) => relation),
      cells,
      (name, values) => {
        const { transform, state } = this.columns.find((own) => own.name === name)!;
        // Categories are parts of formulas, but no number is written as one.
        if (transform.name === "LabelEncoder") return values.fill(Number.NaN);
        const cells: EncodedColumn = { kind: "continuous", name, values };
        return numbersOf(transform.decode([cells], state, rowContext(context, name, "decode"))).values;
      },
    );
    return withNumbers(table, cells);
  }

  /** The table with related columns as models see them: what they differ by from their formula, missing where it is. */
  apart(table: Table): Table {
    const cellsOf = numberCells(columnsByName(table));
    return withNumbers(
      table,
      new Map(this.related.map(({ name, relation }) => [name, apartFrom(relation, cellsOf)])),
    );
  }

  /** Everything that encode and decode need, as JSON and typed arrays; no id, no name, no personal value of the table. */
  toState(): TransformState {
    const state: Record<string, Json | TensorData> = { version: stateVersion };
    state["columns"] = this.columns.map(({ name, transform, state: own }, i) => {
      const json: Record<string, Json | undefined> = {};
      for (const [field, value] of Object.entries(own)) {
        if (ArrayBuffer.isView(value)) state[`${i}/${field}`] = value as TensorData;
        else json[field] = value as Json | undefined;
      }
      return { name, transform: transform.name, state: json };
    });
    if (this.related.length > 0)
      state["relations"] = this.related.map(({ relation }) => relation) as unknown as Json;
    if (this.dates.length > 0) state["dates"] = this.dates as unknown as Json;
    return state;
  }

  /** @throws VerisimError `VERISIM_TRANSFORM_STATE` where the state is not one of `toState`. */
  static fromState(
    state: TransformState,
    options: Pick<TableTransformerOptions, "pii"> = {},
  ): TableTransformer {
    const { version, columns } = state;
    if (version !== stateVersion || !Array.isArray(columns)) {
      throw broken(`Expected transforms of version ${stateVersion} but received ${String(version)}.`);
    }
    const fitted = columns.map((entry: unknown, i) => {
      if (!isSavedColumn(entry))
        throw broken(`Expected a column at place ${i + 1} but received something else.`);
      const own: Record<string, Json | TensorData | undefined> = { ...entry.state };
      for (const [field, value] of Object.entries(state)) {
        if (field.startsWith(`${i}/`)) own[field.slice(String(i).length + 1)] = value;
      }
      const definition = transformDefinition(entry.transform);
      const key = options.pii?.key;
      const transform = definition.create("key" in definition.options && key !== undefined ? { key } : {});
      return { name: entry.name, transform, state: own, outputs: outputsOf(transform, own) };
    });
    const relations = relationsFromState(state["relations"], relatable(fitted));
    const drawn = drawnColumns(fitted, relations);
    const dates = datePartsFromState(
      state["dates"],
      (name) => drawn.dates.has(name),
      (name, kind) => drawn.others.has(name) && (kind === "number") === drawn.numbers.has(name),
    );
    return new TableTransformer(withDistinctNames(fitted), relations, dates);
  }
}

/** Numbers and dates whose encoded cells are the cells themselves, and categories that may be written as numbers. */
function relatable(columns: readonly FittedColumn[]): RelatableColumns {
  const numbers = columns.filter(({ transform, state, outputs }) => {
    const missing = state["missing"] as { readonly mode?: string } | undefined;
    const isPlain = transform.name === "FloatFormatter" || transform.name === "UnixTimestampEncoder";
    return isPlain && outputs.length === 1 && missing?.mode === "keep";
  });
  const targets = new Set(numbers.map(({ name }) => name));
  const labels = columns.filter(({ transform }) => transform.name === "LabelEncoder");
  return { targets, operands: new Set([...targets, ...labels.map(({ name }) => name)]) };
}

/** Columns that models draw as they are: dates, and numbers and categories. */
function drawnColumns(
  columns: readonly FittedColumn[],
  relations: readonly Relation[],
): Record<"dates" | "numbers" | "others", Set<string>> {
  const computed = new Set(relations.map(({ column }) => column));
  const namesOf = (transform: string): string[] =>
    columns
      .filter((column) => column.transform.name === transform && !computed.has(column.name))
      .map(({ name }) => name);
  const { targets } = relatable(columns);
  const numbers = new Set(namesOf("FloatFormatter").filter((name) => targets.has(name)));
  return {
    dates: new Set(namesOf("UnixTimestampEncoder").filter((name) => targets.has(name))),
    numbers,
    others: new Set([...numbers, ...namesOf("LabelEncoder")]),
  };
}

function withRelations(
  columns: readonly FittedColumn[],
  relations: readonly Relation[],
): readonly FittedColumn[] {
  const byColumn = new Map(relations.map((relation) => [relation.column, relation]));
  return columns.map((column) => {
    const relation = byColumn.get(column.name);
    if (!relation) return column;
    return { ...column, relation, outputs: relation.apart === "nothing" ? [] : column.outputs };
  });
}

/** The table with other cells in some number columns. */
function withNumbers(table: Table, cells: ReadonlyMap<string, Float64Array>): Table {
  const columns = table.columns.map((column) => {
    const values = column.kind === "number" ? cells.get(column.name) : undefined;
    return values ? ({ ...column, values } as Column) : column;
  });
  return new Table(columns, table.rowCount);
}

const columnsByName = ({ columns }: Table): Map<string, Column> =>
  new Map(columns.map((column) => [column.name, column]));

/** An indicator `age.is_null` beside a real column of that name becomes `age.is_null.2`: models know columns by name. */
function withDistinctNames(columns: readonly FittedColumn[]): FittedColumn[] {
  const taken = new Set(columns.map((column) => column.name));
  return columns.map((column) => ({
    ...column,
    outputs: column.outputs.map((output) => {
      let name = output.name;
      for (let i = 2; name !== column.name && taken.has(name); i++) name = `${output.name}.${i}`;
      taken.add(name);
      return { ...output, name };
    }),
  }));
}

interface SavedColumn {
  readonly name: string;
  readonly transform: string;
  readonly state: Readonly<Record<string, Json | undefined>>;
}

function isSavedColumn(value: unknown): value is SavedColumn {
  if (typeof value !== "object" || value === null) return false;
  const entry = value as Readonly<Record<string, unknown>>;
  const own = entry["state"];
  return (
    typeof entry["name"] === "string" &&
    typeof entry["transform"] === "string" &&
    typeof own === "object" &&
    own !== null &&
    (own as Readonly<Record<string, unknown>>)["column"] === entry["name"]
  );
}

/** A state from a file may lack anything. */
function outputsOf(transform: ColumnTransform, state: TransformState): readonly EncodedShape[] {
  try {
    return transform.outputs(state);
  } catch (error) {
    throw broken(`Expected the state of ${transform.name} but received something else.`, error);
  }
}

function broken(message: string, cause?: unknown): VerisimError {
  return new VerisimError("VERISIM_TRANSFORM_STATE", message, {
    ...(cause === undefined ? {} : { cause }),
    hint: "The model file is damaged or was made by another version.",
  });
}

function rowContext(context: DecodeContext, column: string, purpose: "encode" | "decode"): RowContext {
  const { seed, tableName, rowStart, rowCount } = context;
  return { key: streamKey(seed, tableName, column, purpose), rowStart, rowCount };
}
