import { rowUniform, streamKey } from "@verisim/core";
import { buildProgram, tensorData } from "@verisim/tensor";
import { afterAll, describe, expect, test } from "vitest";
import type { EncodedRows, Layout } from "../encoding/layout.ts";
import {
  aliasTable,
  choiceOfCondition,
  columnShares,
  conditionsOf,
  conditionTable,
  conditionWidths,
  drawConditions,
  drawRows,
} from "./condition-draws.ts";

/** Probability of every entry that an alias table stands for. */
function probabilities(weights: readonly number[]): number[] {
  const { keep, alias } = aliasTable(weights);
  const size = weights.length;
  const result = new Array<number>(size).fill(0);
  for (let i = 0; i < size; i++) {
    result[i]! += keep.data[i]! / size;
    result[alias.data[i]!]! += (1 - keep.data[i]!) / size;
  }
  return result;
}

describe("an alias table", () => {
  test.each([
    ["even weights", [1, 1, 1, 1]],
    ["one entry", [3]],
    ["uneven ones", [0.5, 0.1, 0.25, 0.15]],
    ["entries that are never drawn", [0, 2, 0, 6]],
    ["a large one among many small ones", [1000, ...Array<number>(99).fill(1)]],
  ])("stands for %s", (_, weights) => {
    const sum = weights.reduce((a, b) => a + b, 0);
    probabilities(weights).forEach((share, i) => {
      // Single precision.
      expect(Math.abs(share - weights[i]! / sum)).toBeLessThan(1e-6);
      if (weights[i] === 0) expect(share).toBe(0);
    });
  });

  test("stands for weights at random", () => {
    const key = streamKey(5, "alias");
    for (let round = 0; round < 20; round++) {
      const weights = Array.from({ length: 1 + 13 * round }, (_, i) => rowUniform(key, i, round) ** 4);
      const sum = weights.reduce((a, b) => a + b, 0);
      probabilities(weights).forEach((share, i) => {
        expect(Math.abs(share - weights[i]! / sum)).toBeLessThan(1e-6);
      });
    }
  });
});

/** Three columns, the second with places: 2 + 3 + 2 alternatives, of which the first and the third name conditions. */
const layout: Layout = {
  widths: [2, 3, 2],
  placed: [1],
  discrete: [0, 2],
  hasPlace: Float32Array.of(0, 0, 1, 1, 1, 0, 0),
};
const rows: EncodedRows = {
  rowCount: 8,
  // The third column's second category is in row 6 alone; its first column has 3 rows of the second.
  alternatives: Int32Array.from(
    [
      [0, 0, 0],
      [1, 2, 0],
      [0, 1, 0],
      [1, 1, 0],
      [0, 0, 0],
      [0, 2, 0],
      [1, 0, 1],
      [0, 0, 0],
    ].flat(),
  ),
  places: new Float32Array(8),
};

describe("conditions", () => {
  test("are the categories of the discrete columns, end to end", () => {
    expect(conditionWidths(layout)).toEqual([2, 2]);
    expect(conditionsOf(layout)).toBe(4);
  });

  test("list the rows of every category", () => {
    const { start, count, rows: listed } = conditionTable(rows, layout);
    expect([...count.data]).toEqual([5, 3, 7, 1]);
    const rowsOf = (category: number) =>
      [...listed.data].slice(start.data[category]!, start.data[category]! + count.data[category]!);
    expect(rowsOf(0)).toEqual([0, 2, 4, 5, 7]);
    expect(rowsOf(1)).toEqual([1, 3, 6]);
    expect(rowsOf(2)).toEqual([0, 1, 2, 3, 4, 5, 7]);
    expect(rowsOf(3)).toEqual([6]);
  });

  test("weigh columns alike, and categories by the logarithm of their frequency", () => {
    const shares = columnShares(Float64Array.of(Math.log(6), Math.log(4), Math.log(8), Math.log(2)), [2, 2]);
    expect(shares[0]).toBeCloseTo(Math.log(6) / Math.log(24), 12);
    expect(shares[3]).toBeCloseTo(0.25, 12);
    expect([...columnShares(Float64Array.of(0, 0, 3), [2, 1])]).toEqual([0.5, 0.5, 1]);
  });

  const table = conditionTable(rows, layout);
  const drawn = 40_000;
  const program = buildProgram(
    {
      state: { table },
      entries: {
        draw: {
          inputs: {},
          step: ({ state, rng }) => {
            const chosen = drawConditions(rng, state.table, drawn);
            return { outputs: { chosen, rows: drawRows(rng, state.table, chosen) } };
          },
        },
        choices: {
          inputs: { conditions: { shape: [4], dtype: "i32" } },
          step: ({ inputs }) => ({ outputs: { choices: choiceOfCondition(inputs.conditions, layout) } }),
        },
      },
    },
    { seed: 3 },
  );
  afterAll(() => program.free());

  test("are drawn in their shares, each with one of its rows, all of them as often", async () => {
    const { chosen, rows: own } = await program.call("draw");
    const categories = new Float64Array(4);
    const pairs = new Map<string, number>();
    for (let i = 0; i < drawn; i++) {
      const [category, row] = [chosen.data[i]!, own.data[i]!];
      categories[category]!++;
      pairs.set(`${category}:${row}`, (pairs.get(`${category}:${row}`) ?? 0) + 1);
    }
    const wanted = [...columnShares(Float64Array.from([6, 4, 8, 2], Math.log), [2, 2])].map(
      (share) => share / 2,
    );
    // Five standard deviations of a share of 40,000 draws are at most 0.0125.
    for (const [i, share] of wanted.entries())
      expect(Math.abs(categories[i]! / drawn - share)).toBeLessThan(0.0125);
    expect(pairs.size).toBe(5 + 3 + 7 + 1);
    for (const [pair, count] of pairs) {
      const [category, row] = pair.split(":").map(Number) as [number, number];
      const column = layout.discrete[category < 2 ? 0 : 1]!;
      expect(rows.alternatives[row * 3 + column]).toBe(category % 2);
      const share = wanted[category]! / table.count.data[category]!;
      expect(Math.abs(count / drawn - share)).toBeLessThan(0.0125);
    }
  });

  test("name choices over all columns", async () => {
    const { choices } = await program.call("choices", { conditions: tensorData(Int32Array.of(0, 1, 2, 3)) });
    expect([...choices.data]).toEqual([0, 1, 5, 6]);
  });
});
