// Layers and losses: pure functions over tensors, with parameters as trees. `init...` makes the tree's first numbers.

export * from "./attention.ts";
export * from "./convolution.ts";
export * from "./dropout.ts";
export * from "./embedding.ts";
export * from "./gradient-penalty.ts";
export * from "./initializer.ts";
export * from "./linear.ts";
export * from "./losses.ts";
export * from "./normalization.ts";
