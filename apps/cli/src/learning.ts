// From flags to a fitted generator, for `fit` and `synth`: what can be checked without the data is checked first.

import type { Generator, GeneratorDefinition } from "@verisim/core";
import type { ReadResult } from "@verisim/data";
import { defaultGeneratorName, findGenerator } from "@verisim/verisim/generators";
import type { Checks } from "./checks.ts";
import { type OptionValue, readModelOptions } from "./model-options.ts";
import type { FitFlags } from "./program.ts";
import { formatSeconds, plural, readBytes, readSeconds } from "./quantities.ts";
import type { Session } from "./session.ts";

export interface FitPlan {
  readonly definition: GeneratorDefinition;
  readonly options: Readonly<Record<string, OptionValue>>;
  /** Flags that this generator has no use for, in words. */
  readonly notes: readonly string[];
}

/** Reads the flags of `fit`; errors go to `checks`, and a plan with gaps is never used. */
export function planFit(flags: FitFlags, checks: Checks): FitPlan {
  const definition = checks.attempt(() => findGenerator(flags.model ?? defaultGeneratorName));
  const options = definition ? readModelOptions(definition, flags.set ?? [], checks) : {};
  checks.attempt(() => flags.maxTime !== undefined && readSeconds(flags.maxTime, "max-time"));
  checks.attempt(() => flags.maxMemory !== undefined && readBytes(flags.maxMemory, "max-memory"));
  return { definition: definition!, options, notes: definition ? unusedFlags(flags, definition) : [] };
}

function unusedFlags(flags: FitFlags, definition: GeneratorDefinition): string[] {
  // No generator so far learns in steps that a budget could end, or treats one column differently.
  const given = [
    flags.maxTime !== undefined && "--max-time",
    flags.maxMemory !== undefined && "--max-memory",
    flags.target !== undefined && "--target",
  ].filter((flag) => flag !== false);
  return given.map((flag) => `${flag} has no effect on ${definition.name}.`);
}

/** Fits, and says so. */
export async function learn(
  plan: FitPlan,
  { table, metadata }: ReadResult,
  seed: number,
  session: Session,
): Promise<Generator> {
  const generator = plan.definition.create(plan.options);
  await session.timed("fit", () =>
    generator.fit(table, {
      metadata,
      seed,
      signal: session.signal,
      onProgress: session.onProgress,
    }),
  );
  const seconds = session.timings.find(({ phase }) => phase === "fit")?.seconds ?? 0;
  session.say(
    `Learnt ${plural(table.rowCount, "row")} of ${plural(table.columns.length, "column")} ` +
      `with ${generator.name} in ${formatSeconds(seconds)}.`,
  );
  return generator;
}
