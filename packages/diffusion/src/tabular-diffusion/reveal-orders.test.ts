import { expect, test } from "vitest";
import { revealOrders } from "./reveal-orders.ts";

test("as few categories as can be are shown in one step, each about as often early as late", () => {
  for (const [categories, steps] of [
    [9, 20],
    [20, 20],
    [50, 20],
    [3, 1],
  ] as const) {
    const { count, stepOf } = revealOrders(categories, steps);
    const most = Math.ceil(categories / steps);
    let mostAtOnce = 0;
    const sums = new Float64Array(categories);
    for (let order = 0; order < count; order++) {
      const shown = new Map<number, number>();
      for (let category = 0; category < categories; category++) {
        const step = stepOf[order * categories + category]!;
        sums[category]! += step / count;
        shown.set(step, (shown.get(step) ?? 0) + 1);
      }
      mostAtOnce = Math.max(mostAtOnce, ...shown.values());
    }
    expect(mostAtOnce).toBe(most);
    expect(Math.min(...stepOf)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...stepOf)).toBeLessThan(steps);
    // The mean of 512 steps out of 20 is off by 5.8 / sqrt(512) = 0.26; six of these.
    for (const mean of sums) expect(Math.abs(mean - (steps - 1) / 2)).toBeLessThan(1.6);
  }
});
