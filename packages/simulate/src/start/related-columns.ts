// How the columns of a real table go together, in the words of a model. Categories that depend on one another most become
// tables of weights given the other, along a tree. What is left, and what numbers have to do with it, is one Gaussian
// copula: a category is the stretch of a normal variable that its weight says, so that the correlations are polychoric and
// polyserial ones (Olsson 1979).

import type { Column } from "@verisim/core";
import {
  HERMITE_TERMS,
  latentCorrelation,
  nearestCorrelation,
  normalQuantile,
  orderCategories,
  placeScores,
  stepCoefficients,
} from "@verisim/stats";
import { correlation, ranks } from "@verisim/tensor/arrays";
import type { ColumnModel, CorrelationBlock } from "../model/model.ts";
import { type Given, type LabelColumn, type OrderedLabels, strongestPairs } from "./category-tree.ts";
import { formulaName } from "./schema-column.ts";

const mostCategories = 50;
/** The largest correlation of a column that is left out of the matrix. */
const leastCorrelation = 0.02;
const strongest = 0.99;

/** @param minGroup rows that share a category at least; others go together */
export function labelColumn(column: Extract<Column, { kind: "dictionary" }>, minGroup: number): LabelColumn {
  const counts = new Float64Array(column.dictionary.length);
  for (const code of column.codes) if (code >= 0) counts[code]!++;
  const order = [...counts.keys()]
    .filter((code) => counts[code]! > 0)
    .sort((a, b) => counts[b]! - counts[a]! || a - b);
  const kept = order.filter((code, place) => counts[code]! >= minGroup && place < mostCategories);
  const labels = kept.map((code) => column.dictionary[code]!);
  if (kept.length < order.length || kept.length === 0) if (!labels.includes("other")) labels.push("other");
  const places = new Int32Array(column.dictionary.length).fill(labels.indexOf("other"));
  for (const [place, code] of kept.entries()) places[code] = place;
  return { labels, codes: Int32Array.from(column.codes, (code) => (code < 0 ? -1 : places[code]!)) };
}

export interface RelatedColumns {
  /** The model of each column of categories. */
  readonly models: ReadonlyMap<string, ColumnModel>;
  readonly block: CorrelationBlock | undefined;
}

export async function relatedColumns(
  numbers: ReadonlyMap<string, Float64Array>,
  labels: ReadonlyMap<string, LabelColumn>,
  minGroup: number,
): Promise<RelatedColumns> {
  const scores = await Promise.all([...numbers.values()].map(normalScores));
  const ordered = await inOrder(
    [...labels].map(([name, column]) => ({ name, ...column })),
    scores,
  );
  const parents = await strongestPairs(ordered);
  const places = ordered.map((column, at) => placesOf(column, parents[at]!, minGroup));
  const columns = [
    ...[...numbers.keys()].map(
      (name, at): Scored => ({ name, scores: scores[at]!, coefficients: itself, parent: -1 }),
    ),
    ...places.map(({ scores, coefficients }, at): Scored => {
      const parent = parents[at]!.of;
      return {
        name: ordered[at]!.name,
        scores,
        coefficients,
        parent: parent < 0 ? -1 : numbers.size + parent,
      };
    }),
  ];
  return {
    models: new Map(places.map(({ model }, at) => [ordered[at]!.name, model])),
    block: await correlationBlock(columns),
  };
}

/** A number's score is its normal variable. */
const itself: Float64Array = Float64Array.from({ length: HERMITE_TERMS }, (_, m) => (m === 0 ? 1 : 0));

/** Rows' ranks as normal scores, NaN where missing. */
async function normalScores(values: Float64Array): Promise<Float64Array> {
  const places = await ranks(values);
  const count = places.reduce((sum, place) => sum + (Number.isNaN(place) ? 0 : 1), 0);
  return places.map((place) => normalQuantile((place - 0.5) / count));
}

/** Labels along the axis that ties them to the other columns: the order in which weights share out a normal variable. */
async function inOrder(
  columns: readonly (LabelColumn & { readonly name: string })[],
  scores: readonly Float64Array[],
): Promise<OrderedLabels[]> {
  const orders = await orderCategories(
    columns.map(({ labels, codes }) => ({
      // Missing cells are a category of their own there.
      codes: codes.map((code) => (code < 0 ? labels.length : code)),
      counts: countsOf(codes, labels.length + 1),
      nominal: false,
    })),
    scores,
  );
  return columns.map(({ name, labels, codes }, at) => {
    const [order] = orders[at]!;
    const seen = [...order].filter((code) => code < labels.length);
    const wanted = [...seen, ...labels.keys()].map((code) => labels[code]!);
    // Whatever order it is written in, an object has whole numbers first, ascending.
    const sorted = Object.keys(Object.fromEntries(wanted.map((label) => [label, 0])));
    const place = new Map(sorted.map((label, to) => [label, to]));
    const moved = labels.map((label) => place.get(label)!);
    const own = Int32Array.from(codes, (code) => (code < 0 ? -1 : moved[code]!));
    return { name, labels: sorted, codes: own, counts: countsOf(own, sorted.length + 1).slice(0, -1) };
  });
}

/** Rows of each code, and at the end of no code. */
function countsOf(codes: Int32Array, size: number): Float64Array {
  const counts = new Float64Array(size);
  for (const code of codes) counts[code < 0 ? counts.length - 1 : code]!++;
  return counts;
}

/** How a column of categories is drawn, and what each row's normal variable is on average, given its label. */
interface Places {
  readonly model: ColumnModel;
  readonly scores: Float64Array;
  readonly coefficients: Float64Array;
}

function placesOf(
  { labels, codes, counts }: OrderedLabels,
  { parent, table }: Given,
  minGroup: number,
): Places {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const { mass, thresholds, means } = placeScores(total > 0 ? counts : counts.map(() => 1));
  const marginal = {
    model: { categories: weightsOf(labels, counts) },
    scores: Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : means[code]!)),
    coefficients: stepCoefficients(thresholds, means, mass),
  };
  if (!parent || !table) return marginal;
  const own = labels.length;
  const rows: Record<string, Record<string, number>> = {};
  // Where the other label says nothing that may be told, the column's own weights hold.
  const within = parent.labels.map((label, at) => {
    const cells = table.slice(at * own, (at + 1) * own).map((count) => (count < minGroup ? 0 : count));
    if (cells.every((count) => count === 0)) return means;
    rows[label] = weightsOf(labels, cells);
    return placeScores(cells).means;
  });
  const isWhole = Object.keys(rows).length === parent.labels.length && !parent.codes.includes(-1);
  const scores = Float64Array.from(codes, (code, row) => {
    if (code < 0) return Number.NaN;
    const other = parent.codes[row]!;
    return (other < 0 ? means : within[other]!)[code]!;
  });
  // Of the rows' normal variables only their spread is known, which is the first coefficient.
  const coefficients = new Float64Array(HERMITE_TERMS);
  coefficients[0] = deviation(scores);
  return {
    model: {
      given: formulaName(parent.name),
      table: isWhole ? rows : { ...rows, "*": weightsOf(labels, counts) },
    },
    scores,
    coefficients,
  };
}

/** Shares of labels that come at all; of a column without a cell, 1. */
function weightsOf(labels: readonly string[], counts: Float64Array): Record<string, number> {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return Object.fromEntries(labels.map((label) => [label, 1]));
  const entries = labels.map(
    (label, code) => [label, Number((counts[code]! / total).toPrecision(6))] as const,
  );
  return Object.fromEntries(entries.filter(([, weight]) => weight > 0));
}

function deviation(values: Float64Array): number {
  let [count, sum, squares] = [0, 0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
    squares += value * value;
  }
  return count === 0 ? 0 : Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
}

interface Scored {
  readonly name: string;
  readonly scores: Float64Array;
  readonly coefficients: Float64Array;
  /** The column that its weights are given by, whose share in it they hold already; -1 for none. */
  readonly parent: number;
}

/** Correlations of the normal variables behind the columns, repaired where pairs do not fit together. */
async function correlationBlock(all: readonly Scored[]): Promise<CorrelationBlock | undefined> {
  const found = (await correlation(all.map(({ scores }) => scores))).correlation;
  const between = (i: number, j: number): number => {
    const [a, b] = [all[i]!, all[j]!];
    const observed = found[i * all.length + j]!;
    if (Number.isNaN(observed) || a.parent === j || b.parent === i) return 0;
    return latentCorrelation(observed, a.coefficients, b.coefficients, strongest);
  };
  const size = all.length;
  if (size < 2) return undefined;
  const latent = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) latent[i * size + j] = latent[j * size + i] = i === j ? 1 : between(i, j);
  const { matrix } = await nearestCorrelation(latent, size, { floor: 1e-3 });
  const entry = (i: number, j: number): number =>
    i === j ? 1 : Math.round(matrix[Math.min(i, j) * size + Math.max(i, j)]! * 1e4) / 1e4;
  // What correlates with nothing beyond chance need not stand in the matrix.
  const least = Math.max(leastCorrelation, 2.5 / Math.sqrt(all[0]!.scores.length));
  const kept = [...all.keys()].filter((i) => all.some((_, j) => i !== j && Math.abs(entry(i, j)) >= least));
  if (kept.length === 0) return undefined;
  return {
    columns: kept.map((i) => all[i]!.name),
    matrix: kept.map((i) => kept.map((j) => entry(i, j))),
  };
}
