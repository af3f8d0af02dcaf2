// Help, version and wrong usage: what is printed where, and the exit code.

import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { runCli, temporaryFolder, writePeople } from "../test/run-cli.ts";

const { folder, remove } = temporaryFolder();
writePeople(`${folder}/people.csv`, 0, 30);
afterAll(remove);

const verisim = (...args: string[]) => runCli(args, folder);

describe("the command line", () => {
  it("prints its version on stdout", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
    expect(await verisim("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("lists every command in its help, with examples and exit codes", async () => {
    const { code, stdout, stderr } = await verisim("--help");
    expect([code, stderr]).toEqual([0, ""]);
    for (const command of [
      "inspect",
      "fit",
      "sample",
      "export",
      "synth",
      "augment",
      "evaluate",
      "check",
      "models",
    ])
      expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"));
    expect(stdout).toContain("Examples:");
    expect(stdout).toContain("3 a gate not met");
  });

  it("shows the help and fails when no command is given", async () => {
    const { code, stdout, stderr } = await verisim();
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("Commands:");
  });

  it("explains each command with examples that begin with its name", async () => {
    const { stdout } = await verisim("synth", "--help");
    expect(stdout).toContain("Usage: verisim synth DATA --out FILE");
    expect(stdout).toContain("  verisim synth customers.csv --out synthetic.csv --report report.html");
  });

  it("names the nearest command and flag", async () => {
    const command = await verisim("synht");
    expect([command.code, command.stdout]).toEqual([2, ""]);
    expect(command.stderr).toMatch(/^VERISIM_USAGE: .*'synht'.*\n.*synth/);
    const flag = await verisim("fit", "people.csv", "--ouut", "m.verisim");
    expect(flag.code).toBe(2);
    expect(flag.stderr).toContain("--out");
    expect(flag.stderr).toContain("Usage: verisim fit DATA --out MODEL.verisim");
  });

  it("prints the usage of a command that lacks an argument or a flag", async () => {
    for (const args of [
      ["synth"],
      ["synth", "people.csv"],
      ["evaluate", "--real", "people.csv"],
      ["check"],
    ]) {
      const { code, stdout, stderr } = await verisim(...args);
      expect([code, stdout], args.join(" ")).toEqual([2, ""]);
      expect(stderr).toMatch(/^VERISIM_USAGE: /);
      expect(stderr).toContain(`Usage: verisim ${args[0]} `);
    }
  });

  it("refuses impossible numbers of rows, seeds, times and sizes with exit code 2", async () => {
    const cases: [string, string][] = [
      ["--rows", "0"],
      ["--rows", "-1"],
      ["--rows", "1e9x"],
      ["--rows", "2.5"],
      ["--seed", "1e99"],
      ["--from", "-3"],
      ["--max-time", "soon"],
      ["--max-memory", "4 pounds"],
    ];
    const outcomes = await Promise.all(
      cases.map(([flag, value]) => verisim("synth", "people.csv", "--out", "o.csv", `${flag}=${value}`)),
    );
    for (const [i, { code, stderr }] of outcomes.entries()) {
      expect(code, cases[i]!.join(" ")).toBe(2);
      expect(stderr).toMatch(/^VERISIM_OPTION_VALUE: Expected .* for --/);
      expect(stderr).toContain(JSON.stringify(cases[i]![1]));
    }
  });

  it("names the nearest model, option and value of an option", async () => {
    const out = ["--out", "m.verisim"];
    const model = await verisim("fit", "people.csv", ...out, "--model", "gauss-copula");
    expect(model.code).toBe(2);
    expect(model.stderr).toMatch(/^VERISIM_UNKNOWN_MODEL: [\s\S]*Did you mean "gaussian-copula"/);
    const options = ["--set", "minGrup=3", "--set", "missing=patern", "--set", "minGroup=0", "--set", "oops"];
    const chosen = await verisim("fit", "people.csv", ...out, ...options);
    expect(chosen.stderr).toContain("To set an option of a generator, name it with --model.");
    const named = ["--model", "gaussian-copula", ...options];
    const { code, stderr } = await verisim("fit", "people.csv", ...out, ...named);
    expect([chosen.code, code]).toEqual([2, 2]);
    expect(stderr).toContain('Did you mean "minGroup"');
    expect(stderr).toContain('Did you mean "pattern"');
    expect(stderr).toContain('Expected a whole number from 1 to 1000 for minGroup but received "0".');
    expect(stderr).toContain("Expected option=value for --set");
  });

  it("reports everything that is wrong at once", async () => {
    const { code, stderr } = await verisim(
      ...["synth", "missing.csv", "--out", "nowhere/o.cvs", "--rows", "0", "--where", "a <", "--model", "x"],
    );
    expect(code).toBe(2);
    for (const part of [
      "VERISIM_FILE_NOT_FOUND",
      "VERISIM_OUTPUT_FOLDER",
      "VERISIM_UNKNOWN_FORMAT",
      "VERISIM_OPTION_VALUE",
      "VERISIM_CONDITION_SYNTAX",
      "VERISIM_UNKNOWN_MODEL",
    ])
      expect(stderr).toContain(part);
  });
});
