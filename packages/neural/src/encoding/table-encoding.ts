// A table as a network sees it, and back: the transforms keep formats, ids and personal values; this class cuts what
// they leave into alternatives and places, fills in what never varies or follows from another column, and says what
// conditions leave of each column.

import {
  type Condition,
  type ConditionCell,
  type ConditionColumn,
  type ConditionColumns,
  type EncodedColumn,
  impossibleRequest,
  type LateColumns,
  type Relation,
  rowUniform,
  streamKey,
  type Table,
  type TableMetadata,
  type VerisimError,
} from "@verisim/core";
import { nearestAllowed } from "@verisim/stats";
import { type NativeOptions, randomUniforms } from "@verisim/tensor/arrays";
import {
  categoryCondition,
  fillDerived,
  gridText,
  lateColumns,
  numberCondition,
  relationTexts,
  TableTransformer,
} from "@verisim/transforms";
import { allowedBoxes } from "./allowed-values.ts";
import { type CodedColumn, type ColumnPlan, finiteColumns, planColumns } from "./coded-columns.ts";
import { type EncodingState, encodingFromState, encodingToState } from "./encoding-state.ts";
import type { AllowedBox, DrawnRows, EncodedRows, EncodingOptions, Layout, SnapRows } from "./layout.ts";

/** Who learns the table. */
export interface EncodingFitContext {
  /** Any safe integer. */
  readonly seed: number;
  readonly tableName: string;
  readonly signal?: AbortSignal;
}

/** Which rows, and the seed that keys their random streams. */
export interface EncodingRowContext {
  readonly seed: number;
  /** Number of the first row. */
  readonly rowStart: number;
}

export interface EncodingDecodeContext extends EncodingRowContext, NativeOptions {
  /** The boxes that rows were drawn from: their numbers are moved to the nearest that is allowed. */
  readonly snap?: SnapRows;
}

/** Everything that a {@link TableEncoding} is made of. */
export interface EncodingParts {
  readonly metadata: TableMetadata;
  readonly tableName: string;
  readonly options: EncodingOptions;
  readonly transformer: TableTransformer;
  readonly plan: ColumnPlan;
}

/** Decoding so many rows makes way for other work between columns. */
const manyRows = 8192;

/**
 * Fits, encodes and decodes the columns that a network learns.
 *
 * @example
 * const encoding = TableEncoding.fit(table, metadata, options, { seed: 1, tableName: "customers" });
 * const rows = encoding.encode(table, { seed: 1, rowStart: 0 });
 * const again = await encoding.decode(rows, { seed: 1, rowStart: 0 });
 */
export class TableEncoding {
  readonly metadata: TableMetadata;
  readonly tableName: string;
  readonly options: EncodingOptions;
  readonly layout: Layout;
  readonly warnings: readonly string[];
  /** The modelled columns, in the order of the table. */
  readonly columns: readonly CodedColumn[];
  readonly #transformer: TableTransformer;
  readonly #plan: ColumnPlan;

  /** @internal Use `fit` or `fromState`. */
  constructor(parts: EncodingParts) {
    this.metadata = parts.metadata;
    this.tableName = parts.tableName;
    this.options = parts.options;
    this.#transformer = parts.transformer;
    this.#plan = parts.plan;
    this.warnings = parts.plan.warnings;
    this.columns = parts.plan.coded.map(({ encoded, shares, codec }) => {
      const { name } = parts.plan.encoded[encoded]!;
      return { name, encoded, kind: codec.kind, shares, state: codec.state } as CodedColumn;
    });
    this.layout = layoutOf(parts.plan, parts.options);
  }

  /**
   * Learns how to cut a table.
   *
   * @throws VerisimError the codes of `TableTransformer.fit`, `VERISIM_ABORTED`
   */
  static fit(
    table: Table,
    metadata: TableMetadata,
    options: EncodingOptions,
    context: EncodingFitContext,
  ): TableEncoding {
    const { seed, tableName, signal } = context;
    const transformer = TableTransformer.fit(table, metadata, { preset: "keep", relations: options.derive });
    const encoded = finiteColumns(transformer.encode(table, { seed, tableName, rowStart: 0 }));
    const decimals = encoded.map((column) => transformer.decimalsOf(column.name));
    const plan = planColumns(encoded, { metadata, decimals, options, ...(signal ? { signal } : {}) });
    return new TableEncoding({ metadata, tableName, options, transformer, plan });
  }

  /**
   * Rows of any table with these columns. Cells that the fit did not see become the nearest thing that is defined:
   * categories the missing cell, or the commonest where there is none; numbers the nearest that was learnt.
   *
   * @throws VerisimError `VERISIM_UNKNOWN_COLUMN`, `VERISIM_COLUMN_KIND`
   */
  encode(table: Table, context: EncodingRowContext): EncodedRows {
    const { seed, rowStart } = context;
    const { coded } = this.#plan;
    const { placed } = this.layout;
    const encoded = this.#transformer.encode(table, { seed, tableName: this.tableName, rowStart });
    const { rowCount } = table;
    const alternatives = new Int32Array(rowCount * coded.length);
    const places = new Float32Array(rowCount * placed.length);
    coded.forEach(({ encoded: source, shares, codec }, column) => {
      const cells = encoded[source]!;
      const key = streamKey(seed, this.tableName, cells.name, "encoded place");
      const found = codec.encode(cells, largestPlace(shares), (row) => rowUniform(key, rowStart + row));
      interleave(found.alternatives, alternatives, column, coded.length);
      const slot = placed.indexOf(column);
      if (slot >= 0) interleave(found.places, places, slot, placed.length);
    });
    return { rowCount, alternatives, places };
  }

  /**
   * The table's rows `[rowStart, rowStart + rowCount)`. Places that are neither learnt nor drawn by the caller are drawn
   * evenly, each from its own stream: a function of (seed, table name, column, row).
   *
   * @throws VerisimError `VERISIM_ABORTED`
   */
  async decode(rows: DrawnRows, context: EncodingDecodeContext): Promise<Table> {
    const { seed, rowStart, snap, ...run } = context;
    const { rowCount } = rows;
    const { plan, tableName } = { plan: this.#plan, tableName: this.tableName };
    const columns = plan.encoded.map(
      ({ name, kind, cardinality }): EncodedColumn =>
        kind === "continuous"
          ? { kind, name, values: new Float64Array(rowCount) }
          : { kind, name, codes: new Int32Array(rowCount), cardinality },
    );
    const drawnColumns = this.#drawnColumns();
    const uniforms = new Float64Array(drawnColumns.length * rowCount);
    if (uniforms.length > 0) {
      const keys = drawnColumns.map((column) =>
        streamKey(seed, tableName, this.columns[column]!.name, "place"),
      );
      await randomUniforms(uniforms, keys, rowStart, rowCount, run);
    }
    const alternatives = new Int32Array(rowCount);
    const places = new Float64Array(rowCount);
    for (const [column, { encoded, codec }] of plan.coded.entries()) {
      for (let row = 0, at = column; row < rowCount; row++, at += plan.coded.length) {
        alternatives[row] = rows.alternatives[at]!;
      }
      this.#placesOf(column, rows, uniforms, drawnColumns.indexOf(column), places);
      codec.decode(alternatives, places, columns[encoded]!);
      // Rows that are drawn natively meanwhile are waiting to be told to go on.
      if (rowCount >= manyRows) await new Promise((resolve) => setImmediate(resolve));
    }
    if (snap) this.#snapNumbers(columns, rowCount, snap);
    for (const rule of plan.derived) fillDerived(rule, columns);
    for (const { encoded, cell } of plan.fixed) {
      const column = columns[encoded]!;
      (column.kind === "continuous" ? column.values : column.codes).fill(cell);
    }
    return this.#transformer.decode(columns, { seed, tableName, rowStart, rowCount });
  }

  /**
   * What conditions may be asked of: every column but those whose cells are made up (ids, personal values, text) or
   * computed.
   */
  conditionColumns(): ConditionColumns {
    const { plan, metadata } = { plan: this.#plan, metadata: this.metadata };
    const { computed } = this.lateColumns();
    return new Map(
      plan.encoded.flatMap(({ name, kind }, encoded): [string, ConditionColumn][] => {
        if (computed.has(name)) return [];
        const own = Object.hasOwn(metadata.columns, name) ? metadata.columns[name] : undefined;
        const mayBeMissing = this.#mayBeMissing(encoded);
        return [
          [
            name,
            kind === "discrete"
              ? categoryCondition(own, this.#dictionaryOf(encoded), mayBeMissing)
              : numberCondition(own, mayBeMissing),
          ],
        ];
      }),
    );
  }

  /** Columns whose cells are not drawn as they come out: conditions on them are met by drawing again. */
  lateColumns(): LateColumns {
    return lateColumns(this.#transformer, this.metadata);
  }

  /** How columns are written by others, each after those that it needs. */
  get related(): readonly Relation[] {
    return this.#transformer.related.map(({ relation }) => relation);
  }

  /** The same as texts. */
  get relations(): readonly string[] {
    return relationTexts(this.#transformer);
  }

  /**
   * What a cell of a condition leaves of the modelled columns; none where no row of the model can lie in it. Every place
   * drawn inside of the ranges decodes, with `snap`, to a cell that the condition allows.
   */
  allowed(cell: ConditionCell): AllowedBox[] {
    return allowedBoxes(cell, {
      plan: this.#plan,
      dictionaryOf: (encoded) => this.#dictionaryOf(encoded),
    });
  }

  /** The values of a number column from lowest to highest as texts; undefined for other columns. */
  learntRange(name: string): readonly [string, string] | undefined {
    const encoded = this.#plan.encoded.findIndex((column) => column.name === name);
    const codec = this.#plan.coded.find((column) => column.encoded === encoded)?.codec;
    if (codec === undefined || codec.kind === "category") return undefined;
    const { unit, decimals } = codec.state;
    const [low, high] = codec.range();
    return [gridText(low, unit, decimals), gridText(high, unit, decimals)];
  }

  /** Missing cells that follow from others by formulas filled in. */
  solved(table: Table): Table {
    return this.#transformer.solved(table);
  }

  /** The table with the cells that the codecs cut: related columns as what they differ by from their formula. */
  cut(table: Table): Table {
    return this.#transformer.apart(table);
  }

  /** Plain data and typed arrays, for `packState`. Equal encodings give equal bytes. */
  toState(): EncodingState {
    const { metadata, tableName, options } = this;
    return encodingToState({
      metadata,
      tableName,
      options,
      transformer: this.#transformer,
      plan: this.#plan,
    });
  }

  /**
   * The encoding that `toState` came from.
   *
   * @throws VerisimError `VERISIM_TRANSFORM_STATE`, `VERISIM_MODEL_FILE` where the state is damaged
   */
  static fromState(state: EncodingState): TableEncoding {
    return new TableEncoding(encodingFromState(state));
  }

  /** Modelled columns with places that no network learns. */
  #drawnColumns(): number[] {
    const learnt = new Set(this.layout.placed);
    return this.#plan.coded.flatMap(({ codec }, column) =>
      !learnt.has(column) && codec.hasPlace.includes(1) ? [column] : [],
    );
  }

  /** The places of one column: the caller's, else learnt or drawn ones. */
  #placesOf(
    column: number,
    rows: DrawnRows,
    uniforms: Float64Array,
    drawn: number,
    into: Float64Array,
  ): void {
    const { placed, widths } = this.layout;
    const { rowCount, drawnPlaces } = rows;
    const slot = placed.indexOf(column);
    if (slot >= 0) {
      for (let row = 0, at = slot; row < rowCount; row++, at += placed.length) into[row] = rows.places[at]!;
    } else if (drawn >= 0) {
      const offset = drawn * rowCount;
      for (let row = 0; row < rowCount; row++) into[row] = 2 * uniforms[offset + row]! - 1;
    }
    if (!drawnPlaces) return;
    for (let row = 0, at = column; row < rowCount; row++, at += widths.length) {
      if (!Number.isNaN(drawnPlaces[at])) into[row] = drawnPlaces[at]!;
    }
  }

  /** Moves the last bits of rounding back into the numbers that were asked for. */
  #snapNumbers(columns: readonly EncodedColumn[], rowCount: number, snap: SnapRows): void {
    for (let row = 0; row < rowCount; row++) {
      for (const { column, numbers } of snap(row)?.columns ?? []) {
        if (!numbers) continue;
        const cells = columns[this.#plan.coded[column]!.encoded]!;
        if (cells.kind !== "continuous") throw new Error("internal: numbers for a category column");
        cells.values[row] = nearestAllowed(cells.values[row]!, numbers);
      }
    }
  }

  #mayBeMissing(encoded: number): boolean {
    const { coded, fixed, derived } = this.#plan;
    const isMissing = (cell: number): boolean => Number.isNaN(cell) || cell === -1;
    const rule = derived.find((candidate) => candidate.column === encoded);
    if (rule)
      return this.#plan.encoded[encoded]!.kind === "discrete"
        ? rule.cells.includes(-1)
        : rule.cells.some(Number.isNaN);
    const cell = fixed.find((column) => column.encoded === encoded)?.cell;
    if (cell !== undefined) return isMissing(cell);
    return coded.find((column) => column.encoded === encoded)?.codec.state.missing ?? false;
  }

  /** The categories of an encoded column by code, as its transform keeps them. */
  #dictionaryOf(encoded: number): readonly string[] {
    const { name } = this.#plan.encoded[encoded]!;
    const categories = this.#transformer.columns.find((column) => column.name === name)?.state["categories"];
    return Array.isArray(categories) ? (categories as readonly string[]) : [];
  }
}

/** The error of a condition that no row of the encoded table can meet, naming its columns. */
export function impossibleReason(condition: Condition, encoding: TableEncoding): VerisimError {
  return impossibleRequest(condition, {
    columns: encoding.conditionColumns(),
    isPossible: (cell) => encoding.allowed(cell).length > 0,
    rangeOf: (name) => encoding.learntRange(name),
  });
}

function layoutOf({ coded }: ColumnPlan, options: EncodingOptions): Layout {
  const columns = coded.map((_, column) => column);
  const hasPlaces = (column: number): boolean => coded[column]!.codec.hasPlace.includes(1);
  return {
    widths: coded.map(({ codec }) => codec.width),
    placed: columns.filter(
      (column) =>
        hasPlaces(column) && (options.places || /^(mixture|copula)$/.test(coded[column]!.codec.kind)),
    ),
    discrete: columns.filter((column) => !hasPlaces(column)),
    hasPlace: Float32Array.from(coded.flatMap(({ codec }) => [...codec.hasPlace])),
  };
}

/** Column `column` of a row-major array with `width` columns. */
function interleave(
  cells: Int32Array | Float32Array,
  into: Int32Array | Float32Array,
  column: number,
  width: number,
): void {
  for (let row = 0, at = column; row < cells.length; row++, at += width) into[at] = cells[row]!;
}

function largestPlace(shares: Float64Array): number {
  let best = 0;
  for (let k = 1; k < shares.length; k++) if (shares[k]! > shares[best]!) best = k;
  return best;
}
