// Makes the rows of one table batch by batch. A batch that follows another goes on from its last row; one that begins
// elsewhere is led up to from the start of its sequence, so that its cells are the same either way.

import { rowUniform, throwIfAborted } from "@verisim/core";
import { normalCdf, randomNormals, randomUniforms } from "@verisim/tensor/arrays";
import { Batch, makeVector } from "./batch.ts";
import { BatchBuffers } from "./batch-buffers.ts";
import type { ChildIndex } from "./child-index.ts";
import { mixScores } from "./copula-block.ts";
import { closure } from "./dependencies.ts";
import { type EventPlaces, fillSteps } from "./events.ts";
import { fillColumns } from "./fill-columns.ts";
import type { PickedRows } from "./picked-rows.ts";
import { meetConstraints } from "./redraw.ts";
import type { TablePlan } from "./table-plan.ts";

/** Rows that are made at once where nobody says otherwise. */
const chunkRows = 16_384;

/** Where a table's rows are taken from by those that refer to them. */
export interface TableSource {
  readonly plan: TablePlan;
  readonly parent: { readonly run: TableRun; readonly index: ChildIndex } | undefined;
  readonly picks: ReadonlyMap<string, PickedRows>;
  readonly events: EventPlaces | undefined;
  readonly signal: AbortSignal | undefined;
}

export class TableRun {
  readonly plan: TablePlan;
  readonly #source: TableSource;
  #redrawn = 0;

  constructor(source: TableSource) {
    this.#source = source;
    this.plan = source.plan;
  }

  /** How often rows have been drawn again so far, for their constraints to hold. */
  get redrawn(): number {
    return this.#redrawn;
  }

  /** The columns that are needed for some of them; all that are written where none are named. */
  needed(columns?: Iterable<string>): Need {
    const { plan } = this.#source;
    const wanted =
      columns ?? [...plan.columns.values()].filter(({ hidden }) => !hidden).map(({ name }) => name);
    const names = closure(wanted, plan.nodes);
    if ([...names].some((name) => plan.constrained.has(name)))
      for (const name of plan.constrained) names.add(name);
    for (const block of plan.blocks)
      if (block.columns.some((name) => names.has(name)))
        for (const name of closure(block.columns, plan.nodes)) names.add(name);
    return new Need(plan, names);
  }

  /**
   * Batches of rows [from, from + count).
   * @param reuse true where each batch is done with before the next is asked for: their arrays are then the same
   */
  async *batches(
    from: number,
    count: number,
    need: Need,
    batchSize: number = chunkRows,
    reuse: boolean = true,
  ): AsyncGenerator<Batch> {
    const { plan, parent, signal } = this.#source;
    const end = Math.min(plan.rowCount, from + count);
    const cursor = parent && new ParentCursor(parent.run, need.parentColumns);
    const buffers = new BatchBuffers();
    let carry: ReadonlyMap<number, number | string | null> | undefined;
    let at = from;
    if (plan.sequential && from < end) {
      at = parent ? (await parent.index.sequences(from, 1))[0]!.start : 0;
      while (at < from) {
        throwIfAborted(signal);
        const length = Math.min(chunkRows, from - at);
        carry = this.#carry(await this.#batch(at, length, carry, need, cursor, buffers, reuse));
        at += length;
      }
    }
    while (at < end) {
      throwIfAborted(signal);
      const length = Math.min(batchSize, end - at);
      const batch = await this.#batch(at, length, carry, need, cursor, buffers, reuse);
      if (plan.sequential) carry = this.#carry(batch);
      at += length;
      yield batch;
    }
  }

  #carry(batch: Batch): ReadonlyMap<number, number | string | null> {
    const carry = new Map<number, number | string | null>();
    for (let slot = 0; slot < batch.vectors.length; slot++)
      if (batch.vectors[slot]) carry.set(slot, batch.lastCell(slot));
    return carry;
  }

  async #batch(
    rowStart: number,
    rowCount: number,
    carry: ReadonlyMap<number, number | string | null> | undefined,
    need: Need,
    cursor: ParentCursor | undefined,
    buffers: BatchBuffers,
    reuse: boolean,
  ): Promise<Batch> {
    const { plan, parent, picks, events } = this.#source;
    buffers.begin();
    const batch = new Batch({ rowStart, rowCount, slots: plan.slots, buffers, ...(carry ? { carry } : {}) });
    if (parent) await this.#place(batch, parent.index, cursor!, buffers);
    else {
      batch.sequence.fill(0);
      for (let i = 0; i < rowCount; i++) batch.index[i] = rowStart + i;
      batch.count.fill(plan.rowCount);
    }
    for (const [name, picked] of picks)
      if (need.picks.has(name)) await picked.fill(batch, plan.references, buffers);
    plan.table.events.forEach(({ name }, event) => {
      const steps = buffers.take(rowCount);
      fillSteps(events!, event, rowStart, steps);
      batch.vectors[plan.eventSlots.get(name)!] = { kind: "number", values: steps };
    });
    await this.#draw(batch, need, buffers);
    for (const { slot, owner } of plan.hiddenSlots)
      if (need.names.has(owner)) batch.vectors[slot] = makeVector("number", rowCount, undefined, buffers);
    const given = reuse ? buffers : undefined;
    if (need.constrained) {
      fillColumns(plan, batch, plan.constrained, given);
      this.#redrawn += meetConstraints(plan, batch);
    }
    fillColumns(plan, batch, need.unconstrained, given);
    return batch;
  }

  /** Sequences of the rows, and the parents' cells beside them. */
  async #place(batch: Batch, index: ChildIndex, cursor: ParentCursor, buffers: BatchBuffers): Promise<void> {
    const { plan } = this.#source;
    const references = plan.references.filter(
      ({ of, column }) => of === "parent" && cursor.columns.includes(column),
    );
    for (const { slot, source } of references)
      batch.vectors[slot] = makeVector(source.plan.type, batch.rowCount, source.plan.dictionary, buffers);
    const { rowStart, rowCount, index: places } = batch;
    for (const { parent, start, count } of await index.sequences(rowStart, rowCount)) {
      const from = Math.max(0, start - rowStart);
      const to = Math.min(rowCount, start + count - rowStart);
      for (let i = from; i < to; i++) places[i] = rowStart + i - start;
      batch.sequence.fill(parent, from, to);
      batch.count.fill(count, from, to);
      if (references.length === 0) continue;
      if (cursor.rowOf(parent) < 0) await cursor.goTo(parent);
      const row = cursor.rowOf(parent);
      for (const { slot, source } of references) {
        const vector = batch.vectors[slot]!;
        const theirs = cursor.batch.vectors[source.slot]!;
        if (vector.kind === "number" && theirs.kind === "number")
          vector.values.fill(theirs.values[row]!, from, to);
        else if (vector.kind === "text" && theirs.kind === "text") {
          const code = theirs.codes[row]!;
          vector.codes.fill(
            code < 0 || !vector.growing ? code : vector.growing.code(theirs.dictionary[code]!),
            from,
            to,
          );
        }
      }
    }
  }

  /** Random numbers of all streams that are needed, in two calls. */
  async #draw(batch: Batch, need: Need, buffers: BatchBuffers): Promise<void> {
    const { plan, signal } = this.#source;
    const options = signal ? { signal } : {};
    for (const [streams, draw] of [
      [need.uniforms, randomUniforms],
      [need.normals, randomNormals],
    ] as const) {
      if (streams.length === 0) continue;
      const out = buffers.take(streams.length * batch.rowCount);
      await draw(
        out,
        streams.map((stream) => plan.streams[stream]!.key),
        batch.rowStart,
        batch.rowCount,
        options,
      );
      streams.forEach((stream, i) => {
        batch.draws[stream] = out.subarray(i * batch.rowCount, (i + 1) * batch.rowCount);
      });
    }
    for (const stream of need.rareUniforms) batch.draws[stream] = this.#drawRare(batch, stream, buffers);
    for (const block of plan.blocks) {
      if (!block.columns.some((name) => need.names.has(name))) continue;
      mixScores(
        block.streams.map((stream) => batch.draws[stream]!),
        block.factor,
        batch.rowCount,
      );
      for (const stream of block.streams) {
        if (plan.streams[stream]!.kind === "normal") continue;
        const u = batch.draws[stream]!;
        await normalCdf(u, u, options);
        for (let i = 0; i < u.length; i++) u[i] = u[i]! >= 1 ? 1 - 2 ** -53 : u[i]! <= 0 ? 2 ** -1022 : u[i]!;
      }
    }
  }

  /** The numbers of a stream in the rows of its event; elsewhere nobody looks. */
  #drawRare(batch: Batch, stream: number, buffers: BatchBuffers): Float64Array {
    const { key, eventSlot } = this.plan.streams[stream]!;
    const out = buffers.take(batch.rowCount);
    for (const i of batch.eventPlaces(eventSlot!, 0, batch.rowCount))
      out[i] = rowUniform(key, batch.rows[i]!);
    return out;
  }
}

/** What of a table has to be made. */
export class Need {
  readonly names: ReadonlySet<string>;
  readonly uniforms: readonly number[];
  /** Uniforms that are needed in a few rows. */
  readonly rareUniforms: readonly number[];
  readonly normals: readonly number[];
  readonly parentColumns: readonly string[];
  readonly picks: ReadonlySet<string>;
  readonly constrained: boolean;
  /** Columns that are made after the constraints are met. */
  readonly unconstrained: ReadonlySet<string>;

  constructor(plan: TablePlan, names: ReadonlySet<string>) {
    this.names = names;
    this.constrained = plan.constraints.length > 0 && [...names].some((name) => plan.constrained.has(name));
    this.unconstrained = new Set(
      [...names].filter((name) => !this.constrained || !plan.constrained.has(name)),
    );
    const owned = plan.streams.flatMap(({ owner }, i) =>
      names.has(owner) || (this.constrained && owner === "constraint") ? [i] : [],
    );
    const inBlock = new Set(plan.blocks.flatMap(({ streams }) => streams));
    const isNormal = (stream: number): boolean =>
      plan.streams[stream]!.kind === "normal" || inBlock.has(stream);
    const isRare = (stream: number): boolean => plan.streams[stream]!.eventSlot !== undefined;
    this.uniforms = owned.filter((stream) => !isNormal(stream) && !isRare(stream));
    this.rareUniforms = owned.filter(isRare);
    this.normals = owned.filter(isNormal);
    // Which references a column reads is not kept apart: all of a table's references come with its first column.
    this.parentColumns = plan.references.flatMap(({ of, column }) => (of === "parent" ? [column] : []));
    this.picks = new Set(plan.table.picks.keys());
  }
}

/** Goes through a parent's rows in step with its children. */
class ParentCursor {
  readonly columns: readonly string[];
  readonly #run: TableRun;
  readonly #need: Need;
  #batches: AsyncGenerator<Batch> | undefined;
  #batch: Batch | undefined;

  constructor(run: TableRun, columns: readonly string[]) {
    this.#run = run;
    this.columns = columns;
    this.#need = run.needed(columns);
  }

  /** The rows that are at hand. */
  get batch(): Batch {
    return this.#batch!;
  }

  /** Where a parent lies in the batch; below 0 where it does not. */
  rowOf(parent: number): number {
    if (!this.#batch) return -1;
    const place = parent - this.#batch.rowStart;
    return place < this.#batch.rowCount ? place : -1;
  }

  /** Makes the batch that holds a parent. */
  async goTo(row: number): Promise<void> {
    while (this.rowOf(row) < 0) {
      const place = this.#batch ? row - this.#batch.rowStart : -1;
      const follows = this.#batch && place >= 0 && (place < 8 * chunkRows || this.#run.plan.sequential);
      if (!this.#batches || !follows)
        this.#batches = this.#run.batches(row, Number.MAX_SAFE_INTEGER - row, this.#need, 4096);
      const next = await this.#batches.next();
      if (next.done) throw new Error(`internal: no parent row ${row}`);
      this.#batch = next.value;
    }
  }
}
