// Draws what each generator that has a page makes of the demo's customers, for its page:
//   node tools/demo/pictures.ts [NAME...]
// Learns 12,000 customers with the defaults (minutes each) and writes docs/generators/NAME.svg.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { cellAt, type Table } from "@verisim/core";
import { readTable } from "@verisim/data";
import { generators } from "@verisim/verisim/generators";
import { comparisonSvg, type PicturedRows } from "./comparison-picture.ts";
import { customersCsv } from "./customers.ts";

/** Generators that have a page though they do not learn in steps. */
const otherPages: ReadonlySet<string> = new Set(["sequential-trees"]);
const customers = 12_000;
const microsecondsPerYear = 365.25 * 86_400_000_000;

const axes = {
  x: { name: "year of birth", low: 1935, high: 2008, every: 20 },
  y: { name: "income", low: 0, high: 130_000, every: 40_000 },
  categories: ["free", "basic", "pro", "enterprise"],
};

function pictured(table: Table): PicturedRows {
  const cells = (name: string) => {
    const column = table.columns.find((one) => one.name === name)!;
    return Array.from({ length: table.rowCount }, (_, row) => cellAt(column, row));
  };
  return {
    x: cells("birth_date").map((cell) => 1970 + Number(cell) / microsecondsPerYear),
    y: cells("income").map((cell) => (cell === null ? Number.NaN : Number(cell))),
    category: cells("plan").map(String),
  };
}

const folder = mkdtempSync(path.join(tmpdir(), "verisim-pictures-"));
try {
  const file = path.join(folder, "customers.csv");
  writeFileSync(file, customersCsv(0, customers));
  const { table, metadata } = await readTable(file);
  const pages = path.resolve(import.meta.dirname, "../../docs/generators");
  mkdirSync(pages, { recursive: true });
  const asked = process.argv.slice(2);
  for (const { name, create } of generators.filter(({ name, trains }) => trains || otherPages.has(name))) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const start = performance.now();
    const generator = await create().fit(table, { metadata, seed: 1 });
    const synthetic = await generator.sample(customers, { seed: 1 });
    const svg = comparisonSvg({
      title: `${name}, learnt from ${customers.toLocaleString("en")} customers of the demo; lines: medians, dashed those of the real rows`,
      real: pictured(table),
      synthetic: pictured(synthetic),
      axes,
      points: 1200,
    });
    writeFileSync(path.join(pages, `${name}.svg`), svg);
    console.log(`${name}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
