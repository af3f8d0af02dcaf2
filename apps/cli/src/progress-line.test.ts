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

  it("says epochs, time left, quality and losses of a training, what matters most first", () => {
    const training: Progress = {
      ...{ phase: "fit", done: 75, total: 300, unit: "epochs" },
      quality: { now: 0.9512, best: 0.9567 },
      losses: { critic: -0.5123, generator: Number.NaN },
    };
    expect(progressText(training, 50, 200)).toBe(
      "Training  ███░░░░░░░░░  25 %  epoch 75 of 300  2 min 30 s left  quality 0.951 (best 0.957)" +
        "  critic loss -0.512  generator loss not a number",
    );
    expect(progressText(training, 50, 80)).toBe(
      "Training  ███░░░░░░░░░  25 %  epoch 75 of 300  2 min 30 s left  quality 0.951…",
    );
    const best = { ...training, quality: { now: 0.96, best: 0.96 }, losses: { loss: 12.345 } };
    expect(progressText(best, 50, 200)).toMatch(/ {2}quality 0\.960 \(the best yet\) {2}loss 12\.3$/);
  });

  it("counts a training's time left from where it was taken up, and no longer than its budget", () => {
    const training: Progress = { phase: "fit", done: 250, total: 300, unit: "epochs" };
    expect(progressText(training, 10, 100, 240)).toMatch(/epoch 250 of 300 {2}50 s left$/);
    expect(progressText({ ...training, budgetLeftMs: 20_000 }, 10, 100, 240)).toMatch(/ {2}20 s left$/);
    expect(progressText({ ...training, budgetLeftMs: 20_000 }, 0, 100, 250)).toMatch(/ {2}20 s left$/);
  });

  it("begins anew where the same phase turns to other work", () => {
    let now = 0;
    const written: string[] = [];
    const line = new ProgressLine({ columns: 100, write: (text) => written.push(text) }, () => now);
    line.update({ phase: "fit", done: 0, total: 1, unit: "epochs", detail: "preparing the table" });
    expect(written.at(-1)).toMatch(/Fitting .* preparing the table$/);
    now = 60_000;
    line.update({ phase: "fit", done: 100, total: 300, unit: "epochs" });
    now = 62_000;
    line.update({ phase: "fit", done: 120, total: 300, unit: "epochs" });
    expect(written.at(-1)).toMatch(/epoch 120 of 300 {2}18 s left$/);
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
