// `verisim augment` as a process: what it prints, its JSON, the same bytes for the same seed, wrong usage.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli, temporaryFolder, writePeople } from "../../test/run-cli.ts";

const { folder, remove } = temporaryFolder();
afterAll(remove);
const verisim = (...args: string[]) => runCli(["augment", ...args], folder);

beforeAll(() => {
  writePeople(join(folder, "people.csv"));
  writePeople(join(folder, "holdout.csv"), 400, 150);
});

describe("augment", () => {
  it("prints both scores, the gain with its interval and a verdict, messages on stderr only", async () => {
    const { code, stdout, stderr } = await verisim("people.csv", "--target", "churned");
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(
      /^Boosted trees predict churned \(2 classes\) of 100 held-out rows, 5 trainings each:$/m,
    );
    expect(stdout).toContain("from 300 real rows, and with 300 synthetic ones beside them.");
    expect(stdout).toMatch(/^AUC +0\.\d{4} +0\.\d{4} +[+-]\d\.\d{4} +[+-]?\d\.\d{4} to [+-]?\d\.\d{4}$/m);
    expect(stdout.trimEnd().split("\n").at(-1)).toMatch(/^(Better:|Worse:|No difference) .*\.$/);
    expect(stderr).toMatch(/^Learnt 300 rows of 6 columns with gaussian-copula in /);
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
      model: "gaussian-copula",
      seed: 4,
      target: "income",
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

  it("draws exact counts of a label", async () => {
    const args = ["people.csv", "--target", "churned", "--counts", "churned:yes=120", "--json", "--quiet"];
    const result = JSON.parse((await verisim(...args)).stdout);
    expect(result.rows.synthetic).toBe(120);
  });

  it("refuses a missing or unknown target, one that cannot be predicted, and an unknown column of --counts", async () => {
    const none = await verisim("people.csv");
    expect([none.code, none.stdout]).toEqual([2, ""]);
    expect(none.stderr).toMatch(/^VERISIM_USAGE: Expected --target with the column to predict\./);
    expect(none.stderr).toContain("Usage: verisim augment DATA --target COL");
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
