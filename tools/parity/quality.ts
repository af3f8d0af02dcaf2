// Compares every figure of the quality and the diagnostic report with the real SDMetrics on the same files:
//   node tools/parity/quality.ts [--small] [--peers DIR] [--keep DIR] [NAME...]
// Tables of its own are always compared; real data sets where they lie beside the repository (not with --small).

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";

import { diagnosticReport, qualityReport } from "@verisim/evaluate";
import { sharedData } from "@verisim/testing";

import { planTable, sdvMetadata, tableOf } from "./column-types.ts";
import { compareReports, type Reference, tolerance } from "./compare-reports.ts";
import { formatCsv, parseCsv } from "./csv-cells.ts";
import { generatedCases, type ParityCase, withPartner } from "./generated-tables.ts";
import { installPeer } from "./install.mjs";

/** The data sets and the rows that are read of them; SDMetrics needs too long for all rows of the last one. */
const dataSets: Readonly<Record<string, { file: string; mostRows?: number }>> = {
  adult: { file: "train.csv.gz" },
  shoppers: { file: "train.csv" },
  crop_recommendation: { file: "data.csv" },
  breast_cancer: { file: "data.csv" },
  insurance: { file: "data.csv" },
  telco_churn: { file: "data.csv" },
  creditcard_fraud: { file: "data.csv.gz" },
  nsl_kdd: { file: "train.csv.gz" },
  california_housing: { file: "data.csv" },
  mammography: { file: "data.csv" },
  icu2012_table: { file: "data.csv" },
  iris: { file: "data.csv" },
  penguins: { file: "data.csv" },
  squirrel_census: { file: "data.csv" },
  online_retail: { file: "data.csv.gz", mostRows: 20_000 },
};

const { values: flags, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    small: { type: "boolean", default: false },
    peers: { type: "string", default: path.resolve(import.meta.dirname, "../../.cache/peers") },
    keep: { type: "string" },
  },
});

/** Reads, plans and pairs the tables one at a time, so that only one is in memory. */
function* cases(): Generator<ParityCase> {
  for (const generated of generatedCases())
    if (names.length === 0 || names.includes(generated.name)) yield generated;
  if (flags.small) return;
  for (const [name, { file, mostRows }] of Object.entries(dataSets)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const source = sharedData(path.join(name, file));
    if (source === null) {
      console.log(`skipped: ${name} (not beside the repository)`);
      skipped++;
      continue;
    }
    const bytes = readFileSync(source);
    const text = (source.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
    const real = parseCsv(text, mostRows);
    yield withPartner(name, real, planTable(real));
  }
}

const folder = flags.keep ?? mkdtempSync(path.join(tmpdir(), "verisim-parity-"));
const python = installPeer(flags.peers, existsSync(path.join(flags.peers, "sdv")) ? "sdv" : "sdmetrics");
let passed = 0;
let failed = 0;
let skipped = 0;
console.log(`Every score of SDMetrics against ours; tolerance ${tolerance}.\n`);
console.log(row(["table", "rows", "columns", "pairs", "values", "largest gap", "SDMetrics", "ours"]));
try {
  for (const parityCase of cases()) await judge(parityCase);
} finally {
  if (flags.keep === undefined) rmSync(folder, { recursive: true });
}
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed > 0 ? 1 : 0;

async function judge({ name, real, synthetic, plan }: ParityCase): Promise<void> {
  const place = path.join(folder, name.replaceAll(" ", "-"));
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, "real.csv"), formatCsv(real));
  writeFileSync(path.join(place, "synthetic.csv"), formatCsv(synthetic));
  writeFileSync(path.join(place, "plan.json"), JSON.stringify(sdvMetadata(plan)));
  const script = path.join(import.meta.dirname, "sdmetrics_quality.py");
  const run = spawnSync(python, [script, place], { encoding: "utf8", env: oneThread() });
  if (run.status !== 0) {
    failed++;
    console.log(`${name}: SDMetrics failed\n${run.stderr}`);
    return;
  }
  const reference = JSON.parse(readFileSync(path.join(place, "reference.json"), "utf8")) as Reference;
  const tables = [real, synthetic].map((cells) => tableOf(cells, plan));
  await qualityReport(tables[0]!, tables[1]!, plan);
  const start = process.cpuUsage();
  const quality = await qualityReport(tables[0]!, tables[1]!, plan);
  const used = process.cpuUsage(start);
  const seconds = (used.user + used.system) / 1e6;
  const diagnostic = diagnosticReport(tables[0]!, tables[1]!, plan);
  const { compared, largest, differences } = compareReports(reference, quality, diagnostic);
  console.log(
    row([
      name,
      tables[0]!.rowCount,
      tables[0]!.columns.length,
      quality.columnPairTrends.pairs.length,
      compared,
      largest.toExponential(1),
      `${reference.seconds.toFixed(2)} s`,
      `${seconds.toFixed(3)} s (${(reference.seconds / seconds).toFixed(0)}x)`,
    ]),
  );
  for (const difference of differences.slice(0, 20)) console.log(`  ${difference}`);
  if (differences.length > 20) console.log(`  ... ${differences.length - 20} more`);
  passed += compared - differences.length;
  failed += differences.length;
}

/** CPU seconds of libraries that wait by spinning mean nothing. */
function oneThread(): NodeJS.ProcessEnv {
  return { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };
}

function row(cells: readonly (string | number)[]): string {
  const widths = [22, 7, 7, 6, 7, 12, 11, 0];
  return cells
    .map((cell, index) =>
      index === 0 ? String(cell).padEnd(widths[0]!) : String(cell).padStart(widths[index]!),
    )
    .join("  ");
}
