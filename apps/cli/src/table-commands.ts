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
  ratio?: string;
  rows?: string;
  by?: string[];
  margins?: string;
  combine?: boolean;
  set?: string[];
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
