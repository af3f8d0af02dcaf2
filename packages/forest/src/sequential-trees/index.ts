export { type SequentialTreesOptions, sequentialTreesOptions } from "./options.ts";
export { SequentialTrees, sequentialTrees } from "./sequential-trees.ts";
