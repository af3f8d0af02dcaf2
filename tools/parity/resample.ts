// Resamples the same rows as the Python package imbalanced-learn, with its random numbers: the same neighbours must be
// found, new rows must be equal to 1e-9, and under-sampling must keep the same rows.
//   node tools/parity/resample.ts [--peers DIR]
// Left out is what rests on another model (clusters, support vectors, trees); votes that are tied, which it settles by a
// draw of its own; rows that another row equals, whose order among neighbours is arbitrary; and condensed nearest
// neighbours, where 0.14 compares places within a class with places in the table and passes over rows.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import {
  cellAt,
  numberColumn,
  RowRandom,
  streamKey,
  Table,
  type TableMetadata,
  textColumn,
} from "@verisim/core";
import { readTable } from "@verisim/data";
import { type Draws, resample, strategies } from "@verisim/resample";
import { sharedData } from "@verisim/testing";

import { installPeer } from "./install.mjs";

interface ParityCase {
  readonly name: string;
  readonly table: Table;
  readonly metadata: TableMetadata;
  readonly numbers: readonly string[];
  readonly texts: readonly string[];
  readonly labels: readonly string[];
}

interface ReferenceResult {
  readonly strategy: string;
  readonly draws: Readonly<Record<string, readonly number[]>>;
  readonly made?: readonly (readonly (number | string)[])[];
  readonly kept?: readonly number[];
  readonly perRow?: readonly number[];
}

const tolerance = 1e-9;

function generatedCase(kinds: "numbers" | "mixed"): ParityCase {
  const count = 1200;
  const key = streamKey(11, "parity", "resample", kinds);
  const numbers = Array.from({ length: 5 }, () => new Float64Array(count));
  const texts: string[][] = [[], [], []];
  const labels: string[] = [];
  for (let row = 0; row < count; row++) {
    const random = new RowRandom(key, row);
    const rare = random.uniform() < 0.15;
    labels.push(rare ? "rare" : "common");
    for (const [d, column] of numbers.entries())
      column[row] = 10 ** d * 0.1 * (random.uniform() + random.uniform() + (rare ? 0.4 : 0));
    for (const [c, column] of texts.entries())
      column.push(`v${Math.floor((c + 3) * random.uniform() ** (rare ? 2 : 1))}`);
  }
  return caseOf(
    `generated, ${kinds}`,
    [
      ...numbers.map((values, d) => numberColumn(`x${d}`, values)),
      ...(kinds === "mixed" ? texts.map((cells, c) => textColumn(`c${c}`, cells)) : []),
    ],
    labels,
  );
}

function caseOf(name: string, columns: Table["columns"], labels: readonly string[]): ParityCase {
  const table = new Table([...columns, textColumn("label", labels)]);
  const ofKind = (kind: "number" | "dictionary") =>
    columns.filter((column) => column.kind === kind).map((column) => column.name);
  const sdtypes = table.columns.map((column) => [
    column.name,
    { sdtype: column.kind === "number" ? "numerical" : "categorical" },
  ]);
  return {
    ...{ name, table, labels, metadata: { columns: Object.fromEntries(sdtypes) } },
    numbers: ofKind("number"),
    texts: ofKind("dictionary"),
  };
}

/** Whole rows only, each once, at most 4,000. */
async function realCase(name: string, target: string): Promise<ParityCase | undefined> {
  const file = sharedData(`${name}/data.csv`);
  if (file === null) return undefined;
  const { table, metadata } = await readTable(file);
  const columns = table.columns.filter(
    ({ name: column }) =>
      column !== target && ["numerical", "categorical"].includes(metadata.columns[column]!.sdtype),
  );
  const seen = new Set<string>();
  const rows: number[] = [];
  for (let row = 0; row < table.rowCount && rows.length < 4000; row++) {
    const cells = columns.map((column) => cellAt(column, row));
    const key = JSON.stringify(cells);
    if (cells.includes(null) || cellAt(table.column(target), row) === null || seen.has(key)) continue;
    seen.add(key);
    rows.push(row);
  }
  const taken = table.take(rows);
  const labels = rows.map((_, row) => String(cellAt(taken.column(target), row)));
  return caseOf(
    name,
    columns.map(({ name: column }) => taken.column(column)),
    labels,
  );
}

function recorded(draws: ReferenceResult["draws"]): Draws {
  return {
    uniforms(stream, count) {
      const numbers = draws[stream] ?? draws[stream.slice(stream.indexOf(": ") + 2)];
      return Promise.resolve(numbers ? Float64Array.from(numbers) : new Float64Array(count).fill(0.5));
    },
    normals: () => Promise.reject(new Error("No comparison draws normal numbers.")),
  };
}

async function compare(
  given: ParityCase,
  rare: string,
  result: ReferenceResult,
): Promise<string | undefined> {
  const kind = strategies.find(({ name }) => name === result.strategy)!.kind;
  const own = given.labels.filter((label) => label === rare).length;
  const columns = result.strategy === "smoten" ? given.texts : [...given.numbers, ...given.texts];
  const ours = await resample(given.table, given.metadata, {
    ...{ target: "label", strategy: result.strategy, columns, rounding: "none" },
    draws: recorded(result.draws),
    ...(kind === "over" && { counts: { [rare]: own + result.made!.length } }),
  });
  if (result.kept) {
    const differ = symmetricDifference([...ours.base], result.kept);
    return differ === 0 ? undefined : `${differ} rows differ of ${result.kept.length} kept`;
  }
  const first = given.table.rowCount;
  let compared = 0;
  let worst = 0;
  let wrong = 0;
  let theirs = result.made!;
  if (result.perRow) {
    // Rounded use of each row against largest remainders: both lie within one of the exact share, so that only the rows
    // of a base that both use alike can be compared; the draws are theirs by position.
    const used = new Map<number, number>();
    for (const base of ours.base.subarray(first)) used.set(base, (used.get(base) ?? 0) + 1);
    const bases = given.labels.flatMap((label, row) => (label === rare ? [row] : []));
    const gap = Math.max(...bases.map((row, at) => Math.abs((used.get(row) ?? 0) - result.perRow![at]!)));
    if (gap > 1) return `a row is used ${gap} times more or less often`;
    let at = 0;
    while (at < bases.length && (used.get(bases[at]!) ?? 0) === result.perRow[at]) at++;
    theirs = theirs.slice(
      0,
      result.perRow.slice(0, at).reduce((sum, count) => sum + count, 0),
    );
    if (theirs.length === 0) return "no rows to compare";
  }
  for (const [i, row] of theirs.entries())
    for (const [c, name] of columns.entries()) {
      const cell = cellAt(ours.table.column(name), first + i);
      if (typeof cell === "number") {
        worst = Math.max(worst, Math.abs(cell - Number(row[c])) / Math.max(1, Math.abs(cell)));
        compared++;
      } else {
        compared++;
        if (cell !== row[c]) wrong++;
      }
    }
  // Half of the tied votes fall otherwise, and ties are few.
  const share = wrong / compared;
  console.log(
    `  ${given.name}, ${result.strategy}: ${theirs.length} rows, numbers within ${worst.toExponential(1)}${given.texts.length > 0 ? `, ${(100 * share).toFixed(1)} % of cells by another vote` : ""}`,
  );
  if (worst > tolerance) return `numbers differ by ${worst}`;
  return share > 0.12
    ? `${(100 * share).toFixed(1)} % of cells differ, more than tied votes explain`
    : undefined;
}

function symmetricDifference(a: readonly number[], b: readonly number[]): number {
  const [left, right] = [new Set(a), new Set(b)];
  return a.filter((row) => !right.has(row)).length + b.filter((row) => !left.has(row)).length;
}

const { values: flags } = parseArgs({
  options: { peers: { type: "string", default: path.resolve(import.meta.dirname, "../../.cache/peers") } },
});
const python = installPeer(flags.peers, "imblearn");
const folder = mkdtempSync(path.join(tmpdir(), "verisim-resample-"));
let passed = 0;
let failed = 0;
let skipped = 0;
try {
  const cases = [generatedCase("numbers"), generatedCase("mixed")];
  for (const [name, target] of [
    ["breast_cancer", "diagnosis"],
    ["mammography", "class"],
    ["penguins", "species"],
  ] as const) {
    const real = await realCase(name, target);
    if (real) cases.push(real);
    else {
      console.log(`skipped: ${name} (not beside the repository)`);
      skipped++;
    }
  }
  for (const given of cases) {
    const sizes = new Map<string, number>();
    for (const label of given.labels) sizes.set(label, (sizes.get(label) ?? 0) + 1);
    const [rare] = [...sizes].sort((a, b) => a[1] - b[1])[0]!;
    const rows = (names: readonly string[]) =>
      given.labels.map((_, row) => names.map((name) => cellAt(given.table.column(name), row)));
    const [input, output] = [path.join(folder, "in.json"), path.join(folder, "out.json")];
    writeFileSync(
      input,
      JSON.stringify({
        ...{ numbers: rows(given.numbers), texts: rows(given.texts), labels: given.labels, rare },
        count: Math.max(...sizes.values()) - sizes.get(rare)!,
      }),
    );
    const run = spawnSync(python, [path.join(import.meta.dirname, "resample_reference.py"), input, output], {
      encoding: "utf8",
    });
    if (run.status !== 0) throw new Error(`imbalanced-learn failed on ${given.name}:\n${run.stderr}`);
    for (const result of JSON.parse(readFileSync(output, "utf8")) as ReferenceResult[]) {
      const problem = await compare(given, rare, result);
      if (problem === undefined) passed++;
      else {
        failed++;
        console.log(`FAILED: ${given.name}, ${result.strategy}: ${problem}`);
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`resample parity: ${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 ? 1 : 0;
