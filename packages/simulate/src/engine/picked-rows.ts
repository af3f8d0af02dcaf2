// Rows of another table that each row picks one of: their columns are kept whole, as arrays, for any of them may be
// picked at any time.

import { Permutation, rowWords, type StreamKey, VerisimError } from "@verisim/core";
import { randomUniforms } from "@verisim/tensor/arrays";
import { WeightedPick } from "../distributions/weighted-pick.ts";
import { type Batch, type GrowingDictionary, makeVector, type Vector } from "./batch.ts";
import type { BatchBuffers } from "./batch-buffers.ts";
import type { ReferenceSlot } from "./table-plan.ts";
import type { TableRun } from "./table-run.ts";

/** More rows than this are not kept. */
const mostRows = 2e7;

export interface PickOptions {
  readonly name: string;
  /** The table whose rows pick. */
  readonly owner: string;
  readonly table: string;
  readonly weight: string | undefined;
  /** True where the rows of a sequence pick different rows. */
  readonly distinct: boolean;
  readonly run: TableRun;
  readonly key: StreamKey;
}

export class PickedRows {
  readonly #options: PickOptions;
  #columns: Map<string, Vector> | undefined;
  #pick: WeightedPick | undefined;
  #rowCount = 0;
  /** The sequence under way, and the order in which it picks distinct rows. */
  #sequence = -1;
  #order: Permutation | undefined;

  constructor(options: PickOptions) {
    this.#options = options;
  }

  /** Puts the picked rows' cells into the batch's reference slots. */
  async fill(batch: Batch, references: readonly ReferenceSlot[], buffers: BatchBuffers): Promise<void> {
    const { name, key, distinct } = this.#options;
    const own = references.filter(({ of }) => of === name);
    if (own.length === 0) return;
    this.#columns ??= await this.#load(own.map(({ column }) => column));
    const rows = buffers.takeCodes(batch.rowCount);
    if (distinct) this.#fillDistinct(batch, rows);
    else {
      const u = buffers.take(batch.rowCount);
      await randomUniforms(u, [key], batch.rowStart, batch.rowCount);
      if (this.#pick) for (let i = 0; i < rows.length; i++) rows[i] = this.#pick.at(u[i]!);
      else for (let i = 0; i < rows.length; i++) rows[i] = Math.floor(u[i]! * this.#rowCount);
    }
    for (const { slot, column } of own) batch.vectors[slot] = take(this.#columns.get(column)!, rows, buffers);
  }

  /** Each sequence goes through the rows in an order of its own: no combination comes twice, and none is drawn again. */
  #fillDistinct(batch: Batch, rows: Int32Array): void {
    const { owner, table, key } = this.#options;
    for (let i = 0; i < rows.length; i++) {
      const sequence = batch.sequence[i]!;
      if (batch.count[i]! > this.#rowCount)
        throw new VerisimError(
          "VERISIM_SIMULATION_ROWS",
          `Expected at most ${this.#rowCount} rows that pick different rows of ${table} but received ${batch.count[i]}.`,
          {
            where: { table: owner, row: batch.rows[i]! + 1 },
            hint: `Limit the rows of a parent with max in its count, or give ${table} more rows.`,
          },
        );
      if (sequence !== this.#sequence) {
        const [first, second] = rowWords(key, sequence);
        this.#order = new Permutation(this.#rowCount, [first!, second!]);
        this.#sequence = sequence;
      }
      rows[i] = this.#order!.at(batch.index[i]!);
    }
  }

  async #load(columns: readonly string[]): Promise<Map<string, Vector>> {
    const { run, table, weight, name } = this.#options;
    const { rowCount } = run.plan;
    this.#rowCount = rowCount;
    if (rowCount === 0 || rowCount > mostRows)
      throw new VerisimError(
        "VERISIM_SIMULATION_ROWS",
        `Expected 1 to ${mostRows} rows to pick from but the table has ${rowCount}.`,
        {
          where: { table },
          hint: "Tables that are picked from are kept in memory. A parent with children needs none.",
        },
      );
    const wanted = [...new Set([...columns, ...(weight === undefined ? [] : [weight])])];
    const whole = new Map<string, Vector>();
    const growing = new Map<string, GrowingDictionary>();
    for (const column of wanted) {
      const { plan } = run.plan.columns.get(column)!;
      const vector = makeVector(plan.type, rowCount, plan.dictionary);
      whole.set(column, vector);
      if (vector.kind === "text" && vector.growing) growing.set(column, vector.growing);
    }
    for await (const batch of run.batches(0, rowCount, run.needed(wanted))) {
      for (const column of wanted) {
        const source = batch.vectors[run.plan.columns.get(column)!.slot]!;
        const target = whole.get(column)!;
        if (source.kind === "number" && target.kind === "number")
          target.values.set(source.values, batch.rowStart);
        else if (source.kind === "text" && target.kind === "text") {
          const grow = growing.get(column);
          const codes = grow ? source.dictionary.map((text) => grow.code(text)) : undefined;
          for (let i = 0; i < batch.rowCount; i++) {
            const code = source.codes[i]!;
            target.codes[batch.rowStart + i] = code < 0 || !codes ? code : codes[code]!;
          }
        }
      }
    }
    if (weight !== undefined) {
      const weights = whole.get(weight)!;
      const values = weights.kind === "number" ? weights.values : new Float64Array(0);
      const sum = values.reduce((total, value) => total + value, 0);
      if (!values.every((value) => value >= 0) || !(sum > 0 && Number.isFinite(sum)))
        throw new VerisimError(
          "VERISIM_SIMULATION_VALUE",
          `Expected weights from 0 on, one of them above 0, for the pick ${JSON.stringify(name)}.`,
          {
            where: { table, column: weight },
          },
        );
      this.#pick = new WeightedPick(values);
    }
    return whole;
  }
}

/** Cells of some rows. */
export function take(vector: Vector, rows: Int32Array, buffers?: BatchBuffers): Vector {
  if (vector.kind === "number") {
    const values = buffers?.take(rows.length) ?? new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) values[i] = vector.values[rows[i]!]!;
    return { kind: "number", values };
  }
  const codes = buffers?.takeCodes(rows.length) ?? new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) codes[i] = vector.codes[rows[i]!]!;
  return { kind: "text", codes, dictionary: vector.dictionary };
}
