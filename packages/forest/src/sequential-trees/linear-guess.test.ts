// Numbers that go together in straight lines, on few rows: what is drawn keeps the line, its noise, missing cells and
// conditions, and a file of either kind gives the same rows.

import {
  type Artifact,
  numberColumn,
  parseCondition,
  RowRandom,
  streamKey,
  Table,
  textColumn,
  VerisimError,
} from "@verisim/core";
import { openOnnx } from "@verisim/onnx";
import { beforeAll, describe, expect, test } from "vitest";
import { SequentialTrees } from "./sequential-trees.ts";

const rowCount = 500;
/** Deviation of y's noise, where x and y are of unit deviation. */
const noise = 0.1;

interface Cells {
  readonly x: number;
  readonly y: number | null;
  readonly grade: number;
  readonly kind: string;
}

/** x and y lie on a line, in units that are not the same; a tenth of the y is missing; grades are whole numbers of x. */
const real: Cells[] = Array.from({ length: rowCount }, (_, row) => {
  const random = new RowRandom(streamKey(5, "lines"), row);
  const x = random.normal();
  const y = 0.95 * x + noise * random.normal();
  return {
    x: Number(x.toFixed(3)),
    y: random.uniform() < 0.1 ? null : Number((100 + 20 * y).toFixed(2)),
    grade: Math.round(10 + 4 * x + 0.4 * random.normal()),
    kind: x + random.normal() > 0 ? "high" : "low",
  };
});
const table = new Table([
  numberColumn(
    "x",
    real.map(({ x }) => x),
  ),
  numberColumn(
    "y",
    real.map(({ y }) => y ?? Number.NaN),
  ),
  numberColumn(
    "grade",
    real.map(({ grade }) => grade),
  ),
  textColumn(
    "kind",
    real.map(({ kind }) => kind),
  ),
]);
const metadata = {
  columns: {
    x: { sdtype: "numerical", decimals: 3 },
    y: { sdtype: "numerical", decimals: 2 },
    grade: { sdtype: "numerical", decimals: 0 },
    kind: { sdtype: "categorical" },
  },
} as const;

const cellsOf = (drawn: Table): Cells[] => drawn.toRows() as unknown as Cells[];
/** Deviation of y from the true line, in y's deviations. */
const offLine = (cells: readonly Cells[]): number => {
  const off = cells.flatMap(({ x, y }) => (y === null ? [] : [(y - 100) / 20 - 0.95 * x]));
  return Math.sqrt(off.reduce((sum, value) => sum + value * value, 0) / off.length);
};
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

let trees: SequentialTrees;
beforeAll(async () => {
  trees = await new SequentialTrees({ order: "table" }).fit(table, { metadata, seed: 1 });
});

const kindsOf = (model: SequentialTrees): string[] =>
  (model.toArtifact().manifest.chain as { columns: readonly { kind: string }[] }).columns.map(
    ({ kind }) => kind,
  );

test("a line is learnt as one: a guess and a residual", async () => {
  expect(kindsOf(trees).filter((kind) => kind === "residual")).toHaveLength(2);
  const drawn = cellsOf(await trees.sample(5_000, { seed: 2 }));
  expect(offLine(real)).toBeCloseTo(noise, 1);
  // Trees alone, their leaves as fine as held-out rows bear: 0.2 and more.
  expect(offLine(drawn)).toBeLessThan(0.14);
  expect(offLine(drawn)).toBeGreaterThan(0.08);
  const missing = drawn.filter(({ y }) => y === null).length / drawn.length;
  expect(Math.abs(missing - real.filter(({ y }) => y === null).length / rowCount)).toBeLessThan(0.02);
  expect(drawn.every(({ grade }) => Number.isInteger(grade))).toBe(true);
  expect(Math.abs(mean(drawn.map(({ grade }) => grade)) - mean(real.map(({ grade }) => grade)))).toBeLessThan(
    0.3,
  );
});

test("columns that do not go together are drawn as if lines were not known", async () => {
  const apart = new Table([
    table.column("kind")!,
    numberColumn(
      "alone",
      real.map((_, row) => Number(new RowRandom(streamKey(6, "alone"), row).normal().toFixed(3))),
    ),
    table.column("x")!,
  ]);
  const other = await new SequentialTrees().fit(apart, {
    metadata: {
      columns: { kind: metadata.columns.kind, alone: metadata.columns.x, x: metadata.columns.x },
    },
    seed: 1,
  });
  expect(kindsOf(other).filter((kind) => kind === "guess")).toEqual([]);
});

describe("under a condition", () => {
  test.each([
    ["y >= 110", (row: Cells) => row.y !== null && row.y >= 110],
    [
      "y >= 95 and y <= 105 and kind = 'high'",
      (row: Cells) => row.y !== null && row.y >= 95 && row.y <= 105 && row.kind === "high",
    ],
    ["y is null", (row: Cells) => row.y === null],
    ["grade = 14", (row: Cells) => row.grade === 14],
  ] as const)("%s rows meet it and the others have their shares", async (where, holds) => {
    const drawn = cellsOf(await trees.sample(600, { seed: 3, where: parseCondition(where) }));
    expect(drawn.every(holds)).toBe(true);
    const wanted = mean(real.filter(holds).map(({ x }) => x));
    // Some fifty real rows of a deviation of at most 1.
    expect(Math.abs(mean(drawn.map(({ x }) => x)) - wanted)).toBeLessThan(0.3);
  });

  test("that no guess leads to, rows are drawn all the same and said to be forced", async () => {
    const notes: string[] = [];
    const drawn = cellsOf(
      await trees.sample(5, {
        seed: 3,
        where: parseCondition("x >= 1.5 and y <= 80"),
        onNote: (note) => notes.push(note.code),
      }),
    );
    expect(drawn.every(({ x, y }) => x >= 1.5 && y !== null && y <= 80)).toBe(true);
    expect(notes).toEqual(["VERISIM_NOTE_FORCED_ROWS"]);
  });
});

test("a model file gives the same rows, and stretches those of the whole", async () => {
  const loaded = SequentialTrees.fromArtifact(trees.toArtifact());
  const whole = await trees.sample(3_000, { seed: 4 });
  expect((await loaded.sample(3_000, { seed: 4 })).toRows()).toEqual(whole.toRows());
  const parts: unknown[] = [];
  for await (const batch of loaded.sampleBatches(3_000, { seed: 4, batchSize: 700 }))
    parts.push(...batch.toRows());
  expect(parts).toEqual(whole.toRows());
});

test("an ONNX file gives the same rows", async () => {
  const file = await openOnnx(await trees.toOnnx(), { threads: 1 });
  const inputs: Record<string, unknown> = await trees.samplerNoise({ seed: 4, rowCount: 400 });
  const outputs = await file.runTyped(
    Object.fromEntries(file.inputNames.map((name) => [name, inputs[name]!])) as never,
  );
  const drawn = cellsOf(await trees.sample(400, { seed: 4 }));
  for (const name of ["x", "y", "grade"] as const) {
    const data = outputs[name]!.data as Float64Array;
    expect(Array.from(data, (value) => (Number.isNaN(Number(value)) ? null : Number(value)))).toEqual(
      drawn.map((row) => row[name]),
    );
  }
  await file.dispose();
});

describe("a model file is refused", () => {
  type Chain = { columns: Record<string, unknown>[]; trees: Record<string, unknown>[] };
  test.each([
    [
      "without a residual",
      (chain: Chain) => ({ columns: drop(chain.columns, "residual"), trees: chain.trees }),
    ],
    [
      "without scores",
      (chain: Chain) => ({ ...chain, columns: chain.columns.map(({ edges: _, ...rest }) => rest) }),
    ],
    [
      "whose guess is not one",
      (chain: Chain) => ({
        ...chain,
        trees: chain.trees.map((own) => ({ ...own, model: { guessed: true } })),
      }),
    ],
  ])("%s", async (_what, damage) => {
    const artifact = trees.toArtifact();
    const chain = artifact.manifest.chain as unknown as Chain;
    const broken = {
      ...artifact,
      manifest: { ...artifact.manifest, chain: { ...chain, ...damage(chain) } },
    } as unknown as Artifact;
    const use = async (): Promise<unknown> => SequentialTrees.fromArtifact(broken).sample(10);
    await expect(use()).rejects.toThrow(VerisimError);
  });
  const drop = (columns: Record<string, unknown>[], kind: string): Record<string, unknown>[] => {
    const at = columns.findIndex((column) => column.kind === kind);
    return columns.filter((_, place) => place !== at);
  };
});
