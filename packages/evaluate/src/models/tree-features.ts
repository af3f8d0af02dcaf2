// Judged columns as what boosted trees learn from, for chosen rows of one of the tables.

import type { FeatureColumn } from "@verisim/trees";
import { type JudgedColumn, realCategories } from "./judged-columns.ts";

/**
 * Features of some rows. Numbers are taken as they are, categories by their codes; missing cells are NaN, and so are
 * categories that the real table does not have: a model that has learnt the real rows does not know them.
 *
 * @param table 0: real, 1: synthetic, 2: holdout
 */
export function treeFeatures(
  columns: readonly JudgedColumn[],
  table: number,
  rows: Int32Array,
): FeatureColumn[] {
  return columns.map((column): FeatureColumn => {
    const { name } = column;
    const values = new Float64Array(rows.length);
    if (column.kind === "number") {
      const all = column.values[table]!;
      for (let i = 0; i < rows.length; i++) values[i] = all[rows[i]!]!;
      return { name, values };
    }
    const codes = column.codes[table]!;
    const known = realCategories(column);
    for (let i = 0; i < rows.length; i++) {
      const code = codes[rows[i]!]!;
      values[i] = code < known ? code : Number.NaN;
    }
    return { name, values, categorical: true };
  });
}

/** The rows at some places, in that order. */
export function pickFeatures(features: readonly FeatureColumn[], places: Int32Array): FeatureColumn[] {
  return features.map((column) => {
    const values = new Float64Array(places.length);
    for (let i = 0; i < places.length; i++) values[i] = column.values[places[i]!]!;
    return { ...column, values };
  });
}
