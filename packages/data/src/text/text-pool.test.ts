import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashBytes, TextPool } from "./text-pool.ts";

function add(pool: TextPool, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  pool.add(bytes, 0, bytes.length, hashBytes(bytes, 0, bytes.length));
}

function cells(pool: TextPool): (string | null)[] {
  const texts = pool.texts();
  return Array.from(pool.codes, (code) => (code < 0 ? null : texts[code]!));
}

describe("TextPool", () => {
  it("holds every text once and counts its rows", () => {
    const pool = new TextPool();
    for (const text of ["b", "", "é😀", "b", "b"]) add(pool, text);
    pool.addMissing();
    expect(pool.texts()).toEqual(["b", "", "é😀"]);
    expect([...pool.codes]).toEqual([0, 1, 2, 0, 0, -1]);
    expect([...pool.counts]).toEqual([3, 1, 1]);
    expect(pool.missingCount).toBe(1);
  });

  it("gives any cells back in their order", () => {
    const texts = fc.array(fc.option(fc.string({ unit: "grapheme" })), { maxLength: 200 });
    fc.assert(
      fc.property(texts, (given) => {
        const pool = new TextPool();
        for (const text of given) {
          if (text === null) pool.addMissing();
          else add(pool, text);
        }
        expect(cells(pool)).toEqual(given);
        expect(new Set(pool.texts()).size).toBe(pool.size);
      }),
      { seed: 10, numRuns: 200 },
    );
  });

  it("stops searching where nearly all cells differ, and finds equal ones when asked", () => {
    const pool = new TextPool();
    const rows = 50_000;
    for (let row = 0; row < rows; row++) add(pool, `v${row % 45_000}`);
    expect(pool.loose).toBe(true);
    expect(pool.size).toBe(rows);
    const settled = pool.settled();
    expect(settled.size).toBe(45_000);
    expect(cells(settled)).toEqual(cells(pool));
    expect(settled.counts[0]).toBe(2);
    expect(settled.settled()).toBe(settled);
  });
});
