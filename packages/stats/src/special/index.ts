export { betaI, betaIInverse, logBeta } from "./beta.ts";
export { digamma, gammaP, gammaPInverse, gammaQ, logGamma, trigamma } from "./gamma.ts";
