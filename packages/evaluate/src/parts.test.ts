// The parts together: which are made, which say why they are not, and that none costs the others.

import {
  type Artifact,
  numberColumn,
  type Progress,
  RowRandom,
  streamKey,
  Table,
  type TableMetadata,
  textColumn,
} from "@verisim/core";
import { describe, expect, it, vi } from "vitest";
import { evaluate } from "./evaluate.ts";
import { type Evaluation, partNames } from "./evaluation.ts";
import { figureSheet, figures, figuresOf, whyUndefined } from "./figures/index.ts";

const metadata: TableMetadata = {
  columns: {
    age: { sdtype: "numerical" },
    sex: { sdtype: "categorical" },
    churned: { sdtype: "categorical" },
    when: { sdtype: "datetime" },
  },
};

function people(rowCount: number, seed: number): Table {
  const rows = Array.from({ length: rowCount }, (_, row) => new RowRandom(streamKey(seed, "people"), row));
  const ages = rows.map((random) => 18 + random.below(60));
  return new Table([
    numberColumn("age", ages),
    textColumn(
      "sex",
      rows.map((random) => (random.uniform() < 0.5 ? "f" : "m")),
    ),
    textColumn(
      "churned",
      rows.map((random, row) => (random.uniform() < ages[row]! / 80 ? "yes" : "no")),
    ),
    numberColumn(
      "when",
      rows.map((random) => random.below(1000) * 86_400e6),
    ),
  ]);
}

const real = people(300, 1);
const synthetic = people(300, 2);
const holdout = people(300, 3);

const stateOf = ({ parts }: Evaluation): Record<string, string | null> =>
  Object.fromEntries(parts.map(({ part, code }) => [part, code]));

/** Every part but the model file, which is judged where there is one. */
const usual = partNames.filter((part) => part !== "model-file");

/** A model that keeps the one real row of its rare sex, to the letter. */
const modelFile: Artifact = {
  generator: "test",
  formatVersion: 1,
  manifest: { seen: ["f", "m", "undisclosed"] },
  tensors: {},
};

describe("parts of a judgement", () => {
  it("are all made with a holdout and a target, in order, and every number of them is JSON", async () => {
    const seen: Progress[] = [];
    const times: string[] = [];
    const evaluation = await evaluate({
      ...{ real, synthetic, holdout, metadata, target: "churned" },
      onProgress: (progress) => seen.push(progress),
      onPart: (part) => times.push(part),
    });
    expect(evaluation.parts.map(({ part, state, reason }) => [part, state, reason])).toEqual(
      usual.map((part) => [part, "done", null]),
    );
    expect(times[0]).toBe("quality");
    expect(times.slice(1).sort()).toEqual([...usual].sort());
    expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation);
    const begun = seen.filter(({ unit }) => unit === "parts").map(({ detail }) => detail);
    expect(begun).toEqual(expect.arrayContaining(usual));
    // Fresh rows of the same distribution: no alarm, and an AUC of 0.5 with a standard error of 0.024.
    expect(Math.abs(evaluation.twoSample!.auc.value - 0.5)).toBeLessThan(0.12);
    expect(evaluation.privacy!.level).not.toBe("alarm");
  });

  it("are the same one after the other and side by side", async () => {
    const judged = async (threads: string): Promise<Evaluation> => {
      vi.stubEnv("VERISIM_THREADS", threads);
      return evaluate({ real, synthetic, holdout, metadata, target: "churned" });
    };
    try {
      expect(await judged("4")).toEqual(await judged("1"));
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it("are left out by name where something is not given", async () => {
    const evaluation = await evaluate({ real, synthetic, metadata, parts: ["utility", "two-sample"] });
    expect(evaluation.parts).toEqual([
      { part: "two-sample", state: "done", code: null, reason: null },
      {
        part: "utility",
        state: "left-out",
        code: "VERISIM_PART_NEEDS",
        reason: "It needs a target: the column that a model would predict.",
      },
    ]);
    expect([evaluation.privacy, evaluation.bias]).toEqual([null, null]);
    expect(whyUndefined(figures["tstr-gap"]!, evaluation)).toMatch(/needs a target/);
    expect(whyUndefined(figures["dcr-share"]!, evaluation)).toMatch(/not asked for/);
    expect(whyUndefined(figures["two-sample-auc"]!, evaluation)).toBeNull();
  });

  it("search the model file where there is one", async () => {
    const rare = new Table(
      real.columns.map((column) =>
        column.name === "sex"
          ? textColumn(
              "sex",
              Array.from({ length: 300 }, (_, row) => (row === 7 ? "undisclosed" : "m")),
            )
          : column,
      ),
    );
    const evaluation = await evaluate({ real: rare, synthetic, metadata, modelFile, parts: ["model-file"] });
    expect(evaluation.modelFile!.columns.find(({ column }) => column === "sex")).toMatchObject({
      searched: 1,
      stored: 1,
    });
    expect(figuresOf(evaluation)["stored-values"]).toBe(1);
    const without = await evaluate({ real, synthetic, metadata, parts: ["model-file"] });
    expect(without.parts[0]!.reason).toBe("It needs the generator's model file.");
  });

  it("that fail are named with their code, and the others stand", async () => {
    const evaluation = await evaluate({
      ...{ real, synthetic, holdout, metadata, target: "when" },
      parts: ["utility", "bias", "projection"],
    });
    expect(stateOf(evaluation)).toEqual({
      projection: null,
      utility: "VERISIM_TARGET",
      bias: "VERISIM_TARGET",
    });
    expect(evaluation.projection).not.toBeNull();
    expect(evaluation.warnings.filter((warning) => warning.includes("VERISIM_TARGET"))).toHaveLength(2);
  });

  it("stop when the signal fires in one of them", async () => {
    const controller = new AbortController();
    const run = evaluate({
      ...{ real, synthetic, holdout, metadata },
      parts: ["projection", "two-sample"],
      signal: controller.signal,
      onProgress: ({ detail }) => detail?.startsWith("two-sample") && controller.abort(),
    });
    await expect(run).rejects.toMatchObject({ code: "VERISIM_ABORTED" });
  });

  it("survive tables in which there is nothing to find", async () => {
    const nothing = new Table([
      numberColumn("age", new Array(30).fill(Number.NaN)),
      textColumn("sex", new Array(30).fill("x")),
      textColumn("churned", new Array(30).fill(null)),
      numberColumn("when", new Array(30).fill(5)),
    ]);
    const evaluation = await evaluate({
      real: nothing,
      synthetic: nothing,
      holdout: nothing,
      metadata,
      target: "sex",
    });
    expect(evaluation.parts.every(({ code }) => code !== "VERISIM_PART_FAILED")).toBe(true);
    for (const value of Object.values(figuresOf(evaluation)))
      expect(value === null || Number.isFinite(value)).toBe(true);
  });

  it("survive one row, a missing column and columns of another type", async () => {
    const odd = new Table([
      textColumn("age", ["old", "young"]),
      numberColumn("sex", [1, 2]),
      textColumn("when", ["x", "y"]),
    ]);
    for (const other of [odd, synthetic.slice(0, 1)]) {
      const evaluation = await evaluate({ real, synthetic: other, holdout, metadata, target: "churned" });
      expect(evaluation.parts).toHaveLength(usual.length);
      expect(evaluation.parts.filter(({ code }) => code === "VERISIM_PART_FAILED")).toEqual([]);
    }
  });
});

describe("a figure sheet", () => {
  it("reads what it can of a file that is no judgement, and never throws", () => {
    const odd = [
      null,
      3,
      "x",
      [],
      {},
      { quality: { score: "1" } },
      { quality: { columnShapes: { columns: [null] } } },
    ];
    for (const content of odd) {
      const sheet = figureSheet("odd.json", content);
      expect([...sheet.figures.values()].every(({ value }) => value === null)).toBe(true);
      expect(sheet.columns.size).toBe(0);
    }
    const sheet = figureSheet("old.json", {
      quality: { score: 0.5, columnShapes: { score: 0.75, columns: [{ column: "__proto__", score: 0.75 }] } },
    });
    expect(sheet.figures.get("quality")!.value).toBe(0.5);
    expect([...sheet.columns]).toEqual([["__proto__", 0.75]]);
  });
});
