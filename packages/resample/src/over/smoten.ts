// SMOTE-N (Chawla et al. 2002, section 6.2): every column is one of categories, and two categories are as far apart as
// the classes of their rows differ (value difference metric). A new row takes the category that most of a row and its
// neighbours have.

import { throwIfAborted } from "@verisim/core";
import { nearestNeighbours } from "@verisim/tensor/arrays";
import { wholeNumbers } from "../draws.ts";
import { type CategoryFeature, categoryOfNumbers, FeatureRows } from "../feature-rows.ts";
import type { NewRows } from "../new-rows.ts";
import {
  affordableNeighbours,
  allRows,
  missingRows,
  type NeighbourTable,
  type Outcome,
  type Work,
} from "../work.ts";
import { votersOf } from "./interpolation.ts";
import { rowsWithNeighbours } from "./smote.ts";

export async function smoten(given: Work): Promise<Outcome> {
  const work = { ...given, features: asCategories(given.features) };
  const made: NewRows[] = [];
  const shares = work.features.categories.map((feature) => classShares(work, feature));
  for (const [label, count] of missingRows(work)) {
    const rows = rowsWithNeighbours(work, label);
    const k = affordableNeighbours(work, label, work.options.kNeighbors, rows.length - 1, "of its class");
    const found = await nearestByDifference(work, rows, shares, k);
    // The row itself votes as well.
    const voters = new Int32Array(rows.length * (k + 1));
    for (let i = 0; i < rows.length; i++) {
      voters[i * (k + 1)] = rows[i]!;
      voters.set(found.rows.subarray(i * k, (i + 1) * k), i * (k + 1) + 1);
    }
    const stream = work.classes[label]!;
    const at = wholeNumbers(await work.draws.uniforms(`${stream}: row`, count), rows.length);
    const base = at.map((place) => rows[place]!);
    const neighbours = { rows: voters, distances: found.distances, k: k + 1 };
    const votes = await votersOf(work, stream, neighbours, at);
    made.push({ label, base, other: base, share: new Float64Array(count), ...votes });
  }
  return { kept: allRows(work), made };
}

/** Numbers as categories too: each value one. */
export function asCategories(features: FeatureRows): FeatureRows {
  if (features.numbers.length === 0) return features;
  const numbers = features.numbers.map(({ name, values }) => categoryOfNumbers(name, values));
  return new FeatureRows(
    features.rowCount,
    [],
    [...numbers, ...features.categories],
    features.leftOut,
    "none",
  );
}

/** `[codes + 1, classes]`: of the rows with a code (missing first), the share of each class. */
function classShares(work: Work, { codes, cardinality }: CategoryFeature): Float64Array {
  const classes = work.classes.length;
  const shares = new Float64Array((cardinality + 1) * classes);
  for (let row = 0; row < codes.length; row++)
    if (work.labels[row]! >= 0) shares[(codes[row]! + 1) * classes + work.labels[row]!]!++;
  for (let code = 0; code <= cardinality; code++) {
    const part = shares.subarray(code * classes, (code + 1) * classes);
    const sum = part.reduce((total, count) => total + count, 0);
    if (sum > 0) for (let c = 0; c < classes; c++) part[c]! /= sum;
  }
  return shares;
}

/**
 * Rows of least sum over columns of (sum over classes of |share - share|)^2. With two classes that is a Euclidean
 * distance; with more, rows that are alike are searched once, by a plain loop over the distinct ones.
 */
async function nearestByDifference(
  work: Work,
  rows: Int32Array,
  shares: readonly Float64Array[],
  k: number,
): Promise<NeighbourTable> {
  const columns = work.features.categories.length;
  const classes = work.classes.length;
  if (classes === 2) {
    const numbers = new Float64Array(rows.length * columns);
    for (const [c, { codes }] of work.features.categories.entries())
      for (let i = 0; i < rows.length; i++)
        numbers[i * columns + c] = 2 * shares[c]![(codes[rows[i]!]! + 1) * 2]!;
    const found = await nearestNeighbours(
      { reference: numbers, queries: numbers, width: columns, k, excludeSelf: true },
      work.run,
    );
    return { rows: found.indices.map((at) => rows[at]!), distances: found.distances, k };
  }
  const { groups, members } = distinctRows(work, rows);
  const result = new Int32Array(rows.length * k);
  const distances = new Float64Array(rows.length * k);
  const place = new Map<number, number>(Array.from(rows, (row, i) => [row, i]));
  const away = new Float64Array(groups.length);
  for (const [g, row] of groups.entries()) {
    throwIfAborted(work.run.signal);
    for (const [h, other] of groups.entries()) away[h] = difference(work, shares, row, other);
    const order = Uint32Array.from(away.keys()).sort(
      (a, b) => away[a]! - away[b]! || groups[a]! - groups[b]!,
    );
    const nearest: [number, number][] = [];
    for (let h = 0; h < order.length; h++) {
      if (nearest.length > k && away[order[h]!]! > nearest[nearest.length - 1]![1]) break;
      for (const member of members[order[h]!]!.slice(0, k + 1)) nearest.push([member, away[order[h]!]!]);
    }
    nearest.sort((a, b) => a[1] - b[1] || a[0] - b[0]);
    for (const member of members[g]!) {
      const at = place.get(member)! * k;
      const found = nearest.filter(([other]) => other !== member).slice(0, k);
      for (const [j, [other, distance]] of found.entries()) {
        result[at + j] = other;
        distances[at + j] = distance;
      }
    }
  }
  return { rows: result, distances, k };
}

function distinctRows(work: Work, rows: Int32Array): { groups: number[]; members: number[][] } {
  const index = new Map<string, number>();
  const groups: number[] = [];
  const members: number[][] = [];
  for (const row of rows) {
    const key = work.features.categories.map(({ codes }) => codes[row]).join(" ");
    let group = index.get(key);
    if (group === undefined) {
      group = groups.push(row) - 1;
      index.set(key, group);
      members.push([]);
    }
    members[group]!.push(row);
  }
  return { groups, members };
}

function difference(work: Work, shares: readonly Float64Array[], a: number, b: number): number {
  const classes = work.classes.length;
  let sum = 0;
  for (const [c, { codes }] of work.features.categories.entries()) {
    const from = (codes[a]! + 1) * classes;
    const to = (codes[b]! + 1) * classes;
    let gap = 0;
    for (let label = 0; label < classes; label++)
      gap += Math.abs(shares[c]![from + label]! - shares[c]![to + label]!);
    sum += gap * gap;
  }
  return sum;
}
