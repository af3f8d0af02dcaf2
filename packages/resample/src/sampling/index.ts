export { type Margin, type Raked, type RakingOptions, rake } from "./raking.ts";
export {
  bootstrapRows,
  type SmoothedOptions,
  type StratifiedOptions,
  type Stratum,
  sampleRows,
  smoothedBootstrap,
  stratifiedRows,
} from "./samples.ts";
