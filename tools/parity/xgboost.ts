// Compares the figures of TabSyn's protocol that XGBoost makes with ours, whose trees LightGBM grows:
//   node tools/parity/xgboost.ts [--peers DIR] [--seeds 3] [NAME...]
// On the protocol's tables Adult and shoppers, where they lie beside the repository: one half of their training rows is held
// against the other half, whose cells come from other rows now and then, so that the trees find something.
// tabsyn_protocol.py is the judge.
//
// Two libraries that cut columns by sketches and round differently grow trees that are as good and not the same, and a
// search that takes the best of 36 settings by a ninth of the rows takes another one each time. So means over seeds, which
// choose folds and the ninth, are compared: an AUC within 0.002 and a C2ST within 0.01, or within three standard errors of
// XGBoost's own mean where its seeds lie further apart.

import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs, promisify } from "node:util";
import { gunzipSync } from "node:zlib";

import { RowRandom, streamKey } from "@verisim/core";
import { computeMetrics } from "@verisim/evaluate";
import { sharedData } from "@verisim/testing";

import { planTable, type TablePlan, tableOf } from "./column-types.ts";
import { type CellTable, formatCsv, parseCsv } from "./csv-cells.ts";
import { installPeer } from "./install.mjs";

interface ProtocolTable {
  readonly train: string;
  readonly target: string;
  readonly numbers: readonly string[];
}

const tables: Readonly<Record<string, ProtocolTable>> = {
  adult: {
    train: "train.csv.gz",
    target: "income",
    numbers: ["age", "fnlwgt", "education-num", "capital-gain", "capital-loss", "hours-per-week"],
  },
  shoppers: {
    train: "train.csv",
    target: "Revenue",
    numbers: [
      ...["Administrative", "Administrative_Duration", "Informational", "Informational_Duration"],
      ...[
        "ProductRelated",
        "ProductRelated_Duration",
        "BounceRates",
        "ExitRates",
        "PageValues",
        "SpecialDay",
      ],
    ],
  },
};
const redrawnPart = 0.05;
/** Metric, the judge's name of it, tolerance. */
const figures = [
  ["xgboost-detection", "c2st_train", 0.01],
  ["mle", "mle", 0.002],
] as const;

const { values: flags, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    peers: { type: "string", default: path.resolve(import.meta.dirname, "../../.cache/peers") },
    seeds: { type: "string", default: "3" },
  },
});

function read(file: string): CellTable {
  const bytes = readFileSync(file);
  const { names: columns, columns: cells } = parseCsv(
    (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8"),
  );
  return { names: columns, columns: cells.map((own) => own.map((cell) => cell?.replace(/\.$/, "") ?? null)) };
}

/** Every second row. */
const half = ({ names: columns, columns: cells }: CellTable, first: number): CellTable => ({
  names: columns,
  columns: cells.map((own) => own.filter((_, row) => row % 2 === first)),
});

/** Every cell stays or, now and then, comes from another row. */
function redrawn({ names: columns, columns: cells }: CellTable): CellTable {
  return {
    names: columns,
    columns: cells.map((own, index) =>
      own.map((cell, row) => {
        const random = new RowRandom(streamKey(1, "parity", "redrawn", String(index)), row);
        return random.uniform() < redrawnPart ? own[random.below(own.length)]! : cell;
      }),
    ),
  };
}

function planOf(table: CellTable, { numbers }: ProtocolTable): TablePlan {
  const plan = planTable(table);
  for (const [name, column] of Object.entries(plan.columns))
    plan.columns[name] = {
      ...column,
      sdtype: numbers.includes(name) ? "numerical" : column.sdtype === "boolean" ? "boolean" : "categorical",
    };
  return plan;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value / values.length, 0);
const deviation = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2 / (values.length - 1), 0));

const seeds = Array.from({ length: Number(flags.seeds) }, (_, seed) => seed);
const python = installPeer(flags.peers, "sdv");
const folder = mkdtempSync(path.join(tmpdir(), "verisim-xgboost-"));
let failed = 0;
try {
  for (const [name, table] of Object.entries(tables)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const [train, test] = [table.train, "test.csv"].map((file) => sharedData(path.join(name, file)));
    if (!train || !test) console.log(`skipped: ${name} (not beside the repository)`);
    else await judge(name, table, read(train), read(test));
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = failed > 0 ? 1 : 0;

async function judge(name: string, table: ProtocolTable, all: CellTable, test: CellTable): Promise<void> {
  const train = half(all, 0);
  const synthetic = redrawn(half(all, 1));
  const files = Object.entries({ train, test, synthetic }).map(([part, cells]) => {
    const file = path.join(folder, `${name}-${part}.csv`);
    writeFileSync(file, formatCsv(cells));
    return file;
  });
  const plan = planOf(train, table);
  const judged = {
    real: tableOf(train, plan),
    synthetic: tableOf(synthetic, plan),
    holdout: tableOf(test, plan),
    metadata: plan,
  };
  const originals: Record<string, number>[] = [];
  const ours: number[][] = [];
  for (const seed of seeds) {
    const script = path.join(import.meta.dirname, "tabsyn_protocol.py");
    // Both at once: each keeps one core busy.
    const [original, results] = await Promise.all([
      promisify(execFile)(
        python,
        [script, ...files, table.target, "--parts", "c2st,mle", "--seed", String(seed)],
        { env: { ...process.env, OMP_NUM_THREADS: "1" } },
      ).catch((error: { stderr: string }) => {
        throw new Error(`${name}: the original failed\n${error.stderr}`);
      }),
      computeMetrics(
        judged,
        figures.map(([metric]) => metric),
        { seed, target: table.target },
      ),
    ]);
    originals.push(JSON.parse(original.stdout));
    ours.push(results.map(({ value }) => value!));
  }
  for (const [at, [metric, original, tolerance]] of figures.entries()) {
    const theirs = originals.map((scores) => scores[original]!);
    const own = ours.map((scores) => scores[at]!);
    const gap = Math.abs(mean(own) - mean(theirs));
    const allowed = Math.max(tolerance, (3 * deviation(theirs)) / Math.sqrt(theirs.length));
    if (gap > allowed) failed++;
    const shown = (values: readonly number[]): string =>
      `${mean(values).toFixed(4)} ± ${deviation(values).toFixed(4)}`;
    console.log(
      `${name}: ${metric}: XGBoost ${shown(theirs)}, ours ${shown(own)}, apart ${gap.toFixed(4)} of ${allowed.toFixed(4)}: ${gap > allowed ? "DIFFERENT" : "equal"}`,
    );
  }
}
