// How benchmark samples are taken and summed up.

import { describe, expect, it } from "vitest";

import { generatedCsv } from "./adult.ts";
import { median, type Side, summarise, takeTurns } from "./measure.ts";

const side = (name: string, seconds: readonly number[], log: string[]): Side => {
  let run = 0;
  return {
    name,
    run: async () => {
      log.push(name);
      return { seconds: seconds[run]!, run: run++ };
    },
  };
};

describe("takeTurns", () => {
  it("warms both sides up, then alternates who goes first", async () => {
    const log: string[] = [];
    await takeTurns([side("ours", [9, 1, 1], log), side("peer", [9, 2, 2], log)], { pairs: 2 });
    expect(log).toEqual(["ours", "peer", "peer", "ours", "ours", "peer"]);
  });

  it("counts every run where no warm-up is asked for", async () => {
    const pairs: number[] = [];
    const samples = await takeTurns(
      [side("ours", [4, 5], [])],
      { pairs: 2, warmUps: 0 },
      (_side, _seconds, pair) => pairs.push(pair),
    );
    expect(pairs).toEqual([1, 2]);
    expect(samples.get("ours")).toEqual([
      { seconds: 4, run: 0 },
      { seconds: 5, run: 1 },
    ]);
  });
});

describe("summarise", () => {
  it("leaves the warm-up out and reports the smallest of the peers' ratios", async () => {
    const samples = await takeTurns(
      [side("ours", [50, 2, 1, 3], []), side("slow", [0, 40, 30, 50], []), side("fast", [0, 20, 21, 19], [])],
      { pairs: 3 },
    );
    const result = summarise("sample", 2, "ours", samples);
    expect(result).toMatchObject({
      name: "sample",
      unit: "s",
      threads: 2,
      ours: 2,
      peers: [
        { name: "slow", value: 40, ratio: 20 },
        { name: "fast", value: 20, ratio: 10 },
      ],
      ratio: 10,
      pairs: 3,
      details: { ours: { run: 3, seconds: [2, 1, 3] } },
    });
  });

  it("has no ratio without a peer", async () => {
    const samples = await takeTurns([side("ours", [1, 1], [])], { pairs: 1 });
    expect(summarise("alone", 1, "ours", samples).ratio).toBeNull();
  });
});

describe("median", () => {
  it("takes the middle, or the mean of the two middle values", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });
});

describe("generatedCsv", () => {
  it("has Adult's shape: 15 columns, one mostly zero, some missing cells, the same on every run", () => {
    const rows = generatedCsv(2000)
      .trimEnd()
      .split("\n")
      .map((line) => line.split(","));
    expect(rows).toHaveLength(2001);
    expect(rows.every((row) => row.length === 15)).toBe(true);
    const zeros = rows.filter((row) => row[3] === "0").length;
    expect(zeros / 2000).toBeGreaterThan(0.88);
    expect(zeros / 2000).toBeLessThan(0.96);
    expect(rows.some((row) => row.includes(""))).toBe(true);
    expect(generatedCsv(50)).toBe(generatedCsv(50));
  });
});
