import { describe, expect, it } from "vitest";
import { philox, RowRandom, rowUniform, rowWords, streamKey, uniformFromWords } from "./random.ts";

describe("philox", () => {
  it("gives the known answers of Philox4x32-10", () => {
    expect(philox([0, 0, 0, 0], [0, 0])).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    expect(philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])).toEqual([
      0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1,
    ]);
  });
});

describe("streams", () => {
  it("differ by seed, table and column, and are the same when asked again", () => {
    const keys = [
      streamKey(1, "t", "a"),
      streamKey(2, "t", "a"),
      streamKey(1, "u", "a"),
      streamKey(1, "t", "b"),
    ];
    expect(new Set(keys.map(String)).size).toBe(4);
    expect(streamKey(1, "t", "a")).toEqual(keys[0]);
    expect(streamKey(1, "ta")).not.toEqual(keys[0]);
  });

  it("tell rows beyond 2^32 apart", () => {
    const key = streamKey(0, "t");
    expect(rowWords(key, 5)).not.toEqual(rowWords(key, 5 + 2 ** 32));
  });

  it("never leave the open interval (0, 1)", () => {
    expect(uniformFromWords(0, 0)).toBeGreaterThan(0);
    expect(uniformFromWords(0xffffffff, 0xffffffff)).toBeLessThan(1);
  });

  it("are uniform: the mean of 100,000 draws is within five standard errors of a half", () => {
    const key = streamKey(3, "uniform");
    let sum = 0;
    for (let row = 0; row < 100_000; row++) sum += rowUniform(key, row);
    // One standard error is 0.29 / sqrt(100,000) = 0.0009.
    expect(Math.abs(sum / 100_000 - 0.5)).toBeLessThan(0.0046);
  });
});

describe("RowRandom", () => {
  it("reads a row's words in order, block after block", () => {
    const key = streamKey(4, "words");
    const random = new RowRandom(key, 9, 2);
    const words = Array.from({ length: 8 }, () => random.word());
    expect(words).toEqual([...rowWords(key, 9, 2, 0), ...rowWords(key, 9, 2, 1)]);
  });

  it("draws standard normal numbers: mean and variance of 100,000 within five standard errors of 0 and 1", () => {
    const random = new RowRandom(streamKey(3, "normal"), 0);
    let [sum, squares] = [0, 0];
    for (let i = 0; i < 100_000; i++) {
      const value = random.normal();
      sum += value;
      squares += value ** 2;
    }
    expect(Math.abs(sum / 100_000)).toBeLessThan(5 / Math.sqrt(100_000));
    expect(Math.abs(squares / 100_000 - 1)).toBeLessThan(5 * Math.sqrt(2 / 100_000));
  });
});
