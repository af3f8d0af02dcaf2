// Commands, flags and their help. Nothing here loads the library: a command's own module is imported when it runs, so
// that --help and --version answer at once.

import { readFileSync } from "node:fs";
import { figures, partNames } from "@verisim/evaluate/figures";
import { Command } from "commander";
import { addCompare } from "./compare-command.ts";
import { collect, withTables } from "./judge-options.ts";
import { Session } from "./session.ts";
import { addTableCommands } from "./table-commands.ts";
import { textGrid } from "./text-grid.ts";

/** Flags that every command takes. */
export interface SharedFlags {
  seed?: string;
  out?: string;
  json?: boolean;
  quiet?: boolean;
}

export interface FitFlags extends SharedFlags {
  model?: string;
  metadata?: string;
  target?: string;
  maxTime?: string;
  maxMemory?: string;
  checkpoint?: string;
  set?: string[];
}

export interface SampleFlags extends SharedFlags {
  rows?: string;
  where?: string;
  counts?: string;
  fair?: string;
  sensitive?: string[];
  fairGap?: string;
  from?: string;
}

export interface SynthFlags extends FitFlags, SampleFlags {
  report?: string;
  parts?: string;
  combine?: boolean;
  holdout?: string;
}

export interface AugmentFlags extends FitFlags, SampleFlags {
  holdout?: string;
  amount?: string;
  weight?: string;
  plausible?: boolean;
  taught?: boolean;
}

export interface InspectFlags extends SharedFlags {
  metadata?: string;
  metadataOut?: string;
  target?: string;
}

export interface JudgeFlags extends SharedFlags {
  real?: string;
  holdout?: string;
  synthetic?: string;
  metadata?: string;
  target?: string;
  sensitive?: string[];
  quasiIdentifiers?: string[];
  knownColumns?: string[];
  secretColumns?: string[];
  shadowModels?: string;
  modelFile?: string;
}

export interface EvaluateFlags extends JudgeFlags {
  parts?: string;
  compare?: string[];
  earlier?: string;
}

export interface CheckFlags extends JudgeFlags {
  failIf?: string[];
}

const formats = ".csv .tsv .json .jsonl .parquet .arrow (text formats also with .gz)";

function version(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

function withOut(command: Command, meaning: string): Command {
  return command.option("--out <file>", meaning);
}

function withShared(command: Command): Command {
  return command
    .option("--seed <n>", "any whole number: the same seed and input give the same output (default: 0)")
    .option("--json", "print machine-readable output on stdout")
    .option("--quiet", "no progress, no messages; errors are still printed");
}

function withFit(
  command: Command,
  target: string = "the column that matters most, for generators that can favour one",
): Command {
  return command
    .option("--model <name>", "generator, see `verisim models` (default: auto, which chooses one)")
    .option(
      "--metadata <file>",
      "types, keys and formats as SDV metadata JSON; what it leaves out is detected",
    )
    .option("--target <column>", target)
    .option(
      "--max-time <time>",
      "stop learning after this time and keep the best so far, such as 90s, 10m, 1h30m",
    )
    .option("--max-memory <size>", "memory that learning may use, such as 512MB, 4GB")
    .option(
      "--checkpoint <file>",
      "keep a long training in this file as it goes; with it, a stopped one goes on",
    )
    .option("--set <option=value>", "an option of the generator; repeat for more", collect);
}

function withSample(command: Command, rows: string): Command {
  return command
    .option("--rows <n>", rows)
    .option(
      "--where <condition>",
      "only rows for which this holds, such as \"income = '>50K' and age >= 30\"",
    )
    .option(
      "--counts <column:label=n,...>",
      'exact numbers of rows per label, such as "crop:rice=100,maize=50"',
    )
    .option(
      "--fair <column>",
      "make this column's values as frequent in every group of the --sensitive columns",
    )
    .option("--sensitive <column>", "a column whose values are groups for --fair; repeat for more", collect)
    .option("--fair-gap <share>", "difference between groups that --fair may leave (default: 0)")
    .option("--from <row>", "first row of the endless synthetic table to write, from 0 (default: 0)");
}

function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}\n`;
}

/**
 * @param onCommand told which command was asked for, before it runs or its flags are refused
 */
export function buildProgram(signal: AbortSignal, onCommand: (command: Command) => void): Command {
  const program = new Command("verisim");
  const refuse = (command: Command): Command =>
    command
      .configureOutput({ outputError: () => {} })
      .helpOption("--help", "show this help")
      .configureHelp({ subcommandTerm: (one) => one.name(), helpWidth: 110 })
      .exitOverride((error) => {
        onCommand(command);
        throw error;
      });
  const start = (flags: SharedFlags, command: Command): Session => {
    onCommand(command);
    return new Session({ signal, quiet: flags.quiet === true, json: flags.json === true });
  };
  refuse(program)
    .description("Learn from a real table, make a synthetic one, and show how good it is.")
    .usage("COMMAND ...")
    .version(version(), "--version", "print the version")
    .helpCommand(false)
    .addHelpText(
      "after",
      `${examples([
        "verisim synth customers.csv --out synthetic.csv --report report.html",
        "verisim inspect customers.csv",
        "verisim fit customers.csv --out customers.verisim",
        "verisim sample customers.verisim --rows 1e6 --where \"plan = 'pro'\" --out pro.parquet",
        "verisim evaluate --real customers.csv --synthetic synthetic.csv --out report.html",
        "verisim compare customers.csv --target churned --out compared.html",
      ])}
Files: the ending says the format: ${formats}.
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a gate not met.
verisim COMMAND --help explains a command.`,
    );
  const command = (name: string, usage: string, description: string): Command =>
    refuse(program.command(name).usage(usage).description(description).allowExcessArguments(false));

  const synth = command(
    "synth",
    "DATA --out FILE [--rows N] [--report R.html] [options]",
    "learn a table, write a synthetic one, and judge it",
  );
  withOut(synth.argument("<DATA>", "the real table"), "the synthetic table (required)")
    .option("--report <file>", "write an HTML report of how good it is: with --holdout the whole evaluation")
    .option(
      "--parts <names>",
      "parts of the report, as for evaluate (default: all with --holdout, else none)",
    )
    .option("--holdout <file>", "real rows to keep out of learning: their scores are the ceiling")
    .option("--combine", "write the real rows too, with a boolean column is_synthetic");
  withSample(synth, "rows to write (default: the sum of --counts, or as many as DATA has)");
  withShared(withFit(synth))
    .addHelpText(
      "after",
      examples([
        "verisim synth customers.csv --out synthetic.csv --report report.html",
        'verisim synth churn.csv --out more.csv --counts "churned:yes=5000" --combine',
        "verisim synth data.parquet --out synthetic.parquet --rows 1e6 --seed 7 --set purpose=privacy",
      ]),
    )
    .action(async (data: string, flags: SynthFlags) =>
      (await import("./commands/synth.ts")).synth(data, flags, start(flags, synth)),
    );

  const fit = command(
    "fit",
    "DATA --out MODEL.verisim [--model NAME] [options]",
    "learn a table and keep the model",
  );
  withOut(fit.argument("<DATA>", "the real table"), "the model file, ending in .verisim (required)");
  withShared(withFit(fit))
    .addHelpText(
      "after",
      examples([
        "verisim fit customers.csv --out customers.verisim",
        "verisim fit customers.csv --out customers.verisim --model gaussian-copula --set marginals.age=gamma",
        "verisim fit customers.csv --out customers.verisim --model ctgan --max-time 10m --checkpoint training.part",
      ]),
    )
    .action(async (data: string, flags: FitFlags) =>
      (await import("./commands/fit.ts")).fit(data, flags, start(flags, fit)),
    );

  const sample = command(
    "sample",
    "MODEL.verisim --rows N --out FILE [options]",
    "write rows of a learnt model",
  );
  withOut(sample.argument("<MODEL>", "a model file of `verisim fit`"), "the synthetic table (required)");
  withShared(withSample(sample, "rows to write (default: the sum of --counts)"))
    .addHelpText(
      "after",
      examples([
        "verisim sample customers.verisim --rows 1000 --out synthetic.csv",
        'verisim sample customers.verisim --rows 500 --where "age >= 65 and city is not null" --out older.csv',
        'verisim sample crops.verisim --counts "label:rice=100,maize=50" --out crops.csv',
        "verisim sample customers.verisim --rows 1e6 --from 1e6 --out second-million.parquet",
      ]),
    )
    .action(async (model: string, flags: SampleFlags) =>
      (await import("./commands/sample.ts")).sample(model, flags, start(flags, sample)),
    );

  const exporting = command(
    "export",
    "MODEL.verisim --out F.onnx",
    "write the sampler of a learnt model as an ONNX file",
  );
  withOut(exporting.argument("<MODEL>", "a model file of `verisim fit`"), "the ONNX file (required)");
  withShared(exporting)
    .addHelpText("after", examples(["verisim export customers.verisim --out customers.onnx"]))
    .action(async (model: string, flags: SharedFlags) =>
      (await import("./commands/export.ts")).exportModel(model, flags, start(flags, exporting)),
    );

  const completing = command(
    "complete",
    "MODEL.verisim DATA --out FILE",
    "fill missing cells and columns of a table by a learnt model",
  )
    .argument("<MODEL>", "a model file of `verisim fit` that can, such as of autoregressive")
    .argument("<DATA>", "a table with some or all of the learnt columns");
  withShared(withOut(completing, "the file to write (required)"))
    .addHelpText("after", examples(["verisim complete customers.verisim partial.csv --out whole.csv"]))
    .action(async (model: string, data: string, flags: SharedFlags) =>
      (await import("./commands/complete.ts")).complete(model, data, flags, start(flags, completing)),
    );

  const evaluate = command(
    "evaluate",
    "--real F --synthetic F [--holdout F] [--out R.html] [options]",
    "say how good a synthetic table is",
  );
  withTables(evaluate)
    .option("--compare <files...>", "more synthetic tables, judged in the same way and set beside the first")
    .option("--earlier <file>", "an evaluation (.json) of before: shows what has changed since")
    .option(
      "--parts <names>",
      `parts to make, joined by commas, or none (default: all of ${partNames.join(", ")})`,
    );
  withShared(withOut(evaluate, "write an HTML report (.html) or the whole evaluation (.json)"))
    .addHelpText(
      "after",
      examples([
        "verisim evaluate --real train.csv --holdout test.csv --synthetic synthetic.csv --target churned --out report.html",
        "verisim evaluate --real train.csv --holdout test.csv --compare a.csv b.csv c.csv --out compared.html",
        "verisim evaluate --real train.csv --synthetic synthetic.csv --parts none --json",
      ]),
    )
    .action(async (flags: EvaluateFlags) =>
      (await import("./commands/evaluate.ts")).evaluateTables(flags, start(flags, evaluate)),
    );

  const check = command(
    "check",
    '--real F --synthetic F --fail-if "quality<0.9" ... [options]',
    "a gate for CI: exit 3 when a figure is not good enough",
  );
  withTables(check).option(
    "--fail-if <conditions>",
    'when to fail, such as "quality<0.9,copies>1%"; repeat for more (required)',
    collect,
  );
  withShared(withOut(check, "write the outcome as JSON"))
    .addHelpText(
      "after",
      `${examples([
        'verisim check --real train.csv --synthetic synthetic.csv --fail-if "shapes<0.95" --fail-if "trends<0.9"',
        'verisim check --real train.csv --holdout test.csv --synthetic synthetic.csv --fail-if "copy-excess>0.1%"',
        'verisim check --real train.csv --holdout test.csv --synthetic synthetic.csv --target churned --fail-if "tstr-gap>0.05,dcr-share>0.55"',
      ])}
Figures:
${figureLines()}

Every published metric is a figure too, by its name, such as ks-complement; an unknown name lists them all.
`,
    )
    .action(async (flags: CheckFlags) =>
      (await import("./commands/check.ts")).check(flags, start(flags, check)),
    );

  const augment = command(
    "augment",
    "DATA --target COL [--holdout F] [--model NAME] [--rows N] [options]",
    "say whether synthetic rows help a model that predicts a column",
  );
  augment
    .argument("<DATA>", "the real table")
    .option("--holdout <file>", "real rows to judge on (default: a quarter of DATA, each class in its share)")
    .option("--amount <n>", "synthetic rows per real row, such as 2 (default: chosen by validation)")
    .option("--weight <w>", "what a synthetic row counts beside a real one (default: chosen by validation)")
    .option("--plausible", "only synthetic rows whose label is plausible (default: chosen by validation)")
    .option("--taught", "labels are those of a committee of trees that learnt the real rows");
  withSample(augment, "rows to draw (default: the sum of --counts, or four per real row)");
  withShared(withOut(withFit(augment, "the column to predict (required)"), "write the outcome as JSON"))
    .addHelpText(
      "after",
      examples([
        "verisim augment customers.csv --target churned",
        "verisim augment customers.csv --target churned --amount 2 --weight 0.3",
        'verisim augment train.csv --holdout test.csv --target churned --counts "churned:yes=1000" --json',
      ]),
    )
    .action(async (data: string, flags: AugmentFlags) =>
      (await import("./commands/augment.ts")).augment(data, flags, start(flags, augment)),
    );

  const inspect = command(
    "inspect",
    "DATA [--json] [--metadata-out F.json] [options]",
    "show types, keys, a profile, and what fit would do",
  );
  inspect
    .argument("<DATA>", "the table")
    .option("--metadata <file>", "types and keys as SDV metadata JSON; what it leaves out is detected")
    .option("--metadata-out <file>", "write the metadata as SDV JSON, to be corrected and given to fit")
    .option("--target <column>", "the column that matters most");
  withShared(withOut(inspect, "write the outcome as JSON"))
    .addHelpText(
      "after",
      examples([
        "verisim inspect customers.csv",
        "verisim inspect customers.csv --metadata-out customers.json",
      ]),
    )
    .action(async (data: string, flags: InspectFlags) =>
      (await import("./commands/inspect.ts")).inspect(data, flags, start(flags, inspect)),
    );

  const parts = { command, withOut, withShared, examples, start, collect };
  addCompare(parts);
  addTableCommands(parts);

  const models = command("models", "[NAME] [--json]", "list the generators, their options and defaults");
  withShared(withOut(models.argument("[NAME]", "only this generator"), "write the list as JSON"))
    .addHelpText("after", examples(["verisim models", "verisim models gaussian-copula --json"]))
    .action(async (name: string | undefined, flags: SharedFlags) =>
      (await import("./commands/models.ts")).models(name, flags, start(flags, models)),
    );
  return program;
}

function figureLines(): string {
  const rows = Object.entries(figures).map(([name, { description }]) => [`  ${name}`, description]);
  return textGrid(rows);
}
