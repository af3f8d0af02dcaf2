// Small and odd tables are not bad input: one row, one column, constants, nothing but missing cells, 100,000 categories.

import { isMissing, numberColumn, Table, type TableMetadata, textColumn, VerisimError } from "@verisim/core";
import { exampleColumns, exampleTable } from "../example-table.ts";
import { type GeneratorSubject, promise, worksOrCoded } from "../generator-subject.ts";
import { fitted, requireColumnsLike } from "./structure-checks.ts";

/** One row of every sdtype can be learnt and sampled. */
export async function checkOneRow(subject: GeneratorSubject): Promise<void> {
  const { table, metadata } = exampleTable(1);
  const synthetic = await (await fitted(subject, { table, metadata })).sample(20, { seed: 1 });
  promise(synthetic.rowCount === 20, "20 rows were asked for from a model of one row");
  requireColumnsLike(table, synthetic);
}

/** A table of a single column, of each sdtype in turn. */
export async function checkOneColumn(subject: GeneratorSubject): Promise<void> {
  for (const name of exampleTable(1).table.columnNames) {
    const example = exampleColumns([name], 300);
    const synthetic = await (await fitted(subject, example)).sample(50, { seed: 1 });
    promise(synthetic.rowCount === 50, `50 rows were asked for of the one column ${name}`);
    requireColumnsLike(example.table, synthetic);
  }
}

/** A constant stays constant, beside columns that are not. */
export async function checkConstantColumns(subject: GeneratorSubject): Promise<void> {
  const rows = 200;
  const { table: base, metadata: known } = exampleColumns(["age", "grade"], rows);
  const constants = [
    numberColumn("whole", new Float64Array(rows).fill(7)),
    numberColumn("fraction", new Float64Array(rows).fill(0.25)),
    numberColumn("day", new Float64Array(rows).fill(86_400_000_000 * 19_000)),
    textColumn("word", new Array<string>(rows).fill("only")),
    textColumn("flag", new Array<string>(rows).fill("TRUE")),
  ];
  const metadata: TableMetadata = {
    columns: {
      ...known.columns,
      whole: { sdtype: "numerical", numberStyle: "integer", decimals: 0 },
      fraction: { sdtype: "numerical", numberStyle: "shortest", decimals: 2 },
      day: { sdtype: "datetime", datetimeFormat: "%Y-%m-%d" },
      word: { sdtype: "categorical" },
      flag: { sdtype: "boolean" },
    },
  };
  const table = new Table([...base.columns, ...constants], rows);
  const synthetic = await (await fitted(subject, { table, metadata })).sample(100, { seed: 5 });
  requireColumnsLike(table, synthetic);
  const first = table.slice(0, 1).toRows()[0]!;
  for (const row of synthetic.toRows()) {
    for (const { name } of constants)
      promise(row[name] === first[name], `the constant ${name} = ${first[name]} came as ${row[name]}`);
  }
}

/** Columns with nothing but missing cells stay empty, and the generator says that it learnt nothing of them. */
export async function checkAllMissing(subject: GeneratorSubject): Promise<void> {
  const rows = 150;
  const { table: base, metadata: known } = exampleColumns(["age", "city"], rows);
  const empty = [
    numberColumn("no number", new Float64Array(rows).fill(Number.NaN)),
    numberColumn("no date", new Float64Array(rows).fill(Number.NaN)),
    textColumn("no word", new Array<null>(rows).fill(null)),
  ];
  const metadata: TableMetadata = {
    columns: {
      ...known.columns,
      "no number": { sdtype: "numerical" },
      "no date": { sdtype: "datetime", datetimeFormat: "%Y-%m-%d" },
      "no word": { sdtype: "categorical" },
    },
  };
  const table = new Table([...base.columns, ...empty], rows);
  const generator = await fitted(subject, { table, metadata });
  const synthetic = await generator.sample(60, { seed: 5 });
  requireColumnsLike(table, synthetic);
  for (const { name } of empty) {
    const column = synthetic.column(name);
    for (let row = 0; row < 60; row++)
      promise(isMissing(column, row), `column ${name} was empty but has a value`);
    promise(
      generator.warnings.some((warning) => warning.includes(name)),
      `no warning names the empty column ${name}`,
    );
  }
  const alone = {
    table: table.select(["no number"]),
    metadata: { columns: { "no number": { sdtype: "numerical" } } },
  };
  const nothing = await (await fitted(subject, alone)).sample(5);
  promise(nothing.rowCount === 5, "5 rows were asked for of an empty column alone");
}

/** No rows at all: a result or a coded error, never another error. */
export async function checkNoRows(subject: GeneratorSubject): Promise<void> {
  const { table, metadata } = exampleTable(1);
  await worksOrCoded("fitting a table without rows", async () => {
    const generator = await subject.create().fit(table.slice(0, 0), { metadata });
    await generator.sample(3);
  });
}

/** 100,000 categories cost memory by their number, not by its square: this table would need 80 GB. */
export async function checkManyCategories(subject: GeneratorSubject, count: number = 100_000): Promise<void> {
  const { table: base, metadata: known } = exampleColumns(["age", "grade"], 1_000);
  const rows = count + 2_000;
  const order = Array.from({ length: rows }, (_, row) => row % 1_000);
  const wide = textColumn(
    "product",
    order.map((_, row) => `product ${row < count ? row : row % 50}`),
  );
  const table = new Table([...base.take(order).columns, wide], rows);
  const metadata: TableMetadata = { columns: { ...known.columns, product: { sdtype: "categorical" } } };
  // Whether training went far is of no interest here.
  const generator = await subject.create().fit(table, { metadata, seed: 3, maxTimeMs: 2_000 });
  const synthetic = await generator.sample(2_000, { seed: 6 });
  requireColumnsLike(table, synthetic);
  const seen = new Set(wide.dictionary);
  const texts = synthetic.toRows().map((row) => row.product as string);
  const unknown = texts.find((text) => !seen.has(text));
  promise(unknown === undefined, `the category ${unknown} was never seen`);
  promise(new Set(texts).size > 1_000, "2,000 rows of 100,000 categories hold few of them");
}

/**
 * A number column with infinities gives finite or missing cells, or the table is refused in words; a label that one row
 * has can be asked for by count.
 */
export async function checkHostileCells(subject: GeneratorSubject): Promise<void> {
  const rows = 400;
  const { table: base, metadata: known } = exampleColumns(["age", "grade"], rows);
  const numbers = Float64Array.from({ length: rows }, (_, row) => row % 97);
  numbers[5] = Number.POSITIVE_INFINITY;
  numbers[9] = Number.NEGATIVE_INFINITY;
  const labels = Array.from({ length: rows }, (_, row) => (row === 7 ? "once" : `label ${row % 3}`));
  const table = new Table(
    [...base.columns, numberColumn("ratio", numbers), textColumn("label", labels)],
    rows,
  );
  const metadata: TableMetadata = {
    columns: { ...known.columns, ratio: { sdtype: "numerical" }, label: { sdtype: "categorical" } },
  };
  const result = await worksOrCoded("fitting infinities", () => fitted(subject, { table, metadata }));
  if (VerisimError.isInstance(result)) return;
  const counts = { column: "label", counts: new Map([["once", 40]]) };
  const synthetic = await result.sample(60, { seed: 2, counts });
  requireColumnsLike(table, synthetic);
  const once = synthetic.toRows().filter((row) => row.label === "once").length;
  promise(once === 40, `40 rows of a label seen once were asked for but ${once} came`);
  const { values } = synthetic.column("ratio") as { values: Float64Array };
  const infinite = values.find((value) => Math.abs(value) === Number.POSITIVE_INFINITY);
  promise(infinite === undefined, `the column ratio holds ${infinite}`);
}
