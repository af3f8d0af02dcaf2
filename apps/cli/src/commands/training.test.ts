// Generators that train, by the command line: budgets, a checkpoint that survives Ctrl-C, and what is said of it.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { runCli, startCli, temporaryFolder, writePeople } from "../../test/run-cli.ts";

const { folder, remove } = temporaryFolder();
afterAll(remove);

const at = (name: string): string => join(folder, name);
writePeople(at("people.csv"), 0, 600);

const small = ["embeddingDim=8", "compressDims=16", "decompressDims=16", "batchSize=100"];
const set = (...settings: string[]): string[] => settings.flatMap((setting) => ["--set", setting]);
const fit = (out: string, ...more: string[]): string[] => [
  ...["fit", "people.csv", "--model", "tvae", "--out", out],
  ...set(...small),
  ...more,
];
const short = set("epochs=1", "minSteps=40");
const verisim = (...args: string[]) => runCli(args, folder);

it("a fit says how training went, in words and in JSON, and heeds budgets without a word", async () => {
  const budgets = ["--max-time", "10m", "--max-memory", "2GB", "--checkpoint", "done.part"];
  const { code, stdout, stderr } = await verisim(...fit("a.verisim", ...short, ...budgets, "--json"));
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(
      /^Trained 40 steps\. Kept step \d+: quality 0\.\d{3}, judged by 100 rows held out/m,
    ),
  ]);
  expect(stderr).not.toContain("no effect");
  const { training, warnings } = JSON.parse(stdout);
  expect(training).toMatchObject({ step: 40, heldRows: 100, recoveries: 0, stopped: "steps" });
  expect(training.best).toBeGreaterThan(0);
  expect(warnings).toEqual([]);
  // A training that is done leaves no checkpoint.
  expect(existsSync(at("done.part"))).toBe(false);
});

it("the settings of the paper hold out no rows, and the model keeps that", async () => {
  const reference = set("preset=reference", "epochs=2");
  const { code, stdout, stderr } = await verisim(...fit("r.verisim", ...reference, "--json"));
  expect(code, stderr).toBe(0);
  expect(stderr).toContain("Trained 12 steps.\n");
  expect(JSON.parse(stdout).training).toMatchObject({ step: 12, heldRows: 0, best: null });
  const sampled = await verisim("sample", "r.verisim", "--counts", "churned:yes=7,no=5", "--out", "r.csv");
  expect(sampled.code, sampled.stderr).toBe(0);
  expect(readFileSync(at("r.csv"), "utf8").match(/,yes$/gm)?.length).toBe(7);
});

it("too little memory is an error before training starts", async () => {
  const { code, stderr } = await verisim(...fit("m.verisim", "--max-memory", "100KB"));
  expect(code).toBe(1);
  expect(stderr).toMatch(/^VERISIM_MEMORY_BUDGET: .*\n {2}at option "max-memory"\n {2}.*batchSize/);
  expect(existsSync(at("m.verisim"))).toBe(false);
});

it("time that runs out ends training with what is best by then", async () => {
  const { code, stdout, stderr } = await verisim(
    ...fit("t.verisim", ...set("epochs=1000000"), "--max-time", "300ms", "--json"),
  );
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/^Trained [\d,]+ steps, and stopped as the time was used up\./m);
  const { training, warnings } = JSON.parse(stdout);
  expect(training.stopped).toBe("time");
  expect(training.step).toBeLessThan(6_000_000);
  expect(warnings.join()).toContain("The time ran out");
});

it("a training that Ctrl-C stops goes on by the same command, to the bytes of one in one go", async () => {
  const long = (out: string, checkpoint: string) =>
    fit(out, ...set("epochs=2000"), "--checkpoint", checkpoint);
  const running = startCli(long("b.verisim", "b.part"), folder);
  const end = Date.now() + 30_000;
  while (!existsSync(at("b.part")) && Date.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 5));
  running.kill("SIGINT");
  const { code, stderr } = await running.ended;
  expect(code, stderr).toBe(1);
  expect(stderr).toMatch(/^VERISIM_ABORTED: .*\n.*kept in b\.part: run the same command again to go on/);
  expect([existsSync(at("b.part")), existsSync(at("b.verisim"))]).toEqual([true, false]);

  // Another seed is another training.
  const other = await verisim(...long("b.verisim", "b.part"), "--seed", "1");
  expect(other.code).toBe(1);
  expect(other.stderr).toMatch(/VERISIM_CHECKPOINT: [\s\S]*"b\.part"/);

  const again = await verisim(...long("b.verisim", "b.part"));
  expect(again.code, again.stderr).toBe(0);
  expect(again.stderr).toMatch(/^Going on with the training that b\.part keeps\.\nLearnt /);
  expect(existsSync(at("b.part"))).toBe(false);
  const once = await verisim(...long("c.verisim", "c.part"));
  expect(once.code, once.stderr).toBe(0);
  expect(readFileSync(at("b.verisim")).equals(readFileSync(at("c.verisim")))).toBe(true);
});

it("models shows lists as --set takes them, and what a preset stands for", async () => {
  const { stdout } = await verisim("models", "tvae");
  expect(stdout).toContain("compressDims = 128,128");
  expect(stdout).toMatch(/^ {2}--set preset=reference stands for .*numbers=mixture/m);
  const [model] = JSON.parse((await verisim("models", "tvae", "--json")).stdout).models;
  expect(model).toMatchObject({ name: "tvae", trains: true, presets: { reference: { numbers: "mixture" } } });
});

it("rows that the model did not make by itself are counted in one line, and in JSON", async () => {
  const few = [...short, ...set("candidates=1")];
  expect((await verisim(...fit("few.verisim", ...few))).code).toBe(0);
  const asked = ["--counts", "churned:yes=400,no=1200"];
  const sampled = await verisim("sample", "few.verisim", ...asked, "--out", "few.csv", "--json");
  expect(sampled.code, sampled.stderr).toBe(0);
  const { notes } = JSON.parse(sampled.stdout);
  const [{ rows, message }] = notes;
  expect(
    notes.map(({ code, ofRows, condition }: Record<string, unknown>) => [code, ofRows, condition]),
  ).toEqual([
    ["VERISIM_NOTE_FORCED_ROWS", 400, "churned = 'yes'"],
    ["VERISIM_NOTE_FORCED_ROWS", 1200, "churned = 'no'"],
  ]);
  // Less than a tenth of the real rows are "yes": most single tries fail.
  expect(rows).toBeGreaterThan(300);
  expect(message).toBe(
    `${rows} of 400 rows under churned = 'yes' took their given values by force: the model had no such row in its one try.`,
  );
  expect(sampled.stderr).toContain(`\nWarning: ${message}\n`);
  const made = ["synth", "people.csv", "--model", "tvae", ...set(...small), ...few];
  const synth = await verisim(...made, ...asked, "--out", "synth.csv", "--json");
  expect(synth.code, synth.stderr).toBe(0);
  const result = JSON.parse(synth.stdout);
  expect(result.notes).toEqual(notes);
  expect(result.warnings).toContain(message);
  expect(synth.stderr).toContain(`\nWarning: ${message}\n`);
});
