import { describe, expect, it } from "vitest";
import { type DiscreteColumn, denseContingency, groupRows, sparseContingency } from "./contingency.ts";

/** Two tables of codes that repeat with different periods. */
function column(codeCount: number, steps: readonly number[]): DiscreteColumn {
  const codes = steps.map((step, table) =>
    Int32Array.from({ length: 900 + table * 77 }, (_, row) => Math.floor((row * step) / 7) % codeCount),
  );
  return {
    codes,
    counts: codes.map((own) => {
      const counts = new Float64Array(codeCount);
      for (const code of own) counts[code]!++;
      return counts;
    }),
  };
}

describe("counts of combinations", () => {
  it("give the same figures dense and group by group", () => {
    const a = column(23, [3, 5, 11]);
    const b = column(17, [2, 13, 6]);
    const dense = denseContingency(a, b);
    const grouped = a.codes.map((codes, table) => groupRows(codes, a.counts[table]!));
    const sparse = sparseContingency(a, grouped, b);
    for (const table of [0, 1, 2]) {
      expect(sparse.association[table]).toBeCloseTo(dense.association[table]!, 12);
      expect(sparse.similarity[table]).toBeCloseTo(dense.similarity[table]!, 12);
    }
    expect(dense.similarity[0]).toBe(1);
    expect(dense.similarity[1]).toBeLessThan(0.7);
  });

  it("order rows by code and keep their order within a code", () => {
    const { rows, starts } = groupRows(Int32Array.of(2, 0, 2, 1, 0), Float64Array.of(2, 1, 2, 0));
    expect([...rows]).toEqual([1, 4, 3, 0, 2]);
    expect([...starts]).toEqual([0, 2, 3, 5, 5]);
  });
});
