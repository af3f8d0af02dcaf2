// Two columns that are nearly the same: rows where they differ widely have no probability that a number can hold, and are
// given all the same, with a note.

import {
  numberColumn,
  parseCondition,
  parseLabelCounts,
  type SamplingNote,
  Table,
  textColumn,
} from "@verisim/core";
import { beforeAll, expect, test } from "vitest";
import { GaussianCopula } from "./gaussian-copula.ts";

const copula = new GaussianCopula({ derive: false });

beforeAll(async () => {
  const rows = Array.from({ length: 3000 }, (_, i) => (i * 7919) % 3000);
  const table = new Table([
    numberColumn("first", rows),
    numberColumn(
      "second",
      rows.map((value) => value + (value % 2)),
    ),
    textColumn(
      "half",
      rows.map((value) => (value % 2 === 0 ? "even" : "odd")),
    ),
  ]);
  const number = { sdtype: "numerical" };
  await copula.fit(table, {
    metadata: { columns: { first: number, second: number, half: { sdtype: "categorical" } } },
  });
});

async function told(where: string, more: object = {}): Promise<SamplingNote[]> {
  const notes: SamplingNote[] = [];
  const request = { seed: 3, where: parseCondition(where), onNote: (note: SamplingNote) => notes.push(note) };
  const made = await copula.sample(40, { ...request, ...more });
  expect(made.rowCount).toBe(40);
  return notes;
}

test("rows that lie in their box by force are counted; likely ones say nothing", async () => {
  expect(await told("first < 1500 and second > 1400")).toEqual([]);
  const condition = "first < 100 AND second > 2900";
  const all = { code: "VERISIM_NOTE_FORCED_ROWS", rows: 40, ofRows: 40, condition };
  expect(await told("first < 100 and second > 2900")).toEqual([
    {
      ...all,
      message: `40 of 40 rows under ${condition} took their given values by force: the model had no such row among 32 tries for each.`,
    },
  ]);
  expect(await told("first < 100 and second > 2900", { batchSize: 7 })).toMatchObject([all]);
});

test("they are counted per label", async () => {
  const notes = await told("first < 100 and second > 2900", {
    counts: parseLabelCounts("half:even=25,odd=15"),
  });
  expect(notes.map(({ rows, ofRows }) => [rows, ofRows])).toEqual([
    [25, 25],
    [15, 15],
  ]);
  expect(notes.map(({ condition }) => condition.slice(-13))).toEqual(["half = 'even'", " half = 'odd'"]);
});
