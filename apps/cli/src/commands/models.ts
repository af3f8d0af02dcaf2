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
    models: listed.map(({ name, summary, paper, trains = false, presets = {}, options }) => {
      return { name, summary, paper, trains, presets, options };
    }),
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
    `  ${name} = ${valueText(row.default)}`,
    `      ${row.description}${row.section ? ` (${row.section})` : ""}`,
    `      ${describeOption(row)}`,
  ]);
  const presets = Object.entries(definition.presets ?? {}).map(
    ([name, settings]) =>
      `  --set preset=${name} stands for ${Object.entries(settings)
        .map(([option, value]) => `${option}=${valueText(value as OptionRow["default"])}`)
        .join(" ")}`,
  );
  return [
    `${definition.name}${mark}`,
    `  ${definition.summary}`,
    `  ${definition.paper}`,
    ...(definition.trains
      ? [
          "  Trains in steps: --max-time, --max-memory and --checkpoint hold for it; progress shows its quality.",
        ]
      : []),
    "",
    `  Options, for --set option=value:`,
    ...options,
    ...(presets.length > 0 ? ["", ...presets] : []),
  ].join("\n");
}

/** A value as --set takes it. */
function valueText(value: OptionRow["default"]): string {
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
