// The Gaussian copula's entry in the list of generators.

import type { GeneratorDefinition } from "@verisim/core";
import { GaussianCopula } from "./gaussian-copula.ts";
import { type GaussianCopulaOptions, gaussianCopulaOptions } from "./options.ts";

export const gaussianCopula: GeneratorDefinition = {
  name: "gaussian-copula",
  summary: "Every column over one normal variable, one correlation matrix; seconds to fit, exact conditions.",
  paper: "Sklar 1959; Hoff, Extending the rank likelihood for semiparametric copula estimation, AoAS 2007",
  options: gaussianCopulaOptions,
  create: (options) => new GaussianCopula((options ?? {}) as GaussianCopulaOptions),
  fromArtifact: (artifact) => GaussianCopula.fromArtifact(artifact),
};
