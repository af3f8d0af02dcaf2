// Law 1: row i is a function of (model, seed, i), whatever the cut, the batch size, the threads, and what was asked before.

import { numberColumn, parseCondition, type SampleOptions, type SamplingNote, Table } from "@verisim/core";
import { columnAgreement } from "../association.ts";
import { exampleColumns, exampleTable } from "../example-table.ts";
import { type GeneratorSubject, promise } from "../generator-subject.ts";
import { firstDifference, requireSameTable } from "../table-equality.ts";
import { streamAgreement } from "../tolerances.ts";
import { fitted, fittedAgain, fittedOnce, onceEach } from "./structure-checks.ts";

const rows = 700;

/** The one generator that has learnt columns without the key, whose pattern has fewer ids than rows that are asked for. */
const fittedUnkeyed = onceEach((subject) =>
  fitted(subject, exampleColumns(["age", "income", "score", "grade", "city", "joined"])),
);

/** Plain, under a condition, and with label counts. */
const requests: readonly (readonly [string, SampleOptions])[] = [
  ["plain", {}],
  ["a condition", { where: parseCondition("age >= 40 and (grade = 'high' or score < 50)") }],
  ["label counts", { counts: { column: "grade", counts: new Map([["low", 100]]) }, totalRows: rows }],
];

/** Any cut [a, b) gives the rows of the whole, also far beyond 2^32. */
export async function checkCuts(subject: GeneratorSubject): Promise<void> {
  const generator = await fittedOnce(subject);
  for (const [what, options] of requests) {
    const whole = await generator.sample(rows, { ...options, seed: 5 });
    for (const [from, to] of [
      [0, 1],
      [1, 2],
      [137, 512],
      [699, 700],
      [300, 300],
    ] as const) {
      const part = await generator.sample(to - from, { ...options, seed: 5, from });
      requireSameTable(part, whole.slice(from, to), `${what}: rows ${from} to ${to} alone`);
    }
  }
  const open = await fittedUnkeyed(subject);
  const far = 2 ** 33 + 3;
  const wide = await open.sample(20, { seed: 5, from: far });
  requireSameTable(await open.sample(4, { seed: 5, from: far + 11 }), wide.slice(11, 15), "rows beyond 2^33");
  const near = await open.sample(20, { seed: 5, from: 3 });
  promise(
    firstDifference(wide, near) !== null,
    "rows from 3 and from 2^33 + 3 are the same: the high half of the row number is lost",
  );
}

/** Notes count rows of the whole run, each kind once per thing asked for, and are the same whatever the batch size. */
export async function checkNotes(subject: GeneratorSubject): Promise<void> {
  const generator = await fittedOnce(subject);
  for (const [what, options] of requests.slice(1)) {
    const told = async (batchSize: number): Promise<SamplingNote[]> => {
      const notes: SamplingNote[] = [];
      await generator.sample(rows, { ...options, seed: 6, batchSize, onNote: (note) => notes.push(note) });
      return notes;
    };
    const notes = await told(10_000);
    const kinds = new Set(notes.map(({ code, condition }) => `${code} ${condition}`));
    promise(kinds.size === notes.length, `${what}: a note came twice`);
    for (const { code, rows: held, ofRows } of notes) {
      promise(/^VERISIM_NOTE_[A-Z_]+$/.test(code), `${what}: a note's code is ${code}`);
      promise(
        Number.isInteger(held) && held >= 1 && held <= ofRows && ofRows <= rows,
        `${what}: a note is of ${held} of ${ofRows} rows, ${rows} were drawn`,
      );
    }
    const others = await told(300);
    promise(
      JSON.stringify(others) === JSON.stringify(notes),
      `${what}: in batches of 300 the notes were ${JSON.stringify(others)}, in one ${JSON.stringify(notes)}`,
    );
  }
}

/** Batches of any size concatenate to the same table, and hold no more rows than asked. */
export async function checkBatches(subject: GeneratorSubject): Promise<void> {
  const generator = await fittedOnce(subject);
  for (const [what, options] of requests) {
    const whole = await generator.sample(rows, { ...options, seed: 6 });
    for (const batchSize of [1, 7, 64, 699, 700, 10_000]) {
      if (batchSize === 1 && what !== "plain") continue;
      const parts: Table[] = [];
      const count = Math.min(rows, 30 * batchSize);
      const request = { ...options, seed: 6, batchSize };
      for await (const batch of generator.sampleBatches(count, request)) {
        promise(batch.rowCount <= batchSize, `a batch of ${batch.rowCount} rows came for ${batchSize}`);
        parts.push(batch);
      }
      requireSameTable(Table.concat(parts), whole.slice(0, count), `${what}: batches of ${batchSize}`);
    }
  }
}

/** Batches are drawn as they are taken: a request far beyond memory gives its first batches at once. */
export async function checkLazyBatches(subject: GeneratorSubject): Promise<void> {
  const generator = await fittedUnkeyed(subject);
  for (const [what, options] of requests) {
    const { totalRows: _, ...request } = options;
    const taken: Table[] = [];
    for await (const batch of generator.sampleBatches(2 ** 40, { ...request, seed: 6, batchSize: 50 })) {
      taken.push(batch);
      if (taken.length === 2) break;
    }
    promise(Table.concat(taken).rowCount === 100, `${what}: two batches of 50 rows hold another number`);
  }
}

/** The environment variable VERISIM_THREADS changes the time, never a bit. */
export async function checkThreads(subject: GeneratorSubject): Promise<void> {
  const before = process.env.VERISIM_THREADS;
  try {
    const tables: Table[] = [];
    for (const threads of ["1", "2", "5"]) {
      process.env.VERISIM_THREADS = threads;
      const generator = await fitted(subject);
      tables.push(await generator.sample(5_000, { seed: 7 }));
    }
    requireSameTable(tables[1]!, tables[0]!, "two threads against one");
    requireSameTable(tables[2]!, tables[0]!, "five threads against one");
  } finally {
    if (before === undefined) delete process.env.VERISIM_THREADS;
    else process.env.VERISIM_THREADS = before;
  }
}

/** The same seed gives the same table from a fresh fit; another seed another one; calls in between and at once change nothing. */
export async function checkSeeds(subject: GeneratorSubject): Promise<void> {
  const generator = await fittedOnce(subject);
  const first = await generator.sample(300, { seed: 8 });
  requireSameTable(await generator.sample(300, { seed: 8 }), first, "the same seed again");
  const other = await generator.sample(300, { seed: 9 });
  promise(firstDifference(first, other) !== null, "seeds 8 and 9 give the same table");
  const high = await generator.sample(300, { seed: 8 + 2 ** 32 });
  promise(firstDifference(first, high) !== null, "seeds 8 and 8 + 2^32 give the same table");
  requireSameTable(await generator.sample(300, { seed: 8 }), first, "the same seed after another one");
  const both = await Promise.all([
    generator.sample(300, { seed: 8, batchSize: 50 }),
    generator.sample(300, { seed: 9, batchSize: 50 }),
  ]);
  requireSameTable(both[0]!, first, "two samples at once");
  requireSameTable(both[1]!, other, "two samples at once");
  requireSameTable(
    await (await fittedAgain(subject)).sample(300, { seed: 8 }),
    first,
    "a second fit of the same data",
  );
}

/** Distinct rows: a sampler that repeats itself is not one. */
export async function checkRowsDiffer(subject: GeneratorSubject): Promise<void> {
  const synthetic = await (await fittedOnce(subject)).sample(500, { seed: 10 });
  const incomes = new Set((synthetic.column("income") as { values: Float64Array }).values);
  promise(incomes.size > 150, `500 rows hold only ${incomes.size} incomes`);
}

/**
 * A column more at the end leaves the random streams of the others alone: their cells agree but for what the model itself
 * learnt anew (a correlation in its last digits). Independent streams would agree in a fifth of the categories at best, and
 * in no order of numbers.
 */
export async function checkColumnStreams(subject: GeneratorSubject): Promise<void> {
  const { table, metadata } = exampleTable();
  const noise = Float64Array.from(
    { length: table.rowCount },
    (_, row) => ((row * 2_654_435_761) % 1_009) / 8,
  );
  const more = {
    table: new Table([...table.columns, numberColumn("noise", noise)], table.rowCount),
    metadata: { ...metadata, columns: { ...metadata.columns, noise: { sdtype: "numerical", decimals: 3 } } },
  };
  const narrow = await (await fitted(subject, { table, metadata })).sample(1_000, { seed: 12 });
  const wide = await (await fitted(subject, more)).sample(1_000, { seed: 12 });
  for (const before of narrow.columns) {
    const agreement = columnAgreement(before, wide.column(before.name));
    promise(
      agreement >= streamAgreement,
      `column ${before.name} agrees to ${agreement.toFixed(3)} with itself after a column was added`,
    );
  }
}
