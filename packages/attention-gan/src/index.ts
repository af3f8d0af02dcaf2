export * from "./attention-gan/index.ts";
