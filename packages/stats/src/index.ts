export * from "./distributions/index.ts";
export * from "./fit-marginal.ts";
export * from "./hermite.ts";
export * from "./marginal.ts";
export * from "./nearest-correlation.ts";
export * from "./normal.ts";
export * from "./rounded-interval.ts";
export * from "./special/index.ts";
