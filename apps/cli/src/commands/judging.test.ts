// `evaluate` and `check` on small real files: figures, parts, gates, several tables, an earlier evaluation.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli, temporaryFolder, writePeople } from "../../test/run-cli.ts";

const { folder, remove } = temporaryFolder();
afterAll(remove);

const at = (name: string): string => join(folder, name);
const read = (name: string): string => readFileSync(at(name), "utf8");
const verisim = (...args: string[]) => runCli(args, folder);

/** Runs a command that must succeed. */
async function done(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await verisim(...args);
  expect(code, stderr).toBe(0);
  return { stdout, stderr };
}

beforeAll(() => {
  writePeople(at("people.csv"));
  writePeople(at("holdout.csv"), 400, 150);
});

describe("evaluate and check", () => {
  it("print the same figures for people and machines, and write report or JSON by the ending", async () => {
    const tables = ["--real", "people.csv", "--synthetic", "holdout.csv", "--parts", "none"];
    const { stdout } = await done("evaluate", ...tables, "--out", "e.html");
    expect(stdout).toMatch(/^Quality +0\.\d{3}/);
    expect(read("e.html")).toMatch(/^<!doctype html>/i);
    await done("evaluate", ...tables, "--out", "e.json", "--quiet");
    const json = JSON.parse((await done("evaluate", ...tables, "--json")).stdout);
    expect(JSON.parse(read("e.json"))).toEqual(json);
    expect(json).toMatchObject({ version: 2, parts: [], privacy: null });
    expect(json.rows).toEqual({ real: 400, synthetic: 150, holdout: null });
    expect(json.figures.quality).toBe(json.quality.score);
    expect(stdout).toContain(json.quality.score.toFixed(3));
  });

  it("a table against itself is perfect, all of it copies", async () => {
    const { figures } = JSON.parse(
      (
        await done(
          "evaluate",
          "--real",
          "people.csv",
          "--synthetic",
          "people.csv",
          "--parts",
          "none",
          "--json",
        )
      ).stdout,
    );
    expect(figures).toMatchObject({ quality: 1, shapes: 1, trends: 1, validity: 1, structure: 1, copies: 1 });
  });

  it("says beside copies how often real rows repeat, or what held-out rows do", async () => {
    writeFileSync(at("few.csv"), `colour,size\n${"red,1\n".repeat(30)}${"blue,2\n".repeat(10)}`);
    const few = ["evaluate", "--real", "few.csv", "--synthetic", "few.csv", "--parts", "none"];
    const copies = ({ stdout }: { stdout: string }) => /^Exact copies.*$/m.exec(stdout)?.[0];
    expect(copies(await done(...few))).toMatch(/100\.0 % .*; of the real rows 95\.0 % repeat another$/);
    expect(copies(await done(...few, "--holdout", "few.csv"))).toMatch(
      /holdout 100\.0 % +synthetic rows that are real rows$/,
    );
  });

  it("check passes with 0 and fails with 3, with the figures on stdout", async () => {
    const tables = ["check", "--real", "people.csv", "--synthetic", "people.csv"];
    const passed = await verisim(
      ...tables,
      "--fail-if",
      "quality<0.99,shapes < 1",
      "--fail-if",
      "structure<1",
    );
    expect(passed.code).toBe(0);
    expect(passed.stdout.match(/^ok /gm)?.length).toBe(3);
    const failed = await verisim(...tables, "--fail-if", "copies>10%", "--fail-if", "quality<0.9", "--json");
    expect(failed.code).toBe(3);
    expect(failed.stderr).toMatch(/VERISIM_GATE_NOT_MET: copies is 1, and fails if > 0\.1/);
    const outcome = JSON.parse(failed.stdout);
    expect(outcome.passed).toBe(false);
    expect(outcome.gates).toEqual([
      { figure: "copies", operator: ">", limit: 0.1, value: 1, failed: true },
      { figure: "quality", operator: "<", limit: 0.9, value: 1, failed: false },
    ]);
  });

  it("a gate on a figure that is unknown or not defined never passes", async () => {
    const tables = ["check", "--real", "people.csv", "--synthetic", "people.csv", "--fail-if"];
    const unknown = await verisim(...tables, "dcr-shares>0.55");
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(
      /^VERISIM_UNKNOWN_FIGURE: [\s\S]*"dcr-share"[\s\S]*quality, shapes, trends/,
    );
    const undefinedFigure = await verisim(...tables, "shapes-ceiling<0.9");
    expect(undefinedFigure.code).toBe(1);
    expect(undefinedFigure.stderr).toMatch(/^VERISIM_FIGURE_UNDEFINED: [\s\S]*--holdout/m);
    const withoutTarget = await verisim(...tables, "tstr-gap>0.05", "--holdout", "holdout.csv");
    expect([withoutTarget.code, withoutTarget.stderr]).toEqual([
      1,
      expect.stringContaining("It needs --target."),
    ]);
  });

  it("gates on copies and on the two-sample test fail a table of copies and pass fresh rows", async () => {
    const gates = ["--fail-if", "copy-excess>1%", "--fail-if", "two-sample-auc>0.6"];
    const tables = ["check", "--real", "people.csv", "--holdout", "holdout.csv", "--synthetic"];
    const copied = await verisim(...tables, "people.csv", ...gates, "--json");
    expect(copied.code).toBe(3);
    expect(JSON.parse(copied.stdout).gates.map(({ failed }: { failed: boolean }) => failed)).toEqual([
      true,
      false,
    ]);
    writePeople(at("fresh.csv"), 900, 400);
    const fresh = await verisim(...tables, "fresh.csv", ...gates);
    expect([fresh.code, fresh.stdout.match(/^ok /gm)?.length]).toEqual([0, 2]);
  });

  it("gates on published metrics compute those metrics alone", async () => {
    const tables = ["check", "--real", "people.csv", "--synthetic", "people.csv", "--fail-if"];
    const { code, stdout } = await verisim(...tables, "ks-complement<1,tv-complement<1,quality<1");
    expect([code, stdout.match(/^ok +ks-complement +1 /m)?.length]).toEqual([0, 1]);
    const lacking = await verisim(...tables, "mle<0.5");
    expect([lacking.code, lacking.stderr]).toEqual([1, expect.stringMatching(/It needs --/)]);
  });

  it("attackers know and want the columns that the flags name, and a guess without them", async () => {
    const tables = ["evaluate", "--real", "people.csv", "--synthetic", "people.csv", "--parts", "metrics"];
    const named = ["--quasi-identifiers", "age,signed_up", "--secret-columns", "plan", "--json"];
    const ofFlags = JSON.parse((await done(...tables, ...named)).stdout);
    expect(ofFlags.attackColumns).toEqual({
      known: ["age", "signed_up"],
      secret: ["plan"],
      chosenBy: "caller",
    });
    const cap = (metrics: { name: string; value: number }[]) =>
      metrics.find(({ name }) => name === "generalized-cap")?.value;
    const guessed = JSON.parse((await done(...tables, "--target", "churned", "--json")).stdout);
    expect(guessed.attackColumns).toMatchObject({ secret: ["churned"], chosenBy: "guess" });
    for (const value of [cap(ofFlags.metrics), cap(guessed.metrics)]) {
      expect(value).toBeGreaterThan(0);
      expect(value).toBeLessThan(1);
    }
    const unknown = await verisim(...tables, "--known-columns", "age,town");
    expect([unknown.code, unknown.stderr]).toEqual([
      1,
      expect.stringMatching(/VERISIM_UNKNOWN_COLUMN: [^\n]*--known-columns[^\n]*"town"/),
    ]);
  });

  it("shadow models train the generator of the model file anew", async () => {
    writePeople(at("fresh.csv"), 900, 400);
    const tables = ["evaluate", "--real", "people.csv", "--holdout", "holdout.csv", "--synthetic"];
    await done("fit", "people.csv", "--model", "gaussian-copula", "--out", "people.verisim", "--quiet");
    const own = ["fresh.csv", "--parts", "privacy", "--model-file", "people.verisim", "--json"];
    const { privacy } = JSON.parse((await done(...tables, ...own, "--shadow-models", "1")).stdout);
    const attacks: { attack: string }[] = privacy.membership.attacks;
    expect(attacks.filter(({ attack }) => attack === "shadow-models")).toHaveLength(1);
    const without = await verisim(...tables, "fresh.csv", "--shadow-models", "1");
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining("--model-file")]);
  });

  it("several tables stand side by side, and an earlier evaluation beside them", async () => {
    writePeople(at("a.csv"), 900, 200);
    const tables = ["evaluate", "--real", "people.csv", "--holdout", "holdout.csv", "--parts", "none"];
    await done(...tables, "--synthetic", "people.csv", "--out", "old.json", "--quiet");
    const { stdout } = await done(
      ...[...tables, "--compare", "a.csv", "people.csv", "--earlier", "old.json", "--out", "both.html"],
    );
    expect(stdout).toMatch(/^ +a\.csv +people\.csv +old\.json$/m);
    expect(stdout).toMatch(/^copies +0\.000 +1\.000 +1\.000$/m);
    expect(read("both.html")).toContain("Side by side");
    const { compared } = JSON.parse(
      (await done(...tables, "--compare", "a.csv", "people.csv", "--json")).stdout,
    );
    expect(
      compared.map(({ name, figures }: { name: string; figures: { copies: number } }) => [
        name,
        figures.copies,
      ]),
    ).toEqual([["people.csv", 1]]);
  });

  it("a file that is no evaluation, and a part that there is not, are refused by name", async () => {
    const tables = ["evaluate", "--real", "people.csv", "--synthetic", "people.csv"];
    writeFileSync(at("odd.json"), '{"quality": "<script>", "copies": {"exactCopyShare": "1"}}');
    for (const earlier of ["odd.json", "people.csv"]) {
      const { code, stderr } = await verisim(...tables, "--earlier", earlier);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^VERISIM_EARLIER: /)]);
    }
    const { code, stderr } = await verisim(...tables, "--parts", "two-sample,privcy");
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^VERISIM_OPTION_VALUE: [\s\S]*"privacy"/)]);
  });

  it("scores a table that lacks columns instead of refusing it", async () => {
    writeFileSync(at("less.csv"), "plan,age\nfree,30\npro,50\nbasic,41\n");
    const { stdout } = await done(
      "evaluate",
      "--real",
      "people.csv",
      "--synthetic",
      "less.csv",
      "--parts",
      "none",
      "--json",
    );
    expect(JSON.parse(stdout).figures.structure).toBeLessThan(0.5);
  });
});
