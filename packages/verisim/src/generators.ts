// The list of generators: the one place where the command line, the server and the studio learn what there is.

import { attentionGAN } from "@verisim/attention-gan";
import { gaussianCopula } from "@verisim/copula";
import {
  type Artifact,
  type Generator,
  type GeneratorDefinition,
  knownTextsHint,
  VerisimError,
} from "@verisim/core";
import { tabularDiffusion } from "@verisim/diffusion";
import { sequentialTrees } from "@verisim/forest";
import { copulagan, ctgan } from "@verisim/gan";
import { autoregressive } from "@verisim/language";
import { tvae } from "@verisim/vae";
import { vam } from "@verisim/vam";
import { auto } from "./auto/auto.ts";

/** Every generator, by the names that the command line knows, in the order in which they are listed. */
export const generators: readonly GeneratorDefinition[] = [
  auto,
  gaussianCopula,
  ctgan,
  copulagan,
  tvae,
  attentionGAN,
  vam,
  sequentialTrees,
  autoregressive,
  tabularDiffusion,
];

/** The generator that is used where none is named. */
export const defaultGeneratorName = "auto";

/**
 * The generator of a name.
 * @throws VerisimError `VERISIM_UNKNOWN_MODEL` naming the nearest ones
 */
export function findGenerator(name: string): GeneratorDefinition {
  const found = generators.find((definition) => definition.name === name);
  if (found) return found;
  throw new VerisimError(
    "VERISIM_UNKNOWN_MODEL",
    `Expected the name of a generator but received ${JSON.stringify(name)}.`,
    {
      where: { option: "model" },
      hint: knownTextsHint(
        "generators",
        name,
        generators.map((definition) => definition.name),
      ),
    },
  );
}

/**
 * The fitted generator that a model file holds.
 * @throws VerisimError `VERISIM_UNKNOWN_MODEL` for a generator that is not listed, `VERISIM_MODEL_FILE` for content that
 * its generator refuses
 * @example
 * const generator = generatorFromArtifact(await readModelFile("customers.verisim"));
 * const rows = await generator.sample(1000, { seed: 7 });
 */
export function generatorFromArtifact(artifact: Artifact): Generator {
  return findGenerator(artifact.generator).fromArtifact(artifact);
}
