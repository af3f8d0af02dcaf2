export { gaussianCopula } from "./definition.ts";
export { GaussianCopula } from "./gaussian-copula.ts";
export { type GaussianCopulaOptions, gaussianCopulaOptions, type MarginalName } from "./options.ts";
