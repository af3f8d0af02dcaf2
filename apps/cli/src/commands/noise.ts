// `verisim noise`: adds noise, gaps and faults to a table.

import { readFile } from "node:fs/promises";
import { fileSystemError, VerisimError } from "@verisim/core";
import { formatOfPath, writeTable } from "@verisim/data";
import { addNoise, type NoiseStep, noiseKinds } from "@verisim/resample/noise";
import { Checks } from "../checks.ts";
import { requireFlag, seedOf } from "../flag-values.ts";
import { formatSeconds, optionValueError, plural } from "../quantities.ts";
import { readReal } from "../reading.ts";
import type { Session } from "../session.ts";
import { settingValue } from "../setting-values.ts";
import type { NoiseFlags } from "../table-commands.ts";
import { sayWarnings } from "../warnings.ts";

export async function noise(data: string, flags: NoiseFlags, session: Session): Promise<void> {
  const checks = new Checks();
  const seed = seedOf(flags, checks);
  const added = (flags.add ?? []).flatMap((text) => checks.attempt(() => readNoiseStep(text)) ?? []);
  if (flags.add === undefined && flags.plan === undefined)
    checks.attempt(() => requireFlag(undefined, "add", "what to add, such as gaussian:age:relative=0.1"));
  checks.input(data, "table");
  checks.input(flags.metadata, "metadata");
  checks.input(flags.plan, "plan");
  checks.attempt(() => formatOfPath(requireFlag(flags.out, "out", "the file to write")));
  checks.output(flags.out, "out");
  checks.settle();

  const planned = flags.plan === undefined ? [] : await readPlan(flags.plan);
  const { table, metadata, warnings } = await readReal(data, flags.metadata, session);
  const result = await session.timed("sample", () =>
    addNoise(table, [...planned, ...added], {
      metadata,
      seed,
      signal: session.signal,
      ...(flags.truth === undefined ? {} : { truth: flags.truth }),
    }),
  );
  const out = flags.out!;
  await session.timed("write", () =>
    writeTable(out, result.table, result.metadata, { signal: session.signal }),
  );
  for (const { kind, column, changed } of result.counts)
    session.say(
      column === null
        ? `${kind}: ${plural(changed, "row")}.`
        : `${kind}: ${plural(changed, "cell")} of ${column}.`,
    );
  session.say(
    `Wrote ${plural(result.table.rowCount, "row")} to ${out} in ${formatSeconds(session.seconds)}.`,
  );
  sayWarnings([...warnings, ...result.warnings], session);
  if (session.json)
    session.printJson({
      version: 1,
      rows: result.table.rowCount,
      seed,
      out,
      changes: result.counts,
      warnings: [...warnings, ...result.warnings],
      timings: session.timings,
    });
}

/**
 * `KIND:COLUMNS:SETTINGS`, where columns are joined by commas, `*` or nothing means all that fit, and settings are
 * `name=value` joined by commas.
 * @throws VerisimError `VERISIM_OPTION_VALUE`
 */
export function readNoiseStep(text: string): NoiseStep {
  const form = "KIND:COLUMNS:SETTINGS, such as gaussian:age,income:snr=20";
  const [kind, columns = "", ...rest] = text.split(":");
  const known = noiseKinds.find((one) => one.name === kind);
  if (!known)
    throw optionValueError("add", form, text, `Kinds: ${noiseKinds.map(({ name }) => name).join(", ")}.`);
  const names = columns
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== "*");
  const options: Record<string, unknown> = {};
  for (const setting of rest.join(":").split(",")) {
    if (setting.trim() === "") continue;
    const at = setting.indexOf("=");
    if (at <= 0) throw optionValueError("add", form, text, "A setting is a name, = and a value.");
    const name = setting.slice(0, at).trim();
    const value = setting.slice(at + 1).trim();
    options[name] = settingValue(Object.hasOwn(known.options, name) ? known.options[name] : undefined, value);
  }
  return { kind: kind!, ...(names.length > 0 ? { columns: names } : {}), ...options };
}

/** @throws VerisimError `VERISIM_NOISE_PLAN`, `VERISIM_FILE_NOT_FOUND` */
async function readPlan(path: string): Promise<NoiseStep[]> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw fileSystemError(cause, path);
  });
  const fault = (expected: string, cause?: unknown): VerisimError =>
    new VerisimError("VERISIM_NOISE_PLAN", `Expected ${expected}.`, {
      where: { file: path },
      hint: "A plan is a list such as [{ kind: gaussian, columns: [age], relative: 0.1 }].",
      ...(cause === undefined ? {} : { cause }),
    });
  // Loaded only here, for it brings Faker along.
  const { parseModelText } = await import("@verisim/simulate");
  let value: unknown;
  try {
    value = parseModelText(text);
  } catch (cause) {
    if (!VerisimError.isInstance(cause)) throw cause;
    throw fault("JSON or YAML", cause);
  }
  const isStep = (one: unknown): one is NoiseStep => {
    if (typeof one !== "object" || one === null || Array.isArray(one)) return false;
    const { kind, columns } = one as Record<string, unknown>;
    const named =
      columns === undefined || (Array.isArray(columns) && columns.every((name) => typeof name === "string"));
    return typeof kind === "string" && named;
  };
  if (!Array.isArray(value) || !value.every(isStep)) throw fault("a list of steps, each with its kind");
  return value;
}
