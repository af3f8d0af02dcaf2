// Compares every metric that has an original with that original on the same rows:
//   node tools/parity/metrics.ts [--small] [--peers DIR] [--keep DIR] [NAME...]
// Tables of its own are always compared; real data sets where they lie beside the repository (not with --small).

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";

import {
  compareTables,
  computeMetrics,
  logisticDetection,
  type MetricOptions,
  metricDescriptions,
  svcDetection,
} from "@verisim/evaluate";
import { sharedData } from "@verisim/testing";

import { planTable, sdvMetadata, type TablePlan, tableOf } from "./column-types.ts";
import { type CellTable, formatCsv, parseCsv } from "./csv-cells.ts";
import { generatedCases } from "./generated-tables.ts";
import { installPeer } from "./install.mjs";
import { partnerTable } from "./partner-table.ts";

/** Real data sets; the originals look at rows one by one, so that few rows are taken. */
const dataSets: Readonly<Record<string, string>> = {
  adult: "train.csv.gz",
  shoppers: "train.csv",
  crop_recommendation: "data.csv",
  breast_cancer: "data.csv",
  insurance: "data.csv",
  telco_churn: "data.csv",
  california_housing: "data.csv",
  penguins: "data.csv",
};
/** Rows of the real table and of each of the two that are held against it. */
const mostRows = 400;
/**
 * Generated tables on which the originals stop with an error (constant and empty columns), or whose values differ by
 * rounding errors alone, which decide then.
 */
const tooOdd = new Set([
  "generated one row",
  "generated tiny",
  "generated corners",
  "generated mixed",
  "generated nearly equal",
]);

/**
 * Figures that two sound solvers need not share on a table: numbers near 1e9 that differ by ones leave least squares few of
 * their digits, and a support vector machine ends a thousandth short of its best margin, which ranks rows that lie together
 * either way.
 */
const unsettled: Readonly<Record<string, readonly string[]>> = {
  "generated numbers": ["svc-detection", "efficacy-linear-regression", "numerical-lr"],
  "generated declared": ["svc-detection"],
};

const { values: flags, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    small: { type: "boolean", default: false },
    peers: { type: "string", default: path.resolve(import.meta.dirname, "../../.cache/peers") },
    keep: { type: "string" },
  },
});

interface MetricCase {
  readonly name: string;
  readonly real: CellTable;
  readonly synthetic: CellTable;
  readonly holdout: CellTable;
  readonly plan: TablePlan;
}

function* cases(): Generator<MetricCase> {
  for (const { name, real, plan } of generatedCases())
    if (!tooOdd.has(name) && (names.length === 0 || names.includes(name))) yield split(name, real, plan);
  if (flags.small) return;
  for (const [name, file] of Object.entries(dataSets)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const source = sharedData(path.join(name, file));
    if (source === null) {
      console.log(`skipped: ${name} (not beside the repository)`);
      continue;
    }
    const bytes = readFileSync(source);
    const text = (source.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
    const all = parseCsv(text, 2 * mostRows);
    yield split(name, all, planTable(all));
  }
}

/** Every second row is held out; the partner of the others has as many rows, so that nothing is sampled. */
function split(name: string, all: CellTable, plan: TablePlan): MetricCase {
  const half = Math.min(mostRows, Math.floor(all.columns[0]!.length / 2));
  const part = (first: number): CellTable => ({
    names: all.names,
    columns: all.columns.map((cells) => cells.filter((_, row) => row % 2 === first).slice(0, half)),
  });
  const real = part(0);
  return { name, real, synthetic: partnerTable(real, plan, half), holdout: part(1), plan };
}

/** A category of two values and a number in the held-out rows that models can learn. */
function targetsOf(holdout: CellTable, plan: TablePlan): { binary: string | null; number: string | null } {
  const distinct = (name: string): number =>
    new Set(holdout.columns[holdout.names.indexOf(name)]!.filter((cell) => cell !== "")).size;
  const named = (kinds: readonly string[], fits: (count: number) => boolean): string | null =>
    Object.entries(plan.columns).find(
      ([name, { sdtype }]) => kinds.includes(sdtype) && fits(distinct(name)),
    )?.[0] ?? null;
  return {
    binary: named(["categorical", "boolean", "ordinal"], (count) => count === 2),
    number: named(["numerical"], (count) => count > 10),
  };
}

interface AttackPlan {
  readonly knownCategories: string[];
  readonly sensitiveCategory: string | null;
  readonly knownNumbers: string[];
  readonly sensitiveNumber: string | null;
}

function attackOf(plan: TablePlan): AttackPlan {
  const of = (kinds: readonly string[]): string[] =>
    Object.entries(plan.columns).flatMap(([name, { sdtype }]) => (kinds.includes(sdtype) ? [name] : []));
  const [categories, numbers] = [of(["categorical", "boolean", "ordinal"]), of(["numerical"])];
  return {
    knownCategories: categories.slice(0, -1).slice(0, 3),
    sensitiveCategory: categories.length > 1 ? categories.at(-1)! : null,
    knownNumbers: numbers.slice(0, -1).slice(0, 3),
    sensitiveNumber: numbers.length > 1 ? numbers.at(-1)! : null,
  };
}

const folder = flags.keep ?? mkdtempSync(path.join(tmpdir(), "verisim-metrics-"));
const python = installPeer(flags.peers, existsSync(path.join(flags.peers, "sdv")) ? "sdv" : "sdmetrics");
const compared = metricDescriptions.filter(({ tolerance }) => tolerance !== null);
let passed = 0;
let failed = 0;
const largest = new Map<string, number>();
try {
  for (const metricCase of cases()) await judge(metricCase);
} finally {
  if (flags.keep === undefined) rmSync(folder, { recursive: true });
}
console.log("\nmetric                              tolerance  largest gap");
for (const { name, tolerance } of compared)
  console.log(
    `${name.padEnd(36)}${tolerance!.toExponential(0).padStart(9)}  ${(largest.get(name) ?? 0).toExponential(1)}`,
  );
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function judge({ name, real, synthetic, holdout, plan }: MetricCase): Promise<void> {
  const place = path.join(folder, name.replaceAll(" ", "-"));
  mkdirSync(place, { recursive: true });
  for (const [file, cells] of Object.entries({ real, synthetic, holdout }))
    writeFileSync(path.join(place, `${file}.csv`), formatCsv(cells));
  const scored = Object.entries(plan.columns)
    .filter(([, { sdtype }]) => ["numerical", "categorical", "boolean", "ordinal"].includes(sdtype))
    .map(([column]) => column);
  const known = scored.slice(0, 3);
  const sensitive = scored.slice(-1);
  const targets = targetsOf(holdout, plan);
  const attack = attackOf(plan);
  writeFileSync(
    path.join(place, "plan.json"),
    JSON.stringify({ ...sdvMetadata(plan), known, sensitive, ...targets, attack }),
  );
  const rows = real.columns[0]!.length + synthetic.columns[0]!.length;
  const folds = Array.from({ length: rows }, (_, row) => ((row * 7919) % 10_007) % 3);
  writeFileSync(path.join(place, "folds.json"), JSON.stringify(folds));
  const run = spawnSync(python, [path.join(import.meta.dirname, "metrics_reference.py"), place], {
    encoding: "utf8",
    env: { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" },
  });
  if (run.status !== 0) {
    failed++;
    console.log(`${name}: the reference failed\n${run.stderr}`);
    return;
  }
  const reference = JSON.parse(readFileSync(path.join(place, "metrics.json"), "utf8")) as Record<
    string,
    number | null
  >;
  const tables = {
    real: tableOf(real, plan),
    synthetic: tableOf(synthetic, plan),
    holdout: tableOf(holdout, plan),
    metadata: plan,
  };
  const ours = await computeMetrics(
    tables,
    compared.map((metric) => metric.name),
    { known, sensitive },
  );
  const values = new Map(ours.map((result) => [result.name, result.value]));
  const comparedTables = compareTables(tables);
  const detection = await logisticDetection(comparedTables, 1, { folds });
  values.set("logistic-detection", detection?.score ?? null);
  values.set("svc-detection", (await svcDetection(comparedTables, 1, { folds }))?.score ?? null);
  const more = async (name: string, options: MetricOptions): Promise<void> => {
    const [result] = await computeMetrics(tables, [name], { ...options, compared: comparedTables });
    values.set(name, result!.value);
  };
  if (targets.binary !== null) await more("efficacy-logistic-regression", { target: targets.binary });
  if (targets.number !== null) await more("efficacy-linear-regression", { target: targets.number });
  if (attack.sensitiveCategory !== null)
    await more("categorical-nb", { known: attack.knownCategories, sensitive: [attack.sensitiveCategory] });
  else values.set("categorical-nb", null);
  for (const name of ["numerical-lr", "numerical-svr"])
    if (attack.sensitiveNumber !== null)
      await more(name, { known: attack.knownNumbers, sensitive: [attack.sensitiveNumber] });
    else values.set(name, null);
  const before = failed;
  for (const { name: metric, tolerance } of compared) {
    if (unsettled[name]?.includes(metric)) continue;
    const expected = reference[metric];
    const received = values.get(metric)!;
    if (expected === undefined && received === null) continue;
    const gap = expected === received ? 0 : Math.abs((expected ?? Number.NaN) - (received ?? Number.NaN));
    largest.set(metric, Math.max(largest.get(metric) ?? 0, gap));
    if (gap <= tolerance!) passed++;
    else {
      failed++;
      console.log(`${name}: ${metric}: original ${String(expected)}, ours ${String(received)}`);
    }
  }
  console.log(`${name}: ${failed === before ? "equal" : `${failed - before} different`}`);
}
