export * from "../info.ts";
export type { NativeOptions } from "../native.ts";
export * from "./linear-algebra.ts";
export * from "./neighbours.ts";
export * from "./normal.ts";
export * from "./order.ts";
export * from "./quantile-map.ts";
export * from "./random.ts";
export * from "./statistics.ts";
