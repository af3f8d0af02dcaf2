import { jit, type Tensor, tensorData } from "@verisim/tensor";
import { describe, expect, it } from "vitest";
import type { EncodedRows, Layout } from "../encoding/layout.ts";
import { correlationConstraint } from "./correlation-constraint.ts";

/** Two columns of two categories that always agree, 40 rows. */
const layout: Layout = { widths: [2, 2], placed: [], discrete: [0, 1], hasPlace: new Float32Array(4) };
const rows: EncodedRows = {
  rowCount: 40,
  alternatives: Int32Array.from({ length: 80 }, (_, i) => (i >> 1) % 2),
  places: new Float32Array(0),
};
const constraint = correlationConstraint(3);
const data = constraint.data({ layout, rows, batchSize: 8, shares: new Float64Array(4).fill(0.5) });
const loss = jit((logits: Tensor, own: Tensor) =>
  constraint.loss({ logits, choices: logits, places: undefined }, own, layout, undefined as never),
) as unknown as (logits: unknown, own: unknown) => Promise<{ data: Float32Array }>;

/** Logits of eight rows from the two columns' first categories. */
function logitsOf(pairs: readonly (readonly [number, number])[]) {
  return tensorData(
    pairs.flatMap(([a, b]) => [a, -a, b, -b]),
    [pairs.length, 4],
  );
}

describe("correlationConstraint", () => {
  it("is 0 for rows with the data's correlations", async () => {
    const made = logitsOf(Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? [20, 20] : [-20, -20])));
    expect((await loss(made, data)).data[0]).toBeCloseTo(0, 4);
  });

  it("is the squared difference of correlations for columns drawn apart", async () => {
    // Deviations are 0.5 + 0.03; each of 8 entries misses 0.25 / 0.53^2, and the sum is over 4 encoded columns.
    const made = logitsOf(Array.from({ length: 8 }, () => [0, 0] as const));
    expect((await loss(made, data)).data[0]).toBeCloseTo((3 * 8 * (0.25 / 0.53 ** 2) ** 2) / 4, 4);
  });

  it("counts shares that are off, which pairs do not show", async () => {
    const made = logitsOf(Array.from({ length: 8 }, () => [20, 20] as const));
    expect((await loss(made, data)).data[0]).toBeGreaterThan(3 * 4 * (0.5 / 0.53) ** 2 * 0.99);
  });
});
