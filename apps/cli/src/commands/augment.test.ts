// `verisim augment` as a process: what is chosen and what is fixed, what it prints, its JSON, the same bytes for the same
// seed, wrong usage.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RowRandom, streamKey } from "@verisim/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli, temporaryFolder, writePeople } from "../../test/run-cli.ts";

const { folder, remove } = temporaryFolder();
afterAll(remove);
const verisim = (...args: string[]) => runCli(["augment", ...args], folder);

beforeAll(() => {
  writePeople(join(folder, "people.csv"));
  writePeople(join(folder, "holdout.csv"), 400, 150);
  writeFileSync(join(folder, "sums.csv"), sumsCsv(0, 90));
  writeFileSync(join(folder, "more-sums.csv"), sumsCsv(90, 600));
});

/** A number that is the sum of others, with noise: what a copula learns from few rows, and trees do not. */
function sumsCsv(from: number, count: number): string {
  const lines = ["a,b,c,sum"];
  for (let row = from; row < from + count; row++) {
    const random = new RowRandom(streamKey(5, "sums"), row);
    const parts = [0, 1, 2].map(() => random.uniform() + random.uniform() + random.uniform());
    const sum = parts.reduce((all, part) => all + part, 0) + random.uniform() / 2;
    lines.push([...parts, sum].map((value) => value.toFixed(4)).join(","));
  }
  return `${lines.join("\n")}\n`;
}

describe("augment", () => {
  it("uses no synthetic rows where validation inside the real rows finds no gain, and says so", async () => {
    const args = ["people.csv", "--target", "churned", "--out", "none.json"];
    const { code, stdout, stderr } = await verisim(...args);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(
      /^How synthetic rows are used, chosen by validation inside the 300 real rows to learn:$/m,
    );
    expect(stdout).toMatch(/^ +4 +0\.1 +all +[+-]0\.\d+ +0\.\d+$/m);
    expect(stdout).toMatch(/^None: no plan gained more than 2 standard errors over the real rows alone/m);
    expect(stdout).toMatch(
      /^Boosted trees predict churned \(2 classes\) of 100 held-out rows, 5 trainings each,\nfrom 300 real rows and no synthetic ones:\n\nAUC +0\.\d{4}$/m,
    );
    expect(stdout.trimEnd().split("\n").at(-1)).toBe(
      "No synthetic rows are used: the trees are those of the real rows alone.",
    );
    const result = JSON.parse(readFileSync(join(folder, "none.json"), "utf8"));
    expect(result).toMatchObject({ plan: null, training: null, notes: [], verdict: "no difference" });
    expect(result.rows).toEqual({ real: 300, synthetic: 0, holdout: 100 });
    expect(result.choice.tried).toHaveLength(9);
    const best = Math.max(...result.choice.tried.map(({ gain }: { gain: number }) => gain));
    const { standardError } = result.choice.tried.find(({ gain }: { gain: number }) => gain === best);
    expect(best).toBeLessThan(2 * standardError);
    for (const { real, augmented, gain, low, high } of result.scores)
      expect([augmented, gain, low, high]).toEqual([real, 0, 0, 0]);
  });

  it("uses those that help: the plan, its reason, and the gain on rows that nothing has seen", async () => {
    const args = ["sums.csv", "--holdout", "more-sums.csv", "--target", "sum", "--out", "some.json"];
    args.push("--model", "gaussian-copula");
    const { code, stdout, stderr } = await verisim(...args);
    expect(code, stderr).toBe(0);
    const plan = /^4 synthetic rows per real row.* count (0\.1|0\.3|1) each: \+0\.\d+ R2, standard error/m;
    expect(stdout).toMatch(plan);
    expect(stdout).toMatch(/^from 90 real rows, and with 360 synthetic ones beside them/m);
    expect(stdout).toMatch(/^R2 +0\.\d{4} +0\.\d{4} +\+0\.\d{4} +\+0\.\d{4} to \+0\.\d{4}$/m);
    expect(stdout.trimEnd().split("\n").at(-1)).toMatch(/^Better: /);
    const result = JSON.parse(readFileSync(join(folder, "some.json"), "utf8"));
    const tried: { plan: object; gain: number; standardError: number }[] = result.choice.tried;
    const best = tried.reduce((a, b) => (b.gain > a.gain ? b : a));
    expect(best.gain).toBeGreaterThan(2 * best.standardError);
    const chosen = tried.find(({ plan }) => JSON.stringify(plan) === JSON.stringify(result.plan))!;
    expect(chosen.gain).toBeGreaterThan(best.gain - best.standardError);
    expect(result.choice.words).toMatch(plan);
    expect(result.timings.map(({ phase }: { phase: string }) => phase)).toContain("choose");
  });

  it("prints both scores, the gain with its interval and a verdict where the use is given", async () => {
    const given = ["--amount", "2", "--weight", "0.5", "--plausible", "--model", "sequential-trees"];
    const { code, stdout, stderr } = await verisim("people.csv", "--target", "churned", ...given);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(
      /^Boosted trees predict churned \(2 classes\) of 100 held-out rows, 5 trainings each:$/m,
    );
    expect(stdout).toContain(
      "from 300 real rows, and with 600 synthetic ones beside them that count 0.5 each, those with a plausible label.",
    );
    expect(stdout).toMatch(/^AUC +0\.\d{4} +0\.\d{4} +[+-]\d\.\d{4} +[+-]?\d\.\d{4} to [+-]?\d\.\d{4}$/m);
    expect(stdout.trimEnd().split("\n").at(-1)).toMatch(/^(Better:|Worse:|No difference) .*\.$/);
    expect(stdout).not.toContain("chosen");
    expect(stderr).toMatch(/^Learnt 300 rows of 6 columns with sequential-trees in /);
  });

  it("prints JSON, writes it too, and gives the same for the same seed", async () => {
    const args = [
      "people.csv",
      "--holdout",
      "holdout.csv",
      "--target",
      "income",
      "--rows",
      "250",
      "--weight",
      "1",
      "--seed",
      "4",
    ];
    const first = await verisim(...args, "--json", "--quiet", "--out", "outcome.json");
    expect(first.code, first.stderr).toBe(0);
    expect(first.stderr).toBe("");
    const result = JSON.parse(first.stdout);
    expect(JSON.parse(readFileSync(join(folder, "outcome.json"), "utf8"))).toEqual(result);
    expect(result).toMatchObject({
      version: 1,
      model: "sequential-trees",
      seed: 4,
      target: "income",
      choice: null,
      objective: "regression",
      rows: { holdout: 150 - missingIncomes(), synthetic: expect.any(Number), real: expect.any(Number) },
      features: ["plan", "age", "signed_up", "churned"],
      leftOut: [{ column: "id", reason: "a key" }],
    });
    expect(result.scores.map(({ score }: { score: string }) => score)).toEqual(["R2", "RMSE"]);
    const [r2, rmse] = result.scores;
    expect(r2.gain).toBeCloseTo(r2.augmented - r2.real, 12);
    expect(rmse.gain).toBeCloseTo(rmse.real - rmse.augmented, 9);
    expect(result.timings.map(({ phase }: { phase: string }) => phase)).toEqual([
      "read",
      "fit",
      "sample",
      "evaluate",
    ]);
    const again = JSON.parse((await verisim(...args, "--json", "--quiet")).stdout);
    expect({ ...again, timings: [] }).toEqual({ ...result, timings: [] });
  });

  it("draws exact counts of a label, and tries them in proportion where their use is chosen", async () => {
    const args = ["people.csv", "--target", "churned", "--counts", "churned:yes=120", "--json", "--quiet"];
    const result = JSON.parse((await verisim(...args, "--weight", "1")).stdout);
    expect(result.rows.synthetic).toBe(120);
    expect(result.plan).toEqual({ amount: 0.4, weight: 1, plausibleOnly: false });
    const { choice } = JSON.parse((await verisim(...args)).stdout);
    expect(choice.tried.map(({ plan }: { plan: { amount: number } }) => plan.amount)).toEqual(
      new Array(9).fill(0.4),
    );
  });

  it("refuses a missing or unknown target, one that cannot be predicted, and an unknown column of --counts", async () => {
    const none = await verisim("people.csv");
    expect([none.code, none.stdout]).toEqual([2, ""]);
    expect(none.stderr).toMatch(/^VERISIM_USAGE: Expected --target with the column to predict\./);
    expect(none.stderr).toContain("Usage: verisim augment DATA --target COL");
    const both = await verisim("people.csv", "--target", "churned", "--amount", "0", "--rows", "5");
    expect(both.code).toBe(2);
    expect(both.stderr).toContain("VERISIM_USAGE: Expected --amount or --rows but received both.");
    expect(both.stderr).toContain(
      'VERISIM_OPTION_VALUE: Expected a number above 0 and at most 1000 for --amount but received "0".',
    );
    const unknown = await verisim("people.csv", "--target", "churn", "--counts", "plam:pro=3");
    expect(unknown.code).toBe(1);
    expect(unknown.stderr.match(/VERISIM_UNKNOWN_COLUMN/g)).toHaveLength(2);
    expect(unknown.stderr).toContain('"churned"');
    const key = await verisim("people.csv", "--target", "id");
    expect([key.code, key.stdout]).toEqual([1, ""]);
    expect(key.stderr).toMatch(/^VERISIM_TARGET: .*\n.*column "id"/);
  });
});

function missingIncomes(): number {
  const [header, ...lines] = readFileSync(join(folder, "holdout.csv"), "utf8").trimEnd().split("\n");
  const place = header!.split(",").indexOf("income");
  return lines.filter((line) => line.split(",")[place] === "").length;
}
