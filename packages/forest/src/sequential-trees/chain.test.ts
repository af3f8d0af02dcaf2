// What the chain as a whole promises: the order that suits the data, relations that hold in every row, conditions with the
// right shares, and model files that are checked.

import {
  type Artifact,
  numberColumn,
  parseCondition,
  rowUniform,
  streamKey,
  Table,
  textColumn,
  VerisimError,
} from "@verisim/core";
import { describe, expect, test } from "vitest";
import { SequentialTrees } from "./sequential-trees.ts";

const rows = 2_400;
const uniform = (name: string) => (row: number) => rowUniform(streamKey(3, name), row);
const centres = Array.from({ length: 12 }, (_, k) => [(k * 7) % 12, (k * 5) % 12, (k * 11) % 12] as const);
const label = Array.from({ length: rows }, (_, row) => row % 12);
const numbers = ["x", "y", "z"].map((name, axis) => {
  const spread = uniform(name);
  return numberColumn(
    name,
    label.map((k, row) => Number((10 * centres[k]![axis]! + 35 * spread(row)).toFixed(3))),
  );
});
const clusters = new Table([
  ...numbers,
  textColumn(
    "label",
    label.map((k) => `kind ${k}`),
  ),
]);
const number = { sdtype: "numerical", numberStyle: "shortest", decimals: 3 } as const;
const clustersMetadata = {
  columns: { x: number, y: number, z: number, label: { sdtype: "categorical" } },
} as const;

test("a label that says what kind of row it is comes first", async () => {
  // Without a price on what is learnt by heart, which blurs edges: the order alone is looked at.
  const trees = await new SequentialTrees({ maxNearer: 1 }).fit(clusters, { metadata: clustersMetadata });
  const chain = trees.toArtifact().manifest.chain as { columns: readonly { name: string }[] };
  expect(chain.columns[0]!.name).toBe("label");
  const drawn = (await trees.sample(2_000, { seed: 1 })).toRows();
  const right = drawn.filter((row) => {
    const centre = centres[Number(String(row.label).slice(5))]!;
    return ["x", "y", "z"].every((name, axis) => {
      const distance = Number(row[name]) - 10 * centre[axis]!;
      return distance >= -2 && distance <= 37;
    });
  });
  // Each kind fills a cube of side 35; a row of another kind's numbers would mostly lie outside.
  expect(right.length / drawn.length).toBeGreaterThan(0.9);
});

const visits = uniform("visits");
const pages = Float64Array.from({ length: rows }, (_, row) => Math.floor(visits(row) * 4));
const time = uniform("time");
const seconds = pages.map((count, row) => (count === 0 ? 0 : Math.round(100 * count * (0.5 + time(row)))));
const sessions = new Table([numberColumn("pages", pages), numberColumn("seconds", seconds)]);
const whole = { sdtype: "numerical", numberStyle: "integer", decimals: 0 } as const;
const sessionsMetadata = { columns: { pages: whole, seconds: whole } } as const;

test("what holds in every row holds in every drawn row", async () => {
  const trees = await new SequentialTrees().fit(sessions, { metadata: sessionsMetadata });
  for (const row of (await trees.sample(10_000, { seed: 1 })).toRows())
    expect((row.pages === 0) === (row.seconds === 0), JSON.stringify(row)).toBe(true);
});

test("under a condition the other columns have the shares of the rows that meet it", async () => {
  const trees = await new SequentialTrees().fit(sessions, { metadata: sessionsMetadata });
  const drawn = (await trees.sample(4_000, { seed: 2, where: parseCondition("seconds >= 200") })).toRows();
  const real = sessions.toRows().filter((row) => Number(row.seconds) >= 200);
  for (const count of [2, 3]) {
    const share = (list: readonly { pages?: unknown }[]) =>
      list.filter((row) => row.pages === count).length / list.length;
    // Two deviations of the real share of some 900 rows are 0.033.
    expect(Math.abs(share(drawn) - share(real))).toBeLessThan(0.06);
  }
});

describe("numbers that boosted trees tell better by class", () => {
  const parts = ["a", "b", "c", "d"].map((name) =>
    Array.from({ length: rows }, (_, row) => uniform(name)(row)),
  );
  // A sum of four: a single tree needs far more leaves for it than these rows fill.
  const sum = Float64Array.from({ length: rows }, (_, row) =>
    Math.round(1000 * parts.reduce((total, part) => total + part[row]!, 0)),
  );
  const summed = new Table([
    ...parts.map((part, i) =>
      numberColumn(
        `part ${i}`,
        part.map((x) => Math.round(1000 * x)),
      ),
    ),
    numberColumn("sum", sum),
  ]);
  const summedMetadata = {
    columns: { "part 0": whole, "part 1": whole, "part 2": whole, "part 3": whole, sum: whole },
  } as const;
  const fitted = (boostClasses: number) =>
    new SequentialTrees({ boostClasses, order: "table" }).fit(summed, { metadata: summedMetadata });
  /** Mean square of what the parts leave of the sum, in its variance. */
  const unexplained = async (trees: SequentialTrees): Promise<number> => {
    const drawn = (await trees.sample(6_000, { seed: 1 })).toRows();
    const rest = drawn.map(
      (row) => Number(row.sum) - [0, 1, 2, 3].reduce((all, i) => all + Number(row[`part ${i}`]), 0),
    );
    return rest.reduce((all, x) => all + x * x, 0) / rest.length / ((4 / 12) * 1e6);
  };

  test("follow from others as a tree alone cannot have it", async () => {
    const [boosted, alone] = [await unexplained(await fitted(64)), await unexplained(await fitted(0))];
    expect(boosted).toBeLessThan(0.6 * alone);
  });

  test("keep their classes in a model file, and conditions their rows", async () => {
    const trees = await fitted(64);
    const loaded = SequentialTrees.fromArtifact(trees.toArtifact());
    const where = parseCondition("sum >= 3000");
    const drawn = (await loaded.sample(300, { seed: 2, where })).toRows();
    expect(drawn).toEqual((await trees.sample(300, { seed: 2, where })).toRows());
    expect(drawn.every((row) => Number(row.sum) >= 3000)).toBe(true);
    const chain = trees.toArtifact().manifest.chain as { columns: readonly { kind: string }[] };
    expect(chain.columns.map(({ kind }) => kind)).toContain("classes");
    // What the parts are under the condition: 0.84 on average, by the real rows.
    const mean = drawn.reduce((total, row) => total + Number(row["part 0"]), 0) / drawn.length;
    const real = parts[0]!.filter((_, row) => sum[row]! >= 3000);
    const wanted = (1000 * real.reduce((total, x) => total + x, 0)) / real.length;
    // Deviations of 300 drawn and some 100 real rows: 10 and 15.
    expect(Math.abs(mean - wanted)).toBeLessThan(60);
  });
});

describe("a model file", () => {
  const damaged: readonly (readonly [string, (chain: Record<string, unknown>) => unknown])[] = [
    ["no trees", (chain) => ({ ...chain, trees: [] })],
    [
      "a column twice",
      (chain) => ({ ...chain, columns: [(chain.columns as unknown[])[0], (chain.columns as unknown[])[0]] }),
    ],
    ["no columns", (chain) => ({ ...chain, columns: [] })],
    ["a fixed column that is not there", (chain) => ({ ...chain, fixed: [{ encoded: 9, cell: 1 }] })],
    ["texts for lists", (chain) => ({ ...chain, derived: "none" })],
  ];
  test.each(damaged)("with %s is refused", async (_what, damage) => {
    const trees = await new SequentialTrees().fit(sessions, { metadata: sessionsMetadata });
    const artifact = trees.toArtifact();
    const chain = damage(artifact.manifest.chain as Record<string, unknown>);
    const broken = { ...artifact, manifest: { ...artifact.manifest, chain } } as Artifact;
    expect(() => SequentialTrees.fromArtifact(broken)).toThrow(VerisimError);
    try {
      SequentialTrees.fromArtifact(broken);
    } catch (error) {
      expect((error as VerisimError).code).toBe("VERISIM_MODEL_FILE");
    }
  });
});
