// A learned generator's entry in the list of generators, made of its definition and its class.

import type { Artifact, GeneratorDefinition } from "@verisim/core";
import type { LearnedDefinition, LearnedGenerator } from "./learned-generator.ts";

/** What people read of a generator, and what the preset `reference` sets. */
export interface EntryAbout<Options extends object> {
  readonly summary: string;
  readonly paper: string;
  readonly reference: Partial<Options>;
}

/** The class of a definition. */
export interface LearnedClass<Options extends object> {
  new (options?: Options): LearnedGenerator<Options>;
  fromArtifact(artifact: Artifact): LearnedGenerator<Options>;
}

export function entryOf<Options extends object>(
  { name, options: table }: LearnedDefinition<Options>,
  Generator: LearnedClass<Options>,
  { summary, paper, reference }: EntryAbout<Options>,
): GeneratorDefinition {
  return {
    name,
    summary,
    paper,
    options: table,
    trains: true,
    presets: { reference: { ...reference } },
    create: (options) => new Generator((options ?? {}) as Options),
    fromArtifact: (artifact) => Generator.fromArtifact(artifact),
  };
}
