// `--set option=value`: texts become typed, range-checked option values by the generator's own table of options.

import {
  acceptsOption,
  describeOption,
  type GeneratorDefinition,
  knownTextsHint,
  type OptionRow,
  type TableMetadata,
  VerisimError,
} from "@verisim/core";
import type { Checks } from "./checks.ts";
import { requireColumn } from "./required-column.ts";

export type OptionValue = number | boolean | string | readonly number[] | Readonly<Record<string, string>>;

/**
 * The options of a generator from the values of `--set`, in order; a later one replaces an earlier one. Entries of a
 * map are given one by one (`marginals.age=gamma`) or as JSON (`marginals={"age":"gamma"}`).
 */
export function readModelOptions(
  definition: GeneratorDefinition,
  settings: readonly string[],
  checks: Checks,
): Record<string, OptionValue> {
  const options: Record<string, OptionValue> = {};
  for (const setting of settings) {
    checks.attempt(() => {
      const equals = setting.indexOf("=");
      const key = setting.slice(0, Math.max(0, equals)).trim();
      if (key === "")
        throw new VerisimError(
          "VERISIM_OPTION_VALUE",
          `Expected option=value for --set but received ${JSON.stringify(setting)}.`,
          {
            where: { option: "set" },
            hint: `For example --set ${exampleSetting(definition)}.`,
          },
        );
      const dot = key.indexOf(".");
      const name = dot > 0 && definition.options[key.slice(0, dot)]?.type === "map" ? key.slice(0, dot) : key;
      const row = definition.options[name];
      if (!row || !Object.hasOwn(definition.options, name)) throw unknownOption(definition, name);
      if (row.type === "map" && name !== key) {
        // A column's name may hold "=", the values of a map do not.
        const last = setting.lastIndexOf("=");
        const entry = setting.slice(dot + 1, last).trim();
        const value = setting.slice(last + 1).trim();
        checkMapEntry(name, row, entry, value);
        options[name] = { ...(options[name] as Record<string, string> | undefined), [entry]: value };
      } else {
        options[name] = readOption(name, row, setting.slice(equals + 1).trim());
      }
    });
  }
  return options;
}

/** Errors for entries of maps that name no column of the table. */
export function checkOptionColumns(
  options: Readonly<Record<string, OptionValue>>,
  metadata: TableMetadata,
  checks: Checks,
): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value !== "object" || Array.isArray(value)) continue;
    for (const column of Object.keys(value))
      checks.attempt(() => requireColumn(metadata, column, `set ${name}`));
  }
}

function unknownOption(definition: GeneratorDefinition, name: string): VerisimError {
  return new VerisimError(
    "VERISIM_UNKNOWN_OPTION",
    `Expected an option of ${definition.name} but received ${JSON.stringify(name)}.`,
    {
      where: { option: name },
      hint:
        knownTextsHint("options", name, Object.keys(definition.options)) +
        (definition.name === "auto" ? " To set an option of a generator, name it with --model." : ""),
    },
  );
}

function exampleSetting(definition: GeneratorDefinition): string {
  const [name, row] = Object.entries(definition.options).find(([, row]) => row.type !== "map") ?? [];
  return name === undefined ? "option=value" : `${name}=${String(row!.default)}`;
}

function invalid(name: string, row: OptionRow, received: string, hint?: string): VerisimError {
  return new VerisimError(
    "VERISIM_OPTION_VALUE",
    `Expected ${describeOption(row)} for ${name} but received ${JSON.stringify(received)}.`,
    { where: { option: name }, ...(hint === undefined ? {} : { hint }) },
  );
}

function readOption(name: string, row: OptionRow, text: string): OptionValue {
  switch (row.type) {
    case "integer":
    case "number": {
      const number = text === "" ? Number.NaN : Number(text);
      const whole = row.type === "number" || Number.isSafeInteger(number);
      const inRange = number >= (row.min ?? -Infinity) && number <= (row.max ?? Infinity);
      if (Number.isFinite(number) && whole && inRange) return number;
      throw invalid(name, row, text);
    }
    case "integers": {
      const numbers = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
      if (acceptsOption(row, numbers)) return numbers;
      throw invalid(name, row, text, `Numbers with commas between them, as in --set ${name}=256,256.`);
    }
    case "boolean":
      if (/^(true|yes|on|1)$/i.test(text)) return true;
      if (/^(false|no|off|0)$/i.test(text)) return false;
      throw invalid(name, row, text);
    case "choice":
      if (row.values?.includes(text)) return text;
      throw invalid(name, row, text, knownTextsHint("values", text, row.values ?? []));
    case "text":
      return text;
    case "map":
      return readMap(name, row, text);
  }
}

function readMap(name: string, row: OptionRow, text: string): Readonly<Record<string, string>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw invalid(name, row, text, `Set one entry with --set ${name}.COLUMN=VALUE, or give a JSON object.`);
  for (const [entry, value] of Object.entries(parsed)) checkMapEntry(name, row, entry, String(value));
  return parsed as Readonly<Record<string, string>>;
}

function checkMapEntry(name: string, row: OptionRow, entry: string, value: string): void {
  if (entry === "") throw invalid(name, row, `${name}.=${value}`);
  if (row.values && !row.values.includes(value))
    throw new VerisimError(
      "VERISIM_OPTION_VALUE",
      `Expected one of ${row.values.join(", ")} for ${name}.${entry} but received ${JSON.stringify(value)}.`,
      { where: { option: name, column: entry }, hint: knownTextsHint("values", value, row.values) },
    );
}
