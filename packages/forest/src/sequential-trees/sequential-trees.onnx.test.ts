import { parseCondition, rowUniform, streamKey } from "@verisim/core";
import { checkOnnx, descriptionKey, openOnnx, type SamplerDescription } from "@verisim/onnx";
import { describeOnnxSampler, samplerTable } from "@verisim/sampler-testing";
import { expect, test } from "vitest";
import { SequentialTrees, sequentialTrees } from "./sequential-trees.ts";

describeOnnxSampler(sequentialTrees, {
  network: false,
  variants: { "as it comes": {}, "without boosting": { boostClasses: 0 } },
});

const seed = 6;

test.each([
  ["branch", 12, (value: string) => `branch = '${value}'`],
  ["city", 60, (value: string) => `city = '${value}'`],
] as const)(
  "rows that the file is asked for by %s and keeps by their weight are those of a condition",
  async (column, rowCount, conditionOf) => {
    const { table, metadata } = samplerTable();
    const trees = await new SequentialTrees({ tries: 100_000 }).fit(table, { metadata, seed: 1 });
    const bytes = await trees.toOnnx();
    const description = JSON.parse(checkOnnx(bytes).metadata![descriptionKey]!) as SamplerDescription;
    const { first, values } = description.conditions.find((entry) => entry.column === column)!;
    // Not the most frequent category, so that most tries are refused.
    const category = values.filter((value) => value !== null).at(3) as string;
    const file = await openOnnx(bytes, { threads: 1 });
    const condition = Int32Array.of(first + values.indexOf(category));
    const native = await trees.sample(rowCount, { seed, where: parseCondition(conditionOf(category)) });
    const key = streamKey(seed, "table", column, "outcome");
    let refused = 0;
    for (let row = 0; row < rowCount; row++) {
      for (let attempt = 0; ; attempt++) {
        const noise = await trees.samplerNoise({ seed, rowStart: row, rowCount: 1, attempt });
        const inputs = { ...noise, condition: { shape: [1], data: condition } };
        const outputs = await file.runTyped(
          Object.fromEntries(file.inputNames.map((name) => [name, inputs[name as keyof typeof inputs]!])),
        );
        const weight = Number(outputs[description.conditionWeight!]!.data[0]);
        if (rowUniform(key, row, attempt, 1) >= weight) {
          refused++;
          continue;
        }
        const wanted = native.slice(row, row + 1).toRows()[0]!;
        for (const name of [column, "age", "country", "temperature"]) {
          const found = outputs[description.columns.find((entry) => entry.name === name)!.output]!.data[0];
          const cell = wanted[name] ?? (typeof found === "number" ? Number.NaN : "");
          expect([row, name, found]).toEqual([row, name, cell]);
        }
        break;
      }
    }
    expect(refused).toBeGreaterThan(rowCount);
    await file.dispose();
  },
  60_000,
);
