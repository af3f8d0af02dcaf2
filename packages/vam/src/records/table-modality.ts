// The table of records, cut as for every learned generator; its columns may be of several modalities of their own.

import {
  type Column,
  type Json,
  RowRandom,
  type StateValue,
  type StreamKey,
  streamKey,
  Table,
  type TableMetadata,
} from "@verisim/core";
import {
  type EncodedRows,
  type EncodingOptions,
  type EncodingState,
  type StateTree,
  TableEncoding,
  withFilled,
} from "@verisim/neural";
import type { TensorData } from "@verisim/tensor";
import type { PartRows } from "../parts/part.ts";
import type { TablePart } from "../parts/table-part.ts";
import { chooseCells } from "../table/choose-cells.ts";
import { encodeWithHoles, partRows } from "../table/impute-table.ts";
import { tableParts } from "../table/table-parts.ts";
import type { Filling, FillRun, Modality } from "./modality.ts";
import { isKnown, type Records, recordError } from "./records.ts";

export interface TableModalityFit {
  readonly metadata: TableMetadata;
  readonly encoding: EncodingOptions;
  readonly modalities: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly tableName: string;
  readonly signal?: AbortSignal;
}

export class TableModality implements Modality {
  readonly kind = "table";
  readonly name = "table";
  readonly parts: readonly TablePart[];
  readonly encoding: TableEncoding;
  readonly #modalities: Readonly<Record<string, string>>;
  /** Columns without rows, in the order of the table. */
  readonly #form: readonly Column[];

  constructor(
    encoding: TableEncoding,
    modalities: Readonly<Record<string, string>>,
    form: readonly Column[],
  ) {
    this.encoding = encoding;
    this.#modalities = modalities;
    this.#form = form;
    this.parts = tableParts(encoding, modalities);
  }

  static fit(table: Table, fit: TableModalityFit): TableModality {
    const { metadata, encoding, modalities, seed, tableName, signal } = fit;
    const run = { seed, tableName, ...(signal ? { signal } : {}) };
    return new TableModality(
      TableEncoding.fit(table, metadata, encoding, run),
      modalities,
      table.columns.map(emptyColumn),
    );
  }

  static fromState(state: { readonly [key: string]: StateValue }): TableModality {
    const { encoding, modalities, form } = state as unknown as {
      encoding: EncodingState;
      modalities: Record<string, string>;
      form: { name: string; kind: "number" | "dictionary" }[];
    };
    const columns = form.map(
      ({ name, kind }): Column =>
        kind === "number"
          ? { kind, name, values: new Float64Array(0) }
          : { kind, name, codes: new Int32Array(0), dictionary: [] },
    );
    return new TableModality(TableEncoding.fromState(encoding), modalities, columns);
  }

  toState(): { readonly [key: string]: StateValue } {
    return {
      encoding: this.encoding.toState() as unknown as StateValue,
      modalities: this.#modalities,
      form: this.#form.map(({ name, kind }) => ({ name, kind })),
    };
  }

  rows(records: Records): PartRows<TensorData>[] {
    const { encoded, missing } = this.#encode(records);
    return this.parts.map((part) => partRows(part, encoded, missing));
  }

  get givenAs(): Json {
    const { columns, layout } = this.encoding;
    return { columns: columns.map(({ name }, column) => ({ name, alternatives: layout.widths[column]! })) };
  }

  blank(rowCount: number): Partial<Records> {
    const columns = this.#form.map(
      (column): Column =>
        column.kind === "number"
          ? { ...column, values: new Float64Array(rowCount).fill(Number.NaN) }
          : { ...column, codes: new Int32Array(rowCount).fill(-1) },
    );
    return { table: new Table(columns, rowCount) };
  }

  fill(records: Records, _decoders: readonly StateTree[], run: FillRun): Filling {
    const { encoded, missing } = this.#encode(records);
    const { seed, from, fill, mayBeMissing, signal } = run;
    return {
      take: (said, rowStart, rowCount) => {
        this.parts.forEach((part, i) => {
          const key = cellKey(seed, this.encoding.tableName, part.name);
          const { logits, numbers } = said[i]!;
          const own = { logits: logits!.data, ...(numbers ? { numbers: numbers.data } : {}) };
          for (let row = 0; row < rowCount; row++) {
            const to = rowStart + row;
            const random = fill === "draw" ? { random: new RowRandom(key, from + to) } : {};
            chooseCells(
              part,
              this.encoding.layout,
              own,
              [row, to],
              encoded,
              (column) => missing[column]![to] === 1,
              {
                mayBeMissing,
                ...random,
              },
            );
          }
        });
      },
      finish: async () => {
        const context = { seed, rowStart: from, ...(signal ? { signal } : {}) };
        const filled = await this.encoding.decode(encoded, context);
        // What is made up from nothing has ids and free text of its own.
        const table = mayBeMissing ? filled : withFilled(this.#known(records), filled, this.encoding);
        return { table };
      },
    };
  }

  #encode(records: Records): { encoded: EncodedRows; missing: readonly Uint8Array[] } {
    return encodeWithHoles(this.encoding, this.#known(records), 0);
  }

  /** The table with the cells of records that are not to be believed missing. */
  #known(records: Records): Table {
    const { table, rowCount } = records;
    if (!table) throw recordError(this.name, "a table", "none");
    if (records.known?.[this.name] === undefined) return table;
    const keep = Uint8Array.from({ length: rowCount }, (_, row) =>
      isKnown(records, this.name, row) ? 1 : 0,
    );
    return new Table(
      table.columns.map((column) =>
        column.kind === "number"
          ? { ...column, values: column.values.map((value, row) => (keep[row] === 1 ? value : Number.NaN)) }
          : { ...column, codes: column.codes.map((code, row) => (keep[row] === 1 ? code : -1)) },
      ),
      rowCount,
    );
  }
}

/** Where the draws of a part's cells come from. */
export function cellKey(seed: number, tableName: string, part: string): StreamKey {
  return streamKey(seed, tableName, part, "imputed");
}

function emptyColumn(column: Column): Column {
  return column.kind === "number"
    ? { ...column, values: new Float64Array(0) }
    : { ...column, codes: new Int32Array(0), dictionary: [] };
}
