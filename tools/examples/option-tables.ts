// The tables of options on the generators' pages come from the rows that the code checks options by:
//   node tools/examples/option-tables.ts
// writes them anew between the marks of each page; a test fails where a page says something else.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describeOption, type GeneratorDefinition, type OptionRow } from "@verisim/core";
import { generators } from "@verisim/verisim/generators";

import { root } from "./documents.ts";

const begin = "<!-- options: written by tools/examples/option-tables.ts -->";
const end = "<!-- end of options -->";

/** Generators that have a page though they do not learn in steps. */
const otherPages: readonly string[] = ["sequential-trees"];

/** The generators that have a page: those that learn in steps, and a few more. */
export const trained: readonly GeneratorDefinition[] = generators.filter(
  ({ name, trains }) => trains || otherPages.includes(name),
);

/** The page of a generator, relative to the root. */
export const pageOf = (name: string): string => `docs/generators/${name}.md`;

const cell = (text: string): string => text.replaceAll("|", "\\|");

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** One line per option: default, what `preset=reference` sets where that differs, meaning, range, section of the paper. */
export function optionTable({ options, presets }: GeneratorDefinition): string {
  const reference = presets?.reference ?? {};
  const lines = Object.entries(options).map(([name, row]: [string, OptionRow]) => {
    const other = Object.hasOwn(reference, name) ? valueText(reference[name]) : undefined;
    const changed = other === undefined || other === valueText(row.default) ? "" : `\`${other}\``;
    const cells = [
      `\`${name}\``,
      `\`${valueText(row.default)}\``,
      changed,
      `${row.description} ${accepted(row)}`,
    ];
    return `| ${[...cells, row.section ?? ""].map(cell).join(" | ")} |`;
  });
  return [
    "| option | default | reference | meaning | paper |",
    "| --- | --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}

function accepted(row: OptionRow): string {
  const text = describeOption(row);
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

/** A page with its table of options written anew. @throws Error where the marks are missing */
export function withOptions(page: string, definition: GeneratorDefinition): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from)
    throw new Error(`${pageOf(definition.name)} lacks the lines ${begin} and ${end}.`);
  return `${page.slice(0, from + begin.length)}\n\n${optionTable(definition)}\n\n${page.slice(to)}`;
}

if (import.meta.main)
  for (const definition of trained) {
    const file = path.join(root, pageOf(definition.name));
    if (!existsSync(file)) {
      console.log(`There is no page ${pageOf(definition.name)}.`);
      process.exitCode = 1;
      continue;
    }
    const page = readFileSync(file, "utf8");
    const written = withOptions(page, definition);
    if (written !== page) writeFileSync(file, written);
    console.log(`${pageOf(definition.name)}: ${written === page ? "as it was" : "written"}`);
  }
