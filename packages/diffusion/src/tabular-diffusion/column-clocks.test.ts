import { expect, test } from "vitest";
import { endOf, runningSteps, startOrders } from "./column-clocks.ts";

test("starts are spread evenly in every order, and every column starts about as often early as late", () => {
  for (const columns of [1, 9, 50]) {
    const { count, starts } = startOrders(columns);
    const sums = new Float64Array(columns);
    const wanted = Array.from({ length: columns }, (_, rank) => Math.fround((rank + 0.4871) / columns));
    for (let order = 0; order < count; order++) {
      const own = starts.subarray(order * columns, (order + 1) * columns);
      expect([...own].sort((a, b) => a - b)).toEqual(wanted);
      own.forEach((start, column) => {
        sums[column]! += start / count;
      });
    }
    // The mean of 512 starts is off by 0.29 / sqrt(512) = 0.013; six of these.
    for (const mean of sums) expect(Math.abs(mean - 0.5)).toBeLessThan(0.08);
  }
});

test("a clock runs in no more steps than there is noise for", () => {
  for (const steps of [1, 4, 20, 50])
    for (const overlap of [0.01, 0.2, 1, 8]) {
      let most = 0;
      for (let start = 0; start <= 1; start += 0.01) {
        const running = Array.from({ length: steps }, (_, n) => {
          const [before, after] = [n, n + 1].map((step) => (step / steps) * endOf(overlap) - start);
          return after! > 0 && before! < overlap;
        });
        most = Math.max(most, running.filter(Boolean).length);
      }
      expect(most).toBeLessThanOrEqual(runningSteps(steps, overlap));
    }
});
