// `verisim simulate`, `noise` and `resample` as processes: files, messages, JSON, the same bytes for the same seed,
// wrong usage.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { csvColumns, runCli, temporaryFolder, writePeople } from "../../test/run-cli.ts";

const { folder, remove } = temporaryFolder();
afterAll(remove);
const verisim = (...args: string[]) => runCli(args, folder);
const text = (...path: string[]) => readFileSync(join(folder, ...path), "utf8");
const countsOf = (cells: readonly string[]) =>
  Object.fromEntries(
    [...new Set(cells)].sort().map((cell) => [cell, cells.filter((one) => one === cell).length]),
  );

const shop = `
tables:
  customers:
    rows: 20
    columns:
      id: { key: sequence }
      plan: { categories: { free: 3, pro: 1 } }
  orders:
    parent: { table: customers, count: { distribution: poisson, mean: "if(plan == 'pro', 8, 2)" } }
    columns:
      customer: { formula: parent.id }
      amount: { distribution: lognormal, median: 30, sigma: 0.5, decimals: 2 }
`;

beforeAll(() => {
  writePeople(join(folder, "people.csv"));
  writeFileSync(join(folder, "shop.yaml"), shop);
});

describe("simulate", () => {
  it("writes each table and the metadata, exact rows, and the same bytes for the same seed", async () => {
    const args = ["simulate", "shop.yaml", "--rows", "customers=30", "--rows", "orders=100", "--seed", "4"];
    const first = await verisim(...args, "--out", "shop", "--json");
    expect(first.code, first.stderr).toBe(0);
    expect(readdirSync(join(folder, "shop")).sort()).toEqual([
      "customers.csv",
      "metadata.json",
      "orders.csv",
    ]);
    const orders = csvColumns(text("shop", "orders.csv"));
    expect(orders.customer).toHaveLength(100);
    expect(orders.customer!.every((id) => Number(id) >= 1 && Number(id) <= 30)).toBe(true);
    expect(orders.amount!.every((amount) => /^\d+\.\d\d$/.test(amount))).toBe(true);
    expect(JSON.parse(text("shop", "metadata.json")).relationships).toEqual([
      expect.objectContaining({ parent_table_name: "customers", child_foreign_key: "customer" }),
    ]);
    expect(JSON.parse(first.stdout)).toMatchObject({
      version: 1,
      seed: 4,
      tables: [
        { table: "customers", rows: 30 },
        { table: "orders", rows: 100 },
      ],
    });
    await verisim(...args, "--out", "again", "--quiet");
    expect(text("again", "orders.csv")).toBe(text("shop", "orders.csv"));
    await verisim(...args, "--table", "orders", "--out", "orders.csv", "--quiet");
    expect(text("orders.csv")).toBe(text("shop", "orders.csv"));
  });

  it("checks a model, says all that is wrong with it, and writes nothing then", async () => {
    expect((await verisim("simulate", "shop.yaml", "--check")).stdout).toMatch(
      /^customers: 20 rows\norders: \d+ rows\n$/,
    );
    writeFileSync(
      join(folder, "wrong.yaml"),
      shop.replace("lognormal", "lognorml").replace("key: sequence", "key: sequel"),
    );
    const { code, stderr } = await verisim("simulate", "wrong.yaml", "--out", "none");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^VERISIM_SIMULATION_FIELD: Expected one of sequence, .* but received "sequel"/);
    expect(stderr).toContain('file "wrong.yaml"');
    expect(stderr).toContain('option "tables.orders.columns.amount.distribution"');
    expect(stderr).toContain('Did you mean "lognormal"?');
    expect(existsSync(join(folder, "none"))).toBe(false);
    writeFileSync(join(folder, "broken.yaml"), "tables: [");
    expect((await verisim("simulate", "broken.yaml", "--check")).stderr).toMatch(
      /^VERISIM_SIMULATION_SYNTAX/,
    );
  });

  it("knows a JSON schema by what it says, and warns of what a model has not", async () => {
    const schema = {
      type: "object",
      properties: {
        sku: { type: "string", pattern: "^[A-Z]{2}$" },
        tags: { type: "array", items: { type: "string" } },
        grid: { type: "array", items: { type: "array" } },
      },
      required: ["sku"],
    };
    writeFileSync(join(folder, "item.json"), JSON.stringify(schema));
    const made = await verisim("simulate", "item.json", "--init", "--out", "item.yaml", "--json");
    expect(made.code, made.stderr).toBe(0);
    const warning = 'Property "grid" is left out: an array of arrays.';
    expect(JSON.parse(made.stdout)).toMatchObject({ tables: ["item", "item_tags"], warnings: [warning] });
    expect(made.stderr).toContain(`Warning: ${warning}`);
    // Rows are rows, whatever they are called.
    writeFileSync(join(folder, "rows.json"), '[{"type":"object","items":1},{"type":"array","items":2}]');
    const rows = await verisim("simulate", "rows.json", "--init", "--out", "rows.yaml", "--json");
    expect(JSON.parse(rows.stdout)).toMatchObject({ tables: ["rows"], warnings: [] });
  });

  it("makes scenarios, models to start from, and refuses wrong usage", async () => {
    const small = ["--rows", "hosts=20", "--rows", "connections=5000", "--format", "jsonl", "--quiet"];
    const scenario = await verisim("simulate", "network-logs", "--out", "logs", ...small);
    expect(scenario.code, scenario.stderr).toBe(0);
    const lines = text("logs", "connections.jsonl").trimEnd().split("\n");
    expect(lines).toHaveLength(5_000);
    expect(lines.filter((line) => JSON.parse(line).attack === "scan")).toHaveLength(800);
    for (const source of ["retail-baskets", "people.csv"]) {
      expect((await verisim("simulate", source, "--init", "--out", "model.yaml")).code).toBe(0);
      expect((await verisim("simulate", "model.yaml", "--check", "--json")).code).toBe(0);
    }
    const none = await verisim("simulate", "retail", "--out", "x");
    expect([none.code, none.stderr]).toEqual([
      2,
      expect.stringMatching(/^VERISIM_UNKNOWN_MODEL.*\n.*"retail-baskets"/),
    ]);
    const usage = await verisim("simulate", "shop.yaml", "--rows", "orders=many", "--format", "xls");
    expect(usage.code).toBe(2);
    expect(usage.stderr.match(/VERISIM_/g)).toHaveLength(3);
  });
});

describe("noise", () => {
  it("adds what is asked for, records it, and gives the same bytes for the same seed", async () => {
    const args = [
      "noise",
      "people.csv",
      "--add",
      "typos:plan:rate=0.05",
      "--add",
      "dropout:age:rate=0.1",
      "--add",
      "duplicates::rate=0.1",
    ];
    const first = await verisim(...args, "--truth", "fault", "--seed", "2", "--out", "noisy.csv", "--json");
    expect(first.code, first.stderr).toBe(0);
    const columns = csvColumns(text("noisy.csv"));
    expect(columns.fault).toHaveLength(440);
    expect(columns.fault!.filter((fault) => fault.includes("duplicates"))).toHaveLength(40);
    const result = JSON.parse(first.stdout);
    expect(result.changes).toContainEqual({ kind: "typos", column: "plan", changed: expect.any(Number) });
    const wrong = columns.plan!.filter((plan) => !["free", "basic", "pro"].includes(plan)).length;
    expect(wrong).toBe(columns.fault!.filter((fault) => fault.includes("typos:plan")).length);
    writeFileSync(
      join(folder, "plan.json"),
      JSON.stringify([
        { kind: "typos", columns: ["plan"], rate: 0.05 },
        { kind: "dropout", columns: ["age"], rate: 0.1 },
        { kind: "duplicates", rate: 0.1 },
      ]),
    );
    await verisim(
      "noise",
      "people.csv",
      "--plan",
      "plan.json",
      "--truth",
      "fault",
      "--seed",
      "2",
      "--out",
      "planned.csv",
    );
    expect(text("planned.csv")).toBe(text("noisy.csv"));
  });

  it("refuses kinds, settings and plans that are none", async () => {
    const kind = await verisim("noise", "people.csv", "--add", "gausian:age", "--out", "x.csv");
    expect([kind.code, kind.stderr]).toEqual([
      2,
      expect.stringMatching(/^VERISIM_OPTION_VALUE[\s\S]*gaussian/),
    ]);
    const setting = await verisim("noise", "people.csv", "--add", "gaussian:age:sd=much", "--out", "x.csv");
    expect([setting.code, setting.stderr]).toEqual([
      2,
      expect.stringMatching(/^VERISIM_OPTION_VALUE: Expected a number from 0 on for sd/),
    ]);
    const column = await verisim("noise", "people.csv", "--add", "gaussian:plan", "--out", "x.csv");
    expect([column.code, column.stderr]).toEqual([1, expect.stringMatching(/^VERISIM_NOISE_COLUMNS/)]);
    writeFileSync(join(folder, "none.json"), '{"kind": "typos"}');
    expect((await verisim("noise", "people.csv", "--plan", "none.json", "--out", "x.csv")).stderr).toMatch(
      /^VERISIM_NOISE_PLAN/,
    );
  });
});

describe("resample", () => {
  it("gives exact counts per class, originals included, and says where new rows come from", async () => {
    const { code, stderr } = await verisim(
      "resample",
      "people.csv",
      "--counts",
      "churned:yes=200",
      "--origins",
      "--out",
      "more.csv",
    );
    expect(code, stderr).toBe(0);
    const before = csvColumns(text("people.csv"));
    const after = csvColumns(text("more.csv"));
    const no = countsOf(before.churned!).no!;
    expect(countsOf(after.churned!)).toEqual({ no, yes: 200 });
    expect(countsOf(after.is_synthetic!)).toEqual({ false: 400, true: no + 200 - 400 });
    expect(after.base_row!.filter((row) => row !== "")).toHaveLength(no - 200);
  });

  it("says whether a strategy helps, on rows that nothing has learnt, for rows added and taken away", async () => {
    for (const [strategy, judges] of [
      ["random", "rows left out in turn \\([0-9]+ cross-validations\\)"],
      ["smote-tomek", "held-out rows \\([0-9]+ trainings\\)"],
    ] as const) {
      const { code, stdout, stderr } = await verisim(
        ...["resample", "people.csv", "--target", "churned", "--strategy", strategy, "--gain", "--json"],
        ...["--out", "gain.csv", ...(strategy === "random" ? [] : ["--holdout", "people.csv"])],
      );
      expect(code, stderr).toBe(0);
      const figure = String.raw`[+-]?\d\.\d{4}`;
      expect(stderr).toMatch(
        new RegExp(
          `Boosted trees on ${judges}: average precision of yes ${figure} as they are, ${figure} resampled, gain ${figure} .95 % interval ${figure} to ${figure}.: (better|worse|no difference that matters|unsure, for these rows are too few to tell: roughly [0-9,]+ rows would).`,
        ),
      );
      const { gain } = JSON.parse(stdout);
      expect(gain).toMatchObject({ strategy, rare: "yes", classes: ["no", "yes"] });
      expect(gain.scores[0].score).toBe("average precision");
      // Cross-validations, or trainings beside a holdout: as many as the verdict took.
      expect(gain.gains.length).toBeGreaterThanOrEqual(3);
      expect(gain.gains.length).toBeLessThanOrEqual(strategy === "random" ? 10 : 25);
    }
  });

  it("balances a target of numbers, several labels, and cleans the classes that are named", async () => {
    const lines = ["x,y,war,crime"];
    for (let row = 0; row < 200; row++)
      lines.push(
        `${row},${row % 20 === 0 ? 900 + row : row % 7},${row % 25 === 0 ? "yes" : "no"},${row % 2 === 0 ? "yes" : "no"}`,
      );
    writeFileSync(join(folder, "films.csv"), `${lines.join("\n")}\n`);
    const numbers = await verisim(
      ...[
        "resample",
        "films.csv",
        "--target",
        "y",
        "--strategy",
        "smogn",
        "--origins",
        "--out",
        "y.csv",
        "--json",
      ],
    );
    expect(numbers.code, numbers.stderr).toBe(0);
    expect(numbers.stderr).toContain("y 6 to 1080 (rare): 36 rows before, 100 rows after.");
    const made = csvColumns(text("y.csv"));
    expect(countsOf(made.is_synthetic!)).toEqual({ false: 136, true: 64 });
    for (const base of made.base_row!.filter((cell) => cell !== "").map((cell) => Number(cell) - 1))
      expect(base % 20 === 0 || base % 7 === 6).toBe(true);
    expect(JSON.parse(numbers.stdout).stretches[1]).toMatchObject({ rare: true, before: 36, after: 100 });
    const labels = ["--strategy", "mlsmote", "--label", "war", "--label", "crime"];
    const several = await verisim(
      ...["resample", "films.csv", ...labels, "--set", "present=yes", "--out", "l.csv"],
    );
    expect(several.stderr).toContain("war: 8 rows have it before, ");
    expect(csvColumns(text("l.csv")).x).toHaveLength(208);
    const unsaid = await verisim("resample", "films.csv", ...labels, "--out", "l.csv");
    expect([unsaid.code, unsaid.stderr]).toEqual([1, expect.stringContaining('but found "yes" and "no"')]);
    const cleaned = async (name: string) =>
      (
        await verisim(
          ...["resample", "films.csv", "--target", "crime", "--strategy", "edited-nearest-neighbours"],
          ...["--only", name, "--out", "c.csv"],
        )
      ).stderr;
    expect(await cleaned("yes")).toMatch(
      /no: 100 rows before, 100 rows after.\nyes: 100 rows before, \d\d? rows/,
    );
    expect(await cleaned("yess")).toMatch(/VERISIM_RESAMPLE_COUNTS.*\n {2}at option "only"/);
  });

  it("makes sequences of a rare class between two of it, with what is known of each in a second file", async () => {
    const steps = ["case,step,level,state"];
    const cases = ["case,kind"];
    for (let one = 1; one <= 12; one++) {
      cases.push(`${one},${one <= 8 ? "rise" : "fall"}`);
      for (let step = 0; step < 10 + (one % 3); step++)
        steps.push(`${one},${step},${(one <= 8 ? step : -step) + one / 7},${step < 5 ? "early" : "late"}`);
    }
    writeFileSync(join(folder, "steps.csv"), `${steps.join("\n")}\n`);
    writeFileSync(join(folder, "cases.csv"), `${cases.join("\n")}\n`);
    const args = ["resample", "steps.csv", "--sequence-key", "case", "--sequence-order", "step"];
    const { code, stdout, stderr } = await verisim(
      ...[...args, "--context", "cases.csv", "--counts", "kind:fall=7", "--origins", "--json"],
      ...["--set", "window=0.2", "--out", "more.csv"],
    );
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("fall: 4 sequences before, 7 sequences after.");
    const { made } = JSON.parse(stdout);
    expect(made).toHaveLength(3);
    const after = csvColumns(text("more.csv"));
    expect(Object.keys(after)).toEqual([
      ...["case", "step", "level", "state", "kind", "is_synthetic", "base_sequence", "other_sequence"],
    ]);
    for (const { key, base, other, label } of made) {
      const rows = Array.from(after.case!.keys()).filter((row) => after.case![row] === String(key));
      expect(rows.map((row) => after.step![row])).toEqual(rows.map((_, step) => String(step)));
      expect(new Set(rows.map((row) => after.base_sequence![row]))).toEqual(new Set([String(base)]));
      expect([9, 10, 11, 12]).toEqual(expect.arrayContaining([base, other]));
      expect(label).toBe("fall");
    }
    for (const [wrong, words] of [
      [["--strategy", "adasyn", "--target", "kind"], "smote, the strategy for sequences"],
      [["--target", "state"], "one class for all of sequence"],
      [["--target", "kind", "--set", "mNeighbors=3"], "an option of sequences"],
    ] as const) {
      const refused = await verisim(...args, "--context", "cases.csv", ...wrong, "--out", "no.csv");
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toContain(words);
    }
  });

  it("samples by strata, with replacement and by margins", async () => {
    const stratified = await verisim(
      "resample",
      "people.csv",
      "--strategy",
      "stratified",
      "--counts",
      "plan:free=20,pro=30",
      "--out",
      "strata.csv",
    );
    expect(stratified.code, stratified.stderr).toBe(0);
    expect(countsOf(csvColumns(text("strata.csv")).plan!)).toEqual({ free: 20, pro: 30 });
    await verisim(
      "resample",
      "people.csv",
      "--strategy",
      "smoothed-bootstrap",
      "--rows",
      "700",
      "--out",
      "smooth.csv",
    );
    expect(csvColumns(text("smooth.csv")).age!.every((age) => /^\d+$/.test(age))).toBe(true);
    const raked = await verisim(
      "resample",
      "people.csv",
      "--strategy",
      "rake",
      "--margins",
      "churned:yes=0.5,no=0.5",
      "--json",
      "--out",
      "raked.csv",
    );
    const { weight, churned } = csvColumns(text("raked.csv"));
    const yes = weight!.reduce((sum, one, i) => sum + (churned![i] === "yes" ? Number(one) : 0), 0);
    expect(yes).toBeCloseTo(200, 6);
    expect(JSON.parse(raked.stdout).effectiveSize).toBeLessThan(400);
    expect(raked.stderr).toMatch(/Effective sample size/);
  });

  it("refuses wrong usage before the table is read", async () => {
    const { code, stderr } = await verisim(
      "resample",
      "people.csv",
      "--strategy",
      "smoothe",
      "--balance",
      "2",
      "--out",
      "x.csv",
    );
    expect(code).toBe(2);
    expect(stderr.match(/VERISIM_/g)).toHaveLength(3);
    expect((await verisim("resample", "people.csv", "--target", "churn", "--out", "x.csv")).stderr).toMatch(
      /^VERISIM_UNKNOWN_COLUMN/,
    );
    // A flag that would do nothing is a mistake too.
    const idle = ["--rows", "9", "--by", "plan", "--holdout", "people.csv", "--out", "x.csv"];
    const useless = await verisim("resample", "people.csv", "--target", "churned", ...idle);
    expect(useless.stderr.match(/(?<=at option )"\w+"/g)).toEqual(['"rows"', '"by"', '"gain"']);
  });
});
