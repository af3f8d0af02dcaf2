// Draws what every strategy of `resample` does to a plane of rows, for docs/guides/resampling:
//   node tools/demo/resample-pictures.ts [NAME...]
// Own made data: common rows on a broad hill and a ridge, rare ones on its slope, in a heap of their own, and a few astray.

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  cellAt,
  numberColumn,
  RowRandom,
  streamKey,
  Table,
  type TableMetadata,
  textColumn,
} from "@verisim/core";
import { type JoinedRows, mlsmote, resample, resampleRegression, strategies } from "@verisim/resample";
import { boundarySvg, type PlaneRows } from "./boundary-picture.ts";
import { sequencePicture } from "./sequence-picture.ts";

const sizes = { common: 300, rare: 42 };
const key = streamKey(1, "resample pictures");

const within = (value: number): number => Math.min(9.4, Math.max(0.6, value));

/** Points of the plane; on a category's axis whole numbers. */
function planeTable(categories: { readonly x: boolean; readonly y: boolean }): Table {
  const count = sizes.common + sizes.rare;
  const [x, y, labels] = [new Float64Array(count), new Float64Array(count), new Array<string>(count)];
  for (let row = 0; row < count; row++) {
    const random = new RowRandom(key, row);
    const isRare = row >= sizes.common;
    const part = random.uniform();
    labels[row] = isRare ? "rare" : "common";
    if (!isRare && part < 0.75) [x[row], y[row]] = [4 + 1.7 * random.normal(), 5.5 + 1.6 * random.normal()];
    else if (!isRare) [x[row], y[row]] = [7.6 + 0.5 * random.normal(), 4 + 2.2 * random.normal()];
    else if (part < 0.55) [x[row], y[row]] = [6.2 + 0.6 * random.normal(), 7.2 + 0.7 * random.normal()];
    else if (part < 0.9) [x[row], y[row]] = [8.6 + 0.5 * random.normal(), 1.6 + 0.5 * random.normal()];
    else [x[row], y[row]] = [3 + 1.2 * random.normal(), 4.5 + random.normal()];
    x[row] = categories.x ? Math.round(within(x[row]!)) : within(x[row]!);
    y[row] = categories.y ? Math.round(within(y[row]!)) : within(y[row]!);
  }
  const axis = (name: string, values: Float64Array, isCategory: boolean) =>
    isCategory ? textColumn(name, Array.from(values, String)) : numberColumn(name, values);
  return new Table([axis("x", x, categories.x), axis("y", y, categories.y), textColumn("label", labels)]);
}

function planeRows(table: Table): PlaneRows {
  const numbers = (name: string) =>
    Float64Array.from({ length: table.rowCount }, (_, row) => Number(cellAt(table.column(name), row)));
  const labels = table.column("label");
  return {
    x: numbers("x"),
    y: numbers("y"),
    isRare: Array.from({ length: table.rowCount }, (_, row) => cellAt(labels, row) === "rare"),
  };
}

/** Options that show on so few rows what a strategy does. */
const shown: Readonly<Record<string, Record<string, number>>> = {
  random: { shrinkage: 0.6 },
  "kmeans-smote": { clusterBalanceThreshold: 0.1 },
};

function goneRows(table: Table, { base, isSynthetic }: JoinedRows): number[] {
  const kept = new Set(Array.from(base).filter((_, row) => isSynthetic[row] === 0));
  return Array.from({ length: table.rowCount }, (_, row) => row).filter((row) => !kept.has(row));
}

const plain = { x: false, y: false };
const planeColumn = { sdtype: "numerical", rangeMin: 0.1, rangeMax: 9.9 };

/** A target (upwards) that rises with x, and now and then far above. */
async function regressionPicture(strategy: "smoter" | "smogn"): Promise<string> {
  const rows = Array.from({ length: 300 }, (_, row) => {
    const random = new RowRandom(key, row);
    const x = 0.6 + 8.8 * random.uniform();
    const usual = 1.6 + 0.3 * x + 0.35 * random.normal();
    return [x, within(random.uniform() < 0.07 ? 6.5 + 0.25 * x + 0.5 * random.normal() : usual)] as const;
  });
  const table = new Table([
    numberColumn(
      "x",
      Float64Array.from(rows, ([x]) => x),
    ),
    numberColumn(
      "y",
      Float64Array.from(rows, ([, y]) => y),
    ),
  ]);
  const metadata = { columns: { x: planeColumn, y: planeColumn } };
  const rareFrom = 5.5;
  const result = await resampleRegression(table, metadata, {
    ...{ target: "y", strategy, seed: 2, perturbation: 0.1 },
    relevance: (value) => (value >= rareFrom ? 1 : 0),
  });
  const plane = (of: Table): PlaneRows => {
    const [x, y] = ["x", "y"].map((name) => (of.column(name) as { values: Float64Array }).values);
    return { x: x!, y: y!, isRare: Array.from(y!, (value) => value >= rareFrom) };
  };
  return boundarySvg({
    title: `${strategy}, the target upwards`,
    words:
      strategy === "smoter"
        ? "as many rows of rare targets as of usual ones, between neighbours"
        : "the same, by a little noise where the neighbour lies too far away (perturbation=0.1)",
    before: plane(table),
    after: plane(result.table),
    isNew: result.isSynthetic,
    gone: goneRows(table, result),
    categories: plain,
  });
}

/** The plane with two labels: who has the rare one may have the other too. */
async function labelsPicture(): Promise<string> {
  const table = planeTable(plain);
  const has = (label: string, share: number) =>
    textColumn(
      label,
      Array.from({ length: table.rowCount }, (_, row) =>
        String(
          cellAt(table.column("label"), row) === label || new RowRandom(key, row).word() / 2 ** 32 < share,
        ),
      ),
    );
  const labelled = new Table([table.column("x"), table.column("y"), has("common", 0.4), has("rare", 0)]);
  const label = { sdtype: "boolean" };
  const metadata = { columns: { x: planeColumn, y: planeColumn, common: label, rare: label } };
  const result = await mlsmote(labelled, metadata, { labels: ["common", "rare"], seed: 2 });
  const plane = (of: Table): PlaneRows => ({
    x: (of.column("x") as { values: Float64Array }).values,
    y: (of.column("y") as { values: Float64Array }).values,
    isRare: Array.from({ length: of.rowCount }, (_, row) => cellAt(of.column("rare"), row) === "true"),
  });
  return boundarySvg({
    title: "mlsmote, the rarer of two labels",
    words: "each row that has a rare label makes one towards a neighbour; all labels by vote",
    before: plane(labelled),
    after: plane(result.table),
    isNew: result.isSynthetic,
    gone: [],
    categories: plain,
  });
}

const pages = path.resolve(import.meta.dirname, "../../docs/guides/resampling");
mkdirSync(pages, { recursive: true });
const asked = process.argv.slice(2);
for (const { name, summary, kind } of strategies) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const categories = { x: name === "smoten", y: name === "smoten" || name === "smotenc" };
  const table = planeTable(categories);
  const axis = (isCategory: boolean) => (isCategory ? { sdtype: "categorical" } : planeColumn);
  const metadata: TableMetadata = {
    columns: {
      x: axis(categories.x),
      y: axis(categories.y),
      label: { sdtype: "categorical" },
    },
  };
  const options = shown[name] ?? {};
  const result = await resample(table, metadata, {
    target: "label",
    strategy: name,
    seed: 2,
    ...(kind === "over" ? { counts: { rare: 160 } } : {}),
    ...options,
  });
  const settings = Object.entries(options).map(([option, value]) => `${option}=${value}`);
  const svg = boundarySvg({
    title: [name, ...settings].join(", "),
    words: summary.replaceAll("`", ""),
    before: planeRows(table),
    after: planeRows(result.table),
    isNew: result.isSynthetic,
    gone: goneRows(table, result),
    categories,
  });
  writeFileSync(path.join(pages, `${name}.svg`), svg);
  for (const { message } of result.notes) console.log(`${name}: ${message}`);
}
if (asked.length === 0 || asked.includes("sequences"))
  writeFileSync(path.join(pages, "sequences.svg"), await sequencePicture());
for (const strategy of ["smoter", "smogn"] as const)
  if (asked.length === 0 || asked.includes(strategy))
    writeFileSync(path.join(pages, `${strategy}.svg`), await regressionPicture(strategy));
if (asked.length === 0 || asked.includes("mlsmote"))
  writeFileSync(path.join(pages, "mlsmote.svg"), await labelsPicture());
