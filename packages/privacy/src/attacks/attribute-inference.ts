// Attribute inference: who knows all of a record but one cell looks for the synthetic row that is most like it and reads
// the cell there. The control says what follows from the population: only what is guessed better of training rows is
// given away by their having been trained on.

import { throwIfAborted } from "@verisim/core";
import type { AttributeInference, AttributeReport } from "../privacy-report.ts";
import { nearest } from "../tables/nearest.ts";
import { type PreparedTables, runOf, sampleRows } from "../tables/prepared-tables.ts";
import type { RiskColumn } from "../tables/risk-columns.ts";
import { attackRates } from "./attack-rates.ts";

export interface AttributeOptions {
  /** Columns to infer. Default: all that are compared, at most 20 chosen by the seed. */
  sensitive?: readonly string[];
  /** Columns that the attacker knows. Default: all but the one in question. */
  known?: readonly string[];
  /** Records that are attacked on each side. Default 1,000. */
  attacks?: number;
}

const mostColumns = 20;
/** Synthetic rows that the attacker looks through, at most and at least; between them as many as the cells allow. */
const mostSynthetic = 50_000;
const fewestSynthetic = 2000;
/** Cells that all searches together compare, about. */
const mostCells = 2e10;
/** Outliers are the share of targets that lie farthest from other real rows; fewer than this many are not judged. */
const outlierShare = 0.1;
const fewestOutliers = 40;

/** @param loneliness per searched training and holdout row: distance to any other real row */
export async function attributeInference(
  tables: PreparedTables,
  loneliness: { readonly training: ArrayLike<number>; readonly holdout: ArrayLike<number> },
  { sensitive, known, attacks = 1000 }: AttributeOptions,
): Promise<AttributeReport | null> {
  const { training, holdout, synthetic, searched, columns, encoder, seed } = tables;
  if (!holdout || !searched.holdout || columns.length < 2) return null;
  const count = Math.min(attacks, searched.training.length, searched.holdout.length);
  const chosen = {
    training: sampleRows(searched.training.length, count, seed, "attribute training"),
    holdout: sampleRows(searched.holdout.length, count, seed, "attribute holdout"),
  };
  const places = {
    training: chosen.training.map((i) => searched.training[i]!),
    holdout: chosen.holdout.map((i) => searched.holdout![i]!),
  };
  const asked = sensitive
    ? columns.filter(({ name }) => sensitive.includes(name))
    : [...sampleRows(columns.length, mostColumns, seed, "attribute columns")].map((i) => columns[i]!);
  const affordable = Math.floor(mostCells / (asked.length * 2 * count * encoder.size));
  const limit = Math.min(mostSynthetic, Math.max(fewestSynthetic, affordable));
  const donors = sampleRows(synthetic.rows.length, limit, seed, "attribute donors");
  const run = runOf(tables);
  const inferences: AttributeInference[] = [];
  for (const [done, secret] of asked.entries()) {
    throwIfAborted(run.signal);
    run.onProgress?.({ phase: "evaluate", done, total: asked.length, unit: "columns", detail: secret.name });
    const reduced = encoder.only(({ name }) => name !== secret.name && (known?.includes(name) ?? true));
    if (reduced.size === 0) continue;
    const reference = reduced.encode(
      synthetic.table,
      donors.map((place) => synthetic.rows[place]!),
    );
    const guess = naiveGuess(secret, synthetic.table, synthetic.rows);
    const isRight = judgeOf(secret, training.table, training.rows);
    const successes = async (
      side: "training" | "holdout",
    ): Promise<{ main: Uint8Array; naive: Uint8Array }> => {
      const part = side === "training" ? training : holdout;
      const rows = places[side].map((place) => part.rows[place]!);
      const found = await nearest(
        { encoder: reduced, queries: reduced.encode(part.table, rows), reference, k: 1 },
        run,
      );
      const main = Uint8Array.from(rows, (row, i) => {
        const donor = synthetic.rows[donors[found.indices[i]!]!]!;
        return isRight(cellOf(secret, part.table, row), cellOf(secret, synthetic.table, donor)) ? 1 : 0;
      });
      const naive = Uint8Array.from(rows, (row) => (isRight(cellOf(secret, part.table, row), guess) ? 1 : 0));
      return { main, naive };
    };
    const onTraining = await successes("training");
    const onHoldout = await successes("holdout");
    const ratesOf = (own: readonly number[], others: readonly number[]) =>
      attackRates({
        attacks: own.length,
        main: sum(onTraining.main, own),
        control: sum(onHoldout.main, others),
        naive: sum(onTraining.naive, own),
      });
    const all = [...Array(count).keys()];
    const lonely = (side: "training" | "holdout"): number[] =>
      [...all]
        .sort((a, b) => loneliness[side][chosen[side][b]!]! - loneliness[side][chosen[side][a]!]!)
        .slice(0, Math.round(outlierShare * count));
    inferences.push({
      column: secret.name,
      rates: ratesOf(all, all),
      outliers:
        outlierShare * count >= fewestOutliers ? ratesOf(lonely("training"), lonely("holdout")) : null,
    });
  }
  const telling = inferences.filter(({ rates }) => rates.strongerThanNaive);
  const worst = telling.reduce<AttributeInference | null>(
    (most, one) => (most && most.rates.risk.low >= one.rates.risk.low ? most : one),
    null,
  );
  return { threat: "synthetic-table", known: known ? [...known] : null, columns: inferences, worst };
}

function sum(hits: Uint8Array, places: readonly number[]): number {
  return places.reduce((total, place) => total + hits[place]!, 0);
}

function cellOf(column: RiskColumn, table: number, row: number): number {
  return column.kind === "number" ? column.values[table]![row]! : column.codes[table]![row]!;
}

/** The most common category, or the median: what the synthetic table says of everybody. */
function naiveGuess(column: RiskColumn, table: number, rows: Uint32Array): number {
  const cells = Float64Array.from(rows, (row) => cellOf(column, table, row));
  if (column.kind === "number") {
    const sorted = cells.filter((value) => !Number.isNaN(value)).sort();
    return sorted.length > 0 ? sorted[sorted.length >> 1]! : Number.NaN;
  }
  const counts = new Int32Array(column.labelCount + 1);
  for (const code of cells) counts[code]!++;
  return counts.indexOf(counts.reduce((most, own) => Math.max(most, own), 0));
}

/** Says whether a guess is right: the same category, or within a twentieth of the middle 90 % of the training numbers. */
function judgeOf(
  column: RiskColumn,
  table: number,
  rows: Uint32Array,
): (truth: number, guess: number) => boolean {
  if (column.kind === "category") return (truth, guess) => truth === guess;
  const sorted = Float64Array.from(rows, (row) => column.values[table]![row]!)
    .filter((value) => !Number.isNaN(value))
    .sort();
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const reach = (at(0.95) - at(0.05)) / 20;
  return (truth, guess) => (Number.isNaN(truth) ? Number.isNaN(guess) : Math.abs(truth - guess) <= reach);
}
