// Constraints: rows in which one does not hold are drawn again, under the number of the attempt, until it does. A row's
// cells therefore stay a function of the model, the seed and the row.

import { rowUniform, VerisimError } from "@verisim/core";
import { normalCdf, normalQuantile } from "@verisim/stats";
import { Batch, copyTexts, type Vector } from "./batch.ts";
import { mixScores } from "./copula-block.ts";
import { fillColumns } from "./fill-columns.ts";
import { take } from "./picked-rows.ts";
import type { TablePlan } from "./table-plan.ts";

const mostAttempts = 1_000;

/** Rows of the batch, by their places in it, in which some constraint does not hold. */
function failing(plan: TablePlan, batch: Batch): { places: number[]; text: string } {
  const fails = new Uint8Array(batch.rowCount);
  let text = "";
  for (const constraint of plan.constraints) {
    const holds = constraint.node.evaluate(batch, 0, batch.rowCount);
    for (let i = 0; i < batch.rowCount; i++) {
      if (holds[i] === 1) continue;
      fails[i] = 1;
      text = constraint.text;
    }
  }
  const places: number[] = [];
  fails.forEach((fail, i) => {
    if (fail) places.push(i);
  });
  return { places, text };
}

/** Rows that will have failed all attempts before they are given up early: by chance, once in e^20 batches. */
const certainFailures = 20;

/** How many rows would fail all attempts that are left, as far as the attempts so far can tell. */
function expectedFailures(rows: number, attempts: number, tried: number, met: number): number {
  // Three standard deviations above what was seen, and three where nothing was.
  const chance = Math.min(1, (met + 3 * Math.sqrt(met) + 3) / tried);
  return rows * (1 - chance) ** (mostAttempts - attempts);
}

/**
 * Draws rows again until the constraints hold in them.
 * @returns how many rows were drawn again, each attempt counted
 * @throws VerisimError `VERISIM_SIMULATION_CONSTRAINT` after a thousand attempts for one row, or as soon as it is certain
 * that some row will need more
 */
export function meetConstraints(plan: TablePlan, batch: Batch): number {
  let { places, text } = failing(plan, batch);
  // The first draw of every row is an attempt as well.
  let tried = batch.rowCount;
  let met = tried - places.length;
  let redrawn = 0;
  for (let attempt = 1; places.length > 0; attempt++) {
    if (attempt > mostAttempts || expectedFailures(places.length, attempt - 1, tried, met) > certainFailures)
      throw new VerisimError(
        "VERISIM_SIMULATION_CONSTRAINT",
        `Expected every row to meet ${text} within ${mostAttempts} attempts but ${met} of ${tried} attempts did.`,
        {
          where: { table: plan.table.name, row: batch.rows[places[0]!]! + 1 },
          hint: "Check that the columns can meet it, and draw them so that they mostly do: with min and max, or formulas.",
        },
      );
    redrawn += places.length;
    const again = redraw(plan, batch, places, attempt);
    const failed = failing(plan, again);
    const stillFailing = new Set(failed.places);
    const good = places.flatMap((place, i) => (stillFailing.has(i) ? [] : [[place, i] as const]));
    for (const name of plan.redrawn) {
      const { slot } = plan.columns.get(name)!;
      copyCells(again.vectors[slot]!, batch.vectors[slot]!, good);
    }
    tried += places.length;
    met += good.length;
    places = failed.places.map((i) => places[i]!);
    text = failed.text;
  }
  return redrawn;
}

/** The rows at some places, drawn again. */
function redraw(plan: TablePlan, batch: Batch, places: readonly number[], attempt: number): Batch {
  const again = new Batch({ rowStart: 0, rowCount: places.length, slots: plan.slots, attempt });
  const rows = Int32Array.from(places);
  places.forEach((place, i) => {
    again.rows[i] = batch.rows[place]!;
    again.sequence[i] = batch.sequence[place]!;
    again.index[i] = batch.index[place]!;
    again.count[i] = batch.count[place]!;
  });
  const kept = [
    ...[...plan.columns.values()].filter(({ name }) => !plan.redrawn.has(name)),
    ...plan.references,
    ...[...plan.eventSlots.values()].map((slot) => ({ slot })),
  ];
  for (const { slot } of kept) if (batch.vectors[slot]) again.vectors[slot] = take(batch.vectors[slot], rows);
  const inBlock = new Set(plan.blocks.flatMap(({ streams }) => streams));
  plan.streams.forEach(({ key, kind, owner }, stream) => {
    if (!plan.redrawn.has(owner) && owner !== "constraint") return;
    const normal = kind === "normal" || inBlock.has(stream);
    again.draws[stream] = again.rows.map((row) => {
      const u = rowUniform(key, row, attempt);
      return normal ? normalQuantile(u) : u;
    });
  });
  for (const block of plan.blocks) {
    if (!block.columns.every((name) => plan.redrawn.has(name))) continue;
    mixScores(
      block.streams.map((stream) => again.draws[stream]!),
      block.factor,
      places.length,
    );
    for (const stream of block.streams)
      if (plan.streams[stream]!.kind === "uniform")
        again.draws[stream] = again.draws[stream]!.map((z) =>
          Math.min(1 - 2 ** -53, Math.max(2 ** -1022, normalCdf(z))),
        );
  }
  fillColumns(plan, again, plan.redrawn);
  return again;
}

function copyCells(
  source: Vector,
  target: Vector,
  pairs: readonly (readonly [to: number, from: number])[],
): void {
  if (source.kind === "number" && target.kind === "number") {
    for (const [to, from] of pairs) target.values[to] = source.values[from]!;
    return;
  }
  if (source.kind !== "text" || target.kind !== "text")
    throw new Error("internal: a column changed its kind");
  const codes = new Int32Array(target.codes.length);
  for (const [to, from] of pairs) codes[to] = source.codes[from]!;
  for (const [to] of pairs) copyTexts({ codes, dictionary: source.dictionary }, target, to, to + 1);
}
