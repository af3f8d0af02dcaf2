// Every example of the documentation is type-checked and run: blocks of TypeScript as a program each, `verisim` commands
// by the command line itself, in a folder with the files that the documents speak of.

import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allExamples, commandsOf, type Example, examplesIn, root } from "./documents.ts";
import { writeExampleFiles } from "./examples-table.ts";

// Inside the package, so that programs find the workspace's packages.
const folder = path.join(import.meta.dirname, ".cache", `examples-${process.pid}`);
// `npm test` names another condition, and the packages that it has just built run.
const condition = process.env.VERISIM_TEST_CONDITION ?? "verisim-source";
const node = (cwd: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, [`--conditions=${condition}`, ...args], {
    cwd,
    env: { ...process.env, npm_lifecycle_event: "test" },
    timeout: 110_000,
  });

/** What an example takes as given, as the words around it say. */
const given: Readonly<Record<string, string>> = {
  "packages/core/README.md": `
const { GaussianCopula } = await import("@verisim/copula");
const { readTable } = await import("@verisim/data");
const { table: real, metadata } = await readTable("customers.csv");
const generator = await new GaussianCopula().fit(real, { metadata });`,
  "packages/data/README.md": `
const { table: batch } = await readTable("train.csv");
const batches = [batch, batch];`,
  "packages/report/README.md": `
const { readTable } = await import("@verisim/data");
const { table: real, metadata } = await readTable("train.csv");
const { table: holdout } = await readTable("test.csv", { metadata });
const { table: synthetic } = await readTable("synthetic.csv", { metadata });
const options = {};
const warnings: string[] = [];`,
  "packages/stats/README.md": "const incomes = Array.from({ length: 500 }, (_, i) => 20_000 + i * i);",
};

/** Examples that only vitest can run. */
const isTest = (example: Example): boolean => example.text.includes("@verisim/testing");

const place = ({ document, line }: Example): string => `${document}:${line}`;
const fileOf = (example: Example): string =>
  path.join(folder, `${place(example).replace(/[^A-Za-z0-9]+/g, "-")}.ts`);

const examples = allExamples();
const programs = examples.filter(({ language }) => language === "ts");
const commands = examples.flatMap((example) => commandsOf(example).map((args) => ({ example, args })));

beforeAll(() => {
  writeExampleFiles(folder);
  for (const example of programs)
    writeFileSync(fileOf(example), `${given[example.document] ?? ""}\n${example.text}export {};\n`);
  const compilerOptions = { noUnusedLocals: false };
  const files = programs.map((example) => path.basename(fileOf(example)));
  const check = path.join(root, "tsconfig.check.json");
  writeFileSync(
    path.join(folder, "tsconfig.json"),
    JSON.stringify({ extends: check, compilerOptions, include: [], files }),
  );
  mkdirSync(path.join(folder, "commands"));
  writeExampleFiles(path.join(folder, "commands"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("finds blocks with their lines, and commands without comments", () => {
  const text =
    'A\n\n```sh\nnpx verisim fit a.csv --where "x > 1"  # learn\nls\n```\n\n```\nverisim no\n```\n';
  const [example, ...others] = examplesIn("a.md", text);
  expect(others).toEqual([]);
  expect(example).toMatchObject({ document: "a.md", line: 4, language: "sh" });
  expect(commandsOf(example!)).toEqual([["fit", "a.csv", "--where", "x > 1"]]);
});

test("the documentation has examples, and nothing is given for a document without one", () => {
  expect(programs.length).toBeGreaterThanOrEqual(10);
  expect(commands.length).toBeGreaterThanOrEqual(10);
  for (const document of Object.keys(given))
    expect(programs.map((example) => example.document)).toContain(document);
});

test("every program of the documentation has sound types", async () => {
  const checked = await node(folder, path.join(root, "node_modules/typescript/bin/tsc"), "-p", folder).catch(
    (error: { stdout: string }) => error,
  );
  expect(checked.stdout).toBe("");
});

describe("a program of the documentation runs", () => {
  test.each(
    programs.filter((example) => !isTest(example)).map((example) => [place(example), example] as const),
  )("%s", async (_, example) => {
    await node(folder, fileOf(example));
  });
});

describe("the commands of the documentation end well", () => {
  // One after the other, as in the documents: later ones use the files of earlier ones.
  const launcher = path.join(root, "apps/cli/bin/verisim.mjs");
  test.each(commands.map(({ example, args }) => [`${place(example)}: ${args.join(" ")}`, args] as const))(
    "%s",
    async (_, args) => {
      await node(path.join(folder, "commands"), launcher, ...args);
    },
  );
});
