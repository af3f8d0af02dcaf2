// The fuzzer finds what was planted: a bug behind three conditions, an endless loop; and nothing where there is nothing.

import { describe, expect, it } from "vitest";

import { fuzzTarget } from "./fuzz.ts";

const module = new URL("./planted-targets.ts", import.meta.url).href;
const job = (target: string, seconds: number) => ({ module, target, seconds, seed: 1, corpus: [] });

describe("the fuzzer", () => {
  it("reaches a bug behind three conditions, which blind change would not", async () => {
    const { finding, kept } = await fuzzTarget(job("deep", 300));
    expect(Buffer.from(finding!.input).toString("latin1").slice(0, 3)).toBe("bug");
    expect(finding!.error).toContain("the planted bug");
    expect(kept.length).toBeGreaterThanOrEqual(2);
  });

  it("tells an input that never ends", async () => {
    const { finding } = await fuzzTarget(job("endless", 120));
    expect(finding!.error).toMatch(/^no end after/);
    expect(finding!.input.length).toBeGreaterThan(5);
  });

  it("finds nothing in a sound target", async () => {
    const { finding, runs } = await fuzzTarget(job("sound", 1));
    expect(finding).toBeUndefined();
    expect(runs).toBeGreaterThan(100);
  });
});
