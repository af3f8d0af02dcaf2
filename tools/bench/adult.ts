// The table that the benchmarks learn: Adult where the real data sets lie beside the repository, else a generated
// table of the same size and kinds. Both as a plain CSV file under .cache/bench.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { RowRandom, streamKey } from "@verisim/core";
import { sharedData } from "@verisim/testing";

export const cacheFolder: string = path.resolve(import.meta.dirname, "../../.cache/bench");

export interface BenchmarkTable {
  readonly name: "adult" | "generated";
  readonly file: string;
}

export function benchmarkTable(): BenchmarkTable {
  mkdirSync(cacheFolder, { recursive: true });
  const source = sharedData("adult/train.csv.gz");
  const name = source ? "adult" : "generated";
  const file = path.join(cacheFolder, `${name}.csv`);
  if (!existsSync(file))
    writeFileSync(file, source ? gunzipSync(readFileSync(source)) : generatedCsv(32_561));
  return { name, file };
}

/** Six numbers, one of them mostly zero, and nine categories of 2 to 40 values, some missing. */
export function generatedCsv(rowCount: number): string {
  const cardinalities = [2, 2, 5, 6, 7, 8, 14, 16, 40];
  const header = [
    ...["age", "weight", "years", "gain", "loss", "hours"],
    ...cardinalities.map((cardinality, index) => `kind_${index}_of_${cardinality}`),
  ];
  const key = streamKey(1, "benchmark");
  const lines = [header.join(",")];
  for (let row = 0; row < rowCount; row++) {
    const random = new RowRandom(key, row);
    const latent = random.uniform();
    const numbers = [
      17 + Math.floor(60 * latent * random.uniform() + 10 * latent),
      Math.floor(20_000 + 300_000 * random.uniform() ** 2),
      1 + random.below(16),
      random.uniform() < 0.92 ? 0 : Math.floor(100_000 * random.uniform() ** 3),
      random.uniform() < 0.95 ? 0 : 1500 + random.below(1000),
      random.uniform() < 0.5 ? 40 : 1 + random.below(99),
    ];
    const kinds = cardinalities.map((cardinality) => {
      const code = Math.floor(cardinality * (0.7 * random.uniform() ** 2 + 0.3 * latent));
      return random.uniform() < 0.02 && cardinality > 6 ? "" : `v${code}`;
    });
    lines.push([...numbers, ...kinds].join(","));
  }
  return `${lines.join("\n")}\n`;
}
