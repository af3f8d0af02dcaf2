// Bad input: a coded error that names the place, exit code 1, nothing written, nothing lost.

import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { peopleCsv, runCli, startCli, temporaryFolder, writePeople } from "../test/run-cli.ts";

const { folder, remove } = temporaryFolder();
afterAll(remove);

const at = (name: string): string => join(folder, name);
const verisim = (...args: string[]) => runCli(args, folder);

beforeAll(async () => {
  writePeople(at("people.csv"), 0, 200);
  expect((await verisim("fit", "people.csv", "--out", "people.verisim", "--quiet")).code).toBe(0);
  expect(
    (await verisim("sample", "people.verisim", "--rows", "50", "--out", "whole.parquet", "--quiet")).code,
  ).toBe(0);
  const parquet = readFileSync(at("whole.parquet"));
  writeFileSync(at("cut.parquet"), parquet.subarray(0, parquet.length >> 1));
  const model = readFileSync(at("people.verisim"));
  writeFileSync(at("cut.verisim"), model.subarray(0, model.length - 40));
  const changed = Buffer.from(model);
  changed[changed.length >> 1]! ^= 0x55;
  writeFileSync(at("changed.verisim"), changed);
  mkdirSync(at("folder.csv"));
  writeFileSync(at("empty.csv"), "");
  writeFileSync(at("header.csv"), "a,b\n");
  writeFileSync(at("twice.csv"), "a,b,a\n1,2,3\n");
  writeFileSync(at("ragged.csv"), "a,b\n1,2\n3,4\n5,6,7\n");
  writeFileSync(at("binary.csv"), Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) % 251)));
  writeFileSync(at("latin.csv"), Buffer.from("name,age\nJos\u00e9,3\nAnn,4\n", "latin1"));
  writeFileSync(at("notes.txt"), peopleCsv(0, 5));
  writeFileSync(
    at("metadata.json"),
    '{"columns": {"age": {"sdtype": "categoric"}, "nobody": {"sdtype": "id"}}}',
  );
});

describe("a bad table", () => {
  const cases: [file: string, code: string, place: RegExp][] = [
    ["missing.csv", "VERISIM_FILE_NOT_FOUND", /missing\.csv/],
    ["folder.csv", "VERISIM_FILE_IS_FOLDER", /folder\.csv/],
    ["empty.csv", "VERISIM_EMPTY_FILE", /empty\.csv/],
    ["header.csv", "VERISIM_EMPTY_TABLE", /header\.csv/],
    ["twice.csv", "VERISIM_DUPLICATE_COLUMN", /column "a"/],
    ["ragged.csv", "VERISIM_RAGGED_ROW", /row 3/],
    ["binary.csv", "VERISIM_BINARY_FILE", /binary\.csv/],
    ["latin.csv", "VERISIM_ENCODING", /row 1/],
    ["cut.parquet", "VERISIM_FILE_DAMAGED", /cut\.parquet/],
    ["notes.txt", "VERISIM_UNKNOWN_FORMAT", /\.csv/],
  ];

  it.each(cases)("%s fails with %s and the place", async (file, code, place) => {
    writeFileSync(at("kept.csv"), "before\n");
    const {
      code: exit,
      stdout,
      stderr,
    } = await verisim("synth", file, "--out", "kept.csv", "--report", "kept.html");
    expect([exit, stdout], stderr).toEqual([1, ""]);
    expect(stderr).toMatch(new RegExp(`^${code}: `));
    expect(stderr).toMatch(place);
    expect(stderr).not.toContain("internal:");
    expect(readFileSync(at("kept.csv"), "utf8")).toBe("before\n");
    expect(readdirSync(folder).filter((name) => /\.tmp$|\.part$|^kept\.html$/.test(name))).toEqual([]);
  });

  it("is named by every command that reads tables", async () => {
    for (const args of [
      ["inspect", "ragged.csv"],
      ["fit", "ragged.csv", "--out", "m.verisim"],
      ["evaluate", "--real", "people.csv", "--synthetic", "ragged.csv"],
      ["check", "--real", "ragged.csv", "--synthetic", "people.csv", "--fail-if", "quality<0.5"],
    ]) {
      const { code, stderr } = await verisim(...args);
      expect(code, args.join(" ")).toBe(1);
      expect(stderr).toMatch(/^VERISIM_RAGGED_ROW: .*\n {2}at .*"ragged\.csv", row 3/);
    }
  });
});

describe("a bad model file", () => {
  it.each(["cut.verisim", "changed.verisim", "people.csv", "empty.csv"])("%s is refused", async (file) => {
    const { code, stderr } = await verisim("sample", file, "--rows", "5", "--out", "o.csv");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^VERISIM_MODEL_FILE: [\s\S]*file "/);
    expect(readdirSync(folder)).not.toContain("o.csv");
  });
});

describe("a bad request", () => {
  it("names columns, labels and conditions that cannot be", async () => {
    const sample = ["sample", "people.verisim", "--rows", "10", "--out", "o.csv"];
    const cases: [string[], number, RegExp][] = [
      [["--where", "agee > 3"], 1, /^VERISIM_UNKNOWN_COLUMN: [\s\S]*"age"/],
      [["--where", "plan = 'gold'"], 1, /^VERISIM_CONDITION_IMPOSSIBLE: .*"gold"/],
      [["--where", "age > 40 and age < 30"], 1, /^VERISIM_CONDITION_IMPOSSIBLE: /],
      [["--where", "age >"], 2, /^VERISIM_CONDITION_SYNTAX: /],
      [["--counts", "churned:maybe=3"], 1, /^VERISIM_CONDITION_IMPOSSIBLE: .*"maybe"/],
      [["--counts", "churned:yes=30"], 1, /^VERISIM_CONDITION_IMPOSSIBLE: .*10/],
      [["--counts", "churned"], 2, /^VERISIM_COUNTS_SYNTAX: /],
    ];
    for (const [args, exit, message] of cases) {
      const { code, stderr } = await verisim(...sample, ...args);
      expect(stderr, args.join(" ")).toMatch(message);
      expect(code, args.join(" ")).toBe(exit);
    }
    expect(readdirSync(folder)).not.toContain("o.csv");
  });

  it("names a target column that is not there, and mistakes in metadata", async () => {
    const target = await verisim("fit", "people.csv", "--out", "m.verisim", "--target", "churn");
    expect([target.code, target.stderr]).toEqual([1, expect.stringContaining('Did you mean "churned"')]);
    const metadata = await verisim("fit", "people.csv", "--out", "m.verisim", "--metadata", "metadata.json");
    expect(metadata.code).toBe(1);
    expect(metadata.stderr).toMatch(/^VERISIM_\w+: [\s\S]*(metadata\.json|nobody)/);
  });

  it("never writes over its input, into a missing folder, or onto a folder", async () => {
    const before = readFileSync(at("people.csv"), "utf8");
    const cases: [string, string][] = [
      ["people.csv", "VERISIM_OUTPUT_CLASH"],
      ["nowhere/o.csv", "VERISIM_OUTPUT_FOLDER"],
      ["folder.csv", "VERISIM_FILE_IS_FOLDER"],
      ["o.docx", "VERISIM_UNKNOWN_FORMAT"],
    ];
    for (const [out, expected] of cases) {
      const { code, stderr } = await verisim("synth", "people.csv", "--out", out);
      expect([code, stderr.split(":")[0]], out).toEqual([1, expected]);
    }
    expect(readFileSync(at("people.csv"), "utf8")).toBe(before);
    const same = await verisim("synth", "people.csv", "--out", "o.csv", "--report", "o.csv");
    expect([same.code, same.stderr.split(":")[0]]).toEqual([1, "VERISIM_OUTPUT_CLASH"]);
  });

  it("refuses --combine where the column is taken", async () => {
    writeFileSync(at("taken.csv"), "a,is_synthetic\n1,no\n2,yes\n3,no\n");
    const { code, stderr } = await verisim("synth", "taken.csv", "--combine", "--out", "o.csv");
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^VERISIM_DUPLICATE_COLUMN: .*is_synthetic/)]);
  });
});

describe("odd but sound tables", () => {
  it.each([
    ["one row", "a,b\n1,x\n"],
    ["one column", "a\n1\n2\n3\n"],
    ["a constant and an empty column", "a,b,c\n7,,x\n7,,y\n7,,x\n"],
  ])("%s works", async (_what, text) => {
    writeFileSync(at("odd.csv"), text);
    const { code, stderr } = await verisim(
      "synth",
      "odd.csv",
      "--rows",
      "4",
      "--out",
      "odd-out.csv",
      "--report",
      "odd.html",
    );
    expect(code, stderr).toBe(0);
    const lines = readFileSync(at("odd-out.csv"), "utf8").trimEnd().split("\n");
    expect([lines[0], lines.length]).toEqual([text.split("\n")[0], 5]);
    expect(stderr).toContain("Warning: ");
  });
});

describe("a run that cannot end", () => {
  // Without ids, of which there is no endless supply.
  beforeAll(async () => {
    const withoutId = peopleCsv(0, 200).replace(/^[^,]*,/gm, "");
    writeFileSync(at("endless.csv"), withoutId);
    expect((await verisim("fit", "endless.csv", "--out", "endless.verisim", "--quiet")).code).toBe(0);
  });

  const temporary = (): string[] => readdirSync(folder).filter((name) => /\.(tmp|part)$/.test(name));

  /** Waits until the command has begun to write. */
  async function untilWriting(): Promise<void> {
    const end = Date.now() + 20_000;
    while (temporary().length === 0 && Date.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(temporary().length).toBe(1);
  }

  it.each(["SIGINT", "SIGTERM"] as const)(
    "%s in the middle leaves no part of a file and keeps the old one",
    async (signal) => {
      for (const out of ["long.csv", "long.parquet"]) {
        writeFileSync(at(out), "before\n");
        const running = startCli(["sample", "endless.verisim", "--rows", "1e9", "--out", out], folder);
        await untilWriting();
        running.kill(signal);
        const { code, stderr } = await running.ended;
        expect([code, stderr], out).toEqual([1, expect.stringMatching(/^VERISIM_ABORTED: /)]);
        expect(readFileSync(at(out), "utf8")).toBe("before\n");
        expect(temporary()).toEqual([]);
      }
    },
  );

  it.runIf(process.platform === "linux")("a full disk is named and nothing is left", async () => {
    symlinkSync("/dev/full", at("full.csv"));
    const { code, stderr } = await verisim(
      "sample",
      "endless.verisim",
      "--rows",
      "20000",
      "--out",
      "full.csv",
    );
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^VERISIM_DISK_FULL: .*\n.*full\.csv/)]);
    expect(temporary()).toEqual([]);
  });
});
