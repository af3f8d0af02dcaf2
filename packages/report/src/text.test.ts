import { expect, test } from "vitest";
import { clipped, duration, isolated, moment, percent, points, rate, shortNumber } from "./text.ts";

test("percentages never round up to perfect nor down to nothing", () => {
  const texts = [null, 0, 0.0001, 0.4567, 0.9994, 0.99999, 1].map(percent);
  expect(texts).toEqual(["n/a", "0%", "<0.1%", "45.7%", "99.9%", ">99.9%", "100%"]);
});

test("small rates keep two digits", () => {
  expect([0, 0.000001, 0.00042, 0.0012, 0.25].map(rate)).toEqual([
    "0%",
    "<0.001%",
    "0.042%",
    "0.12%",
    "25.0%",
  ]);
});

test("differences carry their sign", () => {
  expect([-0.0931, 0.003, 0.0001].map(points)).toEqual(["\u22129.3", "+0.3", "0.0"]);
});

test("numbers of all sizes stay short", () => {
  const texts = [0, 17, -3.25, 1234.4, 99_999, 250_000, 3.2e9, 4.5e-7, 1e20].map(shortNumber);
  expect(texts).toEqual(["0", "17", "\u22123.25", "1,234", "100,000", "250k", "3.2B", "4.5e-7", "1e+20"]);
});

test("moments show the day over long spans and the minute over short ones", () => {
  const noon = Date.UTC(2021, 4, 6, 12, 30) * 1000;
  expect(moment(noon, 40 * 86_400e6)).toBe("2021-05-06");
  expect(moment(noon, 3_600e6)).toBe("2021-05-06 12:30");
  expect(moment(Number.MAX_VALUE, 1)).toBe("n/a");
});

test("durations use the unit that a reader would", () => {
  expect([0.21, 1.557, 75, 200].map(duration)).toEqual(["210 ms", "1.56 s", "75 s", "3 min 20 s"]);
});

test("labels are cut by width and empty ones are named", () => {
  expect(clipped("Self-emp-not-inc", 10)).toBe("Self-emp-n\u2026");
  expect(clipped("exactly ten", 11)).toBe("exactly ten");
  expect(clipped("\u4e2d\u6587\u5b57\u7b26", 5)).toBe("\u4e2d\u6587\u2026");
  expect(clipped("", 9)).toBe("(empty)");
  expect(isolated("\u05d0")).toBe("\u2068\u05d0\u2069");
});
