// The progress line: what it says, how often it is drawn, and that nothing stays behind.

import type { Progress } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { ProgressLine, progressText } from "./progress-line.ts";

const sampling = (done: number, total = 1000): Progress => ({ phase: "sample", done, total, unit: "rows" });

describe("the progress line", () => {
  it("says phase, share, rate and time left", () => {
    expect(progressText(sampling(250), 2, 120)).toBe(
      "Sampling    ██████░░░░░░░░░░░░░░░░░░  25 %  125 rows/s  6.0 s left",
    );
  });

  it("says no rate and no time left before they mean something", () => {
    expect(progressText(sampling(5), 0.05, 120)).toMatch(/ 0 %$/);
  });

  it("counts where the total is not known", () => {
    expect(progressText(sampling(2_500_000, 0), 10, 120)).toBe("Sampling    2.5 M rows  250,000 rows/s");
  });

  it("never breaks the line: cut to the width, control characters replaced", () => {
    const progress: Progress = { ...sampling(250), detail: "a\nvery\u001b[31m long name".repeat(5) };
    const text = progressText(progress, 2, 60);
    expect(text.length).toBeLessThan(60);
    expect(text).not.toMatch(/\p{C}/u);
  });

  it("is drawn at most ten times a second and removed at the end", () => {
    let now = 0;
    const written: string[] = [];
    const line = new ProgressLine({ columns: 100, write: (text) => written.push(text) }, () => now);
    for (; now < 1000; now += 5) line.update(sampling(now));
    expect(written.length).toBe(10);
    line.clear();
    expect(written.at(-1)).toBe("\r\u001b[K");
    line.clear();
    expect(written.length).toBe(11);
  });
});
