export { type BetaParameters, beta } from "./beta.ts";
export type { Distribution, DistributionParameters } from "./distribution.ts";
export {
  type AnyDistribution,
  chooseDistribution,
  distributions,
  type FittedDistribution,
  kolmogorovDistance,
} from "./families.ts";
export { type GammaParameters, gamma } from "./gamma.ts";
export { type GaussianParameters, gaussian } from "./gaussian.ts";
export { type GaussianKdeParameters, gaussianKde } from "./gaussian-kde.ts";
export { type LogLaplaceParameters, logLaplace } from "./log-laplace.ts";
export { type StudentTParameters, studentT } from "./student-t.ts";
export { type TruncatedGaussianParameters, truncatedGaussian } from "./truncated-gaussian.ts";
export { type UniformParameters, uniform } from "./uniform.ts";
