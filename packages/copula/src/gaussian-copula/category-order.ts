// A nominal column has no order of its own, but one normal variable needs one: categories are put in order along the
// first axis that ties them to the other columns (correspondence analysis, then optimal scaling: Gifi, "Nonlinear
// Multivariate Analysis", 1990, chapter 3). Passes over the rows happen once; the rounds work on count tables.

import { segmentMeans, thresholdsOf } from "@verisim/stats";
import { contingency, type NativeOptions } from "@verisim/tensor";

/** Categories as codes 0..cardinality-1 for every row (missing cells are a category of their own). */
export interface Categories {
  readonly codes: Int32Array;
  readonly counts: Float64Array;
}

/** Above this many cells a pair's count table is not made; its means are summed row by row. */
const MAX_TABLE = 1 << 18;
/** Columns of at most this many categories speak through one indicator each in the first round. */
const MAX_INDICATORS = 64;
const ROUNDS = 3;
const POWER_STEPS = 40;

/**
 * @param numberScores normal scores of the numerical columns, NaN where missing
 * @returns per column the codes in order; codes that never occur come last
 */
export async function orderCategories(
  columns: readonly Categories[],
  numberScores: readonly Float64Array[],
  run: NativeOptions,
): Promise<Int32Array[]> {
  const orders: Int32Array[] = columns.map((column) => Int32Array.from(column.counts.keys()));
  const tables = await countTables(columns, run);
  const numberMeans = columns.map((column) => numberScores.map((scores) => sumsByCode(column, scores)));
  for (let round = 0; round <= ROUNDS; round++) {
    const scores = columns.map((column, c) => codeScores(column, orders[c]!));
    for (let c = 0; c < columns.length; c++) {
      const column = columns[c]!;
      if (column.counts.length <= 2) continue;
      const features = [...numberMeans[c]!];
      for (let other = 0; other < columns.length; other++) {
        if (other === c) continue;
        const table = tableOf(tables, columns, c, other);
        if (round === 0 && table && columns[other]!.counts.length <= MAX_INDICATORS) {
          features.push(...indicatorSums(table, column, columns[other]!));
        } else if (round > 0) {
          features.push(
            table
              ? tableSums(table, column, scores[other]!)
              : rowSums(column, columns[other]!, scores[other]!),
          );
        }
      }
      orders[c] = firstAxisOrder(column.counts, features);
    }
  }
  return orders;
}

/** The mean of the latent variable within each category, by code, for categories in the given order. */
export function codeScores(column: Categories, order: Int32Array): Float64Array {
  let total = 0;
  for (const count of column.counts) total += count;
  const mass = Float64Array.from(order, (code) => column.counts[code]! / total);
  const means = segmentMeans(thresholdsOf(mass), mass);
  const scores = new Float64Array(order.length);
  order.forEach((code, position) => {
    scores[code] = means[position]!;
  });
  return scores;
}

type CountTable = { counts: Float64Array; swapped: boolean } | null;

async function countTables(
  columns: readonly Categories[],
  run: NativeOptions,
): Promise<Map<string, Float64Array>> {
  const tables = new Map<string, Float64Array>();
  for (let a = 0; a < columns.length; a++) {
    for (let b = a + 1; b < columns.length; b++) {
      const left = columns[a]!;
      const right = columns[b]!;
      if (left.counts.length * right.counts.length > MAX_TABLE) continue;
      if (left.counts.length <= 2 && right.counts.length <= 2) continue;
      tables.set(
        `${a},${b}`,
        await contingency(left.codes, left.counts.length, right.codes, right.counts.length, run),
      );
    }
  }
  return tables;
}

function tableOf(
  tables: Map<string, Float64Array>,
  columns: readonly Categories[],
  c: number,
  other: number,
): CountTable {
  const counts = tables.get(c < other ? `${c},${other}` : `${other},${c}`);
  if (!counts || columns[c] === undefined) return null;
  return { counts, swapped: c > other };
}

function entry(table: NonNullable<CountTable>, k: number, j: number, sizeK: number, sizeJ: number): number {
  return table.swapped ? table.counts[j * sizeK + k]! : table.counts[k * sizeJ + j]!;
}

function sumsByCode(column: Categories, scores: Float64Array): Float64Array {
  const sums = new Float64Array(column.counts.length);
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row]!;
    if (!Number.isNaN(score)) sums[column.codes[row]!]! += score;
  }
  return sums;
}

/** Per category of the other column: how much its indicator, centred and scaled, sums to within each category. */
function indicatorSums(
  table: NonNullable<CountTable>,
  column: Categories,
  other: Categories,
): Float64Array[] {
  const total = column.counts.reduce((sum, count) => sum + count, 0);
  const sizeK = column.counts.length;
  const sizeJ = other.counts.length;
  const features: Float64Array[] = [];
  for (let j = 0; j < sizeJ; j++) {
    const share = other.counts[j]! / total;
    if (share === 0) continue;
    const sums = new Float64Array(sizeK);
    for (let k = 0; k < sizeK; k++) {
      sums[k] = (entry(table, k, j, sizeK, sizeJ) - share * column.counts[k]!) / Math.sqrt(share);
    }
    features.push(sums);
  }
  return features;
}

function tableSums(table: NonNullable<CountTable>, column: Categories, scores: Float64Array): Float64Array {
  const sums = new Float64Array(column.counts.length);
  for (let k = 0; k < sums.length; k++) {
    let sum = 0;
    for (let j = 0; j < scores.length; j++)
      sum += entry(table, k, j, sums.length, scores.length) * scores[j]!;
    sums[k] = sum;
  }
  return sums;
}

function rowSums(column: Categories, other: Categories, scores: Float64Array): Float64Array {
  const sums = new Float64Array(column.counts.length);
  for (let row = 0; row < column.codes.length; row++) sums[column.codes[row]!]! += scores[other.codes[row]!]!;
  return sums;
}

/** Codes ordered along the first principal axis of the category means, weighted by their counts. */
function firstAxisOrder(counts: Float64Array, sums: readonly Float64Array[]): Int32Array {
  const size = counts.length;
  const axis = new Float64Array(size);
  let direction = Float64Array.from(sums, (sum) => {
    let square = 0;
    for (let k = 0; k < size; k++) if (counts[k]! > 0) square += (sum[k]! * sum[k]!) / counts[k]!;
    return Math.sqrt(square);
  });
  for (let step = 0; step < POWER_STEPS; step++) {
    axis.fill(0);
    for (let f = 0; f < sums.length; f++) {
      const weight = direction[f]!;
      const sum = sums[f]!;
      for (let k = 0; k < size; k++) if (counts[k]! > 0) axis[k]! += (sum[k]! / counts[k]!) * weight;
    }
    const next = new Float64Array(sums.length);
    let norm = 0;
    for (let f = 0; f < sums.length; f++) {
      let dot = 0;
      for (let k = 0; k < size; k++) dot += sums[f]![k]! * axis[k]!;
      next[f] = dot;
      norm += dot * dot;
    }
    if (!(norm > 0)) break;
    const scale = 1 / Math.sqrt(norm);
    direction = next.map((value) => value * scale);
  }
  return Int32Array.from(counts.keys()).sort((a, b) => {
    const emptyA = counts[a] === 0 ? 1 : 0;
    const emptyB = counts[b] === 0 ? 1 : 0;
    return emptyA - emptyB || axis[a]! - axis[b]! || a - b;
  });
}
