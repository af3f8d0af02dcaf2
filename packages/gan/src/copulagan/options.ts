// The options of CopulaGAN: those of CTGAN, and the family of each number's distribution.

import type { OptionTable } from "@verisim/core";
import {
  fittingPac,
  ganReference,
  type MarginalName,
  marginalNames,
  type ResolvedLearningOptions,
  resolveByPreset,
  withDefaults,
} from "@verisim/neural";
import { type CTGANOptions, ctganOptions } from "../ctgan/options.ts";

export interface CopulaGANOptions extends CTGANOptions {
  /** Family of every number's distribution: what its normal scores are taken by. */
  defaultMarginal?: MarginalName;
  /** How normal scores are cut: stretches of equal shares of the rows with frequent values apart, or a Gaussian mixture. */
  scores?: "stretches" | "mixture";
}

export type ResolvedCopulaGANOptions = Required<CopulaGANOptions> & ResolvedLearningOptions;

export const copulaGANOptions: OptionTable = {
  ...withDefaults(ctganOptions, { numbers: "copula" }),
  defaultMarginal: {
    type: "choice",
    default: "empirical",
    values: marginalNames,
    description: "Family of every number's distribution, by which it becomes a normal score.",
  },
  scores: {
    type: "choice",
    default: "stretches",
    values: ["stretches", "mixture"],
    description:
      "Normal scores in stretches of equal shares of the rows with frequent values apart (at most maxBlocks), or as a Gaussian mixture.",
  },
};

/** What the preset `reference` changes: CTGAN's settings, but for the normal scores. */
export const copulaGANReference: Partial<CopulaGANOptions> = {
  ...ganReference,
  numbers: "copula",
  scores: "mixture",
};

/** @throws VerisimError as `checkOptions` of @verisim/core */
export function resolveCopulaGAN(options: CopulaGANOptions): ResolvedCopulaGANOptions {
  return fittingPac(
    resolveByPreset("copulagan", copulaGANOptions, copulaGANReference, options) as ResolvedCopulaGANOptions,
  );
}
