import { RowRandom, rowUniform, streamKey } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { Batch } from "../engine/batch.ts";
import { CalendarClock } from "./calendar-clock.ts";
import { parseDuration } from "./durations.ts";
import { OrderedUniforms } from "./ordered-uniforms.ts";

const day = 86_400e6;
const key = streamKey(4, "times");
const splitKey = streamKey(4, "splits");

/** The ordered uniforms of rows [from, from + count) of a sequence of `total`. */
function stretch(total: number, from: number, count: number): number[] {
  const batch = new Batch({ rowStart: from, rowCount: count, slots: 3 });
  for (let i = 0; i < count; i++) batch.index[i] = from + i;
  batch.count.fill(total);
  batch.draws.push(Float64Array.from(batch.rows, (row) => rowUniform(key, row)));
  const ordered = new OrderedUniforms(0, key, splitKey);
  return Array.from({ length: count }, (_, i) => ordered.at(batch, i));
}

describe("ordered uniforms", () => {
  it.each([1, 2, 100, 256, 257, 5_000])(
    "of %i ascend, lie in (0, 1), and are the same however they are cut",
    (total) => {
      const all = stretch(total, 0, total);
      all.forEach((value, i) => {
        expect(value).toBeGreaterThan(i === 0 ? 0 : all[i - 1]!);
        expect(value).toBeLessThan(1);
      });
      for (const [from, count] of [
        [0, 1],
        [Math.floor(total / 3), Math.ceil(total / 3)],
        [total - 1, 1],
      ] as const)
        expect(stretch(total, from, Math.min(count, total - from))).toEqual(all.slice(from, from + count));
    },
  );

  it("are those of uniform draws: the Kolmogorov distance is that of chance", () => {
    const total = 20_000;
    const distance = Math.max(
      ...stretch(total, 0, total).map((value, i) => Math.abs(value - (i + 0.5) / total)),
    );
    // 1.95 / sqrt(n) is exceeded once in a thousand.
    expect(distance).toBeLessThan(1.95 / Math.sqrt(total));
    expect(distance).toBeGreaterThan(0.2 / Math.sqrt(total));
  });

  it("reach any rank of a billion rows at once", () => {
    const [middle] = stretch(1e9, 5e8, 1);
    expect(Math.abs(middle! - 0.5)).toBeLessThan(1e-4);
  });
});

describe("the calendar clock", () => {
  const hours = Array.from({ length: 24 }, (_, hour) => (hour >= 8 && hour < 18 ? 1 : 0));
  const clock = new CalendarClock({
    hours,
    weekdays: [1, 1, 1, 1, 1, 0, 0],
    months: Array(12).fill(1),
    growth: 0.5,
  });
  const monday = Date.UTC(2024, 0, 1) * 1000;

  it("inverts its own integral where events can happen", () => {
    const random = new RowRandom(streamKey(2, "clock"), 0);
    for (let i = 0; i < 500; i++) {
      const at = monday + Math.floor(random.uniform() * 365) * day + (8 + 10 * random.uniform()) * 3600e6;
      const weekday = (Math.floor(at / day) + 3) % 7;
      if (weekday > 4) continue;
      expect(Math.abs(clock.inverse(clock.integral(at)) - at)).toBeLessThan(1e4);
    }
  });

  it("gives hours and days of weight 0 nothing, and growth by the year", () => {
    expect(clock.integral(monday + 8 * 3600e6) - clock.integral(monday)).toBe(0);
    expect(clock.integral(monday + 7 * day) - clock.integral(monday + 5 * day)).toBe(0);
    const year = (n: number) =>
      clock.integral(monday + (n + 1) * 364 * day) - clock.integral(monday + n * 364 * day);
    expect(year(1) / year(0)).toBeCloseTo(1.5 ** (364 / 365.25), 9);
    expect(clock.integral(Date.UTC(1800, 0, 1) * 1000)).toBeNaN();
  });
});

describe("durations", () => {
  it.each([
    ["500ms", 5e5],
    ["90s", 9e7],
    ["1h30m", 5.4e9],
    ["2d", 2 * day],
    ["0.5s", 5e5],
    ["", undefined],
    ["10", undefined],
    ["0s", undefined],
    ["5 weeks", undefined],
  ])("%s", (text, micros) => {
    expect(parseDuration(text)).toBe(micros);
  });
});
