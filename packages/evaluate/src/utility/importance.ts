// Do models that learnt synthetic rows look at the same columns? The shares of the trees' gain, and how far apart they are.

import { ranks } from "@verisim/tensor/arrays";
import type { ImportanceReport } from "./utility-report.ts";

/** @param real gain per column of trees that learnt real rows; `synthetic` of those that learnt synthetic ones */
export async function importanceReport(
  names: readonly string[],
  real: Float64Array,
  synthetic: Float64Array,
): Promise<ImportanceReport> {
  const [a, b] = [shares(real), shares(synthetic)];
  const columns = names.map((column, index) => ({ column, real: a[index]!, synthetic: b[index]! }));
  return {
    columns: columns.sort((first, second) => second.real - first.real || second.synthetic - first.synthetic),
    distance: a.reduce((sum, share, index) => sum + Math.abs(share - b[index]!) / 2, 0),
    rankCorrelation: names.length < 2 ? null : await rankCorrelation(a, b),
  };
}

function shares(gains: Float64Array): Float64Array {
  const whole = gains.reduce((sum, gain) => sum + gain, 0);
  return gains.map((gain) => (whole > 0 ? gain / whole : 0));
}

async function rankCorrelation(a: Float64Array, b: Float64Array): Promise<number | null> {
  const [x, y] = await Promise.all([ranks(a), ranks(b)]);
  const centre = (a.length + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xy += (x[i]! - centre) * (y[i]! - centre);
    xx += (x[i]! - centre) ** 2;
    yy += (y[i]! - centre) ** 2;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : null;
}
