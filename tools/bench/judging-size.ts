// What `verisim evaluate` takes on tables that are too large, too wide or odd:
//   node tools/bench/judging-size.ts [--parts NAMES] [--limit SECONDS] [--keep DIR] [ROWSxCOLUMNS]
// Two Parquet files of so many rows and columns (1000000x200) without a common row: numbers, categories, one column with
// 50,000 categories, one without a value, one that is constant. Memory is that of the whole process, both tables included.

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import { type Column, numberColumn, Table, type TableMetadata, textColumn } from "@verisim/core";
import { writeTable } from "@verisim/data";

import { runCli } from "./cli-run.ts";
import { growingTable } from "./growing-table.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    parts: { type: "string" },
    limit: { type: "string", default: "3600" },
    keep: { type: "string" },
  },
});

const manyCategories = 50_000;
const [rows, columns] = (positionals[0] ?? "1000000x200").split("x").map(Number) as [number, number];

/** @param first number of its first row: tables of other rows of the same kind share none */
function oddTable(first: number): { table: Table; metadata: TableMetadata } {
  const { table, metadata } = growingTable(rows, columns - 3, 12, first);
  const codes = Array.from(
    { length: rows },
    (_, row) => (Math.imul(row + first, 7919) >>> 0) % manyCategories,
  );
  const odd: Column[] = [
    textColumn(
      "many",
      codes.map((code) => `category ${code}`),
    ),
    numberColumn("empty", new Float64Array(rows).fill(Number.NaN)),
    textColumn("constant", new Array<string>(rows).fill("one")),
  ];
  return {
    table: new Table([...table.columns, ...odd], rows),
    metadata: {
      columns: {
        ...metadata.columns,
        many: { sdtype: "categorical" },
        empty: { sdtype: "numerical" },
        constant: { sdtype: "categorical" },
      },
    },
  };
}

const folder = flags.keep ?? mkdtempSync(path.join(tmpdir(), "verisim-judging-"));
try {
  const files: string[] = [];
  for (const [name, first] of [
    ["real", 0],
    ["synthetic", rows],
  ] as const) {
    const file = path.join(folder, `${name}.parquet`);
    files.push(file);
    if (existsSync(file)) continue;
    const { table, metadata } = oddTable(first);
    await writeTable(file, table, metadata);
  }
  const args = ["evaluate", "--real", files[0]!, "--synthetic", files[1]!, "--quiet"];
  const asked = [
    ...args,
    "--out",
    path.join(folder, "report.html"),
    ...(flags.parts ? ["--parts", flags.parts] : []),
  ];
  const run = runCli(asked, Number(flags.limit));
  console.log(run.output + run.errors);
  console.log(
    `${rows} x ${columns}: exit ${run.exitCode}, ${run.seconds.toFixed(0)} s, ${run.cpuSeconds.toFixed(0)} CPU seconds, ` +
      `${run.peakMegabytes.toFixed(0)} MB at most`,
  );
} finally {
  if (!flags.keep) rmSync(folder, { recursive: true });
}
