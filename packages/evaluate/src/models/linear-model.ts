// Logistic and ridge regression over judged columns: numbers in units of their spread, categories as one weight each, so
// that a row costs as many operations as it has columns, however many categories there are.

import type { RunOptions } from "@verisim/core";
import { realCategories } from "./judged-columns.ts";
import { minimise, type Objective } from "./lbfgs.ts";
import type { TableRows } from "./predict-target.ts";
import type { Target } from "./target.ts";

/** The commonest categories of a column that have a weight of their own; rarer ones share that of a missing cell. */
const mostWeights = 1000;

/** How columns become numbers and weights; read from the rows that are learnt. */
interface Design {
  readonly width: number;
  readonly centres: readonly number[];
  readonly spreads: readonly number[];
  /** First weight of each column. Numbers have two: of the value, and of a missing cell. */
  readonly offsets: readonly number[];
  /** Weight of each code, relative to the offset. */
  readonly places: readonly (Int32Array | null)[];
}

/** Rows in the design: the weight that each column picks, and the number that it is multiplied by. */
interface DesignRows {
  readonly count: number;
  readonly columns: readonly { readonly weights: Int32Array; readonly factors: Float64Array | null }[];
}

/**
 * With an intercept that is not penalised, and half the squared weights as the penalty beside the summed loss (C = 1 in
 * scikit-learn's words): logistic loss for two classes, softmax for more, squared error in units of the label's spread.
 */
export class LinearModel {
  readonly #design: Design;
  /** `outputs` blocks of width + 1 numbers; the last of a block is the intercept. */
  readonly #weights: Float64Array;
  readonly #outputs: number;
  /** Regression: what turns a sum into a number of the label's units. */
  readonly #label: { readonly centre: number; readonly spread: number } | null;

  private constructor(
    design: Design,
    weights: Float64Array,
    outputs: number,
    label: { centre: number; spread: number } | null,
  ) {
    this.#design = design;
    this.#weights = weights;
    this.#outputs = outputs;
    this.#label = label;
  }

  /** @param seen the different labels, ascending */
  static async fit(
    target: Target,
    learnt: TableRows,
    labels: Float64Array,
    seen: readonly number[],
    run: RunOptions = {},
  ): Promise<LinearModel> {
    const design = designOf(target, learnt);
    const rows = designRows(target, design, learnt);
    const block = design.width + 1;
    if (target.task === "regression") {
      const label = centreAndSpread(labels);
      const wanted = labels.map((value) => (value - label.centre) / label.spread);
      const loss = squaredLoss(rows, design.width, wanted);
      return new LinearModel(
        design,
        await minimise(mean(loss, rows.count), new Float64Array(block), run),
        1,
        label,
      );
    }
    const places = new Map(seen.map((value, place) => [value, place]));
    const classes = Int32Array.from(labels, (value) => places.get(value)!);
    const outputs = seen.length === 2 ? 1 : seen.length;
    const loss = logisticLoss(rows, design.width, classes, outputs);
    const weights = await minimise(mean(loss, rows.count), new Float64Array(outputs * block), run);
    return new LinearModel(design, weights, outputs, null);
  }

  /** Probabilities of the seen classes per row, row after row, or numbers. */
  predict(target: Target, asked: TableRows): Float64Array {
    const { width } = this.#design;
    const rows = designRows(target, this.#design, asked);
    const sums = Array.from({ length: this.#outputs }, (_, output) =>
      rowSums(rows, this.#weights.subarray(output * (width + 1), (output + 1) * (width + 1))),
    );
    if (this.#label) {
      const { centre, spread } = this.#label;
      return sums[0]!.map((sum) => centre + spread * sum);
    }
    const classes = this.#outputs === 1 ? 2 : this.#outputs;
    const out = new Float64Array(rows.count * classes);
    for (let row = 0; row < rows.count; row++) {
      if (classes === 2 && this.#outputs === 1) {
        const positive = 1 / (1 + Math.exp(-sums[0]![row]!));
        out[2 * row] = 1 - positive;
        out[2 * row + 1] = positive;
      } else softmax(sums, row, out.subarray(row * classes, (row + 1) * classes));
    }
    return out;
  }
}

function centreAndSpread(values: Float64Array): { centre: number; spread: number } {
  const present = values.filter(Number.isFinite);
  const centre = present.reduce((sum, value) => sum + value / present.length, 0);
  const squares = present.reduce((sum, value) => sum + (value - centre) ** 2 / present.length, 0);
  const spread = Math.sqrt(squares);
  return {
    centre: Number.isFinite(centre) ? centre : 0,
    spread: spread > 0 && Number.isFinite(spread) ? spread : 1,
  };
}

function designOf({ columns }: Target, { table, rows }: TableRows): Design {
  const [centres, spreads, offsets]: [number[], number[], number[]] = [[], [], []];
  const places: (Int32Array | null)[] = [];
  let width = 0;
  for (const column of columns) {
    offsets.push(width);
    if (column.kind === "number") {
      const { centre, spread } = centreAndSpread(
        Float64Array.from(rows, (row) => column.values[table]![row]!),
      );
      centres.push(centre);
      spreads.push(spread);
      places.push(null);
      width += 2;
      continue;
    }
    centres.push(0);
    spreads.push(1);
    const known = Math.min(realCategories(column), mostWeights);
    const counts = column.counts[0]!;
    const commonest = Array.from({ length: realCategories(column) }, (_, code) => code)
      .sort((a, b) => counts[b]! - counts[a]! || a - b)
      .slice(0, known);
    // The last weight is that of missing cells and of what has none of its own.
    const own = new Int32Array(column.labels.length + 1).fill(known);
    for (const [place, code] of commonest.entries()) own[code] = place;
    places.push(own);
    width += known + 1;
  }
  return { width, centres, spreads, offsets, places };
}

function designRows({ columns }: Target, design: Design, { table, rows }: TableRows): DesignRows {
  const own = columns.map((column, index) => {
    const weights = new Int32Array(rows.length);
    const offset = design.offsets[index]!;
    if (column.kind === "category") {
      const codes = column.codes[table]!;
      const places = design.places[index]!;
      for (let i = 0; i < rows.length; i++) weights[i] = offset + places[codes[rows[i]!]!]!;
      return { weights, factors: null };
    }
    const values = column.values[table]!;
    const factors = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) {
      const value = (values[rows[i]!]! - design.centres[index]!) / design.spreads[index]!;
      const isKnown = Number.isFinite(value);
      weights[i] = isKnown ? offset : offset + 1;
      factors[i] = isKnown ? value : 1;
    }
    return { weights, factors };
  });
  return { count: rows.length, columns: own };
}

/** The weighted sum of every row; the last weight is the intercept. */
function rowSums({ count, columns }: DesignRows, weights: Float64Array): Float64Array {
  const sums = new Float64Array(count).fill(weights.at(-1)!);
  for (const { weights: own, factors } of columns)
    if (factors) for (let row = 0; row < count; row++) sums[row]! += weights[own[row]!]! * factors[row]!;
    else for (let row = 0; row < count; row++) sums[row]! += weights[own[row]!]!;
  return sums;
}

/** Adds each row's slope to the gradient of its weights. */
function addSlopes({ count, columns }: DesignRows, slopes: Float64Array, gradient: Float64Array): void {
  for (const { weights: own, factors } of columns)
    if (factors) for (let row = 0; row < count; row++) gradient[own[row]!]! += slopes[row]! * factors[row]!;
    else for (let row = 0; row < count; row++) gradient[own[row]!]! += slopes[row]!;
  let sum = 0;
  for (let row = 0; row < count; row++) sum += slopes[row]!;
  gradient[gradient.length - 1]! += sum;
}

/** Half the squared weights without the intercepts; the gradient starts as the weights. */
function penalty(weights: Float64Array, block: number, gradient: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    const isIntercept = i % block === block - 1;
    gradient[i] = isIntercept ? 0 : weights[i]!;
    if (!isIntercept) sum += weights[i]! ** 2 / 2;
  }
  return sum;
}

/** A loss per row, so that one tolerance serves few and many rows. */
function mean(loss: Objective, rows: number): Objective {
  return (weights, gradient) => {
    const value = loss(weights, gradient) / rows;
    for (let i = 0; i < gradient.length; i++) gradient[i]! /= rows;
    return value;
  };
}

function squaredLoss(rows: DesignRows, width: number, wanted: Float64Array): Objective {
  return (weights, gradient) => {
    let loss = penalty(weights, width + 1, gradient);
    const slopes = rowSums(rows, weights);
    for (let row = 0; row < rows.count; row++) {
      slopes[row]! -= wanted[row]!;
      loss += slopes[row]! ** 2 / 2;
    }
    addSlopes(rows, slopes, gradient);
    return loss;
  };
}

function logisticLoss(rows: DesignRows, width: number, classes: Int32Array, outputs: number): Objective {
  const block = width + 1;
  const shares = new Float64Array(outputs);
  return (weights, gradient) => {
    let loss = penalty(weights, block, gradient);
    const sums = Array.from({ length: outputs }, (_, output) =>
      rowSums(rows, weights.subarray(output * block, (output + 1) * block)),
    );
    for (let row = 0; row < rows.count; row++) {
      const label = classes[row]!;
      if (outputs === 1) {
        const sum = sums[0]![row]!;
        const signed = label === 1 ? sum : -sum;
        loss += signed > 0 ? Math.log1p(Math.exp(-signed)) : Math.log1p(Math.exp(signed)) - signed;
        sums[0]![row] = 1 / (1 + Math.exp(-sum)) - label;
        continue;
      }
      loss -= softmax(sums, row, shares, label);
      for (let output = 0; output < outputs; output++)
        sums[output]![row] = shares[output]! - (output === label ? 1 : 0);
    }
    for (let output = 0; output < outputs; output++)
      addSlopes(rows, sums[output]!, gradient.subarray(output * block, (output + 1) * block));
    return loss;
  };
}

/** Writes the classes' shares of a row; returns the logarithm of the share of `label`. */
function softmax(
  sums: readonly Float64Array[],
  row: number,
  shares: Float64Array,
  label: number = 0,
): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const own of sums) most = Math.max(most, own[row]!);
  let total = 0;
  for (let output = 0; output < sums.length; output++) {
    shares[output] = Math.exp(sums[output]![row]! - most);
    total += shares[output]!;
  }
  for (let output = 0; output < sums.length; output++) shares[output]! /= total;
  return sums[label]![row]! - most - Math.log(total);
}
