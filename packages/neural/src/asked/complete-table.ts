// Partial rows made whole: cells that are there are given to the network, the others are drawn from them. What a given cell
// says of the column that decides it counts too.

import {
  type Column,
  type CompleteOptions,
  dictionaryColumn,
  isMissing,
  numberColumn,
  seedOf,
  streamKey,
  Table,
  type ValueSet,
} from "@verisim/core";
import { withFilled } from "../encoding/filled-cells.ts";
import type { AllowedColumn, EncodedRows } from "../encoding/layout.ts";
import type { TableEncoding } from "../encoding/table-encoding.ts";
import type { ExportedSampler } from "../export/sampler-graph.ts";
import { spanStarts } from "../network/outputs.ts";
import { PlaceMaps } from "../sampling/place-maps.ts";
import type { SamplerParts } from "../sampling/row-sampler.ts";
import type { AskedRequest, AskedSource } from "./asked-source.ts";
import { type BoxTerms, boxTerms, notAllowed } from "./box-terms.ts";

/** What rows are completed by. */
export interface Completer extends ExportedSampler {
  /** An empty table of the generator. */
  readonly form: Table;
  /** Most candidates per row. */
  readonly candidates: number;
  sourceOf(parts: SamplerParts, maps: PlaceMaps): AskedSource;
}

/** Rows that are completed at once. */
const stretchRows = 8192;

/** The table with its missing cells filled and its missing columns added, in the order of the learnt table. */
export async function completeTable(
  { encoding, parts: learnt, calibration, form, candidates, sourceOf }: Completer,
  table: Table,
  { seed = 0, signal }: CompleteOptions = {},
): Promise<Table> {
  const whole = encoding.solved(withAllColumns(table, form));
  const key = streamKey(seed, encoding.tableName, "completed");
  const programSeed = seedOf(seed, encoding.tableName, "completed rows");
  const filling = learnt && { ...learnt, bias: withoutMissing(learnt.bias, encoding) };
  const source = filling ? sourceOf(filling, new PlaceMaps(encoding.layout, calibration)) : undefined;
  const parts: Table[] = [];
  for (let rowStart = 0; rowStart < whole.rowCount; rowStart += stretchRows) {
    const part = whole.slice(rowStart, Math.min(whole.rowCount, rowStart + stretchRows));
    const request = { rowStart, rowCount: part.rowCount, seed: programSeed, key, candidates };
    const filled = await drawPart(
      encoding,
      source,
      part,
      { ...request, ...(signal ? { signal } : {}) },
      seed,
    );
    const known = withFilled(part, filled, encoding);
    // A column that is not there is made up as a whole, ids and personal values too.
    const columns = known.columns.map((column) =>
      table.has(column.name) ? column : filled.column(column.name),
    );
    parts.push(new Table(columns, part.rowCount));
  }
  return parts.length > 0 ? Table.concat(parts) : whole;
}

/** Numbers added to the logits, by which no cell is drawn as missing. */
function withoutMissing(bias: Float32Array, { columns, layout }: TableEncoding): Float32Array {
  const result = bias.slice();
  const starts = spanStarts(layout);
  columns.forEach(({ state }, column) => {
    if (state.missing) result[starts[column]!] = notAllowed;
  });
  return result;
}

async function drawPart(
  encoding: TableEncoding,
  source: AskedSource | undefined,
  part: Table,
  request: AskedRequest,
  seed: number,
): Promise<Table> {
  const { rowStart, rowCount, signal } = request;
  const encoded = encoding.encode(part, { seed, rowStart });
  const termsOf = givenTerms(encoding, part, encoded, source?.order ?? []);
  const { rows } = source
    ? await source.asked(request, (row) => termsOf(row - rowStart))
    : { rows: { ...encoded, rowCount } };
  return encoding.decode(rows, { seed, rowStart, ...(signal ? { signal } : {}) });
}

/** The columns of `form` by the table's cells; those that it lacks are missing throughout. */
function withAllColumns(table: Table, form: Table): Table {
  const { rowCount } = table;
  const columns = form.columns.map((column): Column => {
    if (table.has(column.name)) return table.column(column.name);
    return column.kind === "number"
      ? numberColumn(column.name, new Float64Array(rowCount).fill(Number.NaN))
      : dictionaryColumn(column.name, new Int32Array(rowCount).fill(-1), []);
  });
  return new Table(columns, rowCount);
}

/** What each row of a part gives. */
function givenTerms(
  encoding: TableEncoding,
  part: Table,
  { alternatives }: EncodedRows,
  order: readonly number[],
): (row: number) => BoxTerms {
  const { columns, layout } = encoding;
  const spans = columns.length;
  const cut = encoding.cut(part);
  const cells = columns.map(({ name }) => cut.column(name));
  const said = saidOfDeciders(encoding, part);
  return (row) => {
    const given = new Int32Array(spans).fill(-1);
    cells.forEach((column, i) => {
      if (!isMissing(column, row)) given[i] = alternatives[row * spans + i]!;
    });
    const bound = said(row).filter(({ column }) => given[column] === -1);
    if (bound.length === 0) return { columns: [], given, bound: [], logShares: new Float32Array(0) };
    const terms = boxTerms({ columns: bound }, layout, order);
    terms.given.forEach((alternative, i) => {
      if (alternative >= 0) given[i] = alternative;
    });
    return { ...terms, given };
  };
}

/** What the cells of columns that are looked up leave of those that decide them. */
function saidOfDeciders(encoding: TableEncoding, part: Table): (row: number) => AllowedColumn[] {
  const learnt = new Set(encoding.columns.map(({ name }) => name));
  const looked = [...encoding.conditionColumns()].flatMap(([name, { kind }]) =>
    learnt.has(name) ? [] : [{ name, kind, known: new Map<string, readonly AllowedColumn[]>() }],
  );
  return (row) => {
    const found = new Map<number, AllowedColumn>();
    for (const { name, kind, known } of looked) {
      const column = part.column(name);
      if (isMissing(column, row)) continue;
      const cell = column.kind === "number" ? column.values[row]! : column.dictionary[column.codes[row]!]!;
      const text = String(cell);
      let columns = known.get(text);
      if (!columns) {
        const [box] = encoding.allowed(new Map([[name, onlyValue(kind, cell)]]));
        // A value that was never seen says nothing.
        columns = box?.columns ?? [];
        known.set(text, columns);
      }
      for (const own of columns) if (!found.has(own.column)) found.set(own.column, own);
    }
    return [...found.values()];
  };
}

function onlyValue(kind: "number" | "category", cell: number | string): ValueSet {
  return kind === "category"
    ? { kind, categories: new Set([String(cell)]), missing: false }
    : {
        kind,
        intervals: [{ low: Number(cell), high: Number(cell), lowOpen: false, highOpen: false }],
        missing: false,
      };
}
