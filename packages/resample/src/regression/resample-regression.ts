// SmoteR (Torgo, Ribeiro, Pfahringer and Branco, "SMOTE for regression", EPIA 2013) and SMOGN (Branco, Torgo and Ribeiro,
// "SMOGN: a pre-processing approach for imbalanced regression", LIDTA 2017): the target's range falls into stretches of
// rare and of usual values; rare ones gain rows, usual ones lose some.

import { checkOptions, type Table, type TableMetadata, VerisimError } from "@verisim/core";
import { type Draws, randomOrder, seededDraws, wholeNumbers } from "../draws.ts";
import { type FeatureRows, featureRows, standardDeviation } from "../feature-rows.ts";
import { type JoinedRows, joinOutcome } from "../joined-rows.ts";
import { momentsOf, reflected } from "../moments.ts";
import type { NewRows } from "../new-rows.ts";
import { regressionOptionRows } from "../options.ts";
import { ascending } from "../under/selections.ts";
import { fewerNeighbours, findNeighbours, type NeighbourTable, type ResampleNote } from "../work.ts";
import { boxPlotRelevance, type Relevance } from "./relevance.ts";

/** Strategies for a target of numbers. */
export const regressionStrategies: readonly string[] = ["smoter", "smogn"];

export interface RegressionOptions {
  /** Values at least this relevant are rare, above 0 to 1. Default 0.8. */
  readonly threshold: number;
  /** `balance`: every stretch gets as many rows; `extreme`: rare and usual ones change places in size. Default `balance`. */
  readonly amount: "balance" | "extreme";
  /** Neighbours, at least 1. Default 5. */
  readonly kNeighbors: number;
  /** Width of the noise of `smogn`, in standard deviations, at most. Default 0.02. */
  readonly perturbation: number;
  readonly scaling: "none" | "standard";
  readonly rounding: "none" | "integers" | "column";
}

export interface RegressionRequest extends Partial<RegressionOptions> {
  /** A column of numbers; rows without one stay as they are and play no part. */
  readonly target: string;
  /** `smogn` adds noise instead where a neighbour lies too far away. Default `smoter`. */
  readonly strategy?: "smoter" | "smogn";
  /** 0 (usual) to 1 (rare) for a value of the target. Default: by the box plot. */
  readonly relevance?: Relevance;
  /** Any safe integer. Default 0. */
  readonly seed?: number;
  readonly columns?: readonly string[];
  readonly signal?: AbortSignal | undefined;
  readonly threads?: number | undefined;
}

export interface RegressionStretch {
  readonly from: number;
  readonly to: number;
  readonly rare: boolean;
  readonly before: number;
  readonly after: number;
}

export interface ResampledRegression extends JoinedRows {
  /** The target's range in order. */
  readonly stretches: readonly RegressionStretch[];
  readonly notes: readonly ResampleNote[];
  readonly leftOut: readonly { readonly column: string; readonly reason: string }[];
}

interface Stretch {
  readonly rows: Int32Array;
  readonly rare: boolean;
  readonly goal: number;
}

/**
 * Balances a table for a target of numbers.
 * @throws VerisimError `VERISIM_UNKNOWN_COLUMN`, `VERISIM_TARGET` for a target that is no column of numbers or has no rare
 * values, `VERISIM_UNKNOWN_STRATEGY`, `VERISIM_UNKNOWN_OPTION`, `VERISIM_OPTION_VALUE`, `VERISIM_RESAMPLE_FEATURES`, `VERISIM_ABORTED`
 */
export async function resampleRegression(
  table: Table,
  metadata: TableMetadata,
  request: RegressionRequest,
): Promise<ResampledRegression> {
  const { target, strategy = "smoter", relevance, seed = 0, columns, signal, threads, ...given } = request;
  if (!regressionStrategies.includes(strategy))
    throw new VerisimError(
      "VERISIM_UNKNOWN_STRATEGY",
      `Expected smoter or smogn but received ${JSON.stringify(strategy)}.`,
      { where: { option: "strategy" } },
    );
  const options = checkOptions(strategy, regressionOptionRows, given) as unknown as RegressionOptions;
  const { threshold, amount, kNeighbors, perturbation } = options;
  const column = table.column(target);
  if (column.kind !== "number")
    throw new VerisimError("VERISIM_TARGET", "Expected a target of numbers but received texts.", {
      where: { column: target },
      hint: "Classes are resampled by resample.",
    });
  const run = { signal, threads };
  const draws = seededDraws(seed, run);
  const features = featureRows(table, metadata, [target], options, columns);
  const stretches = stretchesOf(
    column.values,
    relevance ?? boxPlotRelevance(column.values),
    threshold,
    amount,
  );
  if (!stretches.some(({ rare }) => rare) || stretches.every(({ rare }) => rare))
    throw new VerisimError(
      "VERISIM_TARGET",
      `Expected rare and usual values but ${stretches.some(({ rare }) => rare) ? "all are rare" : "none is rare"}.`,
      { where: { column: target }, hint: "Set threshold, or a relevance of your own." },
    );
  const notes: ResampleNote[] = [];
  const kept: Int32Array[] = [
    Int32Array.from(column.values.keys()).filter((row) => Number.isNaN(column.values[row])),
  ];
  const made: NewRows[] = [];
  for (const [index, { rows, goal }] of stretches.entries()) {
    if (goal <= rows.length) {
      const order = await randomOrder(draws, `${index}: kept`, rows.length);
      kept.push(Int32Array.from(order.subarray(0, goal), (place) => rows[place]!));
      continue;
    }
    kept.push(rows);
    const k = Math.min(kNeighbors, rows.length - 1);
    if (k === 0)
      notes.push({
        code: "VERISIM_NOTE_FEWER_NEIGHBOURS",
        message: "A stretch of one rare row has no neighbour: the row was repeated.",
      });
    else if (k < kNeighbors)
      notes.push(fewerNeighbours(`A stretch of ${rows.length} rare rows`, k, "in it", kNeighbors));
    const context = { features, run, draws, values: column.values, target, stream: String(index) };
    made.push(
      await stretchRows(context, rows, goal - rows.length, k, strategy === "smogn" ? perturbation : null),
    );
  }
  return {
    ...joinOutcome(table, metadata, features, { kept: ascending(kept), made }),
    stretches: stretches.map(({ rows, rare, goal }) => {
      const values = Float64Array.from(rows, (row) => column.values[row]!).sort();
      return { from: values[0]!, to: values.at(-1)!, rare, before: rows.length, after: goal };
    }),
    notes,
    leftOut: features.leftOut,
  };
}

/** Rows in the target's order, cut where rare meets usual; with the sizes they shall have, of the same sum. */
function stretchesOf(
  values: Float64Array,
  relevance: Relevance,
  threshold: number,
  amount: "balance" | "extreme",
): Stretch[] {
  const order = Int32Array.from(values.keys())
    .filter((row) => !Number.isNaN(values[row]))
    .sort((a, b) => values[a]! - values[b]! || a - b);
  const parts: { rows: number[]; rare: boolean }[] = [];
  for (const row of order) {
    const rare = relevance(values[row]!) >= threshold;
    if (parts.at(-1)?.rare !== rare) parts.push({ rows: [], rare });
    parts.at(-1)!.rows.push(row);
  }
  const mean = order.length / parts.length;
  const inverse = parts.map(({ rows }) => mean / rows.length);
  const scale = order.length / inverse.reduce((sum, size) => sum + size, 0);
  return parts.map(({ rows, rare }, index) => ({
    rows: Int32Array.from(rows).sort(),
    rare,
    goal: Math.max(1, Math.round(amount === "balance" ? mean : inverse[index]! * scale)),
  }));
}

interface Context {
  readonly features: FeatureRows;
  readonly run: { readonly signal: AbortSignal | undefined; readonly threads: number | undefined };
  readonly draws: Draws;
  readonly values: Float64Array;
  readonly target: string;
  readonly stream: string;
}

async function stretchRows(
  context: Context,
  rows: Int32Array,
  count: number,
  k: number,
  perturbation: number | null,
): Promise<NewRows> {
  const { features, draws, values, target, stream } = context;
  if (k === 0) {
    // A row alone has nothing to go to: it is repeated.
    const base = new Int32Array(count).fill(rows[0]!);
    const cells = new Map([[target, new Float64Array(count).fill(values[rows[0]!]!)]]);
    return { label: 0, base, other: base, share: new Float64Array(count), cells };
  }
  const neighbours = await findNeighbours(context, rows, rows, k, features.mismatch(rows));
  const picks = wholeNumbers(await draws.uniforms(`${stream}: row and neighbour`, count), rows.length * k);
  const share = await draws.uniforms(`${stream}: share`, count);
  const at = picks.map((pick) => Math.floor(pick / k));
  const base = at.map((place) => rows[place]!);
  const other = picks.map((pick) => neighbours.rows[pick]!);
  // The target is the parents' mean, weighted by nearness: the new row's distances to them are as share to 1 - share.
  const targets = Float64Array.from(share, (part, i) => {
    const from = values[base[i]!]!;
    return from + part * (values[other[i]!]! - from);
  });
  const made: NewRows = { label: 0, base, other, share, cells: new Map([[target, targets]]) };
  const columns = features.categories.length;
  const ties: Float64Array[] = [];
  for (let c = 0; c < columns; c++) ties.push(await draws.uniforms(`${stream}: vote ${c}`, count));
  const voted = columns > 0 ? { ...made, voters: { rows: neighbours.rows, k, at }, ties } : made;
  return perturbation === null ? voted : withNoise(context, rows, neighbours, voted, picks, perturbation);
}

/**
 * SMOGN, section 3: a neighbour beyond half the median distance of the base to its stretch is not safe; the new row is
 * then the base with normal noise, its width the smaller of that reach and the perturbation. It stays in its column's range:
 * a price is not below nothing.
 */
async function withNoise(
  context: Context,
  rows: Int32Array,
  neighbours: NeighbourTable,
  made: NewRows,
  picks: Int32Array,
  perturbation: number,
): Promise<NewRows> {
  const { features, draws, values, target, stream } = context;
  const count = made.base.length;
  const reach = await safeReach(context, rows);
  const share = Float64Array.from(made.share);
  const other = Int32Array.from(made.other);
  const targets = Float64Array.from(made.cells!.get(target)!);
  const width = features.numbers.length;
  const noise = await draws.normals(`${stream}: noise`, width + 1, count);
  const deviations = features.numbers.map(({ values: cells }) => standardDeviation(cells, rows));
  const targetDeviation = standardDeviation(values, rows);
  const targetRange = momentsOf(values);
  for (let i = 0; i < count; i++) {
    const place = Math.floor(picks[i]! / neighbours.k);
    const safe = neighbours.distances[picks[i]!]! < reach[place]!;
    const scale = safe ? 0 : Math.min(reach[place]!, perturbation);
    for (let d = 0; d < width; d++) noise[d * count + i]! *= scale * deviations[d]!;
    if (safe) continue;
    share[i] = 0;
    other[i] = made.base[i]!;
    const moved = values[other[i]!]! + noise[width * count + i]! * scale * targetDeviation;
    targets[i] = reflected(moved, targetRange);
  }
  return {
    ...made,
    other,
    share,
    noise: noise.subarray(0, width * count),
    inRange: true,
    cells: new Map([[target, targets]]),
  };
}

/** Half the median distance of each row to the others of its stretch, of at most 500 of them. */
async function safeReach(context: Context, rows: Int32Array): Promise<Float64Array> {
  const step = Math.max(1, Math.ceil(rows.length / 500));
  const some = rows.filter((_, place) => place % step === 0);
  const mismatch = context.features.mismatch(rows);
  // One less where a row is among them itself: a row never finds itself.
  const k = Math.max(1, some.length - 1);
  const { distances } = await findNeighbours(context, rows, some, k, mismatch);
  return Float64Array.from(rows, (_, place) => distances[place * k + (k >> 1)]! / 2);
}
