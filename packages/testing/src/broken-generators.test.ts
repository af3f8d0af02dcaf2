// Each row breaks one promise; the check of that promise must notice. A check that no row makes fail proves nothing.

import { dictionaryColumn, Table, VerisimError } from "@verisim/core";
import { describe, expect, test } from "vitest";
import {
  type Breakage,
  brokenSubject,
  failingFit,
  notesOfOneBatch,
  withColumn,
  withManifest,
  withNumbers,
  without,
  withTexts,
} from "./broken-generator.ts";
import { generatorChecks } from "./describe-generator.ts";

let counter = 0;
const leaked: Table[] = [];

/** Check, what is broken, how. */
const breakages: readonly (readonly [string, string, () => Breakage])[] = [
  [
    "keeps names, order and kinds of columns and the number of rows",
    "one row fewer in silence",
    () => ({ table: (table) => (table.rowCount > 5 ? table.slice(1) : table) }),
  ],
  [
    "keeps names, order and kinds of columns and the number of rows",
    "columns in another order",
    () => ({ table: (table) => new Table([...table.columns].reverse(), table.rowCount) }),
  ],
  [
    "keeps decimals, dates, categories, id patterns and unique keys, and reproduces no personal value",
    "more decimals than the real cells",
    () => ({ table: (table) => withNumbers(table, "income", (value) => value + 1e-5) }),
  ],
  [
    "keeps decimals, dates, categories, id patterns and unique keys, and reproduces no personal value",
    "dates with a time",
    () => ({ table: (table) => withNumbers(table, "joined", (value) => value + 1_000_000) }),
  ],
  [
    "keeps decimals, dates, categories, id patterns and unique keys, and reproduces no personal value",
    "an id twice",
    () => ({ table: (table) => withTexts(table, "customer", (text, row) => (row === 9 ? "C000001" : text)) }),
  ],
  [
    "keeps decimals, dates, categories, id patterns and unique keys, and reproduces no personal value",
    "a personal value of a real row",
    () => {
      let real: string | null = null;
      return {
        fit: (inner, table, options) => {
          const column = table.column("email");
          real = column.kind === "dictionary" ? column.dictionary[0]! : null;
          return inner.fit(table, options);
        },
        table: (table) => withTexts(table, "email", (text, row) => (row === 77 ? real : text)),
      };
    },
  ],
  [
    "keeps the pattern of missing cells",
    "missing cells filled",
    () => ({ table: (table) => withNumbers(table, "score", (value) => (Number.isNaN(value) ? 50 : value)) }),
  ],
  [
    "keeps the pattern of missing cells",
    "a missing cell where there was none",
    () => ({
      table: (table) => withNumbers(table, "age", (value, row) => (row === 99 ? Number.NaN : value)),
    }),
  ],
  [
    "leaves the table that it learns from alone",
    "sorts a column in place",
    () => ({
      fit: (inner, table, options) => {
        const column = table.column("age");
        if (column.kind === "number") column.values.sort();
        return inner.fit(table, options);
      },
    }),
  ],
  ["learns one row", "divides by rows - 1", () => failingFit((table) => table.rowCount < 2)],
  ["learns one column of any sdtype", "needs a pair", () => failingFit((table) => table.columns.length < 2)],
  [
    "keeps constants constant",
    "adds noise",
    () => ({ table: (table) => withNumbers(table, "fraction", (value, row) => value + (row % 2) / 100) }),
  ],
  ["keeps empty columns empty and warns of them", "says nothing", () => ({ warnings: () => [] })],
  [
    "keeps empty columns empty and warns of them",
    "fills an empty column",
    () => ({ table: (table) => withNumbers(table, "no number", () => 0) }),
  ],
  [
    "refuses no rows in words or learns them",
    "a bare TypeError",
    () => failingFit((table) => table.rowCount === 0),
  ],
  [
    "learns 100,000 categories",
    "a category of its own",
    () => ({
      table: (table) => withTexts(table, "product", (text, row) => (row === 3 ? "product x" : text)),
    }),
  ],
  [
    "learns any table",
    "trips over a name",
    () => failingFit((table) => table.columnNames.some((n) => n === "a")),
  ],
  [
    "gives the same rows however they are cut",
    "ignores the start",
    () => ({ request: (rowCount, options) => [rowCount, without(options, "from")] }),
  ],
  [
    "gives the same rows however they are cut",
    "loses the high half of the row number",
    () => ({
      request: (rowCount, options) => [rowCount, { ...options, from: (options.from ?? 0) % 2 ** 32 }],
    }),
  ],
  [
    "gives the same rows whatever the batch size",
    "starts its stream anew in every batch",
    () => ({
      table: (table, options) =>
        options.batchSize === 64 ? withNumbers(table, "age", (_, row) => 30 + (row % 7)) : table,
    }),
  ],
  [
    "tells the same notes whatever the batch size",
    "counts a batch's rows only",
    () => ({ request: notesOfOneBatch }),
  ],
  [
    "draws batches as they are taken",
    "makes room for all rows at once",
    () => ({
      request: (rowCount, options) => [new Float64Array(rowCount).length, options],
    }),
  ],
  [
    "gives the same rows whatever the number of threads",
    "sums in another order",
    () => ({
      table: (table) =>
        process.env.VERISIM_THREADS === "5"
          ? withNumbers(table, "income", (value) => value * (1 + 2e-16))
          : table,
    }),
  ],
  [
    "gives the same rows for a seed, and others for another",
    "a global counter",
    () => ({
      request: (rowCount, options) => [rowCount, { ...options, seed: (options.seed ?? 0) + counter++ }],
    }),
  ],
  [
    "gives the same rows for a seed, and others for another",
    "ignores the seed",
    () => ({ request: (rowCount, options) => [rowCount, { ...options, seed: 1 }] }),
  ],
  [
    "gives the same rows for a seed, and others for another",
    "takes 32 bits of the seed",
    () => ({ request: (rowCount, options) => [rowCount, { ...options, seed: (options.seed ?? 0) >>> 0 }] }),
  ],
  [
    "gives rows that differ",
    "one row over and over",
    () => ({ table: (table) => table.take(new Array<number>(table.rowCount).fill(0)) }),
  ],
  [
    "leaves the random streams of other columns alone when one is added",
    "one stream for all columns",
    () => {
      let width = 0;
      return {
        fit: (inner, table, options) => {
          width = table.columns.length;
          return inner.fit(table, options);
        },
        request: (rowCount, options) => [rowCount, { ...options, seed: (options.seed ?? 0) + width }],
      };
    },
  ],
  [
    "meets every condition in every row",
    "ignores conditions",
    () => ({ request: (rowCount, options) => [rowCount, without(options, "where")] }),
  ],
  [
    "keeps the shares inside a condition",
    "takes the first alternative",
    () => ({
      table: (table, options) =>
        options.where ? withTexts(table, "city", (text) => (text ? "Lyon" : text)) : table,
    }),
  ],
  [
    "keeps exact counts per label",
    "counts in the mean only",
    () => ({ request: (rowCount, options) => [rowCount, without(options, "counts", "totalRows")] }),
  ],
  [
    "keeps exact counts per label",
    "labels in blocks",
    () => ({
      table: (table, options) => {
        const column = table.column("grade");
        if (!options.counts || options.from || column.kind !== "dictionary" || options.where) return table;
        return withColumn(table, "grade", () =>
          dictionaryColumn("grade", column.codes.slice().sort(), column.dictionary),
        );
      },
    }),
  ],
  [
    "refuses impossible conditions, naming them",
    "an empty table instead of an error",
    () => ({
      sample: (inner, rowCount, options) => inner.sample(rowCount, options).catch(() => new Table([], 0)),
    }),
  ],
  [
    "refuses impossible conditions, naming them",
    "an error that names nothing",
    () => ({
      sample: (inner, rowCount, options) =>
        inner.sample(rowCount, options).catch(() => {
          throw new VerisimError("VERISIM_CONDITION_IMPOSSIBLE", "That cannot be done.");
        }),
    }),
  ],
  [
    "meets or refuses ranges never seen",
    "gives what it has",
    () => ({
      sample: (inner, rowCount, options) =>
        inner.sample(rowCount, options).catch(() => inner.sample(rowCount, without(options, "where"))),
    }),
  ],
  [
    "refuses impossible label counts",
    "gives what it has",
    () => ({
      sample: (inner, rowCount, options) =>
        inner.sample(rowCount, options).catch(() => inner.sample(rowCount, without(options, "counts"))),
    }),
  ],
  [
    "says clearly that it must be fitted first",
    "an empty table before fit",
    () => ({
      sample: (inner, rowCount, options) => inner.sample(rowCount, options).catch(() => new Table([], 0)),
    }),
  ],
  [
    "gives back its metadata",
    "forgets a column",
    () => ({
      metadata: (inner) => {
        const { age: _, ...columns } = inner.metadata.columns;
        return { ...inner.metadata, columns };
      },
    }),
  ],
  [
    "travels as a model file: same rows, same bytes",
    "a counter in the file",
    () => ({ artifact: (artifact) => withManifest(artifact, { saved: counter++ }) }),
  ],
  [
    "travels as a model file: same rows, same bytes",
    "where it was made in the file",
    () => ({ artifact: (artifact) => withManifest(artifact, { folder: process.cwd() }) }),
  ],
  [
    "travels as a model file: same rows, same bytes",
    "loses the table's name",
    () => ({ load: (artifact) => withManifest(artifact, { tableName: "other" }) }),
  ],
  [
    "travels as a model file: same rows, same bytes",
    "reads formats of the future",
    () => ({ load: (artifact) => ({ ...artifact, formatVersion: 1 }) }),
  ],
  [
    "stops on an abort signal",
    "does not listen in sample",
    () => ({ request: (rowCount, options) => [rowCount, without(options, "signal")] }),
  ],
  [
    "stops on an abort signal",
    "does not listen in fit",
    () => ({ fit: (inner, table, { signal: _, ...options }) => inner.fit(table, options) }),
  ],
  [
    "stops on an abort signal",
    "loses its model when it is stopped",
    () => ({
      fit: async (inner, table, options) => {
        const { signal: _, ...rest } = options;
        await inner.fit(table, { ...rest, seed: 99, tableName: "half" });
        if (options.signal?.aborted) throw new VerisimError("VERISIM_ABORTED", "Stopped.");
      },
    }),
  ],
  [
    "forgets the first fit at the second",
    "keeps the first data",
    () => {
      const tables: Table[] = [];
      return {
        fit: (inner, table, options) => {
          tables.push(table);
          const all = tables.map((old) => old.select(table.columnNames));
          return inner.fit(Table.concat(all), options);
        },
      };
    },
  ],
  [
    "goes on with a training that was stopped, to the bit",
    "loses a row of the table on the way",
    () => ({
      fit: (inner, table, options) => inner.fit(options.checkpoint ? table.slice(1, 800) : table, options),
    }),
  ],
  [
    "learns infinities and labels seen once",
    "an infinity",
    () => ({ table: (table) => withNumbers(table, "ratio", () => Number.POSITIVE_INFINITY) }),
  ],
  [
    "learns infinities and labels seen once",
    "a rare label as often as it is in the data",
    () => ({ request: (rowCount, { counts: _, ...options }) => [rowCount, options] }),
  ],
  [
    "keeps memory flat over refits",
    "keeps every table",
    () => ({
      fit: (inner, table, options) => {
        leaked.push(Table.concat([table.slice(0, 1), table]));
        return inner.fit(table, options);
      },
    }),
  ],
  [
    "refuses requests that make no sense",
    "takes a negative start for 0",
    () => ({
      request: (rowCount, options) => [rowCount, { ...options, from: Math.max(0, options.from ?? 0) }],
    }),
  ],
  [
    "keeps marginals",
    "everybody five years older",
    () => ({ table: (table) => withNumbers(table, "age", (value) => value + 5) }),
  ],
  [
    "keeps marginals",
    "the frequent category more frequent",
    () => ({ table: (table) => withTexts(table, "city", (text) => (text === "Graz" ? "Lyon" : text)) }),
  ],
  ["keeps pairs better than columns drawn alone", "columns drawn alone", () => ({})],
];

describe("the conformance suite notices", () => {
  test.each(breakages)("%s: %s", async (check, _, make) => {
    const work = generatorChecks[check]!(brokenSubject(make));
    const error = await work.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    // A broken promise, a failed property, or the broken generator's own error: nothing else may have gone wrong.
    const said = error instanceof Error ? `${error.name}: ${error.message}` : "no error";
    expect(said).toMatch(
      /^ConformanceError|Property failed|cannot read properties of undefined|allocation failed|typed array length/,
    );
    leaked.length = 0;
  });

  test("every promise broken at least once", () => {
    const broken = new Set(breakages.map(([check]) => check));
    expect(Object.keys(generatorChecks).filter((check) => !broken.has(check))).toEqual([]);
  });
});
