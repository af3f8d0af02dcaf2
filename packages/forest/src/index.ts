export * from "./sequential-trees/index.ts";
