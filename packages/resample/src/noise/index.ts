export {
  addNoise,
  type NoiseCount,
  type NoiseOptions,
  type NoisyResult,
  noiseKinds,
  prepareSteps,
} from "./add-noise.ts";
export type { NoiseKind, NoiseStep } from "./noise-kind.ts";
