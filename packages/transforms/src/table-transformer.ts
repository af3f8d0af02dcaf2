// The transforms of all columns of a table as one: fit once, encode and decode any rows. Column c of row i depends on
// (seed, table, c, i) alone, so batches may be cut anywhere and columns added without changing the others.

import type {
  EncodedColumn,
  Json,
  RowContext,
  TableMetadata,
  TensorData,
  TransformState,
} from "@verisim/core";
import { streamKey, Table, VerisimError } from "@verisim/core";
import type { ColumnTransform, EncodedShape } from "./column-transform.ts";
import type { TableTransformerOptions } from "./transform-choice.ts";
import { chooseTransforms, collectProblems } from "./transform-choice.ts";
import { transformDefinition } from "./transform-list.ts";

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

  private constructor(columns: readonly FittedColumn[]) {
    this.columns = columns;
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
    return new TableTransformer(withDistinctNames(columns));
  }

  /** The layout of what `encode` gives. */
  get outputs(): EncodedShape[] {
    return this.columns.flatMap((column) => column.outputs);
  }

  /** The encoded columns of the table's columns in order. @throws VerisimError `VERISIM_UNKNOWN_COLUMN` */
  encode(table: Table, context: EncodeContext): EncodedColumn[] {
    return this.columns.flatMap(({ name, transform, state, outputs }) =>
      outputs.length === 0
        ? []
        : transform
            .encode(
              table.column(name),
              state,
              rowContext({ ...context, rowCount: table.rowCount }, name, "encode"),
            )
            .map((column, i) => ({ ...column, name: outputs[i]!.name })),
    );
  }

  /** Rows [rowStart, rowStart + rowCount) from encoded columns in the order of `outputs`. */
  decode(encoded: readonly EncodedColumn[], context: DecodeContext): Table {
    let next = 0;
    const columns = this.columns.map(({ name, transform, state, outputs }) => {
      const own = encoded.slice(next, next + outputs.length);
      next += outputs.length;
      return transform.decode(own, state, rowContext(context, name, "decode"));
    });
    if (next !== encoded.length) {
      throw new Error(`internal: expected ${next} encoded columns but received ${encoded.length}`);
    }
    return new Table(columns, context.rowCount);
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
    return new TableTransformer(withDistinctNames(fitted));
  }
}

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
