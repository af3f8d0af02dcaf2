// The options of commands that judge a synthetic table: which tables, by what, and what attackers know.

import type { Command } from "commander";

/** Gathers the values of an option that may be given several times. */
export const collect = (value: string, all: string[] = []): string[] => [...all, value];

export function withTables(command: Command): Command {
  return command
    .option("--real <file>", "the table that was learnt from (required)")
    .option("--synthetic <file>", "the table to judge (required)")
    .option("--holdout <file>", "real rows that were not learnt from: their scores are the ceiling")
    .option("--metadata <file>", "types and keys as SDV metadata JSON; what it leaves out is detected")
    .option("--target <column>", "the column that a model would predict: judges what models learn")
    .option(
      "--sensitive <column>",
      "a column of groups that should fare alike; repeat for more (default: by their names)",
      collect,
    )
    .option(
      "--quasi-identifiers <columns>",
      "columns that others may know of a person, joined by commas: what attackers start from (default: a guess)",
      collect,
    )
    .option(
      "--known-columns <columns>",
      "what the attacker of the published attack metrics knows (default: the quasi-identifiers)",
      collect,
    )
    .option("--secret-columns <columns>", "what attackers want to know (default: the target)", collect)
    .option(
      "--shadow-models <n>",
      "train the generator of --model-file anew so often, for attacks that know how it is made (default: 0)",
    )
    .option(
      "--model-file <file>",
      "the generator's model (.verisim): what it keeps of the real rows is looked for",
    );
}
