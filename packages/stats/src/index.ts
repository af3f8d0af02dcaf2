export * from "./normal.ts";
export * from "./hermite.ts";
export * from "./marginal.ts";
export * from "./nearest-correlation.ts";
