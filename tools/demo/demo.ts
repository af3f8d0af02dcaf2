// `npm run demo`: makes a table, runs the real commands on it, and says where the files are and what to look at.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { customersCsv } from "./customers.ts";

const root = path.resolve(import.meta.dirname, "../..");
const folder = "demo-output";
const learnt = 12_000;
const heldBack = 3_000;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Runs a command as a user would type it, after printing it. */
function verisim(...args: string[]): void {
  const typed = args.map((arg) => (/[\s<>='"]/.test(arg) ? `"${arg}"` : arg)).join(" ");
  say(`\n$ npm run --silent verisim -- ${typed}`);
  const { status } = spawnSync(process.execPath, ["apps/cli/bin/verisim.mjs", ...args], {
    cwd: root,
    // Messages too go to stdout, so that they stay in order where the output is kept in a file.
    stdio: ["inherit", "inherit", 1],
  });
  if (status !== 0) process.exit(status ?? 1);
}

function firstLines(file: string, count: number): string {
  const lines = readFileSync(path.join(root, folder, file), "utf8")
    .split("\n")
    .slice(0, count);
  return lines.map((line) => `  ${line}`).join("\n");
}

const at = (file: string): string => `${folder}/${file}`;

mkdirSync(path.join(root, folder), { recursive: true });
writeFileSync(path.join(root, at("customers.csv")), customersCsv(0, learnt));
writeFileSync(path.join(root, at("holdout.csv")), customersCsv(learnt, heldBack));
say(`${at("customers.csv")}: ${learnt} customers of an online service, made up for this demo.`);
say(`${at("holdout.csv")}: ${heldBack} more that are not learnt from, to know how good a score can be.`);

verisim("inspect", at("customers.csv"));
verisim(
  "synth",
  at("customers.csv"),
  "--out",
  at("synthetic.csv"),
  "--holdout",
  at("holdout.csv"),
  "--report",
  at("report.html"),
);
verisim("fit", at("customers.csv"), "--out", at("customers.verisim"));
// Two in a hundred customers leave: too few to train on, so ask for as many as are needed.
verisim("sample", at("customers.verisim"), "--counts", "churned:yes=500,no=500", "--out", at("balanced.csv"));
verisim(
  "sample",
  at("customers.verisim"),
  "--rows",
  "200",
  "--where",
  "plan = 'pro' and income >= 60000 and city in ('Norhaven', 'Solana')",
  "--out",
  at("pro.parquet"),
);

say(`
What there is now
  ${at("report.html")}       open it in a browser: scores, every column over its real one, pairs, worst first
  ${at("synthetic.csv")}     ${learnt} synthetic customers:
${firstLines("synthetic.csv", 4)}
  ${at("balanced.csv")}      500 customers who left and 500 who stayed, exactly
  ${at("pro.parquet")}       200 customers for whom the condition holds, all of them
  ${at("customers.verisim")} the model: data, no code; draw from it as often as you like

What to look at
  Names and e-mail addresses are made up; ids keep their form and are unique; dates and decimals are written as before.
  Incomes have spikes at round numbers and grow from plan to plan; four in five balances of the free plan are zero.
  A rating is missing more often where there are few visits, an income mostly on the free plan; who hardly visits leaves
  six times as often: all of it holds for the synthetic rows too.
  What this model cannot show: real incomes fall again after the age of 55. One correlation per pair keeps the rise only.
  In the report, compare each score with the holdout's: that is what real customers reach against real customers.

Your own file: npm run --silent verisim -- synth FILE.csv --out synthetic.csv --report report.html`);
