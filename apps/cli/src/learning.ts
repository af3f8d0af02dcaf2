// From flags to a fitted generator, for `fit` and `synth`: what can be checked without the data is checked first.

import { existsSync } from "node:fs";
import type { Generator, GeneratorDefinition } from "@verisim/core";
import type { ReadResult } from "@verisim/data";
import { defaultGeneratorName, findGenerator } from "@verisim/verisim/generators";
import type { Checks } from "./checks.ts";
import { type OptionValue, readModelOptions } from "./model-options.ts";
import type { FitFlags } from "./program.ts";
import { formatSeconds, plural, readBytes, readSeconds } from "./quantities.ts";
import type { Session } from "./session.ts";
import { stoppedError, trainingText } from "./training-words.ts";

export interface FitPlan {
  readonly definition: GeneratorDefinition;
  readonly options: Readonly<Record<string, OptionValue>>;
  /** What training may take and where it is kept; for generators that train. */
  readonly training: {
    readonly maxTimeMs?: number;
    readonly maxMemoryBytes?: number;
    readonly checkpoint?: string;
  };
  /** Flags that this generator has no use for, in words. */
  readonly notes: readonly string[];
}

/** Reads the flags of `fit`; errors go to `checks`, and a plan with gaps is never used. */
export function planFit(flags: FitFlags, checks: Checks): FitPlan {
  const definition = checks.attempt(() => findGenerator(flags.model ?? defaultGeneratorName));
  const options = definition ? readModelOptions(definition, flags.set ?? [], checks) : {};
  const { maxTime, maxMemory, checkpoint } = flags;
  const seconds = checks.attempt(() =>
    maxTime === undefined ? undefined : readSeconds(maxTime, "max-time"),
  );
  const bytes = checks.attempt(() =>
    maxMemory === undefined ? undefined : readBytes(maxMemory, "max-memory"),
  );
  return {
    definition: definition!,
    options,
    training: {
      ...(seconds === undefined ? {} : { maxTimeMs: seconds * 1000 }),
      ...(bytes === undefined ? {} : { maxMemoryBytes: bytes }),
      ...(checkpoint === undefined ? {} : { checkpoint }),
    },
    notes: definition ? unusedFlags(flags, definition) : [],
  };
}

function unusedFlags(flags: FitFlags, { name, trains = false }: GeneratorDefinition): string[] {
  const given = [
    !trains && flags.maxTime !== undefined && "--max-time",
    !trains && flags.maxMemory !== undefined && "--max-memory",
    !trains && flags.checkpoint !== undefined && "--checkpoint",
  ].filter((flag) => flag !== false);
  return given.map((flag) => `${flag} has no effect on ${name}.`);
}

/** Fits without a word. */
export function fitGenerator(
  { definition, options, training }: FitPlan,
  { table, metadata }: Pick<ReadResult, "table" | "metadata">,
  seed: number,
  session: Session,
): Promise<Generator> {
  return definition.create(options).fit(table, {
    metadata,
    seed,
    signal: session.signal,
    onProgress: session.onProgress,
    ...(definition.trains ? training : {}),
  });
}

/** Fits, and says so. */
export async function learn(
  plan: FitPlan,
  { table, metadata }: ReadResult,
  seed: number,
  session: Session,
): Promise<Generator> {
  const { definition } = plan;
  const { checkpoint } = plan.training;
  if (definition.trains && checkpoint !== undefined && existsSync(checkpoint))
    session.say(`Going on with the training that ${checkpoint} keeps.`);
  let generator: Generator;
  try {
    generator = await session.timed("fit", () => fitGenerator(plan, { table, metadata }, seed, session));
  } catch (error) {
    throw definition.trains ? stoppedError(error, checkpoint) : error;
  }
  const seconds = session.timings.find(({ phase }) => phase === "fit")?.seconds ?? 0;
  session.say(
    `Learnt ${plural(table.rowCount, "row")} of ${plural(table.columns.length, "column")} ` +
      `with ${generator.name} in ${formatSeconds(seconds)}.`,
  );
  if (generator.choice) session.say(`auto chose ${generator.choice.name}: ${generator.choice.reason}.`);
  const { relations = [] } = generator;
  if (relations.length > 0) session.say(`Computed from other columns: ${relations.join("; ")}.`);
  if (generator.training) session.say(trainingText(generator.training));
  return generator;
}
