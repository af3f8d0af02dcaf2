// `verisim complete`: given cells stay, gaps and missing columns are filled, other models are refused in words.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { csvColumns, runCli, temporaryFolder, writePeople } from "../../test/run-cli.ts";

const { folder, remove } = temporaryFolder();
afterAll(remove);

const at = (name: string): string => join(folder, name);
const verisim = (...args: string[]) => runCli(args, folder);

beforeAll(async () => {
  writePeople(at("people.csv"), 0, 300);
  const fit = ["fit", "people.csv", "--quiet", "--model"];
  const set = ["--set", "minSteps=40", "--set", "epochs=1", "--set", "hiddenDim=16"];
  const learnt = await verisim(...fit, "autoregressive", "--out", "people.verisim", ...set);
  expect(learnt.code, learnt.stderr).toBe(0);
  expect((await verisim(...fit, "gaussian-copula", "--out", "copula.verisim")).code).toBe(0);
}, 120_000);

describe("complete", () => {
  it("fills gaps, adds columns, keeps given cells, the same for the same seed", async () => {
    writeFileSync(at("part.csv"), "age,plan,remark\n41,pro,a\n,free,b\n23,,c\n");
    const { code, stdout, stderr } = await verisim(
      ...["complete", "people.verisim", "part.csv", "--out", "whole.csv", "--seed", "3", "--json"],
    );
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/Wrote 3 whole rows to whole\.csv/);
    expect(JSON.parse(stdout)).toMatchObject({
      model: "autoregressive",
      rows: 3,
      given: ["plan", "age"],
      seed: 3,
    });
    const columns = csvColumns(readFileSync(at("whole.csv"), "utf8"));
    expect(Object.keys(columns)).toEqual(["id", "plan", "age", "income", "signed_up", "churned"]);
    expect(columns.age![0]).toBe("41");
    expect(columns.age![2]).toBe("23");
    expect(columns.plan!.slice(0, 2)).toEqual(["pro", "free"]);
    expect(Object.values(columns).flat()).not.toContain("");
    await verisim("complete", "people.verisim", "part.csv", "--out", "again.csv", "--seed", "3", "--quiet");
    expect(readFileSync(at("again.csv"), "utf8")).toBe(readFileSync(at("whole.csv"), "utf8"));
  });

  it("refuses a model that cannot, naming those that can", async () => {
    writeFileSync(at("part.csv"), "age\n41\n");
    const { code, stderr } = await verisim("complete", "copula.verisim", "part.csv", "--out", "whole.csv");
    expect(code).toBe(1);
    expect(stderr).toContain("VERISIM_COMPLETE_UNSUPPORTED");
    expect(stderr).toContain("autoregressive");
  });
});
