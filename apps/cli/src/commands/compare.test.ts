// `compare` on a small real file: who takes part, what is said of each, what a generator that fails does to the others.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli, temporaryFolder, writePeople } from "../../test/run-cli.ts";

const { folder, remove } = temporaryFolder();
afterAll(remove);
beforeAll(() => writePeople(join(folder, "people.csv"), 0, 500));

const two = ["--models", "gaussian-copula,sequential-trees", "--target", "churned"];
const verisim = (...args: string[]) => runCli(["compare", ...args], folder);

describe("compare", () => {
  it("judges each generator on rows held out and prints the frontier, as JSON too", async () => {
    const { code, stdout, stderr } = await verisim("people.csv", ...two, "--json", "--out", "c.html");
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("2 generators, 375 rows to learn and 125 held out (a quarter of the rows).");
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({
      version: 1,
      rows: { train: 375, holdout: 125, synthetic: 375 },
      target: "churned",
      failed: [],
    });
    expect(result.sides.map(({ side }: { side: string }) => side)).toEqual([
      "fidelity",
      "utility",
      "privacy",
      "time",
    ]);
    expect(result.models.map(({ name }: { name: string }) => name)).toEqual([
      "gaussian-copula",
      "sequential-trees",
    ]);
    for (const own of result.models) {
      expect(own.figures["two-sample-auc"]).toBeGreaterThan(0.3);
      expect(own.figures.tstr).toBeGreaterThan(0.3);
      expect(own.isOnFrontier).toBe(own.beatenBy.length === 0);
    }
    const page = readFileSync(join(folder, "c.html"), "utf8");
    expect(page).toContain("What each generator gives and costs");
    expect(page).toContain("on-frontier");
  });

  it("goes on without one that cannot learn the table in its budget, and says so", async () => {
    const { code, stdout, stderr } = await verisim(
      ...["people.csv", "--models", "tvae,gaussian-copula", "--parts", "none", "--max-memory", "1MB"],
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^gaussian-copula .* on the frontier$/m);
    expect(stdout).toMatch(/^tvae took no part: VERISIM_MEMORY_BUDGET /m);
  });

  it("refuses a generator that it does not have before it reads", async () => {
    const { code, stderr } = await verisim("people.csv", "--models", "sequential-trees,oracle");
    expect(code).toBe(2);
    expect(stderr).toMatch(/^VERISIM_UNKNOWN_MODEL/);
  });
});
