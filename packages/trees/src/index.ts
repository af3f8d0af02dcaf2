export {
  type AugmentationGain,
  type AugmentationRequest,
  type AugmentationVerdict,
  augmentationGain,
  type ScoreGain,
} from "./augmentation/augmentation-gain.ts";
export { augmentationTreeOptions } from "./augmentation/augmentation-trees.ts";
export {
  type AugmentationChoice,
  type AugmentationChoiceRequest,
  type AugmentationPlan,
  chooseAugmentation,
  type TriedPlan,
} from "./augmentation/choose-augmentation.ts";
export { fitAugmented } from "./augmentation/fit-augmented.ts";
export { type HoldoutSplit, splitHoldout } from "./augmentation/holdout.ts";
export { pickRows } from "./augmentation/labelled-rows.ts";
export { type PairedGain, pairedBootstrap, resampleCounts } from "./augmentation/paired-bootstrap.ts";
export { type RowSplit, splitRows } from "./augmentation/row-split.ts";
export {
  averagePrecision,
  decidingScore,
  type ScoreKind,
  type Scorer,
  scoreKinds,
} from "./augmentation/scores.ts";
export { type TaughtRows, taughtRows } from "./augmentation/taught-rows.ts";
export type { FeatureColumn } from "./features.ts";
export {
  type FitTreesOptions,
  GradientBoostedTrees,
  type LabelledRows,
  type PredictTreesOptions,
} from "./gradient-boosted-trees.ts";
export {
  type BinnedColumn,
  type BoostedClasses,
  type BoostRequest,
  boostClasses,
  type DonorTree,
  type DonorTreeRequest,
  type GrownBoosting,
  type GrownTree,
  growDonorTree,
} from "./histogram-tree.ts";
export {
  type AllowedOutcomes,
  type ChainColumn,
  type ChainOutput,
  type ChainRequest,
  HistogramTreeChain,
  type LinearGuess,
} from "./histogram-tree-chain.ts";
export {
  type LabelledFeatures,
  type LeftOutColumn,
  type TableFeatures,
  tableFeatures,
} from "./table-features.ts";
export { type Objective, type TreeOptions, treeOptionRows, treeParameters } from "./tree-options.ts";
