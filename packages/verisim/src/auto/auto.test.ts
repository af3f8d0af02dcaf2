// What the choice promises beside the generator contract, and the contract itself: a table learnt through it is learnt.

import { type GeneratorDefinition, VerisimError } from "@verisim/core";
import { describeGenerator, exampleTable } from "@verisim/testing";
import { describe, expect, it } from "vitest";
import { findGenerator, generatorFromArtifact } from "../generators.ts";
import { AutoGenerator, auto, chooseGenerators, type TableFacts, tableFacts } from "./index.ts";

const facts: TableFacts = { rows: 32_561, modelled: 15, numbers: 6, mostCategories: 42 };
const first = (own: Partial<TableFacts>, request: Partial<Parameters<typeof chooseGenerators>[1]> = {}) =>
  chooseGenerators({ ...facts, ...own }, { purpose: "fidelity", ...request })[0].choice;

describe("the choice of a generator", () => {
  it("takes trees where rows shall be like the real ones, and says why in one line", () => {
    expect(first({})).toEqual({
      name: "sequential-trees",
      options: {},
      reason: expect.stringMatching(/^[^\n]+ \(32,561 rows, 15 modelled columns, purpose fidelity\)$/),
      passedOver: [],
    });
  });

  it("sets the generator up for the purpose", () => {
    expect(first({}, { purpose: "privacy" }).options).toEqual({ minGroup: 20, minLeaf: 100 });
    expect(first({}, { purpose: "speed" }).name).toBe("gaussian-copula");
  });

  it("passes over what a budget does not allow, in words, and always chooses one", () => {
    const wide = { rows: 1_000_000, modelled: 50 };
    const hurried = first(wide, { maxTimeMs: 60_000 });
    expect(hurried.name).toBe("gaussian-copula");
    expect(hurried.passedOver).toEqual([
      {
        name: "sequential-trees",
        reason: expect.stringMatching(/^about \d+ s are more than the 60 s allowed$/),
      },
    ]);
    expect(first(wide, { maxMemoryBytes: 1e9 }).passedOver[0]!.reason).toMatch(
      /MB are more than the 1000 MB/,
    );
    const choice = first(wide, { maxTimeMs: 1, maxMemoryBytes: 1 });
    expect(choice.name).toBe("gaussian-copula");
    expect(choice.passedOver.map(({ name }) => name)).toEqual(["sequential-trees"]);
  });

  it("counts the columns that a model makes", () => {
    const { table, metadata } = exampleTable(200);
    const counted = tableFacts(table, metadata);
    expect(counted.rows).toBe(200);
    expect(counted.modelled).toBeLessThan(table.columns.length);
    expect(counted.numbers).toBeGreaterThan(0);
  });
});

/** A generator that cannot learn, for the reason of this code. */
function unable(code: string): GeneratorDefinition {
  const definition = findGenerator("gaussian-copula");
  return {
    ...definition,
    name: "unable",
    create: (options) =>
      Object.assign(definition.create(options), {
        fit: () => Promise.reject(new VerisimError(code, "Expected a loss but received NaN.")),
      }),
  };
}

const withUnable =
  (code: string): typeof chooseGenerators =>
  (...asked) => {
    const [best, ...others] = chooseGenerators(...asked);
    return [{ definition: unable(code), choice: { ...best.choice, name: "unable" } }, best, ...others];
  };

describe("a generator that chooses", () => {
  const { table, metadata } = exampleTable(300);

  it("has the name, the model file and the rows of the one that it chose", async () => {
    const chosen = await new AutoGenerator({ purpose: "speed" }).fit(table, { metadata, seed: 3 });
    expect([new AutoGenerator().name, chosen.name, chosen.choice?.name]).toEqual([
      "auto",
      "gaussian-copula",
      "gaussian-copula",
    ]);
    const artifact = chosen.toArtifact();
    expect(artifact.generator).toBe("gaussian-copula");
    const alone = await findGenerator("gaussian-copula").create().fit(table, { metadata, seed: 3 });
    expect(alone.toArtifact()).toEqual(artifact);
    const rows = await chosen.sample(20, { seed: 1 });
    for (const loaded of [generatorFromArtifact(artifact), auto.fromArtifact(artifact)])
      expect(await loaded.sample(20, { seed: 1 })).toEqual(rows);
  });

  it("takes the next where the first cannot learn, and says so", async () => {
    const chosen = await new AutoGenerator({}, withUnable("VERISIM_TRAINING_DIVERGED")).fit(table, {
      metadata,
    });
    expect(chosen.name).toBe("sequential-trees");
    expect(chosen.warnings[0]).toBe("auto passed over unable: Expected a loss but received NaN.");
  });

  it("ends where the table itself is at fault, and keeps what it had learnt", async () => {
    const chosen = new AutoGenerator({}, withUnable("VERISIM_ABORTED"));
    await expect(chosen.fit(table, { metadata })).rejects.toThrowError(
      expect.objectContaining({ code: "VERISIM_ABORTED" }),
    );
    expect(chosen.name).toBe("auto");
    await expect(chosen.sample(1)).rejects.toThrowError(
      expect.objectContaining({ code: "VERISIM_NOT_FITTED" }),
    );
  });

  it("refuses a purpose that it does not know", async () => {
    const options = { purpose: "beauty" } as unknown as { purpose: "speed" };
    await expect(new AutoGenerator(options).fit(table, { metadata })).rejects.toThrowError(
      expect.objectContaining({ code: "VERISIM_OPTION_VALUE" }),
    );
  });
});

describeGenerator(auto, {
  without: {
    "travels as a model file: same rows, same bytes":
      "the file is that of the chosen generator, tested above",
    "keeps memory flat over refits": "the chosen generator's own suite shows it",
    "goes on with a training that was stopped, to the bit": "the chosen generator's own suite shows it",
    "leaves the random streams of other columns alone when one is added":
      "the chosen generator's own suite shows it",
  },
});
