export * from "./case-numbers.ts";
export * from "./check-grads.ts";
export * from "./golden-entries.ts";
export * from "./op-cases.ts";
export * from "./programs/index.ts";
