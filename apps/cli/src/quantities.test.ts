// Numbers as people write them on a command line.

import { describe, expect, it } from "vitest";
import {
  formatCount,
  formatSeconds,
  formatShare,
  plural,
  readBytes,
  readRowCount,
  readRowIndex,
  readSeconds,
  readSeed,
} from "./quantities.ts";

const coded = expect.objectContaining({ code: "VERISIM_OPTION_VALUE" });

describe("row counts", () => {
  it.each([
    ["1", 1],
    ["32561", 32_561],
    ["1_000_000", 1e6],
    ["1e6", 1e6],
    [" 12 ", 12],
  ])("%j is %d", (text, rows) => {
    expect(readRowCount(text, "rows")).toBe(rows);
  });

  it.each(["0", "-1", "1.5", "1e9x", "", "many", "1e30", "0x10", "Infinity", "NaN"])(
    "%j is refused",
    (text) => {
      expect(() => readRowCount(text, "rows")).toThrowError(coded);
    },
  );

  it("a row's index may be 0, a seed may be negative", () => {
    expect(readRowIndex("0", "from")).toBe(0);
    expect(() => readRowIndex("-1", "from")).toThrowError(coded);
    expect(readSeed("-7", "seed")).toBe(-7);
    expect(() => readSeed("9007199254740993", "seed")).toThrowError(coded);
  });
});

describe("times and sizes", () => {
  it.each([
    ["90", 90],
    ["90s", 90],
    ["10m", 600],
    ["10 min", 600],
    ["1h30m", 5400],
    ["1.5h", 5400],
    ["250ms", 0.25],
  ])("%j is %d seconds", (text, seconds) => {
    expect(readSeconds(text, "max-time")).toBeCloseTo(seconds, 12);
  });

  it.each([
    ["1000", 1000],
    ["512MB", 512e6],
    ["4GB", 4e9],
    ["4GiB", 4 * 2 ** 30],
    ["4g", 4 * 2 ** 30],
    ["1.5 kB", 1500],
  ])("%j is %d bytes", (text, bytes) => {
    expect(readBytes(text, "max-memory")).toBe(bytes);
  });

  it.each(["", "soon", "-5m", "10m!", "m"])("%j is no time", (text) => {
    expect(() => readSeconds(text, "max-time")).toThrowError(coded);
  });

  it.each(["", "0", "4 pounds", "-1GB", "GB"])("%j is no size", (text) => {
    expect(() => readBytes(text, "max-memory")).toThrowError(coded);
  });
});

describe("numbers for people", () => {
  it("are short", () => {
    expect([0.0004, 0.42, 9.96, 12.4, 59.7, 61, 200, 3725].map(formatSeconds)).toEqual([
      "1 ms",
      "0.42 s",
      "10.0 s",
      "12 s",
      "60 s",
      "1 min 1 s",
      "3 min 20 s",
      "1 h 2 min",
    ]);
    expect([1, 32_561].map(formatCount)).toEqual(["1", "32,561"]);
    expect([plural(1, "row"), plural(2, "row")]).toEqual(["1 row", "2 rows"]);
    expect([0, 0.00042, 0.0123, 1].map(formatShare)).toEqual(["0 %", "0.04 %", "1.2 %", "100.0 %"]);
  });
});
