// From a fitted chain of trees to tables: the addon draws outcomes, this class turns them into cells, fills in what never
// varies or follows from another column, and says what conditions leave of each column.

import {
  attemptSeed,
  type Condition,
  type ConditionCell,
  type ConditionColumn,
  type ConditionColumns,
  type EncodedColumn,
  impossibleRequest,
  type LateColumns,
  type Stretch,
  streamKey,
  type Table,
  type TableMetadata,
  type VerisimError,
} from "@verisim/core";
import { nearestAllowed } from "@verisim/stats";
import {
  categoryCondition,
  type DerivedColumn,
  fillDerived,
  gridText,
  lateColumns,
  numberCondition,
  type TableTransformer,
} from "@verisim/transforms";
import { type ChainColumn, type ChainOutput, HistogramTreeChain } from "@verisim/trees";
import { type AllowedBox, allowedBoxes } from "./allowed-outcomes.ts";
import type { ChainTrees } from "./fit-trees.ts";
import type { LeakVerdict } from "./leak-price.ts";
import {
  type FixedColumn,
  hasNumbers,
  isOfTable,
  type LearntColumn,
  type LearntNumber,
  type LearntResidual,
  outcomeKey,
  roomFor,
} from "./learnt-columns.ts";
import type { RequestPlan } from "./request.ts";

/** An encoded column of the transforms without its rows. */
export interface EncodedLayout {
  readonly name: string;
  readonly kind: "continuous" | "discrete";
  readonly cardinality: number;
}

/** Everything that fitted sequential trees know. */
export interface TreesModel {
  readonly metadata: TableMetadata;
  readonly tableName: string;
  readonly transformer: TableTransformer;
  readonly encoded: readonly EncodedLayout[];
  /** In the order in which they are drawn. */
  readonly columns: readonly LearntColumn[];
  /** One per column. */
  readonly trees: readonly ChainTrees[];
  readonly derived: readonly DerivedColumn[];
  readonly fixed: readonly FixedColumn[];
  /** What was measured of rows that give themselves away. */
  readonly leak?: LeakVerdict;
  readonly warnings: readonly string[];
}

export interface DrawRequest extends Stretch {
  readonly seed: number;
  /** Default 0: other attempts give other rows with the same ids. */
  readonly attempt?: number;
  readonly tries: number;
  readonly plan?: RequestPlan;
  readonly signal?: AbortSignal;
}

/** Rows by which a box is weighed against others: fewer per box where there are many. */
const weighingRows = 40_000;

export class TableSampler {
  readonly model: TreesModel;
  readonly #chain: HistogramTreeChain;
  /** Place in the chain by encoded column. */
  readonly #placeOf: ReadonlyMap<number, number>;

  /** @throws VerisimError `VERISIM_NATIVE_ARGUMENT` for a chain that leads out of its own lists */
  constructor(model: TreesModel) {
    this.model = model;
    this.#chain = new HistogramTreeChain(
      model.columns.map((column, place) => chainColumn(column, model.trees[place]!)),
    );
    this.#placeOf = new Map(
      model.columns.flatMap((column, place) => (isOfTable(column) ? [[column.encoded, place]] : [])),
    );
  }

  /** The rows of a stretch; `forced` holds 1 per row that no try was accepted for. @throws VerisimError `VERISIM_ABORTED` */
  async draw(request: DrawRequest): Promise<{ table: Table; forced: Uint8Array }> {
    const { rowStart, rowCount, seed, attempt = 0, plan } = request;
    const { model } = this;
    const columns = model.encoded.map(
      ({ name, kind, cardinality }): EncodedColumn =>
        kind === "continuous"
          ? { kind, name, values: new Float64Array(rowCount) }
          : { kind, name, codes: new Int32Array(rowCount), cardinality },
    );
    const outputs = model.columns.map(
      (column): ChainOutput =>
        isOfTable(column) ? cellsOf(columns[column.encoded]!) : roomFor(column, rowCount),
    );
    const forced = new Uint8Array(rowCount);
    const drawn = attemptSeed(seed, attempt);
    const shared = {
      keys: model.columns.map((column) => outcomeKey(drawn, model.tableName, column)),
      choices: streamKey(drawn, model.tableName, "choices"),
      rowStart,
      rowCount,
      ...(request.signal ? { signal: request.signal } : {}),
    };
    if (!plan) await this.#chain.draw(shared, outputs);
    else {
      for (const [place, rows] of rowsByBox(plan, request)) {
        const { allowed } = plan.boxes[place]!;
        await this.#chain.draw({ ...shared, rows, allowed, tries: request.tries, forced }, outputs);
        snapNumbers(columns, plan.boxes[place]!, rows);
      }
    }
    for (const column of model.columns) {
      if (column.kind !== "category" || !column.missing) continue;
      const codes = cellsOf(columns[column.encoded]!);
      for (let row = 0; row < rowCount; row++) if (codes[row] === column.cardinality) codes[row] = -1;
    }
    for (const rule of model.derived) fillDerived(rule, columns);
    for (const { encoded, cell } of model.fixed) cellsOf(columns[encoded]!).fill(cell);
    const table = model.transformer.decode(columns, { seed, tableName: model.tableName, rowStart, rowCount });
    return { table, forced };
  }

  /** How likely each box is under the model. */
  async weigh(boxes: readonly AllowedBox[]): Promise<Float64Array> {
    const weights = new Float64Array(boxes.length).fill(1);
    if (boxes.length < 2) return weights;
    const rowCount = Math.max(200, Math.min(2_000, Math.ceil(weighingRows / boxes.length)));
    const key = streamKey(0, "box weights");
    const outputs = this.model.columns.map((column) => roomFor(column, rowCount));
    for (const [place, { allowed }] of boxes.entries()) {
      if (allowed.length === 0) continue;
      const own = new Float64Array(rowCount);
      await this.#chain.draw(
        {
          keys: this.model.columns.map((column) => outcomeKey(0, "box weights", column)),
          choices: key,
          rowStart: 0,
          rowCount,
          allowed,
          weights: own,
        },
        outputs,
      );
      weights[place] = own.reduce((sum, weight) => sum + weight, 0) / rowCount;
    }
    return weights;
  }

  /** What conditions may be asked of: every column but those whose cells are made up (ids, personal values, text). */
  conditionColumns(): ConditionColumns {
    const { encoded, metadata } = this.model;
    const { computed } = this.lateColumns();
    return new Map(
      encoded.flatMap(({ name, kind }, place): [string, ConditionColumn][] => {
        if (computed.has(name)) return [];
        const own = Object.hasOwn(metadata.columns, name) ? metadata.columns[name] : undefined;
        const mayBeMissing = this.#mayBeMissing(place);
        return [
          [
            name,
            kind === "discrete"
              ? categoryCondition(own, this.#dictionaryOf(place), mayBeMissing)
              : numberCondition(own, mayBeMissing),
          ],
        ];
      }),
    );
  }

  /** Columns whose cells are not drawn as they come out: conditions on them are met by drawing again. */
  lateColumns(): LateColumns {
    return lateColumns(this.model.transformer, this.model.metadata);
  }

  /** What a cell of a condition leaves; none where no row of the model can lie in it. */
  allowed(cell: ConditionCell): AllowedBox[] {
    return allowedBoxes(cell, this.model, {
      placeOf: this.#placeOf,
      dictionaryOf: (encoded) => this.#dictionaryOf(encoded),
    });
  }

  /** The error of a condition that no row of the model can meet, naming its columns. */
  impossible(condition: Condition): VerisimError {
    return impossibleRequest(condition, {
      columns: this.conditionColumns(),
      isPossible: (cell) => this.allowed(cell).length > 0,
      rangeOf: (name) => {
        const column = this.model.columns.find((own) => own.kind === "number" && own.name === name);
        if (column?.kind !== "number") return undefined;
        const text = (value: number): string => gridText(value, column.unit, column.decimals);
        return [text(column.low[0]!), text(column.high.at(-1)!)];
      },
    });
  }

  #mayBeMissing(encoded: number): boolean {
    const { columns, derived, fixed } = this.model;
    const isMissing = (cell: number): boolean => Number.isNaN(cell) || cell === -1;
    const rule = derived.find((candidate) => candidate.column === encoded);
    if (rule)
      return this.model.encoded[encoded]!.kind === "discrete"
        ? rule.cells.includes(-1)
        : rule.cells.some(Number.isNaN);
    const cell = fixed.find((column) => column.encoded === encoded)?.cell;
    if (cell !== undefined) return isMissing(cell);
    return columns[this.#placeOf.get(encoded)!]!.missing;
  }

  /** The categories of an encoded column by code, as its transform keeps them. */
  #dictionaryOf(encoded: number): readonly string[] {
    return dictionaryOf(this.model.transformer, this.model.encoded[encoded]!.name);
  }
}

/** The categories of a column by code, as its transform keeps them. */
export function dictionaryOf(transformer: TableTransformer, name: string): readonly string[] {
  const categories = transformer.columns.find((column) => column.name === name)?.state["categories"];
  return Array.isArray(categories) ? (categories as readonly string[]) : [];
}

function cellsOf(column: EncodedColumn): Float64Array | Int32Array {
  return column.kind === "continuous" ? column.values : column.codes;
}

/** A column as the addon draws it: numbers in cells, not in units. */
export function chainColumn(column: LearntColumn, { uses, model }: ChainTrees): ChainColumn {
  const { binOf } = column;
  if (!hasNumbers(column)) return { binOf, uses, model };
  const stretches = { low: drawnNumbers(column, column.low), high: drawnNumbers(column, column.high) };
  const edges = column.kind === "number" && column.edges ? { edges: column.edges } : {};
  return { binOf, uses, model, stretches, ...edges };
}

/** Ends of stretches by outcome, as they are drawn: NaN for the missing cell, numbers of the table in cells. */
export function drawnNumbers(column: LearntNumber | LearntResidual, ends: Float64Array): Float64Array {
  const scaled = column.kind === "number" ? ends.map((end) => end * column.unit) : ends;
  return column.missing ? Float64Array.of(Number.NaN, ...scaled) : scaled;
}

/** The rows of a stretch, counted from its first, by the box that they are drawn from. */
function rowsByBox(plan: RequestPlan, { rowStart, rowCount }: Stretch): Map<number, Int32Array> {
  const places = Int32Array.from({ length: rowCount }, (_, i) => plan.placeOf(rowStart + i));
  const counts = new Map<number, number>();
  for (const place of places) counts.set(place, (counts.get(place) ?? 0) + 1);
  const rows = new Map([...counts].map(([place, count]) => [place, new Int32Array(count)]));
  const next = new Map<number, number>();
  places.forEach((place, row) => {
    const at = next.get(place) ?? 0;
    rows.get(place)![at] = row;
    next.set(place, at + 1);
  });
  return rows;
}

/** Moves the last bits of rounding back into the numbers that were asked for. */
function snapNumbers(columns: readonly EncodedColumn[], box: AllowedBox, rows: Int32Array): void {
  for (const { encoded, ranges } of box.numbers) {
    const cells = cellsOf(columns[encoded]!);
    for (const row of rows) cells[row] = nearestAllowed(cells[row]!, ranges);
  }
}
