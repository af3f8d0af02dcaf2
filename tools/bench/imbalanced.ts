// A million rows of twenty numbers that share six factors, one class in twenty: what `smote-1m` and `adasyn-1m` resample.
// Every number is a hash of its place, so that the peers' script (peers/imbalanced.py) makes the same table.

import { type Column, numberColumn, Table, type TableMetadata } from "@verisim/core";

const factors = 6;
const width = 20;

/** MurmurHash3's finalizer over row and stream, in [0, 1). */
function uniform(row: number, stream: number): number {
  let h = Math.imul(row, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

/** Four uniforms, of mean 0 and variance 1. */
function nearlyNormal(row: number, stream: number): number {
  let sum = 0;
  for (let part = 0; part < 4; part++) sum += uniform(row, 4 * stream + part);
  return (sum - 2) * Math.sqrt(3);
}

export function imbalancedTable(rowCount: number): { table: Table; metadata: TableMetadata } {
  const columns = Array.from({ length: width }, () => new Float64Array(rowCount));
  const codes = new Int32Array(rowCount);
  const latent = new Float64Array(factors);
  for (let row = 0; row < rowCount; row++) {
    codes[row] = uniform(row, 1000) < 0.05 ? 1 : 0;
    for (let f = 0; f < factors; f++) latent[f] = nearlyNormal(row, width + f);
    for (let d = 0; d < width; d++)
      columns[d]![row] = 0.8 * latent[d % factors]! + 0.6 * nearlyNormal(row, d) + (d < 5 ? codes[row]! : 0);
  }
  const named: Column[] = columns.map((values, d) => numberColumn(`x${d}`, values));
  named.push({ kind: "dictionary", name: "label", codes, dictionary: ["common", "rare"] });
  return {
    table: new Table(named),
    metadata: {
      columns: Object.fromEntries(
        named.map(({ name, kind }) => [name, { sdtype: kind === "number" ? "numerical" : "categorical" }]),
      ),
    },
  };
}
