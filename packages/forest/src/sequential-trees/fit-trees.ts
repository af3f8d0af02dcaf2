// One tree per column, all grown at once: each looks at the real cells of the columns before it. Where boosted trees give
// held-out rows a higher likelihood, classes are drawn by their probabilities instead. Where rows must not give themselves
// away, what learnt rows are likelier by has a price (leak-price.ts).

import { type RunOptions, rowUniform, type StreamKey, streamKey, throwIfAborted } from "@verisim/core";
import {
  type BinnedColumn,
  type BoostedClasses,
  boostClasses,
  type DonorTree,
  growDonorTree,
  type LinearGuess,
} from "@verisim/trees";
import {
  type ColumnRows,
  hasNumbers,
  type LearntClasses,
  type LearntColumn,
  outcomesOf,
} from "./learnt-columns.ts";
import { type GuessedNumber, guessNumber, meanLogWidth } from "./linear-guess.ts";
import type { ResolvedOptions } from "./options.ts";

/** Boosted trees and the outcome that each of their classes is. */
export interface BoostedModel {
  readonly boosted: BoostedClasses;
  readonly outcomes: Int32Array;
}

/** A number that a guess and a residual, the two in use, add up to. */
export interface GuessedModel {
  readonly guessed: true;
}

/** A column that the one in use decides: the outcome that each of its outcomes means. */
export interface DecidedModel {
  readonly lookup: Int32Array;
}

/** How a column is drawn. */
export interface ChainTrees {
  /** Places of the columns that it looks at. */
  readonly uses: Int32Array;
  readonly model: DonorTree | BoostedModel | DecidedModel | LinearGuess | GuessedModel;
}

/** How a column of the table is drawn. */
export interface ColumnTrees extends ChainTrees {
  /** Of numbers that are drawn by class: the classes, and the class of each row. The number's tree sees its class first. */
  readonly classes?: {
    readonly column: LearntClasses;
    readonly model: BoostedModel;
    readonly codes: Int32Array;
  };
  /** Of numbers that are guessed: the trees draw the residual, and see the guess before what they use. */
  readonly guessed?: GuessedNumber;
}

/** Trees of a column, and what they are worth by held-out rows. */
interface JudgedTrees extends ColumnTrees {
  /** Mean log-likelihood of their classes in nats, less the price of what leaks. */
  readonly worth: number;
  /** The class of each outcome that they are judged by. */
  readonly classOf: Uint8Array;
}

/** Share of the rows that are held out, and the most of them. */
const heldShare = 0.15;
const mostHeld = 20_000;
/** What held-out rows must gain by boosting, in nats per row: below, the tree is drawn from faster. */
const boostGain = 0.01;
/** The same with two classes, where boosted trees have one score each and are drawn from as fast. */
const binaryGain = 0.001;
/** Boosting: levels per tree, most trees, and the share of its step that each takes. */
const boostDepth = 6;
const mostTrees = 300;
const boostRate = 0.15;
/** The same by drawing a number from its guess: nats of density per row. */
const guessGain = 0.1;
/** Most rows that boosting learns from, and most scores (rows times classes) that it keeps. */
const mostBoostRows = 2 ** 17;
const mostScores = 3_000_000;
/** Most held-out rows that boosting looks at after every tree. */
const mostBoostHeld = 6_000;
/** Below so many rows each row is held out once, in one of some folds: a part of them would say little. */
const foldedRows = 2_000;
const foldCount = 5;
/** Fewer rows than these cannot be told apart from chance. */
const fewestRows = 50;
/** Fewer rows than these are too few to boost by. */
const fewestBoosted = 200;

/** The rows that are held out to judge by, in folds. */
export function heldFolds(rowCount: number, key: StreamKey): Uint32Array[] {
  if (rowCount < fewestRows) return [];
  const isFolded = rowCount < foldedRows;
  const share = isFolded ? 1 / foldCount : Math.min(heldShare, mostHeld / rowCount);
  const folds: number[][] = Array.from({ length: isFolded ? foldCount : 1 }, () => []);
  for (let row = 0; row < rowCount; row++) folds[Math.floor(rowUniform(key, row) / share)]?.push(row);
  return folds.map((fold) => Uint32Array.from(fold));
}

export interface FitTreesRequest extends RunOptions {
  /** In the order of the chain. */
  readonly columns: readonly ColumnRows[];
  /** Bins per column, in that order. */
  readonly binned: readonly BinnedColumn[];
  /** Places of the columns that each looks at. */
  readonly uses: readonly Int32Array[];
  /** Rows held out to judge by; boosting is judged by the first fold. */
  readonly folds: readonly Uint32Array[];
  readonly options: ResolvedOptions;
  readonly seed: number;
  /** Columns that are worked on at once. */
  readonly atOnce: number;
  /** What a nat costs by which learnt rows are likelier than held-out ones. */
  readonly leakPrice: number;
}

/** @throws VerisimError `VERISIM_ABORTED`, `VERISIM_OUT_OF_MEMORY` */
export async function fitTrees(request: FitTreesRequest): Promise<ColumnTrees[]> {
  const { columns, atOnce, signal, onProgress } = request;
  const result: ColumnTrees[] = new Array(columns.length);
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let place = next++; place < columns.length; place = next++) {
      throwIfAborted(signal);
      // The last columns look at most, so they are begun first.
      const own = columns.length - 1 - place;
      result[own] = await fitColumn(own, request);
      done++;
      onProgress?.({
        phase: "fit",
        done,
        total: columns.length,
        unit: "columns",
        detail: columns[own]!.column.name,
      });
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(atOnce, columns.length)) }, work));
  return result;
}

async function fitColumn(place: number, request: FitTreesRequest): Promise<ColumnTrees> {
  const { columns, binned, folds, options, seed } = request;
  const own = columns[place]!;
  if (own.lookup) return { uses: Int32Array.of(place - 1), model: { lookup: own.lookup } };
  const uses = request.uses[place]!;
  const seen = Array.from(uses, (use) => binned[use]!);
  const alone = await fitOutcomes(own, uses, seen, request);
  const held = folds[0];
  if (!held || own.column.kind !== "number") return alone;
  const density = (trees: JudgedTrees, rows: ColumnRows): number =>
    trees.worth - meanLogWidth(rows, trees.classOf, held);
  const toBeat = density(alone, own) + guessGain;
  const guessed = guessNumber(
    columns,
    place,
    uses,
    streamKey(seed, own.column.name, "rank"),
    toBeat,
    options,
  );
  if (!guessed) return alone;
  const beyond = await fitOutcomes(guessed.residual, uses, [guessed.binned, ...seen], request);
  return density(beyond, guessed.residual) > toBeat ? { ...beyond, guessed } : alone;
}

/** @param seen what the trees see: columns in use, behind what is drawn before them */
async function fitOutcomes(
  rows: ColumnRows,
  uses: Int32Array,
  seen: readonly BinnedColumn[],
  request: FitTreesRequest,
): Promise<JudgedTrees> {
  const { column, drawn } = rows;
  const { tree, classOf, heldScore, worth } = await growTree(rows, seen, request);
  const plain = { uses, model: tree, worth, classOf };
  if (seen.length === 0 || drawn.length < fewestBoosted) return plain;
  const isNumber = hasNumbers(column);
  const codes = isNumber ? drawn.map((code) => (code < 0 ? -1 : classOf[code]!)) : drawn;
  const count = isNumber ? Math.max(...classOf) + 1 : outcomesOf(column);
  const boosted = await boost(codes, count, seen, heldScore, request);
  if (!boosted) return plain;
  const gain = boosted.outcomes.length === 2 ? binaryGain : boostGain;
  if (boosted.worth <= worth + gain) return plain;
  const { worth: boostedWorth, ...model } = boosted;
  const judged = { uses, worth: boostedWorth, classOf };
  if (!isNumber) return { ...judged, model };
  // Numbers are drawn from a tree of their own that sees their class.
  const binOf = Uint8Array.from({ length: count }, (_, code) => code);
  const { encoded, name } = column;
  const classes: LearntClasses = { encoded, name, kind: "classes", missing: false, classOf, binOf };
  const ofClass = { bins: Uint8Array.from(codes, (code) => Math.max(0, code)), count, nominal: false };
  const inside = await growTree(rows, [ofClass, ...seen], request);
  return { ...judged, model: inside.tree, classes: { column: classes, model, codes } };
}

async function growTree(
  { column, drawn }: ColumnRows,
  seen: readonly BinnedColumn[],
  { folds, options, leakPrice, signal }: FitTreesRequest,
): Promise<{ tree: DonorTree; classOf: Uint8Array; heldScore: number; worth: number }> {
  const { classOf, heldScore, heldRoot, smoothing, worth, ...tree } = await growDonorTree(
    {
      columns: seen,
      codes: drawn,
      outcomes: outcomesOf(column),
      ordered: hasNumbers(column),
      zeroApart: hasNumbers(column) && column.missing,
      folds,
      minLeaf: options.minLeaf,
      penalty: options.penalty,
      leakPrice,
    },
    signal,
  );
  return { tree, classOf, heldScore, worth };
}

/** Boosted trees of codes from 0 below `count`; undefined where there are too few or too many classes. */
async function boost(
  codes: Int32Array,
  count: number,
  seen: readonly BinnedColumn[],
  toBeat: number,
  { folds, options, leakPrice, seed, signal }: FitTreesRequest,
): Promise<(BoostedModel & { readonly worth: number }) | undefined> {
  const counts = new Float64Array(count);
  for (const code of codes) if (code >= 0) counts[code]!++;
  const outcomes = Int32Array.from(counts.keys()).filter((code) => counts[code]! > 0);
  if (outcomes.length < 2 || outcomes.length > options.boostClasses) return undefined;
  const classes = new Int32Array(count).fill(-1);
  outcomes.forEach((code, k) => {
    classes[code] = k;
  });
  const watched = evenly(folds[0]!, mostBoostHeld);
  const {
    heldScore: _,
    worth,
    ...boosted
  } = await boostClasses(
    {
      columns: seen,
      classOf: learntClasses(codes, classes, watched, Math.min(mostBoostRows, mostScores / outcomes.length)),
      classes: outcomes.length,
      held: watched,
      depth: boostDepth,
      maxTrees: mostTrees,
      learningRate: boostRate,
      toBeat,
      leakPrice,
      seed: Math.abs(seed),
    },
    signal,
  );
  return { boosted, outcomes, worth };
}

/** A chain of fitted columns, what they are drawn by before them; all places are those of the chain. */
export function chainOf(
  columns: readonly ColumnRows[],
  fitted: readonly ColumnTrees[],
): { readonly columns: LearntColumn[]; readonly trees: ChainTrees[]; readonly codes: Int32Array[] } {
  const chain = { columns: [] as LearntColumn[], trees: [] as ChainTrees[], codes: [] as Int32Array[] };
  const add = (column: LearntColumn, trees: ChainTrees, codes: Int32Array): number => {
    chain.trees.push(trees);
    chain.codes.push(codes);
    return chain.columns.push(column) - 1;
  };
  const hasScore = new Set(fitted.flatMap(({ guessed }, own) => (guessed ? [own, ...guessed.parts] : [])));
  const placeOf: number[] = [];
  fitted.forEach(({ uses, model, classes, guessed }, own) => {
    const { column, drawn, numbers } = columns[own]!;
    const placed = (list: Int32Array): Int32Array => list.map((use) => placeOf[use]!);
    const scored: LearntColumn =
      column.kind === "number" && hasScore.has(own) ? { ...column, edges: numbers!.edges } : column;
    const guess =
      guessed &&
      add(
        guessed.guess.column,
        { uses: placed(guessed.parts), model: guessed.guess.model },
        guessed.guess.codes,
      );
    const seen = guess === undefined ? placed(uses) : Int32Array.of(guess, ...placed(uses));
    const sees = classes
      ? Int32Array.of(add(classes.column, { uses: seen, model: classes.model }, classes.codes), ...seen)
      : seen;
    if (!guessed || guess === undefined) {
      placeOf.push(add(scored, { uses: sees, model }, drawn));
      return;
    }
    const residual = add(guessed.residual.column, { uses: sees, model }, guessed.residual.drawn);
    placeOf.push(add(scored, { uses: Int32Array.of(guess, residual), model: { guessed: true } }, drawn));
  });
  return chain;
}

/** At most `most` of the rows, at even distances: rows may come in turns. */
function evenly(rows: Uint32Array, most: number): Uint32Array {
  const step = Math.max(1, rows.length / most);
  return Uint32Array.from({ length: Math.min(rows.length, most) }, (_, i) => rows[Math.floor(i * step)]!);
}

/** Class per row; -1 for what is not to be learnt, and for rows beyond `most` that are not watched. */
function learntClasses(
  drawn: Int32Array,
  classes: Int32Array,
  watched: Uint32Array,
  most: number,
): Int32Array {
  const result = new Int32Array(drawn.length).fill(-1);
  const take = (row: number): void => {
    const code = drawn[row]!;
    if (code >= 0) result[row] = classes[code]!;
  };
  const step = Math.max(1, drawn.length / most);
  for (let i = 0; i * step < drawn.length; i++) take(Math.floor(i * step));
  watched.forEach(take);
  return result;
}
