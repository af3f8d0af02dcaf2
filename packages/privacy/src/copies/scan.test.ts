import { RowRandom, streamKey } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { scanFront, scanVarying } from "./scan.ts";

const coins = (length: number, share: number, seed: number): Uint8Array => {
  const random = new RowRandom(streamKey(seed, "coins"), 0);
  return Uint8Array.from({ length }, () => (random.uniform() < share ? 1 : 0));
};

describe("scanFront", () => {
  it("finds ten hits at the front of a list of coins, and says how many", () => {
    const list = coins(1000, 0.5, 3);
    list.fill(1, 0, 10);
    const { length, hits, pValue } = scanFront(list, 0.5, 0);
    expect(hits).toBeGreaterThanOrEqual(10);
    expect(hits / length).toBeGreaterThan(0.8);
    expect(pValue).toBeLessThan(0.02);
  });

  it("keeps its level: at most 30 of 300 lists of coins are below 0.05", () => {
    // 15 are expected; 31 or more come with a chance of 1e-4.
    let low = 0;
    for (let seed = 0; seed < 300; seed++) if (scanFront(coins(400, 0.4, seed), 0.4, 0).pValue <= 0.05) low++;
    expect(low).toBeLessThanOrEqual(30);
    expect(low).toBeGreaterThan(2);
  });

  it("gives a bound below what the simulation resolves, and 1 where nothing is in excess", () => {
    expect(scanFront(new Uint8Array(60).fill(1), 0.5, 0).pValue).toBeLessThan(1e-12);
    expect(scanFront(new Uint8Array(60), 0.5, 0)).toEqual({ length: 0, hits: 0, pValue: 1 });
    expect(scanFront(new Uint8Array(0), 0.5, 0).pValue).toBe(1);
  });
});

describe("scanVarying", () => {
  it("learns nothing from places that are certain", () => {
    const sure = { hits: new Uint8Array(50).fill(1), chances: new Float64Array(50).fill(1) };
    expect(scanVarying(sure.hits, sure.chances, 0, 0.01).pValue).toBe(1);
    expect(scanVarying(new Uint8Array(0), new Float64Array(0), 0, 0.01).pValue).toBe(1);
  });

  it("agrees with the other scan where all chances are equal", () => {
    const list = coins(200, 0.5, 5);
    list.fill(1, 0, 14);
    const fixed = scanFront(list, 0.5, 0);
    const varying = scanVarying(list, new Float64Array(200).fill(0.5), 0, 1);
    expect(varying).toMatchObject({ length: fixed.length, hits: fixed.hits });
    expect(varying.pValue).toBeLessThan(0.005);
  });
});
