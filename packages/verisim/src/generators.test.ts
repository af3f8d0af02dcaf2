import { describe, expect, it } from "vitest";
import { defaultGeneratorName, findGenerator, generatorFromArtifact, generators } from "./generators.ts";

describe("the list of generators", () => {
  it("has different names in kebab-case, a summary and options with a default inside their range", () => {
    expect(new Set(generators.map(({ name }) => name)).size).toBe(generators.length);
    for (const { name, summary, options } of generators) {
      expect(name).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(summary.length).toBeGreaterThan(10);
      for (const [option, row] of Object.entries(options)) {
        expect(row.description.length, option).toBeGreaterThan(5);
        if (row.type === "choice") expect(row.values).toContain(row.default);
        if (typeof row.default === "number") {
          expect(row.default).toBeGreaterThanOrEqual(row.min ?? Number.NEGATIVE_INFINITY);
          expect(row.default).toBeLessThanOrEqual(row.max ?? Number.POSITIVE_INFINITY);
        }
      }
    }
  });

  it("finds a generator and the default", () => {
    expect(findGenerator("gaussian-copula").name).toBe("gaussian-copula");
    expect(findGenerator(defaultGeneratorName).name).toBe(defaultGeneratorName);
  });

  it("names the nearest generator of a mistyped name", () => {
    expect(() => findGenerator("gausian_copula")).toThrowError(
      expect.objectContaining({
        code: "VERISIM_UNKNOWN_MODEL",
        hint: expect.stringContaining('"gaussian-copula"'),
      }),
    );
  });

  it("refuses a model of a generator that it does not have", () => {
    const artifact = { generator: "oracle", formatVersion: 1, manifest: {}, tensors: {} };
    expect(() => generatorFromArtifact(artifact)).toThrowError(
      expect.objectContaining({ code: "VERISIM_UNKNOWN_MODEL" }),
    );
  });
});
