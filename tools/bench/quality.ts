// How good are the generators' rows? Fits models to tables with several seeds, draws as many rows as the table has, lets
// a judge score them, and prints mean and spread of every figure.
//   node tools/bench/quality.ts --tables DIR --models ctgan,tvae --seeds 0,1,2 [--set option=value] [--max-time SECONDS]
//     [--judge "COMMAND {train} {test} {synthetic} {target}"] [--figures PREFIX,...] [--keep DIR] [--json] NAME:TARGET...
// DIR holds NAME.train.csv and NAME.test.csv. The judge is any command that prints one JSON object of figures; without
// one the project's own shapes and trends are taken. Without tables the benchmarks' own is learnt.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { type OptionRow, VerisimError } from "@verisim/core";
import { readTable, writeTable } from "@verisim/data";
import { qualityReport } from "@verisim/evaluate";
import { findGenerator } from "@verisim/verisim/generators";

import { benchmarkTable } from "./adult.ts";
import { type Figures, flatFigures, type RunFigures, summariseFigures } from "./figures.ts";

interface JudgedTable {
  readonly name: string;
  readonly train: string;
  /** `-` where there is none. */
  readonly test: string;
  readonly target: string;
}

const caller = process.env.INIT_CWD ?? process.cwd();
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tables: { type: "string", default: "." },
    models: { type: "string", default: "gaussian-copula" },
    seeds: { type: "string", default: "0" },
    set: { type: "string", multiple: true, default: [] },
    "max-time": { type: "string" },
    judge: { type: "string" },
    figures: { type: "string", default: "" },
    keep: { type: "string" },
    json: { type: "boolean", default: false },
  },
});

function tables(): JudgedTable[] {
  if (positionals.length === 0) {
    const { name, file } = benchmarkTable();
    return [{ name, train: file, test: "-", target: "-" }];
  }
  return positionals.map((text) => {
    const [name = "", target = "-"] = text.split(":");
    const file = (part: string) => path.resolve(caller, flags.tables, `${name}.${part}.csv`);
    if (!existsSync(file("train"))) throw new Error(`Expected a table at ${file("train")}.`);
    return { name, train: file("train"), test: existsSync(file("test")) ? file("test") : "-", target };
  });
}

/** `--set` texts by the generator's own rows; options that it does not have are left out, so that models can differ. */
function optionsFor(rows: Readonly<Record<string, OptionRow>>): Record<string, unknown> {
  const given = flags.set.map((setting) => {
    const equals = setting.indexOf("=");
    return [setting.slice(0, equals), setting.slice(equals + 1)] as const;
  });
  return Object.fromEntries(
    given.flatMap(([name, text]): [string, unknown][] => {
      const type = Object.hasOwn(rows, name) ? rows[name]!.type : undefined;
      if (type === undefined) return [];
      if (type === "integers") return [[name, text.split(",").map(Number)]];
      if (type === "integer" || type === "number") return [[name, Number(text)]];
      return [[name, type === "boolean" ? text === "true" : text]];
    }),
  );
}

/** Runs the judge; its words are those of the command with the places filled in. */
function judged(command: string, { train, test, target }: JudgedTable, synthetic: string): Figures {
  const places: Readonly<Record<string, string>> = { train, test, target, synthetic };
  const words = command
    .split(/\s+/)
    .map((word) => word.replace(/\{(\w+)\}/g, (whole, place: string) => places[place] ?? whole));
  const { status, stdout, stderr } = spawnSync(words[0]!, words.slice(1), {
    encoding: "utf8",
    cwd: caller,
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`The judge ended with ${status}.\n${stderr?.slice(-2000) ?? ""}`);
  return flatFigures(JSON.parse(stdout));
}

async function run(table: JudgedTable, model: string, seed: number, folder: string): Promise<RunFigures> {
  const definition = findGenerator(model);
  const { table: real, metadata } = await readTable(table.train);
  const generator = definition.create(optionsFor(definition.options));
  const seconds = async (work: () => Promise<unknown>) => {
    const start = performance.now();
    await work();
    return (performance.now() - start) / 1000;
  };
  const maxTimeMs = flags["max-time"] === undefined ? undefined : Number(flags["max-time"]) * 1000;
  const fitSeconds = await seconds(() =>
    generator.fit(real, { metadata, seed, ...(maxTimeMs === undefined ? {} : { maxTimeMs }) }),
  );
  let synthetic = real;
  const sampleSeconds = await seconds(async () => {
    synthetic = await generator.sample(real.rowCount, { seed });
  });
  const file = path.join(folder, `${table.name}.${model}.${seed}.csv`);
  await writeTable(file, synthetic, metadata);
  const own = async () => {
    const { score, columnShapes, columnPairTrends } = await qualityReport(real, synthetic, metadata);
    return flatFigures({ quality: score, shapes: columnShapes.score, trends: columnPairTrends.score });
  };
  const scores = flags.judge === undefined ? await own() : judged(flags.judge, table, file);
  const steps = generator.training?.step;
  return {
    table: table.name,
    model,
    figures: { ...scores, fitSeconds, sampleSeconds, ...(steps === undefined ? {} : { steps }) },
  };
}

const decimals = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(1) : value.toFixed(4));

async function main(): Promise<void> {
  const folder = flags.keep
    ? path.resolve(caller, flags.keep)
    : mkdtempSync(path.join(tmpdir(), "verisim-quality-"));
  mkdirSync(folder, { recursive: true });
  const prefixes = flags.figures.split(",").filter((prefix) => prefix !== "");
  const runs: RunFigures[] = [];
  try {
    for (const table of tables())
      for (const model of flags.models.split(","))
        for (const seed of flags.seeds.split(",").map(Number)) {
          runs.push(await run(table, model, seed, folder));
          console.error(
            `${table.name} ${model} seed ${seed}: ${runs.at(-1)!.figures.fitSeconds!.toFixed(1)} s`,
          );
        }
  } finally {
    if (!flags.keep) rmSync(folder, { recursive: true, force: true });
  }
  const summaries = summariseFigures(runs).filter(
    ({ figure }) => prefixes.length === 0 || prefixes.some((prefix) => figure.startsWith(prefix)),
  );
  if (flags.json) console.log(JSON.stringify(summaries, null, 2));
  else
    for (const { table, model, figure, mean, spread, runs } of summaries)
      console.log(
        `${table.padEnd(22)}${model.padEnd(18)}${figure.padEnd(40)}${decimals(mean).padStart(10)}` +
          `${spread === null ? "" : ` ± ${decimals(spread)}`}  (${runs})`,
      );
}

try {
  await main();
} catch (error) {
  console.error(VerisimError.isInstance(error) ? error.format() : error);
  process.exitCode = 1;
}
