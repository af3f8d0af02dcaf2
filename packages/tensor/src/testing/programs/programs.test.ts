import { describe, expect, it } from "vitest";
import type { Tensor } from "../../graph/tensor.ts";
import type { ReferenceArray } from "../../ops/operation.ts";
import { add } from "../../ops/pointwise.ts";
import { planProgram } from "../../runtime/null.ts";
import { leavesOf, mapTree } from "../../tree.ts";
import { referenceTraining, referenceValues } from "../reference-training.ts";
import { aliasTable, drawConditions, drawRows, initConditions } from "./conditions.ts";
import {
  adultLayout,
  conditionsOf,
  ctganStep,
  encodedTable,
  goldenPrograms,
  outputsOf,
  randomTable,
  tinyStep,
  toyLayout,
  toySizes,
  tvaeStep,
} from "./index.ts";

const table = randomTable(toyLayout, 200, 1);
const isNumbers = (value: unknown): value is ReferenceArray =>
  ArrayBuffer.isView((value as ReferenceArray | null)?.data);

type Branch = Record<string, unknown>;

/**
 * The slope of `loss` along a direction of the parameters at `name`, as the first step's Adam saw it and as a difference.
 * Adam's running mean starts at 0, so that after one step it is (1 - beta1) (gradient + decay parameter).
 */
function slopes(
  spec: Parameters<typeof referenceTraining>[0],
  {
    loss,
    name,
    adam,
    beta1,
    decay,
  }: { loss: string; name: string; adam: string; beta1: number; decay: number },
): { derived: number; measured: number } {
  const training = referenceTraining(spec);
  const start = spec.state as Branch;
  const after = training.step(start).state as Branch;
  const old = leavesOf(start[name], isNumbers);
  const means = leavesOf((after[adam] as Branch).mean, isNumbers);
  const direction = (leaf: number, i: number): number => Math.sin(1 + 3 * leaf + i * 0.7);
  let derived = 0;
  old.forEach(({ value }, leaf) => {
    for (let i = 0; i < value.data.length; i++)
      derived += direction(leaf, i) * (means[leaf]!.value.data[i]! / (1 - beta1) - decay * value.data[i]!);
  });
  const at = (distance: number): number => {
    let leaf = -1;
    const moved = mapTree(start[name], isNumbers, ({ shape, data }) => {
      leaf++;
      return { shape, data: Float64Array.from(data, (x, i) => x + distance * direction(leaf, i)) };
    });
    return training.step({ ...start, [name]: moved }).outputs[loss]!;
  };
  const step = 1e-6;
  return { derived, measured: (at(step) - at(-step)) / (2 * step) };
}

function expectEqualSlopes({ derived, measured }: { derived: number; measured: number }): void {
  expect(Math.abs(measured)).toBeGreaterThan(1e-3);
  expect(Math.abs(derived - measured)).toBeLessThan(1e-5 * (1 + Math.abs(measured)));
}

/** Means of an output over the first and the last steps. */
function course(name: string, output: string, steps = 200, window = 10): { first: number; last: number } {
  const training = referenceTraining(goldenPrograms.find((program) => program.name === name)!.make());
  const values = Array.from({ length: steps }, () => training.step().outputs[output]!);
  const mean = (part: readonly number[]): number => part.reduce((a, b) => a + b, 0) / part.length;
  return { first: mean(values.slice(0, window)), last: mean(values.slice(-window)) };
}

describe("ctganStep", () => {
  // Without learning the critic of the generator's step is the one that the step began with.
  const still = () => ctganStep({ ...toySizes, table, batch: 20, learningRate: 0 });

  it("moves the critic along the gradient of its loss, penalty included", () => {
    expectEqualSlopes(
      slopes(still(), { loss: "criticLoss", name: "critic", adam: "criticAdam", beta1: 0.5, decay: 1e-6 }),
    );
  });

  it("moves the generator along the gradient of its loss", () => {
    expectEqualSlopes(
      slopes(still(), {
        loss: "generatorLoss",
        name: "generator",
        adam: "generatorAdam",
        beta1: 0.5,
        decay: 1e-6,
      }),
    );
  });

  it("learns to make the categories that it is asked for", () => {
    const { first, last } = course("ctgan-step", "conditionLoss", 120);
    expect(first).toBeGreaterThan(0.8);
    expect(last).toBeLessThan(0.1);
  });

  it("has the sizes of the paper's networks at Adult's columns and stays below 1.3 GFLOP of products", () => {
    expect([outputsOf(adultLayout), conditionsOf(adultLayout)]).toEqual([160, 104]);
    const { train } = planProgram(ctganStep({ table: randomTable(adultLayout, 500, 1) }));
    expect(train!.productOperations).toBeLessThan(1.3e9);
  });
});

describe("conditions", () => {
  it("an alias table gives every entry its share", () => {
    const weights = [5, 1, 0, 2, 8];
    const { keep, alias } = aliasTable(weights);
    const shares = weights.map((_, entry) =>
      alias.reduce(
        (total, other, i) => total + (i === entry ? keep[i]! : 0) + (other === entry ? 1 - keep[i]! : 0),
        0,
      ),
    );
    shares.forEach((share, i) => {
      expect(share / weights.length).toBeCloseTo(weights[i]! / 16, 6);
    });
  });

  it("draw columns evenly, categories by log frequency, and rows that have the category", () => {
    const layout = { modes: [], categories: [2, 2] };
    // first column: 9 rows of 0 and 1 of 1; second: 5 and 5
    const codes = Int32Array.from({ length: 20 }, (_, i) => {
      const row = i >> 1;
      return i % 2 === 0 ? Number(row === 9) : row % 2;
    });
    const skewed = encodedTable(layout, codes, new Float32Array());
    const conditions = initConditions(skewed);
    const names = Object.keys(conditions) as (keyof typeof conditions)[];
    const [chosen, rows] = referenceValues(
      names.map((name) => conditions[name]),
      (x, rng) => {
        const own = Object.fromEntries(names.map((name, i) => [name, x[i]!])) as Record<
          keyof typeof conditions,
          Tensor
        >;
        const drawn = drawConditions(rng, own, 4000);
        return [drawn, add(drawRows(rng, own, drawn), 0)];
      },
    );
    chosen!.forEach((category, i) => {
      const column = category >> 1;
      expect(codes[rows![i]! * 2 + column]).toBe(category & 1);
    });
    const share = (category: number): number => chosen!.filter((x) => x === category).length / 4000;
    const expected = Math.log(2) / (Math.log(10) + Math.log(2)) / 2;
    // 4000 draws: three deviations are 0.017
    expect(Math.abs(share(1) - expected)).toBeLessThan(0.017);
    expect(Math.abs(share(2) - 0.25)).toBeLessThan(0.021);
  });
});

describe("other golden programs", () => {
  it("tvaeStep moves along the gradient of its loss, and the loss falls by half", () => {
    const spec = tvaeStep({ table, batch: 20, embedding: 4, hidden: [12, 10] });
    expectEqualSlopes(
      slopes(spec, { loss: "loss", name: "parameters", adam: "adam", beta1: 0.9, decay: 1e-5 }),
    );
    const { first, last } = course("tvae-step", "loss");
    expect(last).toBeLessThan(first / 2);
  });

  it("tinyStep moves along the gradient of its loss, and the loss falls to a third", () => {
    const spec = tinyStep({ rows: 64, features: 4, hidden: [8, 8], batch: 16 });
    expectEqualSlopes(slopes(spec, { loss: "loss", name: "layers", adam: "adam", beta1: 0.9, decay: 0 }));
    const { first, last } = course("tiny-step", "loss");
    expect(last).toBeLessThan(first / 3);
  });

  it("attentionStep finds the first token from every place", () => {
    expect(course("attention-step", "loss", 80).last).toBeLessThan(0.01);
  });

  it("convolutionStep makes the images again better than their mean", () => {
    const { first, last } = course("convolution-step", "loss", 200, 30);
    expect(last).toBeLessThan(0.75 * first);
  });
});
