// Every command on small real files: results, JSON shapes, stdout against stderr, repeatability.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { csvColumns, peopleCsv, runCli, temporaryFolder, writePeople } from "../../test/run-cli.ts";

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

beforeAll(async () => {
  writePeople(at("people.csv"));
  writePeople(at("holdout.csv"), 400, 150);
  await done("fit", "people.csv", "--out", "people.verisim", "--quiet");
});

describe("inspect", () => {
  it("shows types, key and profile on stdout and nothing else", async () => {
    const { stdout, stderr } = await done("inspect", "people.csv");
    expect(stdout).toContain("people.csv: 400 rows, 6 columns");
    expect(stdout).toMatch(/^id +id /m);
    expect(stdout).toMatch(/^age +numerical /m);
    expect(stdout).toMatch(/^signed_up +datetime %Y-%m-%d /m);
    expect(stdout).toContain("Primary key: id");
    expect(stdout).toContain(
      "fit would learn 5 columns with sequential-trees: rows closest to the real ones",
    );
    expect(stderr).toBe("");
  });

  it("prints JSON with a summary per column and never a value of an id", async () => {
    const result = JSON.parse((await done("inspect", "people.csv", "--json")).stdout);
    expect(result).toMatchObject({ version: 1, rows: 400, primaryKey: "id" });
    expect(result.fit).toEqual({
      model: "sequential-trees",
      why: expect.stringContaining("(400 rows, 5 modelled columns, purpose fidelity)"),
      rivals: ["gaussian-copula", "autoregressive"],
      modelled: ["plan", "age", "income", "signed_up", "churned"],
      generated: ["id"],
      unique: ["id"],
    });
    const byName = Object.fromEntries(result.columns.map((c: { name: string }) => [c.name, c]));
    expect(byName.id).toMatchObject({ sdtype: "id", distinct: 400, range: null, top: [] });
    expect(byName.income.missing).toBe(
      csvColumns(read("people.csv")).income!.filter((cell) => cell === "").length,
    );
    expect(byName.plan.top.reduce((sum: number, { share }: { share: number }) => sum + share, 0)).toBeCloseTo(
      1,
      9,
    );
    expect(result.metadata.tables.table.columns.age.sdtype).toBe("numerical");
  });

  it("writes metadata that fit reads back and obeys", async () => {
    await done("inspect", "people.csv", "--metadata-out", "people.json", "--quiet");
    const metadata = JSON.parse(read("people.json"));
    metadata.tables.table.columns.age = { sdtype: "categorical" };
    writeFileSync(at("people.json"), JSON.stringify(metadata));
    const result = JSON.parse(
      (await done("inspect", "people.csv", "--metadata", "people.json", "--json")).stdout,
    );
    expect(result.columns.find((c: { name: string }) => c.name === "age").sdtype).toBe("categorical");
  });
});

describe("models", () => {
  it("lists generators with options and defaults", async () => {
    const { stdout } = await done("models");
    expect(stdout).toContain("auto (the default)");
    expect(stdout).toContain("minGroup = 5");
    const list = JSON.parse((await done("models", "--json")).stdout);
    expect(list.default).toBe("auto");
    const copula = list.models.find(({ name }: { name: string }) => name === "gaussian-copula");
    expect(copula.options.minGroup).toMatchObject({ type: "integer", default: 5, min: 1 });
  });
});

describe("fit and sample", () => {
  it("write rows that look as the real ones do, with messages on stderr only", async () => {
    const { stdout, stderr } = await done("sample", "people.verisim", "--rows", "300", "--out", "s.csv");
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^Wrote 300 rows to s\.csv in .* (ms|s)\.\n$/);
    const columns = csvColumns(read("s.csv"));
    expect(Object.keys(columns)).toEqual(["id", "plan", "age", "income", "signed_up", "churned"]);
    expect(columns.age!.every((age) => /^\d\d$/.test(age))).toBe(true);
    expect(columns.signed_up!.every((day) => /^202[34]-\d\d-\d\d$/.test(day))).toBe(true);
    expect(new Set(columns.id).size).toBe(300);
    expect(columns.id!.every((id) => /^P1\d{4}$/.test(id))).toBe(true);
  });

  it("give the same bytes for the same seed, and the cut of a longer table from a later row", async () => {
    const model = ["sample", "people.verisim", "--quiet", "--seed", "5"];
    await done(...model, "--rows", "50", "--out", "a.csv");
    await done(...model, "--rows", "50", "--out", "b.csv");
    await done(...model, "--rows", "20", "--from", "30", "--out", "c.csv");
    await done("sample", "people.verisim", "--quiet", "--seed", "6", "--rows", "50", "--out", "d.csv");
    expect(read("b.csv")).toBe(read("a.csv"));
    expect(read("d.csv")).not.toBe(read("a.csv"));
    expect(read("c.csv").split("\n").slice(1)).toEqual(read("a.csv").split("\n").slice(31));
  });

  it("keep exact counts per label, as many rows as they sum up to", async () => {
    await done("sample", "people.verisim", "--counts", "churned:yes=40,no=10", "--out", "counts.csv");
    const { churned } = csvColumns(read("counts.csv"));
    expect(churned!.filter((cell) => cell === "yes").length).toBe(40);
    expect(churned!.length).toBe(50);
  });

  it("make a column fair to the groups of others", async () => {
    const share = (file: string, plan: string): number => {
      const { plan: plans, churned } = csvColumns(read(file));
      const own = churned!.filter((_, row) => plans![row] === plan);
      return own.filter((cell) => cell === "yes").length / own.length;
    };
    const args = ["sample", "people.verisim", "--rows", "6000", "--quiet"];
    await done(...args, "--out", "plain.csv");
    await done(...args, "--fair", "churned", "--sensitive", "plan", "--out", "fair.csv");
    const gap = (file: string): number => Math.abs(share(file, "pro") - share(file, "free"));
    expect(gap("plain.csv")).toBeGreaterThan(0.1);
    expect(gap("fair.csv")).toBeLessThan(0.06);
  });

  it.each([
    [["--fair", "churned"], "--sensitive beside it", 2],
    [["--sensitive", "plan"], "--fair beside it", 2],
    [
      ["--fair", "churned", "--sensitive", "plan", "--fair-gap", "2"],
      "a number from 0 to 1 for --fair-gap",
      2,
    ],
    [["--fair", "churned", "--sensitive", "plam"], 'column in --sensitive but received "plam"', 1],
    [["--fair", "churned", "--sensitive", "plan", "--counts", "churned:yes=4"], "no --counts beside it", 2],
  ])("refuse a fair request that says too little or too much: %o", async (args, text, exit) => {
    const { stderr, code } = await verisim(
      "sample",
      "people.verisim",
      "--rows",
      "5",
      "--out",
      "f.csv",
      ...args,
    );
    expect(code).toBe(exit);
    expect(stderr).toContain(text);
  });

  it("keep conditions in every row", async () => {
    const where = "plan = 'pro' and age >= 60 and income is not null";
    const { stdout } = await done(
      "sample",
      "people.verisim",
      "--rows",
      "80",
      "--where",
      where,
      "--out",
      "w.csv",
      "--json",
    );
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      model: "sequential-trees",
      rows: 80,
      from: 0,
      seed: 0,
      out: "w.csv",
    });
    const columns = csvColumns(read("w.csv"));
    expect(new Set(columns.plan)).toEqual(new Set(["pro"]));
    expect(columns.age!.every((age) => Number(age) >= 60)).toBe(true);
    expect(columns.income!.every((income) => income !== "")).toBe(true);
  });

  it("fit says which flags its generator has no use for, in words and in JSON", async () => {
    const { stdout, stderr } = await done(
      ...["fit", "people.csv", "--out", "m.verisim", "--json", "--max-time", "10m", "--max-memory", "4GB"],
      ...["--model", "gaussian-copula", "--target", "churned"],
      ...["--set", "minGroup=7", "--set", "marginals.age=gamma"],
    );
    expect(stderr).toContain("--max-time has no effect on gaussian-copula.");
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({
      rows: 400,
      columns: 6,
      options: { minGroup: 7, marginals: { age: "gamma" } },
    });
    expect(result.warnings).toContain("--target has no effect on gaussian-copula.");
    expect(result.timings.map(({ phase }: { phase: string }) => phase)).toEqual(["read", "fit", "write"]);
  });

  it.each(["tsv", "json", "jsonl", "csv.gz", "parquet", "arrow"])(
    "write the format by its ending: %s",
    async (ending) => {
      const out = ["--out", `f.${ending}`, "--quiet"];
      const { code, stderr } = await verisim("sample", "people.verisim", "--rows", "25", ...out);
      expect([code, stderr]).toEqual([0, ""]);
      const back = JSON.parse((await done("inspect", `f.${ending}`, "--json")).stdout);
      expect([back.rows, back.columns.length]).toEqual([25, 6]);
    },
  );
});

describe("synth", () => {
  it("writes table and report, and says on stderr how good they are", async () => {
    const { stdout, stderr } = await done(
      ...["synth", "people.csv", "--holdout", "holdout.csv", "--out", "synth.csv", "--report", "synth.html"],
    );
    expect(stdout).toBe("");
    expect(read("synth.csv").trimEnd().split("\n").length).toBe(401);
    expect(read("synth.html")).toMatch(/^<!doctype html>/i);
    expect(stderr).toMatch(/^Quality +0\.\d{3}/m);
    expect(stderr).toMatch(/column shapes +0\.\d{3} +holdout 0\.\d{3}/);
    expect(stderr).toContain("Report: synth.html");
    expect(stderr).toMatch(/Done in .*\(read .*, fit .*, sample .*, write .*, evaluate .*, report .*\)/);
    expect(stderr).not.toContain("\r");
  });

  it("prints figures and timings as JSON and nothing on stderr when quiet", async () => {
    const { stdout, stderr } = await done(
      "synth",
      "people.csv",
      "--rows",
      "120",
      "--out",
      "q.csv",
      "--json",
      "--quiet",
    );
    expect(stderr).toBe("");
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({
      version: 1,
      model: "sequential-trees",
      choice: { name: "sequential-trees", options: {}, passedOver: [] },
      rows: { real: 400, synthetic: 120, holdout: null },
      out: "q.csv",
      report: null,
    });
    // 120 rows of a good model: shapes stay above 0.85 with far more than 99.9 % probability.
    expect(result.figures.shapes).toBeGreaterThan(0.85);
    expect(result.figures.structure).toBe(1);
  });

  it("equals fit and sample of the same seed", async () => {
    await done("fit", "people.csv", "--seed", "3", "--out", "three.verisim", "--quiet");
    await done("sample", "three.verisim", "--seed", "3", "--rows", "60", "--out", "three-a.csv", "--quiet");
    await done("synth", "people.csv", "--seed", "3", "--rows", "60", "--out", "three-b.csv", "--quiet");
    expect(read("three-b.csv")).toBe(read("three-a.csv"));
  });

  it("puts the real rows before the synthetic ones and marks both with --combine", async () => {
    await done("synth", "people.csv", "--rows", "30", "--combine", "--out", "both.csv", "--quiet");
    const { is_synthetic: marks, ...columns } = csvColumns(read("both.csv"));
    expect(marks!.slice(0, 400).every((mark) => mark === "false")).toBe(true);
    expect(marks!.slice(400)).toEqual(Array.from({ length: 30 }, () => "true"));
    const real = csvColumns(peopleCsv(0, 400));
    for (const [name, cells] of Object.entries(real))
      expect(columns[name]!.slice(0, 400), name).toEqual(cells);
  });

  it("says that scores of conditioned rows compare them with all real rows", async () => {
    const { stderr } = await done(
      "synth",
      "people.csv",
      "--rows",
      "30",
      "--where",
      "age < 30",
      "--out",
      "young.csv",
    );
    expect(stderr).toContain("the scores compare them with all real rows");
  });
});

describe("relative paths", () => {
  it("are those of the caller's folder when npm has gone to the repository's root", async () => {
    const npm = { INIT_CWD: folder, npm_lifecycle_event: "verisim", npm_package_name: "verisim-monorepo" };
    const elsewhere = join(folder, "..");
    const outcome = await runCli(["inspect", "people.csv", "--out", "here.json", "--quiet"], elsewhere, npm);
    expect(outcome).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(existsSync(at("here.json"))).toBe(true);
  });

  it("are those of the current folder in the scripts of other packages", async () => {
    const npm = { INIT_CWD: "/", npm_lifecycle_event: "verisim", npm_package_name: "someones-app" };
    const outcome = await runCli(["inspect", "people.csv", "--quiet"], folder, npm);
    expect(outcome.code, outcome.stderr).toBe(0);
  });
});
