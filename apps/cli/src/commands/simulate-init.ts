// `verisim simulate --init`: a model to start from, out of a scenario, a real table, a JSON schema or a Prisma schema.

import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { fileSystemError, VerisimError } from "@verisim/core";
import {
  findScenario,
  modelFromJsonSchema,
  modelFromPrisma,
  modelFromTable,
  modelText,
  type SimulationModel,
} from "@verisim/simulate";
import type { Checks } from "../checks.ts";
import { requireFlag } from "../flag-values.ts";
import { optionValueError, plural, readRowCount } from "../quantities.ts";
import { readReal } from "../reading.ts";
import type { Session } from "../session.ts";
import type { SimulateFlags } from "../table-commands.ts";
import { sayWarnings } from "../warnings.ts";
import { writeText } from "../write-text.ts";

export async function initialModel(
  source: string,
  flags: SimulateFlags,
  checks: Checks,
  session: Session,
): Promise<void> {
  const scenario = findScenario(source);
  const rows = checks.attempt(() =>
    flags.rows?.[0] === undefined ? undefined : readRowCount(flags.rows[0], "rows"),
  );
  if (!scenario) checks.input(source, "table or schema");
  const out = checks.attempt(() => requireFlag(flags.out, "out", "the model file to write"));
  if (out !== undefined && !/\.(ya?ml|json)$/i.test(out))
    checks.add(optionValueError("out", "a file ending in .yaml or .json", out));
  checks.output(out, "out");
  checks.settle();

  const warnings: string[] = [];
  const model =
    scenario?.model ?? (await session.timed("fit", () => derived(source, rows, warnings, session)));
  await writeText(out!, modelText(model, /\.json$/i.test(out!) ? "json" : "yaml"));
  const tables = Object.values(model.tables);
  const columns = tables.reduce((sum, table) => sum + Object.keys(table.columns).length, 0);
  session.say(
    `Wrote a model of ${plural(tables.length, "table")} and ${plural(columns, "column")} to ${out}.`,
  );
  sayWarnings(warnings, session);
  session.say(`Change it, then: verisim simulate ${out} --out DIR`);
  if (session.json)
    session.printJson({
      version: 1,
      out,
      tables: Object.keys(model.tables),
      warnings,
      timings: session.timings,
    });
}

async function derived(
  source: string,
  rows: number | undefined,
  warnings: string[],
  session: Session,
): Promise<SimulationModel> {
  const name = basename(source).replace(/(\.schema)?\.\w+(\.gz)?$/, "") || "rows";
  const onWarning = (text: string): void => {
    warnings.push(text);
  };
  if (/\.prisma$/i.test(source)) return modelFromPrisma(await textOf(source), name, { onWarning });
  const schema = await schemaOf(source);
  if (schema) {
    const { title } = schema.value as { readonly title?: unknown };
    return modelFromJsonSchema(schema.value, title === undefined ? name : undefined, { onWarning });
  }
  const { table, metadata } = await readReal(source, undefined, session);
  return modelFromTable(table, metadata, { name, ...(rows === undefined ? {} : { rows }) });
}

/** More than a schema: rows, which are not read twice. */
const largestSchemaBytes = 4_000_000;

/** The JSON schema of a file by its name, or of any small JSON file by what it says; undefined for others. */
async function schemaOf(source: string): Promise<{ readonly value: unknown } | undefined> {
  const isNamed = /\.schema\.json$/i.test(source);
  if (!isNamed && !(/\.json$/i.test(source) && (await sizeOf(source)) <= largestSchemaBytes))
    return undefined;
  const text = await textOf(source);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    if (!isNamed) return undefined;
    throw new VerisimError("VERISIM_SCHEMA", `Expected JSON: ${(cause as Error).message}`, {
      where: { file: source },
      cause,
    });
  }
  return isNamed || saysItIsSchema(value) ? { value } : undefined;
}

function saysItIsSchema(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { $schema, type, properties, items } = value as Readonly<Record<string, unknown>>;
  const isObject = (part: unknown): boolean =>
    typeof part === "object" && part !== null && !Array.isArray(part);
  return (
    (typeof $schema === "string" && /json-schema\.org/.test($schema)) ||
    (type === "object" && isObject(properties)) ||
    (type === "array" && isObject(items))
  );
}

async function sizeOf(path: string): Promise<number> {
  const { size } = await stat(path).catch((cause: unknown) => {
    throw fileSystemError(cause, path);
  });
  return size;
}

function textOf(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause: unknown) => {
    throw fileSystemError(cause, path);
  });
}
