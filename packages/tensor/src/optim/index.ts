// Optimizers over trees of parameters.

export * from "./clip.ts";
export * from "./optimizers.ts";
export { tensorsOf, withTensors } from "./parameter-tree.ts";
