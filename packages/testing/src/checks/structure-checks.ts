// What every synthetic table looks like: the columns, kinds, formats and missing cells of the real one.

import {
  type Column,
  columnLength,
  type Generator,
  isMissing,
  missingCount,
  type Table,
} from "@verisim/core";
import { type ExampleTable, exampleTable } from "../example-table.ts";
import { type GeneratorSubject, promise } from "../generator-subject.ts";
import { missingShareDifference } from "../tolerances.ts";

const dayMicros = 86_400_000_000;

/** A generator of this kind that has learnt the example. */
export async function fitted(
  subject: GeneratorSubject,
  { table, metadata }: ExampleTable = exampleTable(),
): Promise<Generator> {
  return subject.create().fit(table, { metadata, seed: 3 });
}

type Fit = (subject: GeneratorSubject) => Promise<Generator>;

/** A fit that is made at the first call for a subject and given again at the others. */
export function onceEach(learn: Fit): Fit {
  const made = new WeakMap<GeneratorSubject, Promise<Generator>>();
  return (subject) => {
    const known = made.get(subject) ?? learn(subject);
    made.set(subject, known);
    return known;
  };
}

/** The one {@link fitted} generator of all checks that ask it for nothing but rows: a fit each would be most of the suite. */
export const fittedOnce: Fit = onceEach((subject) => fitted(subject));

/** Another one of the same data, for checks that a second fit is the first again. */
export const fittedAgain: Fit = onceEach((subject) => fitted(subject));

/** Names, order and kinds of columns, and exactly the number of rows asked for, from none to more than one batch. */
export async function checkColumns(subject: GeneratorSubject): Promise<void> {
  const { table } = exampleTable();
  const generator = await fittedOnce(subject);
  for (const rows of [0, 1, 2, 7, 1_000, 3_333]) {
    const synthetic = await generator.sample(rows, { seed: 1 });
    promise(synthetic.rowCount === rows, `${rows} rows were asked for but ${synthetic.rowCount} came`);
    requireColumnsLike(table, synthetic);
  }
}

/** @throws ConformanceError unless names, order, kinds and lengths agree */
export function requireColumnsLike(real: Table, synthetic: Table): void {
  const names = synthetic.columnNames;
  promise(
    JSON.stringify(names) === JSON.stringify(real.columnNames),
    `columns ${names.join(", ")} came for ${real.columnNames.join(", ")}`,
  );
  for (const column of synthetic.columns) {
    promise(
      column.kind === real.column(column.name).kind,
      `column ${column.name} came as ${column.kind} for ${real.column(column.name).kind}`,
    );
    promise(columnLength(column) === synthetic.rowCount, `column ${column.name} has another length`);
    if (column.kind === "dictionary") {
      const bad = column.codes.find((code) => code < -1 || code >= column.dictionary.length);
      promise(bad === undefined, `column ${column.name} has code ${bad} outside of its dictionary`);
    }
  }
}

/** Decimals, whole numbers, whole days, categories as written, ids of the pattern and unique, no personal value of a row. */
export async function checkFormats(subject: GeneratorSubject): Promise<void> {
  const { table, metadata } = exampleTable();
  const synthetic = await (await fittedOnce(subject)).sample(3_000, { seed: 2 });
  for (const [name, description] of Object.entries(metadata.columns)) {
    const column = synthetic.column(name);
    const real = table.column(name);
    if (column.kind === "number") {
      const isDate = description.sdtype === "datetime";
      for (const value of column.values) {
        if (Number.isNaN(value)) continue;
        const ok = isDate ? value % dayMicros === 0 : hasDecimals(value, description.decimals!);
        promise(ok, `column ${name}: ${value} is not written like the real cells`);
      }
      continue;
    }
    const seen = presentTexts(real);
    const texts = presentTexts(column);
    if (description.pii) {
      const copied = texts.values.find((text) => seen.set.has(text));
      promise(copied === undefined, `column ${name}: the personal value ${copied} was reproduced`);
    } else if (description.sdtype === "id") {
      const pattern = new RegExp(`^${description.regexFormat}$`);
      const bad = texts.values.find((text) => !pattern.test(text));
      promise(bad === undefined, `column ${name}: ${bad} does not fit ${description.regexFormat}`);
      promise(
        texts.set.size === synthetic.rowCount,
        `column ${name}: a primary key with equal or missing cells`,
      );
    } else {
      const unknown = texts.values.find((text) => !seen.set.has(text));
      promise(unknown === undefined, `column ${name}: the category ${unknown} was never seen`);
    }
  }
}

function hasDecimals(value: number, decimals: number): boolean {
  return Number(value.toFixed(decimals)) === value;
}

function presentTexts(column: Column): { values: string[]; set: Set<string> } {
  const values: string[] = [];
  if (column.kind === "dictionary")
    for (const code of column.codes) if (code >= 0) values.push(column.dictionary[code]!);
  return { values, set: new Set(values) };
}

/** Columns without missing cells stay so; the others miss as often as the real ones. */
export async function checkMissing(subject: GeneratorSubject): Promise<void> {
  const { table } = exampleTable();
  const synthetic = await (await fittedOnce(subject)).sample(4_000, { seed: 4 });
  for (const real of table.columns) {
    const share = missingCount(real) / table.rowCount;
    const received = missingCount(synthetic.column(real.name)) / synthetic.rowCount;
    const bound = share === 0 ? 0 : missingShareDifference;
    promise(
      Math.abs(share - received) <= bound,
      `column ${real.name}: ${received} of the cells are missing, ${share} in the real table`,
    );
  }
}

/** Fitting leaves the table alone: no cell of it changes. */
export async function checkInputUntouched(subject: GeneratorSubject): Promise<void> {
  const { table, metadata } = exampleTable(500);
  const before = exampleTable(500);
  await subject.create().fit(table, { metadata });
  for (const [i, column] of table.columns.entries()) {
    const old = before.table.columns[i]!;
    for (let row = 0; row < table.rowCount; row++) {
      const same =
        column.kind === "number"
          ? Object.is(column.values[row], (old as typeof column).values[row])
          : column.codes[row] === (old as typeof column).codes[row];
      promise(same && isMissing(column, row) === isMissing(old, row), `fit changed column ${column.name}`);
    }
  }
  promise(JSON.stringify(metadata) === JSON.stringify(before.metadata), "fit changed the metadata");
}
