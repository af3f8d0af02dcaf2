// Numbers of a chain that are drawn from a guess and a residual: where they lie, what a condition leaves of them, and that no
// guess from a file looks where nothing is.

import { streamKey } from "@verisim/core";
import { describe, expect, test } from "vitest";
import { type AllowedOutcomes, type ChainColumn, HistogramTreeChain } from "./histogram-tree-chain.ts";

const root = (donors: readonly number[]) => ({
  feature: Int32Array.of(-1),
  threshold: Int32Array.of(0),
  left: Int32Array.of(0),
  start: Int32Array.of(0),
  end: Int32Array.of(donors.length),
  up: Float32Array.of(0),
  masks: new Uint32Array(0),
  donors: Int32Array.from(donors),
});
const numbers = (low: readonly number[], high: readonly number[]) => ({
  binOf: Uint8Array.from(low, (_, code) => code),
  stretches: { low: Float64Array.from(low), high: Float64Array.from(high) },
});
const none = new Int32Array(0);

/** x from 0 to 4 with scores of -2 to 2; y has half of x's score and a residual of -0.1 to 0.1, or is missing. */
const columns: ChainColumn[] = [
  {
    ...numbers([0, 1, 2, 3], [1, 2, 3, 4]),
    edges: Float64Array.of(-2, -1, 0, 1, 2),
    uses: none,
    model: root([0, 1, 2, 3]),
  },
  {
    binOf: Uint8Array.of(0, 1),
    uses: Int32Array.of(0),
    model: { weights: Float64Array.of(0.5), start: 0.25, limits: Float64Array.of(0.25) },
  },
  { ...numbers([Number.NaN, -0.1], [Number.NaN, 0.1]), uses: Int32Array.of(1), model: root([0, 1, 1, 1]) },
  {
    ...numbers([Number.NaN, 100, 110], [Number.NaN, 110, 130]),
    edges: Float64Array.of(-1, 0, 1),
    uses: Int32Array.of(1, 2),
    model: { guessed: true },
  },
];

async function drawn(rowCount: number, allowed: readonly AllowedOutcomes[] = [], weights?: Float64Array) {
  const outputs = [
    new Float64Array(rowCount),
    new Int32Array(rowCount),
    new Float64Array(rowCount),
    new Float64Array(rowCount),
  ] as const;
  const forced = new Uint8Array(rowCount);
  await new HistogramTreeChain(columns).draw(
    {
      keys: columns.map((_, c) => streamKey(7, `column ${c}`)),
      choices: streamKey(7, "choices"),
      rowStart: 0,
      rowCount,
      allowed,
      ...(allowed.length > 0 ? { tries: 40, forced } : {}),
      ...(weights ? { weights } : {}),
    },
    outputs,
  );
  const [x, guess, residual, y] = outputs;
  return { x, guess, residual, y, forced };
}

/** y of a score: 100 to 110 up to 0, to 130 up to 1. */
const cellOf = (score: number): number => {
  const inside = Math.min(1, Math.max(-1, score));
  return inside < 0 ? 110 + 10 * inside : 110 + 20 * inside;
};

test("a number lies where its guess and its residual say", async () => {
  const { x, guess, residual, y } = await drawn(4_096);
  let missing = 0;
  y.forEach((cell, row) => {
    const score = 0.25 + 0.5 * (x[row]! - 2);
    expect(guess[row]).toBe(score >= 0.25 ? 1 : 0);
    if (Number.isNaN(cell)) missing++;
    else expect(cell).toBeCloseTo(cellOf(score + residual[row]!), 9);
  });
  // One donor of four; uniforms are spread evenly over 4,096 rows.
  expect(missing).toBe(1_024);
});

/** y from 120 on. */
const fromTwenty: AllowedOutcomes = {
  column: 3,
  share: Float64Array.of(0, 0, 0.5),
  parts: {
    first: Int32Array.of(0, 0, 0, 1),
    low: Float64Array.of(120),
    high: Float64Array.of(130),
  },
};

describe("under a condition", () => {
  test("it is met, and x has its shares of the rows that meet it", async () => {
    const { x, y, forced } = await drawn(3_000, [fromTwenty]);
    expect(y.every((cell) => cell >= 120 && cell <= 130)).toBe(true);
    expect(forced.every((flag) => flag === 0)).toBe(true);
    // The score reaches 0.5 from x = 2.5 on, give or take the residual's 0.2; evenly up to 4.
    const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
    expect(Math.abs(mean - 3.25)).toBeLessThan(0.04);
  });

  test("a row's weight is the probability that the condition is met", async () => {
    const weights = new Float64Array(4_000);
    await drawn(4_000, [fromTwenty], weights);
    // Three in four are not missing, and of these x is beyond 2.5 in three of eight.
    const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
    expect(Math.abs(mean - 0.75 * 0.375)).toBeLessThan(0.02);
  });

  test("that x leaves no way to, the rows are forced and meet it", async () => {
    const below: AllowedOutcomes = {
      column: 0,
      share: Float64Array.of(1, 0, 0, 0),
      parts: {
        first: Int32Array.of(0, 1, 1, 1, 1),
        low: Float64Array.of(0),
        high: Float64Array.of(1),
      },
    };
    const { x, y, forced } = await drawn(50, [below, fromTwenty]);
    expect(x.every((cell) => cell <= 1)).toBe(true);
    expect(y.every((cell) => cell >= 120 && cell <= 130)).toBe(true);
    expect(forced.every((flag) => flag === 1)).toBe(true);
  });
});

test.each<[string, (chain: ChainColumn[]) => void]>([
  ["looks at a column without scores", ([x]) => delete (x as { edges?: Float64Array }).edges],
  ["has scores of too few outcomes", ([x]) => Object.assign(x!, { edges: Float64Array.of(0, 1) })],
  ["has scores that fall", ([x]) => Object.assign(x!, { edges: Float64Array.of(2, 1, 0, -1, -2) })],
  ["looks ahead", (chain) => Object.assign(chain[1]!, { uses: Int32Array.of(3) })],
  [
    "has a weight too many",
    (chain) => Object.assign(chain[1]!, { model: { ...chain[1]!.model, weights: Float64Array.of(1, 2) } }),
  ],
  [
    "has a weight that is no number",
    (chain) =>
      Object.assign(chain[1]!, { model: { ...chain[1]!.model, weights: Float64Array.of(Number.NaN) } }),
  ],
  ["has no residual before its number", (chain) => Object.assign(chain[3]!, { uses: Int32Array.of(1, 1) })],
  ["has no guess", (chain) => Object.assign(chain[3]!, { uses: Int32Array.of(0, 2) })],
  [
    "has a missing residual for a number that never is",
    (chain) => Object.assign(chain[3]!, numbers([100, 110], [110, 130])),
  ],
])("a chain whose guess %s is refused", (_what, damage) => {
  const chain = columns.map((column) => ({ ...column }));
  damage(chain);
  expect(() => new HistogramTreeChain(chain)).toThrowError(
    expect.objectContaining({ code: "VERISIM_NATIVE_ARGUMENT" }),
  );
});
