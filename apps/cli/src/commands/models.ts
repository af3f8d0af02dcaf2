// `verisim models`: the generators, their options and defaults.

import { describeOption, type GeneratorDefinition, type OptionRow } from "@verisim/core";
import { defaultGeneratorName, findGenerator, generators } from "@verisim/verisim/generators";
import { Checks } from "../checks.ts";
import type { SharedFlags } from "../program.ts";
import type { Session } from "../session.ts";
import { writeText } from "../write-text.ts";

export async function models(name: string | undefined, flags: SharedFlags, session: Session): Promise<void> {
  const checks = new Checks();
  checks.output(flags.out, "out");
  const listed = name === undefined ? generators : [checks.attempt(() => findGenerator(name))!];
  checks.settle();
  const list = {
    version: 1,
    default: defaultGeneratorName,
    models: listed.map(({ name, summary, paper, options }) => ({ name, summary, paper, options })),
  };
  if (flags.out !== undefined) {
    await writeText(flags.out, JSON.stringify(list, null, 2));
    session.say(`List: ${flags.out}`);
  } else if (session.json) session.printJson(list);
  else session.print(listed.map(modelText).join("\n\n"));
}

function modelText(definition: GeneratorDefinition): string {
  const mark = definition.name === defaultGeneratorName ? " (the default)" : "";
  const options = Object.entries(definition.options).flatMap(([name, row]) => [
    `  ${name} = ${defaultText(row)}`,
    `      ${row.description}${row.section ? ` (${row.section})` : ""}`,
    `      ${describeOption(row)}`,
  ]);
  return [
    `${definition.name}${mark}`,
    `  ${definition.summary}`,
    `  ${definition.paper}`,
    "",
    `  Options, for --set option=value:`,
    ...options,
  ].join("\n");
}

function defaultText(row: OptionRow): string {
  return typeof row.default === "object" ? JSON.stringify(row.default) : String(row.default);
}
