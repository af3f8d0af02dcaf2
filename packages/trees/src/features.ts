// What trees learn from: columns of numbers with NaN for missing cells, some of them codes of categories. All checks that
// give a good message lie here, before native code sees anything.

import { VerisimError } from "@verisim/core";
import type { Objective } from "./tree-options.ts";

/** One column of features. */
export interface FeatureColumn {
  readonly name: string;
  /** NaN marks a missing cell. Categorical: whole numbers from 0 to 2^31 - 2. */
  readonly values: Float64Array;
  /** True for codes without an order. Default false. */
  readonly categorical?: boolean;
}

function refuse(message: string, where: { column?: string; row?: number } = {}, hint?: string): never {
  throw new VerisimError("VERISIM_FEATURES", message, { where, ...(hint === undefined ? {} : { hint }) });
}

/** Codes beyond this are not categories that anybody counts. */
const largestCode = 2 ** 31 - 2;

/**
 * Checks columns and returns their number of rows.
 * @throws VerisimError `VERISIM_FEATURES` with column and row
 */
export function checkFeatures(columns: readonly FeatureColumn[]): number {
  const [first] = columns;
  if (!Array.isArray(columns) || first === undefined) refuse("Expected at least one column of features.");
  if (columns.length >= 2 ** 24) refuse(`Expected fewer than 2^24 columns but received ${columns.length}.`);
  const names = new Set<string>();
  for (const { name, values, categorical } of columns) {
    const column = String(name);
    if (!(values instanceof Float64Array)) refuse("Expected a Float64Array of values.", { column });
    if (values.length !== first.values.length)
      refuse(`Expected ${first.values.length} rows in every column but received ${values.length}.`, {
        column,
      });
    if (names.has(column)) refuse("Expected every column to have a name of its own.", { column });
    names.add(column);
    if (categorical) checkCodes(values, column);
  }
  return first.values.length;
}

function checkCodes(codes: Float64Array, column: string): void {
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    if (Number.isNaN(code) || (Number.isInteger(code) && code >= 0 && code <= largestCode)) continue;
    refuse(
      `Expected codes of categories, whole numbers from 0 to ${largestCode} or NaN, but received ${code}.`,
      { column, row: row + 1 },
      "Number the categories from 0 on, or leave out `categorical: true`.",
    );
  }
}

/**
 * Checks labels and returns the number of classes: 2 or more, and 0 for regression.
 * @throws VerisimError `VERISIM_LABELS` with the row
 */
export function checkLabels(labels: ArrayLike<number>, rowCount: number, objective: Objective): number {
  if (labels.length !== rowCount)
    throw new VerisimError(
      "VERISIM_LABELS",
      `Expected one label for each of ${rowCount} rows but received ${labels.length}.`,
    );
  const largest = objective === "binary" ? 1 : 2 ** 20;
  let highest = 0;
  for (let row = 0; row < rowCount; row++) {
    const label = labels[row]!;
    const sound =
      objective === "regression"
        ? Number.isFinite(label) && Number.isFinite(Math.fround(label))
        : Number.isInteger(label) && label >= 0 && label <= largest;
    if (!sound)
      throw new VerisimError(
        "VERISIM_LABELS",
        `Expected ${labelWords[objective]} as a label but received ${label}.`,
        { where: { row: row + 1 }, hint: "Rows whose label is missing must be left out." },
      );
    if (label > highest) highest = label;
  }
  if (objective === "regression") return 0;
  return objective === "binary" ? 2 : Math.max(2, highest + 1);
}

const labelWords: Readonly<Record<Objective, string>> = {
  binary: "0 or 1",
  multiclass: "a whole number from 0 to 1048576",
  regression: "a finite number",
};

/**
 * Checks weights.
 * @throws VerisimError `VERISIM_WEIGHTS` with the row
 */
export function checkWeights(weights: ArrayLike<number> | undefined, rowCount: number): void {
  if (weights === undefined) return;
  if (weights.length !== rowCount)
    throw new VerisimError(
      "VERISIM_WEIGHTS",
      `Expected one weight for each of ${rowCount} rows but received ${weights.length}.`,
    );
  for (let row = 0; row < rowCount; row++) {
    const weight = weights[row]!;
    if (weight >= 0 && weight <= 1e30) continue;
    throw new VerisimError("VERISIM_WEIGHTS", `Expected a weight from 0 to 1e30 but received ${weight}.`, {
      where: { row: row + 1 },
    });
  }
}

/** Names as LightGBM's text format can hold them: no blanks, no marks of JSON, each one once. */
export function textNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name, index) => {
    const plain = name.replace(/[\s\p{C}"',:[\]{}=]/gu, "_") || `Column_${index}`;
    let free = plain;
    for (let suffix = index; taken.has(free); suffix++) free = `${plain}_${suffix}`;
    taken.add(free);
    return free;
  });
}
