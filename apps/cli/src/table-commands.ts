// The commands that need no learnt model: simulate, noise and resample, with their flags and help.

import type { Command } from "commander";
import type { SharedFlags } from "./program.ts";
import type { Session } from "./session.ts";

export interface SimulateFlags extends SharedFlags {
  rows?: string[];
  table?: string;
  format?: string;
  init?: boolean;
  check?: boolean;
}

export interface NoiseFlags extends SharedFlags {
  metadata?: string;
  add?: string[];
  plan?: string;
  truth?: string;
}

export interface ResampleFlags extends SharedFlags {
  metadata?: string;
  target?: string;
  strategy?: string;
  counts?: string;
  balance?: string;
  only?: string[];
  label?: string[];
  rows?: string;
  by?: string[];
  margins?: string[];
  replace?: boolean;
  origins?: boolean;
  gain?: boolean;
  holdout?: string;
  set?: string[];
  sequenceKey?: string;
  sequenceOrder?: string;
  context?: string;
}

/** What a command needs of the program that it is part of. */
export interface CommandParts {
  readonly command: (name: string, usage: string, description: string) => Command;
  readonly withOut: (command: Command, meaning: string) => Command;
  readonly withShared: (command: Command) => Command;
  readonly examples: (lines: readonly string[]) => string;
  readonly start: (flags: SharedFlags, command: Command) => Session;
  readonly collect: (value: string, all?: string[]) => string[];
}

export function addTableCommands(parts: CommandParts): void {
  addSimulate(parts);
  addResample(parts);
  addNoise(parts);
}

function addSimulate({ command, withOut, withShared, examples, start, collect }: CommandParts): void {
  const simulate = command(
    "simulate",
    "MODEL --out DIR [--rows N] [options]",
    "make related tables from rules in a YAML or JSON file",
  );
  simulate
    .argument(
      "<MODEL>",
      "a model file (.yaml, .json), or a scenario: card-transactions, clinic-patients, ...",
    )
    .option(
      "--rows <n>",
      "rows of the main table, or of a table by name, such as orders=1e6; repeat for more",
      collect,
    )
    .option("--table <name>", "write only this table, to the file of --out")
    .option("--format <ending>", "format of the files in DIR: csv, parquet, ... (default: csv)")
    .option("--check", "only say whether the model is right")
    .option(
      "--init",
      "write a model to start from: MODEL is then a scenario, a table, a JSON schema or a .prisma file",
    );
  withShared(withOut(simulate, "the folder for the tables, or the file of --table (required)"))
    .addHelpText(
      "after",
      examples([
        "verisim simulate card-transactions --rows 1e6 --out cards --format parquet",
        "verisim simulate shop.yaml --rows customers=500 --rows orders=20000 --out shop",
        "verisim simulate shop.yaml --table orders --out orders.csv",
        "verisim simulate customers.csv --init --out model.yaml",
      ]),
    )
    .action(async (model: string, flags: SimulateFlags) =>
      (await import("./commands/simulate.ts")).simulate(model, flags, start(flags, simulate)),
    );
}

function addNoise({ command, withOut, withShared, examples, start, collect }: CommandParts): void {
  const noise = command(
    "noise",
    "DATA --add KIND:COLUMNS[:setting=value,...] --out FILE [options]",
    "add noise, gaps and faults to a table, each recorded where it is asked for",
  );
  noise
    .argument("<DATA>", "the table")
    .option(
      "--add <kind:columns:settings>",
      "what to add, such as gaussian:age,income:snr=10 or typos:*:rate=0.02; repeat for more",
      collect,
    )
    .option("--plan <file>", "the same as a list in YAML or JSON")
    .option("--truth <column>", "add a text column that says what was done to each row")
    .option("--metadata <file>", "types and keys as SDV metadata JSON; what it leaves out is detected");
  withShared(withOut(noise, "the table with noise (required)"))
    .addHelpText(
      "after",
      examples([
        "verisim noise customers.csv --add gaussian:income:snr=20 --add dropout:age:rate=0.1 --out noisy.csv",
        "verisim noise customers.csv --add typos:city:rate=0.05 --add duplicates::rate=0.02 --truth faults --out dirty.csv",
      ]),
    )
    .action(async (data: string, flags: NoiseFlags) =>
      (await import("./commands/noise.ts")).noise(data, flags, start(flags, noise)),
    );
}

function addResample({ command, withOut, withShared, examples, start, collect }: CommandParts): void {
  const resample = command(
    "resample",
    "DATA --target COL --strategy NAME --out FILE [options]",
    "balance the classes of a table, or sample its rows",
  );
  resample
    .argument("<DATA>", "the table")
    .option(
      "--target <column>",
      "the column of classes (default: that of --counts), or for smoter and smogn of numbers",
    )
    .option("--label <column>", "mlsmote: a column of a label; repeat for more", collect)
    .option(
      "--strategy <name>",
      "smote (default), adasyn, random, tomek-links, ...; smoter, smogn for a target of numbers, mlsmote for labels; sample, bootstrap, smoothed-bootstrap, stratified, rake",
    )
    .option(
      "--counts <column:label=n,...>",
      'rows per class in the output, originals included, exactly: "fraud:1=3000"',
    )
    .option("--balance <name>", "instead: auto, minority, not-majority, all, ... or a ratio such as 0.5")
    .option("--only <class>", "strategies that clean: a class that may lose rows; repeat for more", collect)
    .option("--set <option=value>", "an option of the strategy; repeat for more", collect)
    .option("--origins", "add the columns is_synthetic, base_row and other_row")
    .option("--gain", "also say, with boosted trees on rows left out in turn, whether it helps")
    .option(
      "--holdout <file>",
      "with --gain: rows to judge on (default: each fifth of DATA in its turn, up to ten times)",
    )
    .option(
      "--sequence-key <column>",
      "rows of one value are a sequence: new ones lie between two, warped in time (default: the metadata's)",
    )
    .option("--sequence-order <column>", "numbers or dates that order the rows of a sequence")
    .option("--context <file>", "a table with a row for each sequence, such as its class, to join by the key")
    .option("--rows <n>", "rows of a sample")
    .option("--by <column>", "stratified: a column of the strata; repeat for more", collect)
    .option("--replace", "stratified: rows may come again where a stratum has too few")
    .option(
      "--margins <column:label=share,...>",
      "rake: what a column's categories make up; repeat for more",
      collect,
    )
    .option("--metadata <file>", "types and keys as SDV metadata JSON; what it leaves out is detected");
  withShared(withOut(resample, "the table that results (required)"))
    .addHelpText(
      "after",
      examples([
        'verisim resample train.csv --counts "fraud:1=3000" --out balanced.csv',
        "verisim resample train.csv --target fraud --strategy adasyn --origins --out balanced.parquet",
        "verisim resample films.csv --target gross --strategy smogn --out more.csv",
        "verisim resample steps.csv --sequence-key case --sequence-order step --target activity --out more.csv",
        "verisim resample people.csv --strategy stratified --by sex --by region --rows 500 --out sample.csv",
        'verisim resample survey.csv --strategy rake --margins "sex:f=0.51,m=0.49" --out weighted.csv',
      ]),
    )
    .action(async (data: string, flags: ResampleFlags) =>
      (await import("./commands/resample.ts")).resampleTable(data, flags, start(flags, resample)),
    );
}
