// Linkability: two registers hold different columns of the same people. Who wants to join a record's first half to its
// second half takes the synthetic table for a go-between: of several second halves, the one that lies nearest to a
// synthetic row which also lies near the first half. The control says how far the columns' relation alone leads.

import { RowRandom, type RunOptions, streamKey, throwIfAborted } from "@verisim/core";
import type { LinkabilityReport } from "../privacy-report.ts";
import { nearest } from "../tables/nearest.ts";
import { type PreparedTables, runOf, type SampledRows, sampleRows } from "../tables/prepared-tables.ts";
import type { RowEncoder } from "../tables/row-encoder.ts";
import { attackRates } from "./attack-rates.ts";

export interface LinkabilityOptions {
  /** Columns of the first half; the others make the second. Default: three halvings chosen by the seed. */
  known?: readonly string[];
  /** Records that are attacked on each side and halving. Default 1,000. */
  attacks?: number;
}

/** Second halves among which the right one must be found. */
const candidates = 10;
/** Synthetic rows near the first half that are looked at. */
const goBetweens = 10;
const halvings = 3;
const mostSynthetic = 50_000;

export async function linkability(
  tables: PreparedTables,
  { known, attacks = 1000 }: LinkabilityOptions,
): Promise<LinkabilityReport | null> {
  const { training, holdout, searched, columns, encoder, seed } = tables;
  if (!holdout || !searched.holdout || columns.length < 2) return null;
  const count = Math.min(attacks, searched.training.length, searched.holdout.length);
  if (count < candidates) return null;
  const run = runOf(tables);
  const targets = {
    training: rowsOf(
      training,
      searched.training,
      sampleRows(searched.training.length, count, seed, "link training"),
    ),
    holdout: rowsOf(
      holdout,
      searched.holdout,
      sampleRows(searched.holdout.length, count, seed, "link holdout"),
    ),
  };
  const names = columns.map(({ name }) => name);
  const firsts = known
    ? [names.filter((name) => known.includes(name))]
    : Array.from({ length: halvings }, (_, i) =>
        [...sampleRows(names.length, names.length >> 1, seed, `halves ${i}`)].map((at) => names[at]!),
      );
  const splits: LinkabilityReport["splits"] = [];
  for (const first of firsts) {
    const second = names.filter((name) => !first.includes(name));
    const halves = [first, second].map((half) => encoder.only(({ name }) => half.includes(name))) as [
      RowEncoder,
      RowEncoder,
    ];
    if (halves[0].size === 0 || halves[1].size === 0) continue;
    const main = await linked(tables, halves, training.table, targets.training, run);
    const control = await linked(tables, halves, holdout.table, targets.holdout, run);
    // Without the synthetic table one of the candidates is as good as any.
    const naive = Math.round(count / candidates);
    splits.push({ first, second, rates: attackRates({ attacks: count, main, control, naive }) });
  }
  if (splits.length === 0) return null;
  const worst = splits.reduce((most, one) => (one.rates.risk.low > most.rates.risk.low ? one : most));
  return { threat: "synthetic-table", splits, candidates, worst: worst.rates };
}

function rowsOf(sample: SampledRows, searched: Uint32Array, places: Uint32Array): Uint32Array {
  return places.map((place) => sample.rows[searched[place]!]!);
}

/** How many records are joined rightly. The candidates of a record are its own second half and those of nine others. */
async function linked(
  { synthetic, seed }: PreparedTables,
  [first, second]: [RowEncoder, RowEncoder],
  table: number,
  rows: Uint32Array,
  run: RunOptions,
): Promise<number> {
  throwIfAborted(run.signal);
  const between = sampleRows(synthetic.rows.length, mostSynthetic, seed, "go-betweens").map(
    (place) => synthetic.rows[place]!,
  );
  const near = await nearest(
    {
      encoder: first,
      queries: first.encode(table, rows),
      reference: first.encode(synthetic.table, between),
      k: goBetweens,
    },
    run,
  );
  const secondReal = second.encode(table, rows);
  const secondSynthetic = second.encode(synthetic.table, between);
  const key = streamKey(seed, "privacy", "link candidates");
  let right = 0;
  for (let target = 0; target < rows.length; target++) {
    const random = new RowRandom(key, target);
    let own = Number.POSITIVE_INFINITY;
    let best = Number.POSITIVE_INFINITY;
    let ties = 0;
    for (let c = 0; c < candidates; c++) {
      const candidate = c === 0 ? target : (target + 1 + random.below(rows.length - 1)) % rows.length;
      let nearestSum = Number.POSITIVE_INFINITY;
      for (let i = target * goBetweens; i < (target + 1) * goBetweens && near.indices[i]! >= 0; i++) {
        const sum =
          near.distances[i]! ** 2 +
          second.squaredDistance(secondReal, candidate, secondSynthetic, near.indices[i]!);
        if (sum < nearestSum) nearestSum = sum;
      }
      if (c === 0) own = nearestSum;
      else if (nearestSum < best) best = nearestSum;
      if (c > 0 && nearestSum === own) ties++;
    }
    // Among equal candidates the attacker guesses.
    if (own <= best && random.uniform() < 1 / (1 + ties)) right++;
  }
  return right;
}
