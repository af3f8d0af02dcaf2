// The choice by measurement: which candidate is taken, why, and what is left alone. Rows in which a column is another one's
// square have no correlation: a copula loses them, trees keep them.

import {
  type Generator,
  type GeneratorDefinition,
  numberColumn,
  RowRandom,
  streamKey,
  Table,
  type TableMetadata,
} from "@verisim/core";
import { describe, expect, it } from "vitest";
import { findGenerator } from "../generators.ts";
import type { ChosenGenerator } from "./choose-generator.ts";
import { compareCandidates } from "./compare-candidates.ts";
import { AutoGenerator, chooseGenerators } from "./index.ts";

const metadata: TableMetadata = { columns: { x: { sdtype: "numerical" }, square: { sdtype: "numerical" } } };
const facts = { rows: 400, modelled: 2, numbers: 2, mostCategories: 0 };

function parabola(rowCount: number): Table {
  const xs = Array.from(
    { length: rowCount },
    (_, row) => 2 * new RowRandom(streamKey(1, "parabola"), row).uniform() - 1,
  );
  return new Table([
    numberColumn("x", xs),
    numberColumn(
      "square",
      xs.map((x) => x * x),
    ),
  ]);
}

const candidate = (definition: GeneratorDefinition): ChosenGenerator => ({
  definition,
  choice: { name: definition.name, options: {}, reason: "by rule", passedOver: [] },
});
const copula = candidate(findGenerator("gaussian-copula"));
const trees = candidate(findGenerator("sequential-trees"));

/** Gives back the rows that it learnt. */
const parrot: GeneratorDefinition = {
  ...findGenerator("gaussian-copula"),
  name: "parrot",
  create: () => {
    let learnt = parabola(0);
    const generator = {
      name: "parrot",
      fit: async (table: Table) => {
        learnt = table;
        return generator;
      },
      sample: async (rowCount: number) =>
        learnt.take(Array.from({ length: rowCount }, (_, row) => row % learnt.rowCount)),
    };
    return generator as unknown as Generator;
  },
};

describe("the choice by measurement", () => {
  const run = { metadata, seed: 3, purpose: "fidelity", facts: { ...facts, rows: 300 } } as const;
  const table = parabola(300);

  it("takes the rival whose rows are closer as it learnt them all, and says so in figures", async () => {
    const ranking = await compareCandidates(copula, [trees], table, run);
    expect(ranking.map(({ definition }) => definition.name)).toEqual(["sequential-trees", "gaussian-copula"]);
    expect(ranking[0].choice.reason).toMatch(
      /^rows closest to the real ones: two-sample AUC 0\.[456]\d, shapes 0\.9\d.*; against gaussian-copula: two-sample AUC 0\.[89]\d, .* \(300 rows, 60 of them held out, 2 modelled columns, purpose fidelity\)$/,
    );
    const whole = await trees.definition.create().fit(table, { metadata, seed: 3 });
    expect(ranking[0].learnt?.toArtifact()).toEqual(whole.toArtifact());
  });

  it("tries no rival where the first one's rows are hardly told", async () => {
    let tried = 0;
    const counted: GeneratorDefinition = {
      ...trees.definition,
      create: (options) => {
        tried++;
        return trees.definition.create(options);
      },
    };
    const ranking = await compareCandidates(trees, [candidate(counted)], table, run);
    expect(tried).toBe(0);
    expect(ranking).toHaveLength(1);
    expect(ranking[0].choice.reason).toMatch(/^rows that boosted trees hardly tell from real ones: /);
  });

  it("tries no more rivals where one's rows are hardly told", async () => {
    const [first, ...rest] = await compareCandidates(copula, [trees, candidate(parrot)], table, run);
    expect(first.definition.name).toBe("sequential-trees");
    expect(first.choice.reason).not.toContain("parrot");
    expect(rest.map(({ definition }) => definition.name)).toEqual(["gaussian-copula", "parrot"]);
  });

  it("takes no rival that gives back the rows that it learnt", async () => {
    const [first] = await compareCandidates(copula, [candidate(parrot)], table, run);
    expect(first.definition.name).toBe("gaussian-copula");
    expect(first.choice.reason).toContain("against parrot");
    expect(first.choice.reason).toContain("with learnt rows repeated");
  });

  it("stays with the rule where the first cannot be measured, and passes over a rival that cannot learn", async () => {
    const unable = candidate({
      ...parrot,
      name: "unable",
      create: () => findGenerator("auto").create({ purpose: "none" }),
    });
    expect(await compareCandidates(unable, [trees], table, run)).toEqual([unable]);
    const [first] = await compareCandidates(copula, [unable], table, run);
    expect(first.choice.reason).not.toContain("unable");
  });

  it("stops on an abort signal", async () => {
    await expect(
      compareCandidates(copula, [trees], table, { ...run, signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: "VERISIM_ABORTED" });
  });

  it("is what a fit does, and learns all rows then", async () => {
    const progress = new Set<string>();
    const chosen = await new AutoGenerator({}, (...asked) => {
      const [, ...others] = chooseGenerators(...asked);
      return [{ ...copula, rivals: [trees] }, ...others];
    }).fit(table, { metadata, seed: 1, onProgress: ({ detail }) => progress.add(detail ?? "") });
    expect(chosen.choice?.name).toBe("sequential-trees");
    expect(progress.has("trying gaussian-copula") && progress.has("trying sequential-trees")).toBe(true);
    const alone = await trees.definition.create().fit(table, { metadata, seed: 1 });
    expect(chosen.toArtifact()).toEqual(alone.toArtifact());
  });
});

describe("what is measured", () => {
  const rivals = (
    own: Partial<typeof facts>,
    request: Partial<Parameters<typeof chooseGenerators>[1]> = {},
  ) =>
    (chooseGenerators({ ...facts, ...own }, { purpose: "fidelity", ...request })[0].rivals ?? []).map(
      ({ definition }) => definition.name,
    );

  it("are tables of which a fifth can judge and which are learnt in seconds", () => {
    expect(rivals({})).toEqual(["gaussian-copula", "autoregressive"]);
    expect(rivals({ rows: 455, modelled: 31 })).toEqual(["gaussian-copula", "autoregressive"]);
    expect(rivals({ rows: 2000 })).toEqual(["autoregressive"]);
    expect(rivals({ rows: 99 })).toEqual([]);
    expect(rivals({ rows: 10_001 })).toEqual([]);
    expect(rivals({ rows: 4329, modelled: 61 })).toEqual([]);
    expect(rivals({ rows: 300, modelled: 120 })).toEqual(["gaussian-copula"]);
  });

  it("are only those that the budget and the purpose leave", () => {
    expect(rivals({}, { maxTimeMs: 60_000 })).toEqual(["gaussian-copula", "autoregressive"]);
    expect(rivals({}, { maxTimeMs: 510 })).toEqual(["gaussian-copula"]);
    expect(rivals({}, { maxTimeMs: 100 })).toEqual([]);
    expect(rivals({}, { maxMemoryBytes: 1e8 })).toEqual(["gaussian-copula"]);
    for (const purpose of ["privacy", "conditions", "speed"] as const)
      expect(rivals({}, { purpose })).toEqual([]);
  });
});
