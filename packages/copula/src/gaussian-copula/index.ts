export type { MarginalName } from "@verisim/stats";
export { gaussianCopula } from "./definition.ts";
export { GaussianCopula } from "./gaussian-copula.ts";
export { type GaussianCopulaOptions, gaussianCopulaOptions } from "./options.ts";
